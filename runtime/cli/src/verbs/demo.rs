//! `caisson demo`.

use crate::error::CliError;
use crate::{apps_folder, out};
use caisson_core::Language;
use caisson_scenarios::{DemoOptions, demo};
use clap::Args;
use std::path::PathBuf;

/// Take payments by code and by card against a running acquirer, and compare the books.
///
/// The customer shows a code to the camera, then a customer's phone scans the code on the screen. A
/// chip pays with its PIN, a card is tapped, and a chip whose answer is lost is taken back; then the
/// batch is settled. Everything between the devices' edges and the acquirer's books is the real thing, in real time.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLE)]
pub(crate) struct Demo {
    /// The folder of the acquirer, which is running.
    #[arg(long, value_name = "FOLDER")]
    acquirer: PathBuf,
    /// The terminal's folder, as `caisson provision` made it for this acquirer.
    #[arg(long, value_name = "FOLDER")]
    folder: PathBuf,
    /// Folder of built apps; without it $CAISSON_APPS, else ../apps beside the executable.
    #[arg(long, value_name = "FOLDER")]
    apps: Option<PathBuf>,
    /// Language of screen, paper and report: zh or en.
    #[arg(long, default_value = "en")]
    language: Language,
}

const EXAMPLE: &str = "\
Example:
  caisson acquirer --init --folder acquirer
  caisson provision --folder till --acquirer acquirer
  caisson acquirer --folder acquirer &
  caisson demo --folder till --acquirer acquirer";

impl Demo {
    pub(super) fn run(self) -> Result<(), CliError> {
        let options = DemoOptions {
            acquirer: self.acquirer,
            folder: self.folder,
            apps: apps_folder::find(self.apps.as_deref())?,
            language: self.language,
        };
        let report = super::block_on(async { Ok(demo(&options).await?) })?;
        out::line(report.to_string().trim_end())
    }
}
