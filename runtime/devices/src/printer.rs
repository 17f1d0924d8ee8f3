//! A receipt printer in the words that every model shares. `linux/printer.rs` reaches real heads,
//! `emulated/printer.rs` draws the paper roll; both speak through the one driver of `escpos`, so
//! nobody above can tell which it holds.
//!
//! Guarantees: a document is never retried here; a key that is known to be printed costs no more
//! paper; a document's text reaches no log, no error and no `Debug`; every wait is bounded.
//! Deliberately not here: whether to print again, and the word *duplicate* on it (`terminal`).
//! Printing never decides a payment.

use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use caisson_core::document::Document;
use caisson_core::permission::{self, Permit};

use crate::raster::{Paper, RasterError};

/// Longest key of a job, in characters.
pub const JOB_KEY_CHARS_MAX: usize = 64;
/// Jobs whose end is remembered; the oldest is forgotten first. A day's receipts of a busy till.
pub const JOBS_REMEMBERED_MAX: usize = 1_024;

/// A printer.
#[async_trait]
pub trait Printer: Send {
    /// Prints `document` and returns when its last sheet has left the head, or says how far it
    /// came. Within 20 s a band of 32 mm, mostly within 1 s a receipt.
    ///
    /// A `key` that is [`JobState::Done`] returns at once without paper. One that is
    /// [`JobState::Uncertain`] is refused with the same error: print it under a new key, marked as
    /// a duplicate. One that failed prints from its beginning. When the returned future is dropped
    /// before its end, the job is uncertain.
    async fn print(
        &mut self,
        permit: &Permit<permission::Printer>,
        key: &JobKey,
        document: &Document,
    ) -> Result<(), PrinterError>;

    /// What became of a job, as far as this object remembers: since it was made, the last
    /// [`JOBS_REMEMBERED_MAX`].
    fn job(&self, key: &JobKey) -> JobState;

    /// Asks the printer how it is; within 8 s, after a link lost within a job within 28 s.
    async fn status(&mut self) -> Result<PrinterStatus, PrinterError>;

    /// The roll's width.
    fn paper(&self) -> Paper;
}

/// What became of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobState {
    /// Never printed here, or forgotten.
    Unknown,
    /// Every sheet is on paper.
    Done,
    /// Ended early; the error says what is certain. Printing it again is safe.
    Failed(PrinterError),
    /// Power or link was lost while it printed: more than this progress may be on paper.
    Uncertain(Progress),
}

/// What the printer says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrinterStatus {
    /// How much paper there is.
    pub paper: PaperSupply,
    /// It does not print, for whatever reason.
    pub offline: bool,
    /// Its cover is open.
    pub cover_open: bool,
    /// Paper or cutter is stuck.
    pub jammed: bool,
    /// An error that only service can remove.
    pub broken: bool,
    /// The head is too hot; it goes on when it has cooled.
    pub overheated: bool,
}

impl PrinterStatus {
    /// A printer that is ready.
    pub const READY: Self = Self {
        paper: PaperSupply::Enough,
        offline: false,
        cover_open: false,
        jammed: false,
        broken: false,
        overheated: false,
    };
}

/// How much paper there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaperSupply {
    /// Enough, or the printer has no sensor for a low roll.
    Enough,
    /// The roll ends soon.
    Low,
    /// None under the head.
    Out,
}

/// How much of a job is certainly on paper, in bands of at most 32 mm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bands printed.
    pub printed: usize,
    /// Bands of the whole job.
    pub total: usize,
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "after band {} of {}", self.printed, self.total)
    }
}

/// Why a sheet is missing or incomplete. Each says who acts; with a [`Progress`], that many bands
/// are on paper, the next may be in part, the sheet is not continued.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrinterError {
    /// Cashier: load a roll, then print again.
    #[error("printer out of paper {0}")]
    PaperOut(Progress),
    /// Cashier: close the cover, then print again.
    #[error("printer cover open {0}")]
    CoverOpen(Progress),
    /// Nobody: wait a minute for the head to cool, then print again.
    #[error("print head too hot {0}")]
    Overheated(Progress),
    /// Cashier: open the cover, free paper and cutter, then print again.
    #[error("paper or cutter jammed {0}")]
    Jammed(Progress),
    /// Owner: call service. The printer reports an error that it cannot recover from.
    #[error("printer reports an unrecoverable error {0}")]
    Broken(Progress),
    /// Cashier: check power and cable. Nothing was printed.
    #[error("printer at {place} cannot be reached: {cause}")]
    Offline {
        /// The device or address, as the profile names it.
        place: String,
        /// What the system or the printer said.
        cause: String,
    },
    /// Owner: another program holds the printer; end it. Nothing was printed.
    #[error("printer at {place} is in use by another program")]
    Busy {
        /// The device or address, as the profile names it.
        place: String,
    },
    /// Cashier: look at the paper. The link was lost or the printer fell silent; everything or
    /// nothing after the named band may be printed.
    #[error("unknown whether the job was printed: contact lost {0}")]
    Uncertain(Progress),
    /// Whoever composed the document, as the cause says. Nothing was printed.
    #[error(transparent)]
    Unprintable(#[from] RasterError),
}

/// The name of a job: the same key never prints twice. At most [`JOB_KEY_CHARS_MAX`] characters of
/// `A-Z a-z 0-9 . _ -`, beginning with a letter or digit, so that it can name a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobKey(String);

/// Not a job key. Caller: build it from the payment key and the kind of receipt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a job key: 1 to {max} characters of A-Z, a-z, 0-9, '.', '_', '-', first a letter or digit",
    max = JOB_KEY_CHARS_MAX
)]
pub struct BadJobKey;

impl JobKey {
    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for JobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for JobKey {
    type Err = BadJobKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let first = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
        if first && text.len() <= JOB_KEY_CHARS_MAX && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadJobKey)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, valid: bool) {
        assert_eq!(text.parse::<JobKey>().is_ok(), valid, "{text}");
    }

    #[test]
    fn a_job_key_can_name_a_file_and_nothing_else() {
        check("01ABC-000017.merchant_1", true);
        check(&"k".repeat(64), true);
        check(&"k".repeat(65), false);
        check("", false);
        check(".hidden", false);
        check("../escape", false);
        check("a/b", false);
        check("收据", false);
    }
}
