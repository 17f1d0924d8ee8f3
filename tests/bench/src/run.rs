//! The frame of every bench: how much to do, and what the exit status says.

use std::process::ExitCode;

/// Why a bench could not be run; its text is all that anybody needs.
pub type Failure = Box<dyn std::error::Error>;

/// How much a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Enough to trust the figures.
    Full,
    /// Just enough to see that everything still runs; the figures say nothing.
    Smoke,
}

impl Scale {
    /// One of the two counts.
    #[must_use]
    pub const fn of(self, full: u32, smoke: u32) -> u32 {
        match self {
            Self::Full => full,
            Self::Smoke => smoke,
        }
    }
}

/// Runs a bench: in full, or with the one argument `--smoke` in small. Exit status 0 within its
/// gates, 1 above them, 2 where it could not run.
pub fn main(bench: impl FnOnce(Scale) -> Result<bool, Failure>) -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let scale = match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => Scale::Full,
        (Some("--smoke"), None) => Scale::Smoke,
        _ => {
            eprintln!("nothing, or --smoke for a run whose figures say nothing");
            return ExitCode::from(2);
        }
    };
    if cfg!(debug_assertions) && scale == Scale::Full {
        eprintln!("a debug build: run it with --release");
        return ExitCode::from(2);
    }
    match bench(scale) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(2)
        }
    }
}
