//! `caisson provision`.

use crate::error::CliError;
use crate::terminal_folder::{Wanted, make};
use crate::{apps_folder, out};
use caisson_core::Language;
use clap::Args;
use std::path::PathBuf;

/// Make a terminal's folder from a simulated acquirer's.
///
/// Makes keys and journal, tells the acquirer the terminal's public key, installs apps, and writes
/// a profile with emulated devices, so that `caisson run` works at once. The keys are test keys.
/// Nothing that is there is overwritten.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLE)]
pub(crate) struct Provision {
    /// The terminal's folder, which is made.
    #[arg(long, value_name = "FOLDER")]
    folder: PathBuf,
    /// The acquirer's folder, which `caisson acquirer --init` makes.
    #[arg(long, value_name = "FOLDER")]
    acquirer: PathBuf,
    /// Folder of built apps; without it $CAISSON_APPS, else ../apps beside the executable.
    #[arg(long, value_name = "FOLDER")]
    apps: Option<PathBuf>,
    /// An app to install; can be repeated. One that reads chips brings the kernel `emv`.
    #[arg(long = "app", value_name = "ID", default_value = "qr")]
    ids: Vec<String>,
    /// Language of screen and paper: zh or en.
    #[arg(long, default_value = "en")]
    language: Language,
    /// The shop's name on the receipt.
    #[arg(long, value_name = "NAME", default_value = "Morning Light Coffee")]
    merchant: String,
    /// The terminal's currency.
    #[arg(long, default_value = "CNY")]
    currency: String,
    /// The largest payment.
    #[arg(long, value_name = "AMOUNT", default_value = "5000.00")]
    payment_max: String,
}

const EXAMPLE: &str = "\
Example:
  caisson acquirer --init --folder acquirer
  caisson provision --folder till --acquirer acquirer --app qr --app card";

impl Provision {
    pub(super) fn run(self) -> Result<(), CliError> {
        let profile = make(&Wanted {
            folder: self.folder,
            apps: apps_folder::find(self.apps.as_deref())?,
            acquirer: self.acquirer.clone(),
            ids: self.ids,
            language: self.language,
            merchant: self.merchant,
            currency: self.currency,
            payment_max: self.payment_max,
        })?;
        let (profile, acquirer) = (profile.display(), self.acquirer.display());
        out::line(&format!(
            "the terminal is ready: {profile}\n\
             the acquirer believes it from its next start:\n  \
             caisson acquirer --folder {acquirer}\n  \
             caisson run --profile {profile}"
        ))
    }
}
