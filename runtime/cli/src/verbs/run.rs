//! `caisson run`.

use crate::error::CliError;
use crate::till;
use caisson_terminal::Profile;
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

/// Run the terminal of a device profile.
///
/// The screen is standard output, a line for each view; the keys are standard input, a command a
/// line. At the end of the input the terminal finishes what it was told, then waits until it is
/// certain of every payment; what is still open after that is named, and the status is 1.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLE)]
pub(crate) struct Run {
    /// The terminal's profile.
    #[arg(long, value_name = "FILE")]
    profile: PathBuf,
    /// How long the end waits for payments that are not certain, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = till::SETTLE_WAIT.as_secs())]
    settle: u64,
}

const EXAMPLE: &str = "\
Example:
  printf 'hold-code 134567890123456789\\npay 12.00\\n' | caisson run --profile till/profile.toml

Type `help` at the terminal for its commands.";

impl Run {
    pub(super) fn run(self) -> Result<(), CliError> {
        let profile = Profile::read(&self.profile)?;
        super::block_on(till::run(profile, Duration::from_secs(self.settle)))
    }
}
