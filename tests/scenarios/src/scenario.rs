//! A scenario: one sale as a file that a cashier can read.
//!
//! The comment on top says the cause in plain words. `steps` are what people, devices and the
//! acquirer do ([`steps_help`](crate::steps_help)); `screen`, `paper`, `journal` and `books` are
//! the four witnesses, and each of them must speak. [`scenario_help`] explains every key.
//! Guarantee: whatever is wrong in a file is an error that names file, line and remedy.

mod expected;

use crate::bank_keys::{BankKeys, UnknownBankKeys};
use crate::customer::{is_secret, payment_code};
use crate::emulated_profile::{OWNER_CODE, PinRules};
use crate::step::Step;
use caisson_acquirer::{Fault, Wallet};
use caisson_core::Language;
use caisson_core::language::UnknownLanguage;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use toml::Spanned;

pub(crate) use expected::{Books, Journal, Paper};

/// Largest file, in bytes.
const FILE_BYTES_MAX: u64 = 64 * 1024;
/// Most steps.
const STEPS_MAX: usize = 200;
/// The app, where a file names none.
const APP: &str = "qr";

/// Why a file is not a scenario. Author: as the text says.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// It cannot be read.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// Too large.
    #[error("{path}: {bytes} bytes; a scenario has at most {max}", max = FILE_BYTES_MAX)]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// Not TOML, or a key that is unknown, missing or of another type; the text shows the line.
    #[error("{path}: {error}")]
    Form {
        /// The file.
        path: PathBuf,
        /// The parser's words with line and column.
        error: Box<toml::de::Error>,
    },
    /// A value that cannot be.
    #[error("{path}:{line}: {remedy}")]
    Value {
        /// The file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong and what to write instead.
        remedy: String,
    },
}

/// A step with its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sentence {
    pub(crate) line: usize,
    pub(crate) text: String,
    pub(crate) step: Step,
}

/// A checked scenario.
#[derive(Debug, Clone)]
pub struct Scenario {
    pub(crate) path: PathBuf,
    pub(crate) app: String,
    pub(crate) language: Language,
    pub(crate) settings: BTreeMap<String, String>,
    pub(crate) risk: Vec<toml::Table>,
    pub(crate) acquirer: Vec<Fault>,
    pub(crate) bank_keys: BankKeys,
    pub(crate) has_desk: bool,
    pub(crate) pin: PinRules,
    pub(crate) steps: Vec<Sentence>,
    pub(crate) screen: Vec<String>,
    pub(crate) screen_never: Vec<String>,
    pub(crate) paper: Vec<Paper>,
    pub(crate) journal: Journal,
    pub(crate) books: Vec<Books>,
    pub(crate) open_at_end: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    app: Option<String>,
    language: Option<Spanned<String>>,
    #[serde(default)]
    settings: BTreeMap<String, String>,
    #[serde(default)]
    risk: Vec<toml::Table>,
    #[serde(default)]
    acquirer: Vec<Spanned<String>>,
    bank_keys: Option<Spanned<String>>,
    #[serde(default)]
    desk: bool,
    #[serde(default)]
    pin: PinRules,
    steps: Spanned<Vec<Spanned<String>>>,
    screen: Vec<String>,
    #[serde(default)]
    screen_never: Vec<String>,
    paper: Vec<Spanned<String>>,
    journal: Spanned<expected::RawJournal>,
    books: Vec<Spanned<String>>,
    #[serde(default)]
    open_at_end: bool,
}

impl Scenario {
    /// Reads and checks the file at `path`.
    ///
    /// # Errors
    /// [`ScenarioError`].
    pub fn read(path: &Path) -> Result<Self, ScenarioError> {
        let file = |source| ScenarioError::File { path: path.to_owned(), source };
        let bytes = fs::metadata(path).map_err(file)?.len();
        if bytes > FILE_BYTES_MAX {
            return Err(ScenarioError::TooLarge { path: path.to_owned(), bytes });
        }
        Self::parse(path, &fs::read_to_string(path).map_err(file)?)
    }

    /// Parses `text`, which stands in `path`.
    ///
    /// # Errors
    /// [`ScenarioError`].
    pub fn parse(path: &Path, text: &str) -> Result<Self, ScenarioError> {
        let raw: Raw = toml::from_str(text)
            .map_err(|error| ScenarioError::Form { path: path.to_owned(), error: error.into() })?;
        let wrong = |at: usize, remedy: String| ScenarioError::Value {
            path: path.to_owned(),
            line: line_at(text, at),
            remedy,
        };
        if !text.starts_with("# ") {
            let remedy = "the first line says the cause in plain words, as a comment: # …";
            return Err(wrong(0, remedy.to_owned()));
        }
        let steps_at = raw.steps.span().start;
        if !(1..=STEPS_MAX).contains(&raw.steps.get_ref().len()) {
            let remedy = format!("steps: 1 to {STEPS_MAX} sentences");
            return Err(wrong(steps_at, remedy));
        }
        let language = match &raw.language {
            None => Language::En,
            Some(name) => name.get_ref().parse().map_err(|error: UnknownLanguage| {
                wrong(name.span().start, format!("language: {error}"))
            })?,
        };
        let bank_keys = match &raw.bank_keys {
            None => BankKeys::default(),
            Some(name) => name.get_ref().parse().map_err(|error: UnknownBankKeys| {
                wrong(name.span().start, format!("bank_keys: {error}"))
            })?,
        };
        let mut steps = Vec::new();
        for sentence in raw.steps.into_inner() {
            let at = sentence.span().start;
            let step = sentence.get_ref().parse();
            let step =
                step.map_err(|error: crate::step::StepSyntax| wrong(at, error.to_string()))?;
            steps.push(Sentence { line: line_at(text, at), text: sentence.into_inner(), step });
        }
        Ok(Self {
            path: path.to_owned(),
            app: raw.app.unwrap_or_else(|| APP.to_owned()),
            language,
            settings: raw.settings,
            risk: raw.risk,
            acquirer: each(raw.acquirer, "acquirer", &wrong)?,
            bank_keys,
            has_desk: raw.desk,
            pin: raw.pin,
            steps,
            screen: raw.screen,
            screen_never: raw.screen_never,
            paper: each(raw.paper, "paper", &wrong)?,
            journal: {
                let at = raw.journal.span().start;
                Journal::new(raw.journal.into_inner()).map_err(|remedy| wrong(at, remedy))?
            },
            books: each(raw.books, "books", &wrong)?,
            open_at_end: raw.open_at_end,
        })
    }

    /// The name: the file's, without its ending.
    #[must_use]
    pub fn name(&self) -> String {
        name_of(&self.path)
    }

    /// The steps from one start of the terminal to the next; the last of each but the last starts
    /// it anew.
    pub(crate) fn phases(&self) -> Vec<&[Sentence]> {
        self.steps.split_inclusive(|sentence| sentence.step.ends_phase()).collect()
    }

    /// The codes that are shown before phase `phase`, in order.
    pub(crate) fn codes_before(&self, phase: usize) -> Vec<String> {
        let mut codes = Vec::new();
        for sentence in self.phases().into_iter().take(phase).flatten() {
            let number = u64::try_from(codes.len()).unwrap_or(u64::MAX);
            match &sentence.step {
                Step::ShowCode(wallet) => codes.push(payment_code(*wallet, SEED, number)),
                Step::ShowDamaged => codes.push(payment_code(Wallet::Wechat, SEED, number)),
                Step::ShowText(text) => codes.push(text.clone()),
                _ => {}
            }
        }
        codes
    }

    /// Every code that may stand nowhere.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let mut codes = self.codes_before(usize::MAX);
        codes.retain(|code| is_secret(code));
        codes.push(OWNER_CODE.to_owned());
        codes
    }
}

/// The seed of a scenario's fresh codes.
pub(crate) const SEED: u64 = 1;

/// The name of the scenario in `path`.
pub(crate) fn name_of(path: &Path) -> String {
    path.file_stem().map_or_else(|| "?".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

fn each<T: std::str::FromStr<Err: std::fmt::Display>>(
    values: Vec<Spanned<String>>,
    key: &str,
    wrong: &impl Fn(usize, String) -> ScenarioError,
) -> Result<Vec<T>, ScenarioError> {
    let read = |value: Spanned<String>| {
        let read = value.get_ref().parse();
        read.map_err(|error: T::Err| wrong(value.span().start, format!("{key}: {error}")))
    };
    values.into_iter().map(read).collect()
}

/// The line of a place in `text`, from 1.
fn line_at(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// Every key of a scenario with its meaning, for a help text.
#[must_use]
pub fn scenario_help() -> String {
    format!(
        "A scenario is a TOML file. Its first line is a comment that says the cause.\n\
         \x20 steps         what happens, in order; every form stands below\n\
         \x20 screen        texts that the screen shows, in this order; others may lie between\n\
         \x20 paper         the sheets that come out, all of them: {paper}\n\
         \x20 journal       the states that each payment passes through, after `created`:\n\
         \x20               [\"authorising\", …] for one payment, a table {{ 1 = […], 2 = […] }} for\n\
         \x20               more, [] where the journal has none\n\
         \x20 books         what the acquirer's books say: {books}\n\
         and, where they are needed,\n\
         \x20 app           the app's id (qr)\n\
         \x20 language      zh or en (en)\n\
         \x20 settings      a table of the app's settings\n\
         \x20 risk          the owner's rules, tables as a profile's [[risk]]\n\
         \x20 desk          true where the cashier works at the terminal's own desk, cards included (false)\n\
         \x20 pin           {{ bypass = true }} where a cardholder may go on without a PIN, \
         {{ shuffled = true }}\n\
         \x20               where the pad's digits stand in another order each time\n\
         \x20 acquirer      what the acquirer does wrong, as lines of `caisson acquirer --help`\n\
         \x20 bank_keys     how the bank's terminals get their keys: dukpt-tdes, dukpt-aes128,\n\
         \x20               dukpt-aes256 (master-session)\n\
         \x20 screen_never  texts that the screen never shows\n\
         \x20 open_at_end   true where a payment is still open at the end (false)\n\
         Checked always: for each payment the acquirer keeps what the journal shows; nothing is\n\
         captured twice; nothing is open at the end; the app broke no rule with an outcome; the\n\
         journal's chain verifies; no DUKPT key served two messages; no payment code stands in journal,\n\
         transcript, receipts or logs.\n\nSteps:\n{steps}",
        paper = expected::PAPER_FORMS,
        books = expected::BOOKS_FORMS,
        steps = crate::step::steps_help(),
    )
}
