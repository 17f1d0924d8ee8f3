//! `caisson app compile`.

use crate::error::CliError;
use crate::out;
use caisson_host::{TARGETS, compile_for, own_purpose};
use caisson_packages::{BuildHostKey, Package, Purpose, add_form};
use clap::Args;
use std::path::PathBuf;

/// Compile an app for terminals that have no compiler.
///
/// Writes the machine code into the package, for this program's engine and one kind of machine, and
/// signs it: app.ENGINE.TARGET.cwasm and, beside it, its .sig. A terminal of that engine and kind runs
/// it where its profile lists this build host. Compile again after each change of app.wasm; the
/// publisher's own signature stays as it is.
///
/// Machine code is as powerful as the terminal itself: no sandbox holds it. So it is trusted only by
/// [build-host.NAME] in a terminal's profile, never by a publisher's key; keep the build host's key
/// as you keep the key that signs the terminal's own software.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLE)]
pub(super) struct Compile {
    /// The package: a folder with caisson.toml and app.wasm.
    folder: PathBuf,
    /// The build host's key, which `caisson app keygen --build-host` made.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The terminals' kind: aarch64-linux or x86_64-linux; without it, this machine's own.
    #[arg(long)]
    target: Option<String>,
}

const EXAMPLE: &str = "\
Example:
  caisson app keygen --build-host lab.key   # prints [build-host.lab] for the profile
  caisson app compile apps/qr --key lab.key --target aarch64-linux";

impl Compile {
    pub(super) fn run(self) -> Result<(), CliError> {
        let key = BuildHostKey::read(&self.key)?;
        let package = Package::read_without_forms(&self.folder)?;
        let own = own_purpose();
        let target = match self.target {
            Some(target) => target,
            None if TARGETS.contains(&own.target.as_str()) => own.target,
            None => {
                let text = format!("this machine is {}, which no terminal is", own.target);
                let hint = format!("name one with --target: {}", TARGETS.join(" or "));
                return Err(CliError::failed(text).hinted(hint));
            }
        };
        let code = compile_for(&target, package.component())?;
        let purpose = Purpose { engine: own.engine, target };
        let form = add_form(&package, purpose, &code, &key)?;
        let manifest = package.manifest();
        out::line(&format!(
            "compiled {} {} (code {}) for {}: {}, {} bytes, signed with the key {}",
            manifest.id,
            manifest.version,
            manifest.version_code,
            form.purpose(),
            form.file_name(),
            form.bytes(),
            form.key()
        ))
    }
}
