//! `caisson journal`.

use crate::chronicle::{Chronicle, Shown};
use crate::error::CliError;
use crate::journal_folder::{Found, Which};
use crate::out;
use caisson_core::{Language, Money, PaymentKey};
use caisson_journal::{Adoption, Commit, JournalError, Recovery, adopt, export, inspect, verify};
use caisson_terminal::{SystemClock, WallClock as _};
use clap::{Args, Subcommand};

/// Look into a payment journal, and settle by hand what the terminal could not.
///
/// One process at a time: not while its terminal runs. Only `resolve` and `adopt` change anything.
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
    Resolve(Resolve),
    Adopt(Adopt),
    Desk(Desk),
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

/// Say what became of a parked payment, after asking the acquirer.
///
/// A parked payment stops its method, because asking it many times gave no result. Ask the
/// acquirer with the key, which is the order number there. Your word and its reason are written
/// into the journal for good, and the method takes payments again at the terminal's next start.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "Example:\n  caisson journal resolve KEY --folder till --not-paid \\\n    --reason \"acquirer's hotline, ticket 4711: order never arrived\""
)]
struct Resolve {
    /// The payment's key, as `list --open` shows it.
    key: PaymentKeyArgument,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    outcome: Outcome,
    /// Who told you what: at most 200 characters, kept for good.
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// What the acquirer said.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Outcome {
    /// So much moved: for a sale, was taken; for a refund, was given back.
    #[arg(long, value_name = "AMOUNT")]
    paid: Option<String>,
    /// Nothing moved, and nothing will.
    #[arg(long)]
    not_paid: bool,
}

/// Take money again after a journal was damaged.
///
/// Without --yes it only says what can be read, and what becomes of each payment. With --yes the
/// damaged files are moved aside, whole and for good, and a new journal takes their place: what was
/// certain stays certain, what was open is asked about again at the terminal's next start, and what
/// cannot be asked about stands parked until an owner resolves it.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "Example:\n  caisson journal adopt --folder till\n  caisson journal adopt --folder till --yes --reason \"fell into the sink\""
)]
struct Adopt {
    #[command(flatten)]
    which: Which,
    /// Do it.
    #[arg(long, requires = "reason")]
    yes: bool,
    /// What happened to the terminal: at most 200 characters, kept for good.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// List what happened at the desk, the oldest first.
///
/// Who signed in and out, whose code was wrong, and who was refused what.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = "Example:\n  caisson journal desk --folder till")]
struct Desk {
    #[command(flatten)]
    which: Which,
    /// Language: zh or en; without it, the profile's.
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<Language>,
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
            What::Resolve(verb) => verb.run(),
            What::Adopt(verb) => verb.run(),
            What::Desk(verb) => verb.run(),
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
            (None, None) => Err(JournalError::NoPayment { key }.into()),
        }
    }
}

impl Desk {
    fn run(self) -> Result<(), CliError> {
        let found = self.which.find()?;
        let (chronicle, error) = Chronicle::read(&found.folder);
        let text = chronicle.desk(&shown(&found, self.language, false, usize::MAX));
        if !text.is_empty() {
            out::line(text.trim_end())?;
        } else if error.is_none() {
            out::line("nothing has happened at the desk yet")?;
        }
        error.map_or(Ok(()), |error| Err(error.into()))
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

impl Resolve {
    fn run(self) -> Result<(), CliError> {
        let found = self.which.find()?;
        let key = self.key.0;
        let refused = |error: String| CliError::failed(error).hinted("nothing was changed");
        // Looked at first: opening a journal records a start.
        let (chronicle, error) = Chronicle::read(&found.folder);
        if let Some(error) = error {
            return Err(error.into());
        }
        let mut payment =
            chronicle.payment(&key).ok_or_else(|| JournalError::NoPayment { key: key.clone() })?;
        let currency = payment.intent().amount.currency();
        let paid = match &self.outcome.paid {
            Some(text) => {
                let paid = Money::parse(text, currency);
                Some(paid.map_err(|error| refused(error.to_string()))?)
            }
            None => None,
        };
        let step =
            payment.resolve(paid, &self.reason).map_err(|error| refused(error.to_string()))?;
        let at = SystemClock.now();
        let (mut journal, _) = caisson_journal::Journal::open(&found.folder, at)?;
        let recovery = Recovery::Erase;
        journal.commit(&Commit { key: &key, events: &step.events, recovery, at })?;
        out::line(&format!("{key} is {}; the journal keeps why", payment.state()))
    }
}

impl Adopt {
    fn run(self) -> Result<(), CliError> {
        let folder = self.which.find()?.folder;
        let Some(reason) = self.reason.filter(|_| self.yes) else {
            out::line(&told(&inspect(&folder)?))?;
            return out::line("nothing was changed; do it with --yes and a --reason");
        };
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|error| CliError::environment(error.to_string()))?;
        let adoption = adopt(&folder, u64::from_le_bytes(random), SystemClock.now(), &reason)?;
        out::line(&told(&adoption))
    }
}

/// What an adoption does, for the owner.
fn told(adoption: &Adoption) -> String {
    let Adoption { fault, rows, lost, is_end_known, certain, asked, parked, unreadable, aside } =
        adoption;
    let end = if *is_end_known { "" } else { ", and the last payments may be lost too" };
    let mut text = format!(
        "what is wrong: {fault}\n{rows} rows are as they were written, {lost} are lost{end}\n\
         {certain} payments are certain, and stay so\n"
    );
    for (keys, what) in [
        (asked, "is asked about again at the terminal's next start"),
        (parked, "stands parked: ask the acquirer, then `caisson journal resolve`"),
        (unreadable, "cannot be read: ask the acquirer about this order number"),
    ] {
        keys.iter().for_each(|key| text.push_str(&format!("{key} {what}\n")));
    }
    if let Some(aside) = aside {
        text.push_str(&format!("the damaged files are in {}; keep them\n", aside.display()));
    }
    text.trim_end().to_owned()
}
