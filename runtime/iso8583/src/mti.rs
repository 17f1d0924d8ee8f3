//! Message types: four digits that say what is asked, and which side speaks.

use std::fmt;
use std::str::FromStr;

/// A message type, as its four digits in BCD: `0x0200`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mti(u16);

/// A text or number that is no message type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a message type is four digits, as 0200")]
pub struct NoMti;

impl Mti {
    /// The message type with these digits; none if one of them is no digit.
    #[must_use]
    pub const fn new(bcd: u16) -> Option<Self> {
        let [high, low] = bcd.to_be_bytes();
        if high >> 4 < 10 && high & 0x0F < 10 && low >> 4 < 10 && low & 0x0F < 10 {
            Some(Self(bcd))
        } else {
            None
        }
    }

    /// As [`Mti::new`], for constants.
    ///
    /// # Panics
    /// If a digit is none. In a `const` that is an error of the compiler; use it nowhere else.
    #[must_use]
    pub const fn literal(bcd: u16) -> Self {
        assert!(Self::new(bcd).is_some(), "a message type is four digits");
        Self(bcd)
    }

    /// The digits in BCD: `0x0200`.
    #[must_use]
    pub const fn bcd(self) -> u16 {
        self.0
    }

    /// The type of the answer: `0210` to `0200`, `0410` to `0401`. None for what is an answer.
    #[must_use]
    pub const fn answer(self) -> Option<Self> {
        if self.is_answer() { None } else { Some(Self((self.0 & 0xFFF0) + 0x10)) }
    }

    /// True where the third digit says that this answers something.
    #[must_use]
    pub const fn is_answer(self) -> bool {
        self.0 >> 4 & 1 == 1
    }

    /// The type of the same message sent again: `0401` for `0400`.
    #[must_use]
    pub const fn repeat(self) -> Self {
        Self(self.0 | 1)
    }

    /// True where this is sent again.
    #[must_use]
    pub const fn is_repeat(self) -> bool {
        self.0 & 1 == 1
    }

    /// The type without the mark of a repeat: `0400` for `0401`.
    #[must_use]
    pub const fn first(self) -> Self {
        Self(self.0 & 0xFFFE)
    }

    /// True for class 5: totals are compared.
    #[must_use]
    pub const fn is_reconciliation(self) -> bool {
        self.0 >> 8 & 0x0F == 5
    }

    /// In words: "reversal request, repeated".
    #[must_use]
    pub fn words(self) -> String {
        let class = match self.0 >> 8 & 0x0F {
            1 => "authorisation",
            2 => "financial",
            3 => "file action",
            4 => "reversal",
            5 => "reconciliation",
            6 => "administrative",
            8 => "network management",
            _ => "reserved class",
        };
        let function = match self.0 >> 4 & 0x0F {
            0 => "request",
            1 => "answer",
            2 => "advice",
            3 => "answer to an advice",
            4 => "notification",
            _ => "reserved function",
        };
        let repeated = if self.is_repeat() { ", repeated" } else { "" };
        format!("{class} {function}{repeated}")
    }
}

impl FromStr for Mti {
    type Err = NoMti;

    fn from_str(text: &str) -> Result<Self, NoMti> {
        let is_four = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        let bcd = u16::from_str_radix(text, 16).map_err(|_| NoMti)?;
        if is_four { Self::new(bcd).ok_or(NoMti) } else { Err(NoMti) }
    }
}

impl fmt::Display for Mti {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:04X}", self.0)
    }
}

impl fmt::Debug for Mti {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Mti({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, answer: Option<&str>, words: &str) {
        let mti: Mti = text.parse().unwrap();
        assert_eq!(mti.to_string(), text);
        assert_eq!(mti.answer().map(|answer| answer.to_string()).as_deref(), answer, "{text}");
        assert_eq!(mti.words(), words);
    }

    #[test]
    fn a_message_type_knows_its_answer_and_its_words() {
        check("0100", Some("0110"), "authorisation request");
        check("0200", Some("0210"), "financial request");
        check("0210", None, "financial answer");
        check("0220", Some("0230"), "financial advice");
        check("0320", Some("0330"), "file action advice");
        check("0400", Some("0410"), "reversal request");
        check("0401", Some("0410"), "reversal request, repeated");
        check("0500", Some("0510"), "reconciliation request");
        check("0800", Some("0810"), "network management request");
        check("0830", None, "network management answer to an advice");
    }

    #[test]
    fn what_is_not_four_digits_is_no_message_type() {
        for wrong in ["", "200", "02000", "0A00", "+200", "02 0"] {
            assert_eq!(wrong.parse::<Mti>(), Err(NoMti), "{wrong}");
        }
        assert_eq!(Mti::new(0x02A0), None);
        assert_eq!(Mti::literal(0x0400).repeat(), Mti::literal(0x0401));
        assert_eq!(Mti::literal(0x0401).first(), Mti::literal(0x0400));
    }
}
