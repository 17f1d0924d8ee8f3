//! What is wrong with a message: which field, where, why. No error holds a value; a single
//! character that does not belong is named, and what does not belong is no digit of a card.

use std::borrow::Cow;
use std::fmt;

use crate::frame::MESSAGE_BYTES_MAX;
use crate::spec::{Content, FieldSpec, Length};

/// A value that its field cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("field {field}{}: {reason}", in_parentheses(name))]
pub struct FieldError {
    /// Which field.
    pub field: u8,
    /// Its name; empty where the spec does not have it.
    pub name: Cow<'static, str>,
    /// What is wrong.
    pub reason: Reason,
}

fn in_parentheses(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!(" ({name})") }
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The bitmap or the caller names a field that the spec does not have.
    #[error("the spec does not have it")]
    NotInSpec,
    /// Too many or too few.
    #[error("{expected} expected, found {found}")]
    Count {
        /// What the spec says.
        expected: Expected,
        /// How many there are.
        found: usize,
    },
    /// One that does not belong.
    #[error("{expected} expected, found {found} at {} {at}", expected.unit.one())]
    Character {
        /// What the spec says.
        expected: Expected,
        /// What stands there.
        found: Found,
        /// Where, from 1.
        at: usize,
    },
    /// The half-byte beside an odd number of digits is neither 0 nor F.
    #[error("0 or F expected in the spare half-byte, found {0:X}")]
    Spare(u8),
    /// The length before the value is no number in BCD.
    #[error("the length before it is no number")]
    LengthPrefix,
    /// The message ends within the field.
    #[error("{needed} bytes needed, {left} left")]
    Cut {
        /// How many the field has.
        needed: usize,
        /// How many the message still has.
        left: usize,
    },
}

/// What a field holds, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// How many; at most so many if the length varies.
    pub count: usize,
    /// True where it is neither more nor less.
    pub exactly: bool,
    /// Of what.
    pub unit: Unit,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Digits.
    Digit,
    /// Digits of a track, and its separator.
    TrackDigit,
    /// `C` or `D` and digits.
    SignedDigit,
    /// Letters and digits.
    AlphaNumeric,
    /// Any text.
    Character,
    /// Bytes.
    Byte,
}

impl Unit {
    const fn one(self) -> &'static str {
        match self {
            Self::Digit | Self::TrackDigit => "digit",
            Self::SignedDigit | Self::AlphaNumeric | Self::Character => "character",
            Self::Byte => "byte",
        }
    }

    const fn many(self) -> &'static str {
        match self {
            Self::Digit => "digits",
            Self::TrackDigit => "digits or D",
            Self::SignedDigit => "digits after C or D",
            Self::AlphaNumeric => "letters or digits",
            Self::Character => "characters",
            Self::Byte => "bytes",
        }
    }
}

impl Expected {
    pub(crate) fn of(field: &FieldSpec) -> Self {
        let unit = match field.content {
            Content::N => Unit::Digit,
            Content::Z => Unit::TrackDigit,
            Content::Xn => Unit::SignedDigit,
            Content::An => Unit::AlphaNumeric,
            Content::Ans => Unit::Character,
            Content::B => Unit::Byte,
        };
        let exactly = matches!(field.length, Length::Fixed(_));
        Self { count: field.length.max(), exactly, unit }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bound = if self.exactly { "" } else { "at most " };
        write!(out, "{bound}{} {}", self.count, self.unit.many())
    }
}

/// One character or half-byte that does not belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found(pub u8);

impl fmt::Display for Found {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0x20..=0x7E => write!(out, "'{}'", char::from(self.0)),
            other => write!(out, "byte {other:02X}"),
        }
    }
}

/// Why a message cannot be packed. Its values were checked when they were set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// All fields together are too long.
    #[error("a message of {0} bytes, at most {MESSAGE_BYTES_MAX}")]
    TooLarge(usize),
    /// The spec has no field for the MAC that the message needs.
    #[error(transparent)]
    Field(#[from] FieldError),
}

/// Why bytes are no message of the spec.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("offset {offset}: {cause}")]
pub struct UnpackError {
    /// Where what is wrong begins, in bytes from the beginning of the TPDU.
    pub offset: usize,
    /// What is wrong.
    pub cause: UnpackCause,
}

/// What is wrong with a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnpackCause {
    /// It is longer than any honest one.
    #[error("{0} bytes, at most {MESSAGE_BYTES_MAX}")]
    TooLarge(usize),
    /// It ends before its first field.
    #[error("the {0} is cut off")]
    Cut(&'static str),
    /// The message type is not in BCD.
    #[error("the message type {0:04X} is not four digits")]
    Mti(u16),
    /// A field is wrong.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// There is more than the bitmap says.
    #[error("{0} bytes after the last field")]
    Trailing(usize),
}
