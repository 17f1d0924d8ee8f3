//! `caisson app`.

#[cfg(feature = "desktop")]
mod compile;
#[cfg(feature = "desktop")]
mod new;

use crate::error::CliError;
use crate::{apps, inspect, out};
use caisson_packages::Installation;
#[cfg(feature = "desktop")]
use caisson_packages::{BuildHostKey, PublisherKey, sign};
use caisson_terminal::Profile;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Install payment apps, list them, look into them, sign them.
///
/// A package is a folder: caisson.toml (what the app says of itself), app.wasm (the component) and
/// caisson.sig (its publisher's signature over both). A terminal takes the packages of the
/// publishers in its profile. One without a compiler also needs the machine code that a build host
/// of its profile put into the package (`caisson app compile`, on a desktop).
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLE)]
pub(crate) struct App {
    #[command(subcommand)]
    what: What,
}

#[cfg(feature = "desktop")]
const EXAMPLE: &str = "\
Example:
  caisson app new first                  # a small app to begin with
  caisson app keygen acme.key            # prints [publisher.acme] for the profile
  caisson app sign apps/qr --key acme.key
  caisson app inspect apps/qr
  caisson app install apps/qr --profile till/profile.toml";
#[cfg(not(feature = "desktop"))]
const EXAMPLE: &str = "\
Example:
  caisson app install /media/qr --profile /data/terminal/profile.toml";

#[derive(Debug, Subcommand)]
enum What {
    #[cfg(feature = "desktop")]
    New(new::New),
    Install(Install),
    List(List),
    Inspect(Inspect),
    Remove(Remove),
    #[cfg(feature = "desktop")]
    Keygen(Keygen),
    #[cfg(feature = "desktop")]
    Sign(Sign),
    #[cfg(feature = "desktop")]
    Compile(compile::Compile),
}

/// Install a package on a terminal, in place of an earlier version of the app.
///
/// The app is loaded first with what the profile grants it: what is installed also starts. An app
/// with a payment that is not certain yet is left as it is. A version is never replaced by one that
/// is older than what proved itself on this terminal.
///
/// The new version is on trial until the first payment with it has come to a proven end. The
/// version before comes back by itself where the new one does not start or breaks down, or after
/// three starts of the terminal without such a payment; `caisson app list` says why.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "Example:\n  caisson app install apps/qr --profile till/profile.toml"
)]
struct Install {
    /// The package: a folder with caisson.toml, app.wasm and caisson.sig.
    folder: PathBuf,
    /// The terminal's profile; its [publisher.NAME] tables say whose packages it takes.
    #[arg(long, value_name = "FILE")]
    profile: PathBuf,
    /// Development mode: take a package that nobody signed; the terminal and the list say so.
    #[cfg(feature = "desktop")]
    #[arg(long)]
    dev: bool,
}

/// List a terminal's apps: version, publisher, state, and what each is granted.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "Example:\n  caisson app list --profile till/profile.toml"
)]
struct List {
    /// The terminal's profile.
    #[arg(long, value_name = "FILE")]
    profile: PathBuf,
}

/// Show what an app is: manifest, signature, imports and the permissions they need, services.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = "Example:\n  caisson app inspect apps/qr")]
struct Inspect {
    /// The package's folder, or a component alone.
    #[arg(value_name = "FOLDER|WASM")]
    path: PathBuf,
}

/// Remove an app from a terminal. Its payments stay in the journal.
///
/// An app with a payment that is not certain yet is left as it is. Versions older than one that
/// proved itself stay refused.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "Example:\n  caisson app remove qr --profile till/profile.toml"
)]
struct Remove {
    /// The app's id.
    id: String,
    /// The terminal's profile.
    #[arg(long, value_name = "FILE")]
    profile: PathBuf,
}

/// Make a publisher's key, or a build host's.
///
/// Writes the secret key into FILE, which only you can read, and prints what a terminal's profile
/// must say to take your packages. Keep the file: updates of an app need the same publisher.
///
/// A build host's key signs machine code (`caisson app compile`), which no sandbox holds. Whoever has
/// it has the terminals: it belongs to whoever makes them, not to a publisher of apps.
#[cfg(feature = "desktop")]
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = "Example:\n  caisson app keygen acme.key")]
struct Keygen {
    /// The file to make; it must not exist.
    file: PathBuf,
    /// Make a build host's key instead of a publisher's.
    #[arg(long)]
    build_host: bool,
}

/// Sign a package: write its caisson.sig, in place of an earlier one.
///
/// Sign again after each change of caisson.toml or app.wasm, and raise version-code for each
/// version that others get.
#[cfg(feature = "desktop")]
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = "Example:\n  caisson app sign apps/qr --key acme.key")]
struct Sign {
    /// The package: a folder with caisson.toml and app.wasm.
    folder: PathBuf,
    /// The publisher's key, which `caisson app keygen` made.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

impl App {
    pub(super) fn run(self) -> Result<(), CliError> {
        match self.what {
            #[cfg(feature = "desktop")]
            What::New(verb) => verb.run(),
            What::Install(verb) => verb.run(),
            What::List(verb) => {
                let text = apps::list(&Profile::read(&verb.profile)?)?;
                out::line(text.trim_end())
            }
            What::Inspect(verb) => {
                let text = super::block_on(inspect::inspect(&verb.path))?;
                out::line(text.trim_end())
            }
            What::Remove(verb) => {
                apps::remove(&verb.id, &Profile::read(&verb.profile)?)?;
                out::line(&format!("removed {}", verb.id))
            }
            #[cfg(feature = "desktop")]
            What::Keygen(verb) => verb.run(),
            #[cfg(feature = "desktop")]
            What::Sign(verb) => verb.run(),
            #[cfg(feature = "desktop")]
            What::Compile(verb) => verb.run(),
        }
    }
}

impl Install {
    fn run(self) -> Result<(), CliError> {
        #[cfg(feature = "desktop")]
        let dev = self.dev;
        #[cfg(not(feature = "desktop"))]
        let dev = false;
        let profile = Profile::read(&self.profile)?;
        let (done, origin) = apps::install(&self.folder, &profile, dev)?;
        let word = match done {
            Installation::Done(_) => "installed",
            Installation::AlreadyThere(_) => "nothing to do, already installed:",
        };
        let manifest = &done.app().manifest;
        let publisher = apps::publisher(done.app(), &profile);
        out::line(&format!(
            "{word} {} {} (code {}), {publisher}, sha256 {}, {}",
            manifest.id,
            manifest.version,
            manifest.version_code,
            done.app().digest,
            apps::compiled_by(&origin)
        ))
    }
}

#[cfg(feature = "desktop")]
impl Keygen {
    fn run(self) -> Result<(), CliError> {
        // The file's name where it can be a publisher's.
        let name = self.file.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        let plain = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-');
        let fits = (1..=20).contains(&name.len()) && name.chars().all(plain);
        if self.build_host {
            let key = BuildHostKey::create(&self.file)?;
            let name = if fits { name } else { "build-host" };
            return out::line(&format!(
                "# For the terminal's profile. Its holder's machine code runs outside every sandbox.\n\
                 [build-host.{name}]\nkey = \"{}\"",
                key.public()
            ));
        }
        let key = PublisherKey::create(&self.file)?;
        let name = if fits { name } else { "publisher" };
        out::line(&format!(
            "# For the terminal's profile; tier = \"system\" only for the acquirer's own apps.\n\
             [publisher.{name}]\nkey = \"{}\"\ntier = \"merchant\"",
            key.public()
        ))
    }
}

#[cfg(feature = "desktop")]
impl Sign {
    fn run(self) -> Result<(), CliError> {
        let key = PublisherKey::read(&self.key)?;
        let package = sign(&self.folder, &key)?;
        let manifest = package.manifest();
        out::line(&format!(
            "signed {} {} (code {}) with the key {}",
            manifest.id,
            manifest.version,
            manifest.version_code,
            key.public()
        ))
    }
}
