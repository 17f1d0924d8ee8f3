//! A card as a file. `deck/README.md` documents the format for people; this is what reads it.
//!
//! Guarantees: an unknown name is an error, and so is a value that a card could not have; what was
//! parsed can be loaded, but for a CA that does not exist. Nothing here shows a PIN or a whole PAN.

use std::fmt;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::hex::{Hex, HexError};
use crate::pan::{Brand, Pan};

mod application;
mod check;
mod misbehaviour;

pub use application::{
    Application, CvmCondition, CvmMethod, CvmRule, Decision, Interface, IssuerAuthentication, Oda,
    Tap, TapCvm,
};
pub use misbehaviour::{At, CommandName, Malformation, Malformed, Misbehaviour, WrongStatus};

/// Longest card file in bytes. Stops a file from being a bomb.
pub(crate) const FILE_BYTES_MAX: usize = 32 * 1024;
/// Most applications on one card.
pub(crate) const APPLICATIONS_MAX: usize = 8;

/// Why a file is no card. Author of the file: correct the named place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// Larger than `FILE_BYTES_MAX`.
    #[error("a card file of {bytes} bytes, limit {FILE_BYTES_MAX}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// No TOML, an unknown name, or a value of a wrong form.
    #[error("line {line}: {problem}")]
    Format {
        /// Counted from 1; 1 where the whole file is meant.
        line: usize,
        /// What is wrong, without the value.
        problem: String,
    },
    /// Each value is well formed, but together they are no card.
    #[error("{place}: {rule}")]
    Rule {
        /// The table and the name in it.
        place: String,
        /// What must hold.
        rule: &'static str,
    },
}

/// A card: who it is, its stripe, its chip, and what it does wrong.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CardProfile {
    /// One line for people: what this card is for.
    pub about: String,
    /// The scheme; the PAN must be of one of its test ranges.
    pub brand: Brand,
    /// A published test number.
    pub pan: Pan,
    /// The last month in which it is valid.
    pub expiry: YearMonth,
    /// The first month in which it is valid.
    #[serde(default = "YearMonth::long_ago")]
    pub effective: YearMonth,
    /// PAN sequence number (5F34), 0 to 99.
    #[serde(default)]
    pub sequence: u8,
    /// Name on the card, 2 to 26 signs of the stripe's alphabet (ISO/IEC 7813).
    pub cardholder: String,
    /// Service code (ISO/IEC 7813): three digits, the first 2 or 6 if there is a chip.
    pub service_code: String,
    /// The magnetic stripe, if there is one.
    pub stripe: Option<Stripe>,
    /// The chip, if there is one.
    pub chip: Option<Chip>,
    /// What it does wrong.
    #[serde(default)]
    pub misbehaviour: Misbehaviour,
}

/// The magnetic stripe (ISO/IEC 7811-2, 7813). Track 2 follows from PAN, expiry, service code and:
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Stripe {
    /// Discretionary data of track 2 in digits: PIN verification data, CVV.
    pub discretionary: String,
}

impl fmt::Debug for Stripe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stripe(…)")
    }
}

/// The chip: how it speaks, its PIN, and its applications.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Chip {
    /// Answer to reset by contact; by default that of `transport`.
    pub atr: Option<Hex>,
    /// How answers with data are fetched by contact.
    #[serde(default)]
    pub transport: Transport,
    /// There is a directory `1PAY.SYS.DDF01` by contact. By tap there always is a PPSE.
    #[serde(default = "yes")]
    pub pse: bool,
    /// The PIN that VERIFY compares with; without one there is no offline PIN.
    pub pin: Option<Pin>,
    /// PIN tries that a fresh or unblocked card has, 1 to 15.
    #[serde(default = "three")]
    pub pin_tries: u8,
    /// PIN tries that this one still has; by default all.
    pub pin_tries_left: Option<u8>,
    /// The whole chip is blocked: it refuses every SELECT.
    #[serde(default)]
    pub blocked: bool,
    /// Transactions that it made before (ATC), the same for each application.
    #[serde(default)]
    pub transactions: u16,
    /// At least one.
    pub applications: Vec<Application>,
}

const fn yes() -> bool {
    true
}

const fn three() -> u8 {
    3
}

/// How answers with data are fetched (ISO/IEC 7816-3, 12.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// T=1: an answer comes whole, with its status word.
    #[default]
    T1,
    /// T=0 as a reader passes it on: `61xx` after a command with data, `6Cxx` for a wrong expected
    /// length.
    T0,
}

/// A PIN of 4 to 12 digits. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Pin(String);

impl Pin {
    pub(crate) fn matches(&self, digits: &str) -> bool {
        self.0 == digits
    }

    pub(crate) fn digits(&self) -> &str {
        &self.0
    }

    pub(crate) const fn new(digits: String) -> Self {
        Self(digits)
    }
}

impl TryFrom<String> for Pin {
    type Error = &'static str;

    fn try_from(digits: String) -> Result<Self, Self::Error> {
        let only_digits = digits.bytes().all(|digit| digit.is_ascii_digit());
        if only_digits && (4..=12).contains(&digits.len()) {
            Ok(Self(digits))
        } else {
            Err("a PIN has 4 to 12 digits")
        }
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(…)")
    }
}

/// A month, written `YYYY-MM`, from 2000 to 2049 (what two digits of a year can say in EMV).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct YearMonth {
    year: u8,
    month: u8,
}

impl YearMonth {
    const fn long_ago() -> Self {
        Self { year: 20, month: 1 }
    }

    /// `YYMMDD` in packed digits, with this day.
    pub(crate) fn date(self, day: u8) -> [u8; 3] {
        [packed(self.year), packed(self.month), packed(day)]
    }

    /// `YYMM`, as a stripe has it.
    #[must_use]
    pub fn year_month(self) -> String {
        format!("{:02}{:02}", self.year, self.month)
    }

    /// The last day of the month.
    pub(crate) const fn last_day(self) -> u8 {
        match self.month {
            2 if self.year.is_multiple_of(4) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }
}

const fn packed(number: u8) -> u8 {
    ((number / 10) << 4) | (number % 10)
}

impl TryFrom<String> for YearMonth {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let problem = "a month is written YYYY-MM, from 2000-01 to 2049-12";
        let (year, month) = text.split_once('-').ok_or(problem)?;
        let year = year.strip_prefix("20").filter(|year| year.len() == 2).ok_or(problem)?;
        let number = |text: &str| text.parse::<u8>().map_err(|_| problem);
        let (year, month) = (number(year)?, number(month)?);
        if year < 50 && (1..=12).contains(&month) { Ok(Self { year, month }) } else { Err(problem) }
    }
}

/// A file's values; else the line, counted from 1, and what is wrong, without the value.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, (usize, String)> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or("");
        (before.matches('\n').count() + 1, error.message().to_owned())
    })
}

impl CardProfile {
    /// Reads a card file.
    ///
    /// # Errors
    ///
    /// [`ProfileError`]: what is wrong with it, and where. It never shows a value of the file.
    pub fn parse(text: &str) -> Result<Self, ProfileError> {
        if text.len() > FILE_BYTES_MAX {
            return Err(ProfileError::TooLarge { bytes: text.len() });
        }
        let profile: Self =
            read(text).map_err(|(line, problem)| ProfileError::Format { line, problem })?;
        check::check(&profile)?;
        Ok(profile)
    }

    /// Track 2 of the stripe as a reader gives it, without sentinels: PAN `=` expiry, service code
    /// and discretionary data. `None` for a card without a stripe. Holds the whole PAN.
    #[must_use]
    pub fn track_2(&self) -> Option<String> {
        let stripe = self.stripe.as_ref()?;
        let (pan, expiry) = (self.pan.digits(), self.expiry.year_month());
        Some(format!("{pan}={expiry}{}{}", self.service_code, stripe.discretionary))
    }

    /// The PIN that the chip compares with, for whoever plays its cardholder.
    #[must_use]
    pub fn cardholders_pin(&self) -> Option<&str> {
        self.chip.as_ref()?.pin.as_ref().map(Pin::digits)
    }

    /// Track 2 equivalent data (57): as [`Self::track_2`], with other discretionary data, so that
    /// a stripe copied from a chip can be told.
    pub(crate) fn track_2_equivalent(&self) -> Vec<u8> {
        let (pan, expiry) = (self.pan.digits(), self.expiry.year_month());
        let text = format!("{pan}D{expiry}{}00000999", self.service_code);
        let padded = if text.len() % 2 == 0 { text } else { format!("{text}F") };
        crate::hex::bytes(&padded).unwrap_or_default()
    }
}

impl From<HexError> for ProfileError {
    fn from(error: HexError) -> Self {
        Self::Format { line: 1, problem: error.to_string() }
    }
}
