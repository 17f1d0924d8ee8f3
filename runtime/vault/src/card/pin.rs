//! A PIN that a cardholder keyed, and the card number that it goes with.
//!
//! Guarantees: neither has a text form, both have a `Debug` that tells nothing, not even a length,
//! and a PIN is wiped when it is dropped, wherever it was moved meanwhile: its digits stay where they
//! were first put, for what is moved leaves its bytes behind. A [`Pan`] borrows: whoever read it
//! wipes it.

use std::fmt;
use zeroize::Zeroizing;

/// Fewest digits of a PIN (ISO 9564-1, 8.1).
pub const PIN_DIGITS_MIN: usize = 4;
/// Most digits of a PIN (ISO 9564-1, 8.1).
pub const PIN_DIGITS_MAX: usize = 12;
/// Fewest digits of a card number: an issuer's identification number of 6, one of an account and
/// the check digit.
pub const PAN_DIGITS_MIN: usize = 8;
/// Most digits of a card number (ISO/IEC 7812-1; field 2 of ISO 8583).
pub const PAN_DIGITS_MAX: usize = 19;

/// 4 to 12 digits that a cardholder keyed.
pub struct Pin {
    digits: Zeroizing<Vec<u8>>,
}

impl Pin {
    /// The PIN in `text`, ASCII digits; `None` where it is not 4 to 12 of them. Copies them;
    /// wiping `text` is the caller's part.
    #[must_use]
    pub fn new(text: &[u8]) -> Option<Self> {
        if !(PIN_DIGITS_MIN..=PIN_DIGITS_MAX).contains(&text.len()) {
            return None;
        }
        // With room for all of them: a vector that grows leaves the shorter one behind.
        let mut digits = Zeroizing::new(Vec::with_capacity(PIN_DIGITS_MAX));
        for character in text {
            digits.push(digit(*character)?);
        }
        Some(Self { digits })
    }

    /// The 8 bytes for the card in the reader, and for nobody else: ISO 9564-1 format 2, which is
    /// the plaintext PIN block of EMV Book 3, 6.5.12.
    #[must_use]
    pub fn card_block(&self) -> Zeroizing<Vec<u8>> {
        super::pin_block::card_block(self)
    }

    /// The digits, each from 0 to 9.
    pub(super) fn digits(&self) -> &[u8] {
        &self.digits
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(hidden)")
    }
}

/// A card number of 8 to 19 digits, as ASCII, check digit included.
#[derive(Clone, Copy)]
pub struct Pan<'a>(&'a [u8]);

impl<'a> Pan<'a> {
    /// The number in `text`; `None` where it is not 8 to 19 ASCII digits. The check digit is not
    /// checked: whoever read the card has done that.
    #[must_use]
    pub fn new(text: &'a [u8]) -> Option<Self> {
        let fits = (PAN_DIGITS_MIN..=PAN_DIGITS_MAX).contains(&text.len());
        (fits && text.iter().all(u8::is_ascii_digit)).then_some(Self(text))
    }

    /// The digits, each from 0 to 9, from left to right.
    pub(super) fn digits(self) -> impl DoubleEndedIterator<Item = u8> + ExactSizeIterator {
        self.0.iter().map(|character| digit(*character).unwrap_or_default())
    }
}

impl fmt::Debug for Pan<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pan(hidden)")
    }
}

fn digit(character: u8) -> Option<u8> {
    character.is_ascii_digit().then(|| character - b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_4_to_12_digits() {
        for text in ["1234", "00000", "123456789012"] {
            assert!(Pin::new(text.as_bytes()).is_some(), "{text}");
        }
        for text in ["", "123", "1234567890123", "12a4", "１２３４", " 1234", "1234\n"] {
            assert!(Pin::new(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn a_card_number_is_8_to_19_digits() {
        for text in ["12345678", "4111111111111111", "6222001234567890123"] {
            assert!(Pan::new(text.as_bytes()).is_some(), "{text}");
        }
        for text in
            ["", "1234567", "62220012345678901234", "4111 1111 1111 1111", "411111111111111D"]
        {
            assert!(Pan::new(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn nothing_of_either_is_shown() {
        let (short, long) = (Pin::new(b"1234").unwrap(), Pin::new(b"123456789012").unwrap());
        assert_eq!(format!("{short:?}"), "Pin(hidden)");
        assert_eq!(format!("{long:#?}"), "Pin(hidden)");
        assert_eq!(format!("{:?}", Pan::new(b"4111111111111111").unwrap()), "Pan(hidden)");
    }
}
