//! A payment's key: unique for ever, never from a clock.
//!
//! Guarantees: two payments never share a key, whatever happens to the clock, as long as journal
//! id, terminal id, boot counter and sequence come from the journal that is being written to. A
//! moved-aside journal has another id. At most 32 characters of `[0-9A-Z]`, so that every
//! acquirer's order number can be the key itself.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Longest key, in characters: the shortest order-number field among the wallets.
pub const KEY_CHARS_MAX: usize = 32;
/// Characters of a terminal id inside a key (ISO 8583 field 41).
pub const TERMINAL_CHARS: usize = 8;
/// Characters of a journal id inside a key.
const JOURNAL_CHARS: usize = 8;
/// Characters of the boot counter: a reboot a minute lasts 113 years.
const BOOT_CHARS: usize = 5;
/// Characters of the sequence within one journal: 60 million payments.
const SEQUENCE_CHARS: usize = 5;

const _: () =
    assert!(JOURNAL_CHARS + TERMINAL_CHARS + BOOT_CHARS + SEQUENCE_CHARS <= KEY_CHARS_MAX);

/// A payment's key, and its order number at the acquirer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PaymentKey(String);

/// Why a text is not a key, or why no more keys can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Wrong length or characters.
    #[error("\"{0}\" is not a payment key (1 to 32 of 0-9 and A-Z)")]
    Malformed(String),
    /// Terminal's owner: the terminal id must be 1 to 8 of 0-9 and A-Z.
    #[error("terminal id \"{0}\" does not fit a payment key (1 to 8 of 0-9 and A-Z)")]
    TerminalId(String),
    /// Boot counter or sequence is beyond what a key can carry. Restart, or start a new journal.
    #[error("{what} {value} is beyond what a payment key can carry")]
    Exhausted {
        /// `boot` or `sequence`.
        what: &'static str,
        /// The number.
        value: u64,
    },
}

impl PaymentKey {
    /// The key of payment `sequence` in boot `boot` of journal `journal` on `terminal`. The keys of
    /// a journal sort in the order in which they were given out.
    ///
    /// # Errors
    /// [`KeyError::TerminalId`], [`KeyError::Exhausted`].
    pub fn derive(
        journal: u64,
        terminal: &str,
        boot: u64,
        sequence: u64,
    ) -> Result<Self, KeyError> {
        if terminal.len() > TERMINAL_CHARS || !is_key_text(terminal) {
            return Err(KeyError::TerminalId(terminal.chars().take(16).collect()));
        }
        let journal = base36(journal % 36_u64.pow(8), JOURNAL_CHARS)
            .ok_or(KeyError::Exhausted { what: "journal", value: journal })?;
        let boot_text =
            base36(boot, BOOT_CHARS).ok_or(KeyError::Exhausted { what: "boot", value: boot })?;
        let sequence_text = base36(sequence, SEQUENCE_CHARS)
            .ok_or(KeyError::Exhausted { what: "sequence", value: sequence })?;
        Ok(Self(format!("{journal}{boot_text}{sequence_text}{terminal:0>TERMINAL_CHARS$}")))
    }

    /// The number of the journal that gave this key out, below 36^8; `None` for a key that no
    /// journal derived.
    #[must_use]
    pub fn journal(&self) -> Option<u64> {
        u64::from_str_radix(self.0.get(..JOURNAL_CHARS)?, 36).ok()
    }

    /// The number of this key within its journal, below 36^5; `None` for a key that no journal
    /// derived.
    #[must_use]
    pub fn sequence(&self) -> Option<u64> {
        const BEFORE: usize = JOURNAL_CHARS + BOOT_CHARS;
        u64::from_str_radix(self.0.get(BEFORE..BEFORE + SEQUENCE_CHARS)?, 36).ok()
    }

    /// The text, which is also the order number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_key_text(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}

fn base36(mut value: u64, width: usize) -> Option<String> {
    let mut reversed = String::with_capacity(width);
    for _ in 0..width {
        let digit = u32::try_from(value % 36).ok()?;
        reversed.push(char::from_digit(digit, 36)?.to_ascii_uppercase());
        value /= 36;
    }
    (value == 0).then(|| reversed.chars().rev().collect())
}

impl fmt::Display for PaymentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for PaymentKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() <= KEY_CHARS_MAX && is_key_text(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(KeyError::Malformed(text.chars().take(40).collect()))
        }
    }
}

impl TryFrom<String> for PaymentKey {
    type Error = KeyError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PaymentKey> for String {
    fn from(key: PaymentKey) -> Self {
        key.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_key_is_an_order_number_that_every_wallet_takes() {
        let key = PaymentKey::derive(7, "T1000001", 3, 41).unwrap();
        assert_eq!(key.as_str(), "000000070000300015T1000001");
        assert_eq!((key.journal(), key.sequence()), (Some(7), Some(41)));
        assert_eq!(key.as_str().parse(), Ok(key));
    }

    #[test]
    fn a_counter_that_would_wrap_is_refused() {
        assert_eq!(
            PaymentKey::derive(7, "T1", 36_u64.pow(5), 0),
            Err(KeyError::Exhausted { what: "boot", value: 36_u64.pow(5) })
        );
    }

    #[test]
    fn a_terminal_id_that_would_blur_two_keys_is_refused() {
        for id in ["", "T10000011", "t1", "T-1", "终端"] {
            assert!(matches!(PaymentKey::derive(1, id, 1, 1), Err(KeyError::TerminalId(_))));
        }
    }

    proptest! {
        #[test]
        fn different_counters_never_give_the_same_key(
            a in (0..36_u64.pow(8), 0..36_u64.pow(5), 0..36_u64.pow(5)),
            b in (0..36_u64.pow(8), 0..36_u64.pow(5), 0..36_u64.pow(5)),
        ) {
            let key = |(journal, boot, sequence)| {
                PaymentKey::derive(journal, "T1000001", boot, sequence).unwrap()
            };
            prop_assert_eq!(key(a) == key(b), a == b);
        }
    }
}
