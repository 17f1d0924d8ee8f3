//! `caisson app`.

use crate::error::CliError;
use crate::{apps, inspect, out};
use caisson_terminal::Profile;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Install payment apps, list them, look into them.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = "Example:\n  caisson app inspect apps/qr")]
pub(crate) struct App {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Install(Install),
    List(List),
    Inspect(Inspect),
}

/// Install a built app on a terminal, in place of an earlier version of it.
///
/// The app is loaded first with what the profile grants it: what is installed also starts. An app
/// with a payment that is not certain yet is left as it is.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "Example:\n  caisson app install apps/qr --profile till/profile.toml --dev"
)]
struct Install {
    /// The built app: a folder with caisson.toml and app.wasm.
    folder: PathBuf,
    /// The terminal's profile.
    #[arg(long, value_name = "FILE")]
    profile: PathBuf,
    /// Take an app that nobody signed.
    #[cfg(feature = "desktop")]
    #[arg(long)]
    dev: bool,
}

/// List a terminal's apps, with what each is granted.
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

/// Show what an app is: manifest, digest, imports and the permissions they need, services.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = "Example:\n  caisson app inspect apps/qr")]
struct Inspect {
    /// The built app's folder, or a component alone.
    #[arg(value_name = "FOLDER|WASM")]
    path: PathBuf,
}

impl App {
    pub(super) fn run(self) -> Result<(), CliError> {
        match self.what {
            What::Install(verb) => verb.run(),
            What::List(verb) => {
                let text = apps::list(&Profile::read(&verb.profile)?)?;
                out::line(text.trim_end())
            }
            What::Inspect(verb) => {
                let text = super::block_on(inspect::inspect(&verb.path))?;
                out::line(text.trim_end())
            }
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
        let installed = apps::install(&self.folder, &profile, dev)?;
        let manifest = &installed.manifest;
        out::line(&format!(
            "installed {} {} (code {}), unsigned, sha256 {}",
            manifest.id, manifest.version, manifest.version_code, installed.digest
        ))
    }
}
