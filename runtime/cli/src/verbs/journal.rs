//! `caisson journal`.

use crate::chronicle::{Chronicle, Shown};
use crate::error::CliError;
use crate::journal_folder::{Found, Which};
use crate::out;
use caisson_core::{Language, PaymentKey};
use caisson_journal::{export, verify};
use clap::{Args, Subcommand};

/// Look into a payment journal, without changing it.
///
/// One process at a time: not while its terminal runs.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLE)]
pub(crate) struct Journal {
    #[command(subcommand)]
    what: What,
}

const EXAMPLE: &str = "\
Example:
  caisson journal list --folder till";

#[derive(Debug, Subcommand)]
enum What {
    List(List),
    Show(Show),
    Verify(Verify),
    Export(Export),
}

/// List the payments, the last change first.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "Example:\n  caisson journal list --folder till --open --language zh"
)]
struct List {
    #[command(flatten)]
    which: Which,
    /// Only payments that are not certain yet.
    #[arg(long)]
    open: bool,
    /// At most so many.
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    limit: usize,
    /// Language of the reasons: zh or en; without it, the profile's.
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<Language>,
}

/// Show everything about one payment.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = "Example:\n  caisson journal show KEY --folder till")]
struct Show {
    /// The payment's key, as `list` shows it.
    key: PaymentKeyArgument,
    #[command(flatten)]
    which: Which,
    /// Language of the reasons: zh or en; without it, the profile's.
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<Language>,
}

/// Verify every page, every hash of the chain, and every payment against its entries.
///
/// The status is 0 if all of it holds, 1 if something was changed or lost.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = "Example:\n  caisson journal verify --folder till")]
struct Verify {
    #[command(flatten)]
    which: Which,
}

/// Write every row as a line of JSON, oldest first.
///
/// `body` is the text that was hashed, so that the chain can be checked without SQLite. A damaged
/// journal is written up to its first bad row.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "Example:\n  caisson journal export --folder till > journal.jsonl"
)]
struct Export {
    #[command(flatten)]
    which: Which,
}

/// A key from the command line.
#[derive(Debug, Clone)]
struct PaymentKeyArgument(PaymentKey);

impl std::str::FromStr for PaymentKeyArgument {
    type Err = caisson_core::key::KeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        PaymentKey::try_from(text.to_owned()).map(Self)
    }
}

impl Journal {
    pub(super) fn run(self) -> Result<(), CliError> {
        match self.what {
            What::List(verb) => verb.run(),
            What::Show(verb) => verb.run(),
            What::Verify(verb) => verb.run(),
            What::Export(verb) => verb.run(),
        }
    }
}

fn shown(found: &Found, language: Option<Language>, open_only: bool, limit: usize) -> Shown {
    let language = language.unwrap_or(found.language);
    Shown { language, utc_offset_minutes: found.utc_offset_minutes, open_only, limit }
}

impl List {
    fn run(self) -> Result<(), CliError> {
        let found = self.which.find()?;
        let (chronicle, error) = Chronicle::read(&found.folder);
        let text = chronicle.list(&shown(&found, self.language, self.open, self.limit));
        if !text.is_empty() {
            out::line(text.trim_end())?;
        } else if error.is_none() {
            out::line(if self.open { "every payment is certain" } else { "no payments yet" })?;
        }
        error.map_or(Ok(()), |error| Err(error.into()))
    }
}

impl Show {
    fn run(self) -> Result<(), CliError> {
        let found = self.which.find()?;
        let (chronicle, error) = Chronicle::read(&found.folder);
        let key = self.key.0;
        let text = chronicle.show(&key, &shown(&found, self.language, false, 1));
        if let Some(text) = &text {
            out::line(text.trim_end())?;
        }
        match (error, text) {
            (Some(error), _) => Err(error.into()),
            (None, Some(_)) => Ok(()),
            (None, None) => Err(caisson_journal::JournalError::NoPayment { key }.into()),
        }
    }
}

impl Verify {
    fn run(self) -> Result<(), CliError> {
        let found = verify(&self.which.find()?.folder)?;
        out::line(&format!(
            "the journal holds: {} rows, {} starts, {} payments, {} of them not certain yet\nlast row \
             {:?}",
            found.rows, found.boots, found.payments, found.open, found.head
        ))
    }
}

impl Export {
    fn run(self) -> Result<(), CliError> {
        let folder = self.which.find()?.folder;
        let mut to = out::Pipe::default();
        let written = export(&folder, &mut to);
        // What standard output refuses is no fault of the journal.
        match to.refused() {
            Some(error) => Err(out::refused(error)),
            None => Ok(written.map(drop)?),
        }
    }
}
