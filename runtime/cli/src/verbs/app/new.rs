//! `caisson app new`.
//!
//! What it writes is `apps/first` itself, which the house builds and tests; only Cargo.toml is of
//! its own, because an app outside of the house stands alone. Everything that can be wrong is found
//! before anything is written.

use crate::error::CliError;
use crate::out;
use clap::Args;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// Begin a payment app: a folder with a small one that takes payments, and scenarios that show it.
///
/// It is named after the folder: 1 to 20 of a-z, 0-9 and -, beginning with a letter. Nothing that
/// is there is overwritten. docs/first-app.md goes on from here, up to an installed, signed app.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLE)]
pub(super) struct New {
    /// The folder to make; one that exists must be empty.
    folder: PathBuf,
    /// The folder apps/sdk of Caisson's source; without it, that of which this program was built.
    #[arg(long, value_name = "FOLDER")]
    sdk: Option<PathBuf>,
}

const EXAMPLE: &str = "\
Example:
  caisson app new first
  cd first
  cargo build --release --target wasm32-wasip2
  cp target/wasm32-wasip2/release/first.wasm app.wasm
  caisson scenario sale.toml trouble.toml --apps ..";

/// The SDK of the source that this program was built of.
const OWN_SDK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../apps/sdk");
/// The app's name in the files below, where it is a value.
const NAME: &str = "= \"first\"";
/// The app's files, but Cargo.toml: path, what it is, text.
const FILES: [(&str, &str, &str); 4] = [
    ("src/lib.rs", "the app; read it first", include_str!("../../../../../apps/first/src/lib.rs")),
    (
        "caisson.toml",
        "what it says of itself and asks for",
        include_str!("../../../../../apps/first/caisson.toml"),
    ),
    ("sale.toml", "a sale that goes well", include_str!("../../../../../apps/first/sale.toml")),
    ("trouble.toml", "sales that do not", include_str!("../../../../../apps/first/trouble.toml")),
];
/// Most characters of a name: those of an app's id.
const NAME_CHARS_MAX: usize = 20;

impl New {
    pub(super) fn run(self) -> Result<(), CliError> {
        let name = name_of(&self.folder)?;
        let sdk = sdk(self.sdk.as_deref())?;
        refuse_full(&self.folder)?;
        write(&self.folder, "Cargo.toml", &cargo_toml(&name, &sdk))?;
        for (path, _, text) in FILES {
            write(&self.folder, path, &named(path, text, &name))?;
        }
        write(&self.folder, ".gitignore", "/target\n/app.wasm\n")?;
        // The versions with which the SDK was tested; cargo leaves out what the app does not use.
        if let Ok(lock) = fs::read_to_string(sdk.join("../../Cargo.lock")) {
            write(&self.folder, "Cargo.lock", &lock)?;
        }
        let folder = self.folder.display();
        let mut said = format!("made {folder}, an app that takes payments by a customer's code\n");
        for (path, what, _) in FILES {
            said.push_str(&format!("  {path:14}{what}\n"));
        }
        let wasm = name.replace('-', "_");
        out::line(&format!(
            "{said}next:\n  \
             cd {folder}\n  \
             cargo build --release --target wasm32-wasip2\n  \
             cp target/wasm32-wasip2/release/{wasm}.wasm app.wasm\n  \
             caisson scenario sale.toml trouble.toml --apps .."
        ))
    }
}

/// The app's name: its folder's.
fn name_of(folder: &Path) -> Result<String, CliError> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    if is_name(&name) {
        return Ok(name.into_owned());
    }
    let text = format!("{}: this folder's name cannot be an app's", folder.display());
    Err(CliError::environment(text).hinted(format!(
        "name a folder with 1 to {NAME_CHARS_MAX} of a-z, 0-9 and -, beginning with a letter"
    )))
}

/// Whether `text` can be an app's id and cargo's name for its package.
fn is_name(text: &str) -> bool {
    text.len() <= NAME_CHARS_MAX
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// The SDK's folder, absolute: the app may be moved, the SDK stays.
fn sdk(named: Option<&Path>) -> Result<PathBuf, CliError> {
    let folder = named.unwrap_or(Path::new(OWN_SDK));
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    match folder.canonicalize() {
        Ok(folder) if manifest.contains("name = \"caisson-sdk\"") => Ok(folder),
        _ => Err(CliError::environment(format!("{}: not the SDK", folder.display()))
            .hinted("name the folder apps/sdk of Caisson's source with --sdk; nothing was made")),
    }
}

fn refuse_full(folder: &Path) -> Result<(), CliError> {
    match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Ok(false) => Err(CliError::environment(format!("{}: is not empty", folder.display()))
            .hinted("name a folder that does not exist; nothing was changed")),
        Err(error) => Err(at(folder, &error)),
    }
}

fn at(path: &Path, error: &std::io::Error) -> CliError {
    CliError::environment(format!("{}: {error}", path.display()))
        .hinted("check the path, and the rights of the folder")
}

/// Writes a file that is not there yet.
fn write(folder: &Path, name: &str, text: &str) -> Result<(), CliError> {
    let path = folder.join(name);
    let parent = path.parent().unwrap_or(folder);
    fs::create_dir_all(parent).map_err(|error| at(parent, &error))?;
    let file = fs::File::options().write(true).create_new(true).open(&path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| at(&path, &error))
}

/// The text of a file with the app's name in place of the example's.
fn named(path: &str, text: &str, name: &str) -> String {
    match path.ends_with(".toml") {
        true => text.replace(NAME, &format!("= \"{name}\"")),
        false => text.to_owned(),
    }
}

fn cargo_toml(name: &str, sdk: &Path) -> String {
    // JSON's escapes are a part of TOML's.
    let sdk = serde_json::Value::from(sdk.to_string_lossy());
    format!(
        "[package]\n\
         name = \"{name}\"\n\
         version = \"0.1.0\"\n\
         edition = \"2024\"\n\
         publish = false\n\n\
         # What cargo makes of a library of this kind, built for wasm32-wasip2, is a component.\n\
         [lib]\n\
         crate-type = [\"cdylib\"]\n\n\
         [dependencies]\n\
         caisson-sdk = {{ path = {sdk} }}\n\
         serde_json = \"1.0\"\n\n\
         # A small file that loads fast.\n\
         [profile.release]\n\
         opt-level = \"s\"\n\
         lto = true\n\
         codegen-units = 1\n\
         strip = true\n\n\
         # It stands alone, in whatever folder it lies.\n\
         [workspace]\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use caisson_packages::Manifest;

    #[test]
    fn a_folders_name_is_an_apps_where_the_terminal_and_cargo_take_it() {
        let check = |name: &str, fits: bool| {
            assert_eq!(is_name(name), fits, "{name}");
            if fits {
                let text = named("caisson.toml", FILES[1].2, name);
                let manifest = Manifest::parse(Path::new("caisson.toml"), text.as_bytes());
                assert_eq!(manifest.unwrap().id, name);
            }
        };
        check("first", true);
        check("tea-house-2", true);
        check(&"a".repeat(20), true);
        check(&"a".repeat(21), false);
        check("2nd", false);
        check("-app", false);
        check("First", false);
        check("first app", false);
        check("", false);
    }

    #[test]
    fn each_file_names_the_app_once() {
        for (path, _, text) in FILES.iter().filter(|(path, ..)| path.ends_with(".toml")) {
            assert_eq!(text.matches(NAME).count(), 1, "{path}");
        }
    }
}
