//! A code or a PIN: counted where people can see, and kept nowhere longer than until it is whole.

use caisson_devices::screen::{PIN_DIGITS, PinDigits};
use caisson_vault::{PASSCODE_DIGITS_MAX, PASSCODE_DIGITS_MIN, Passcode};
use zeroize::Zeroizing;

/// Digits that are being keyed, `MIN` to `MAX` of them. No `Debug`: they are nobody's.
pub(crate) struct DigitEntry<const MIN: usize, const MAX: usize>(Zeroizing<String>);

/// The code of an operator or an owner.
pub(crate) type CodeEntry = DigitEntry<PASSCODE_DIGITS_MIN, PASSCODE_DIGITS_MAX>;
/// The PIN of a card.
pub(crate) type PinEntry = DigitEntry<{ *PIN_DIGITS.start() }, { *PIN_DIGITS.end() }>;

impl<const MIN: usize, const MAX: usize> DigitEntry<MIN, MAX> {
    /// Nothing keyed yet. The room is taken at once, so that no digit is left behind by growing.
    pub(crate) fn new() -> Self {
        Self(Zeroizing::new(String::with_capacity(MAX)))
    }

    /// Adds a digit.
    pub(crate) fn key(&mut self, digit: &str) {
        let is_digit = digit.len() == 1 && digit.bytes().all(|byte| byte.is_ascii_digit());
        if is_digit && self.0.len() < MAX {
            self.0.push_str(digit);
        }
    }

    /// Takes the last digit away.
    pub(crate) fn backspace(&mut self) {
        self.0.pop();
    }

    /// Takes all away.
    pub(crate) fn clear(&mut self) {
        *self = Self::new();
    }

    /// How many digits there are.
    pub(crate) fn digits(&self) -> usize {
        self.0.len()
    }

    /// True where there are enough.
    pub(crate) fn is_whole(&self) -> bool {
        self.0.len() >= MIN
    }
}

impl CodeEntry {
    /// The code, where it is whole.
    pub(crate) fn whole(&self) -> Option<Passcode> {
        Passcode::new(&self.0)
    }
}

impl PinEntry {
    /// The PIN, where it is whole.
    pub(crate) fn whole(&self) -> Option<PinDigits> {
        PinDigits::new(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_whole_from_six_digits_and_takes_no_thirteenth() {
        let mut entry = CodeEntry::new();
        for _ in 0..5 {
            entry.key("7");
        }
        entry.key("a");
        entry.key("");
        assert!(!entry.is_whole() && entry.whole().is_none());
        entry.key("7");
        assert_eq!(entry.whole(), Passcode::new("777777"));
        for _ in 0..10 {
            entry.key("7");
        }
        assert_eq!(entry.digits(), 12);
        entry.backspace();
        assert_eq!(entry.digits(), 11);
        entry.clear();
        assert_eq!(entry.digits(), 0);
    }

    #[test]
    fn a_pin_is_whole_from_four_digits() {
        let mut entry = PinEntry::new();
        for _ in 0..3 {
            entry.key("4");
        }
        assert!(!entry.is_whole() && entry.whole().is_none());
        entry.key("4");
        assert_eq!(entry.whole(), PinDigits::new("4444"));
        for _ in 0..10 {
            entry.key("4");
        }
        assert_eq!(entry.digits(), 12);
    }
}
