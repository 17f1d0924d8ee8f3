//! `caisson run`.

use crate::error::CliError;
use crate::till;
use caisson_terminal::{Profile, ScreenProfile};
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

/// Run the terminal of a device profile.
///
/// Where the profile's screen is `headless`, it is standard output, a line for each view, and the
/// keys are standard input, a command a line. Where it is `drawn`, it is a window, or the whole
/// display of a device, with the cashier's desk on it. At the end of the input, or when the window
/// is closed, the terminal finishes what it was told, then waits until it is certain of every
/// payment; what is still open after that is named, and the status is 1.
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
        let settle = Duration::from_secs(self.settle);
        match &profile.screen {
            ScreenProfile::Headless {} => super::block_on(till::run(profile, settle)),
            #[cfg(feature = "screen")]
            ScreenProfile::Drawn {} => crate::drawn::run(profile, settle),
            #[cfg(not(feature = "screen"))]
            ScreenProfile::Drawn {} => {
                Err(CliError::environment("screen.driver is drawn, and this build draws nothing")
                    .hinted("build with `--features kms`, or write headless there"))
            }
        }
    }
}
