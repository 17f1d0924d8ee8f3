//! A slot's name and the one thing that its key is for.
//!
//! Guarantees: a [`Slot`] is 1 to 40 characters of `[a-z0-9-]`, so that it can stand in a file, an
//! error or associated data without quoting. A name says nothing about the key's usage; the store
//! knows that.

use crate::TextError;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Longest slot name, in characters: room for a role and an acquirer, and short in an error.
pub const SLOT_CHARS_MAX: usize = 40;

/// The name under which a key store holds a key, such as `terminal-signing`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slot(String);

impl Slot {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Slot {
    type Err = TextError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        if name.is_empty() || name.len() > SLOT_CHARS_MAX {
            return Err(TextError::SlotLength { bytes: name.len() });
        }
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        match name.chars().position(|c| !allowed(c)) {
            Some(before) => Err(TextError::SlotCharacter { position: before + 1 }),
            None => Ok(Self(name.to_owned())),
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(Slot);

/// What a slot's key may be used for; nothing else is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Usage {
    /// An Ed25519 key pair of ours: signs.
    Sign,
    /// Another party's Ed25519 public key: verifies what that party signed.
    Verify,
    /// A symmetric key: seals and opens data that only this terminal reads.
    Seal,
    /// A terminal master key (TMK): deciphers the session keys of a sign-on.
    KeyEncryption,
    /// A session key (TPK) for PIN blocks; loaded at sign-on, never provisioned.
    PinEncryption,
    /// A session key (TAK) for message authentication; loaded at sign-on, never provisioned.
    Mac,
    /// A DUKPT initial key with its key serial number: each transaction has keys of its own.
    DukptInitial,
}

impl Usage {
    /// The usage's name, as key files write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Verify => "verify",
            Self::Seal => "seal",
            Self::KeyEncryption => "key-encryption",
            Self::PinEncryption => "pin-encryption",
            Self::Mac => "mac",
            Self::DukptInitial => "dukpt-initial",
        }
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: &str) {
        let shown = match name.parse::<Slot>() {
            Ok(slot) => slot.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_slot_name_is_1_to_40_of_lower_case_digits_and_hyphen() {
        let longest = "a".repeat(40);
        let character = |n| format!("character {n} of the slot name is none of a-z, 0-9 and -");
        check("terminal-signing", "terminal-signing");
        check("7", "7");
        check(&longest, &longest);
        check("", "a slot name of 0 bytes; it must have 1 to 40");
        check(&"a".repeat(41), "a slot name of 41 bytes; it must have 1 to 40");
        check("Terminal", &character(1));
        check("acquirer_wallet", &character(9));
        check("a b", &character(2));
        check("密钥", &character(1));
        check("a\0", &character(2));
    }
}
