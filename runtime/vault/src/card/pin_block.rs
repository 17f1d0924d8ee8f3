//! PIN blocks: ISO 9564-1 formats 0, 3 and 4 for the host, format 2 for the card.
//!
//! Guarantees: a format goes only with a cipher of its block length (0 and 3 with TDES, 4 with
//! AES), fill digits are random where the format wants them so, and clear blocks are wiped; they are
//! vectors, because an array that is moved leaves its bytes behind. What a cipher leaves on the stack
//! is overwritten.
//! Deliberately not here: reading a block; no terminal does that.

use super::cipher::CipherKey;
use super::dukpt::Ksn;
use super::pin::{Pan, Pin};
use super::stack::wiped;
use crate::VaultError;
use std::convert::Infallible;
use std::fmt;
use zeroize::Zeroizing;

const BLOCK: usize = 8;
const LONG_BLOCK: usize = 16;
/// Digits of the card number in formats 0 and 3, the rightmost without the check digit.
const ACCOUNT_DIGITS: usize = 12;

/// How a PIN is laid out before it is enciphered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PinFormat {
    /// Format 0 (ISO 9564-1, 9.3.2; ANSI X9.8): the same PIN and card number give the same block.
    Iso0,
    /// Format 3 (9.3.5): as format 0, with random fill digits.
    Iso3,
    /// Format 4 (9.4.2): for AES, enciphered twice with the card number between.
    Iso4,
}

impl fmt::Display for PinFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Iso0 => "PIN block format 0",
            Self::Iso3 => "PIN block format 3",
            Self::Iso4 => "PIN block format 4",
        })
    }
}

/// An enciphered PIN, for field 52 of ISO 8583, and what the host needs to decipher it.
#[derive(Clone)]
pub struct PinBlock {
    block: [u8; LONG_BLOCK],
    length: usize,
    ksn: Option<Ksn>,
}

impl PinBlock {
    /// The enciphered block: 8 bytes, or 16 of format 4.
    #[must_use]
    pub fn block(&self) -> &[u8] {
        self.block.get(..self.length).unwrap_or(&self.block)
    }

    /// The key serial number under DUKPT; nothing under a session key.
    #[must_use]
    pub fn ksn(&self) -> Option<&Ksn> {
        self.ksn.as_ref()
    }

    /// `bytes` as a block; they are cut behind the most that a block has.
    pub(crate) fn from_bytes(bytes: &[u8], ksn: Option<Ksn>) -> Self {
        let mut block = [0; LONG_BLOCK];
        block.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Self { block, length: bytes.len().min(LONG_BLOCK), ksn }
    }
}

impl fmt::Debug for PinBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PinBlock").field("ksn", &self.ksn).finish_non_exhaustive()
    }
}

/// Random bytes for [`PinFormat::Iso4`] and random digits for [`PinFormat::Iso3`].
pub(crate) struct Fill {
    bytes: [u8; BLOCK],
    /// Each from 10 to 15.
    digits: [u8; 10],
}

impl Fill {
    #[cfg(test)]
    pub(crate) fn fixed(bytes: [u8; BLOCK], digits: [u8; 10]) -> Self {
        Self { bytes, digits }
    }

    pub(crate) fn random() -> Result<Self, VaultError> {
        let mut bytes = [0; BLOCK];
        getrandom::fill(&mut bytes).map_err(|_| VaultError::Random)?;
        let mut digits = [0; 10];
        for digit in &mut digits {
            *digit = fill_digit()?;
        }
        Ok(Self { bytes, digits })
    }
}

/// A digit from 10 to 15, each as likely as the next: 252 is the largest multiple of 6 in a byte.
fn fill_digit() -> Result<u8, VaultError> {
    loop {
        let mut byte = [0];
        getrandom::fill(&mut byte).map_err(|_| VaultError::Random)?;
        let [byte] = byte;
        if byte < 252 {
            return Ok(10 + byte % 6);
        }
    }
}

/// The enciphered block; `None` if `key` is of no cipher that `format` takes.
pub(crate) fn encipher(
    key: &CipherKey,
    format: PinFormat,
    pan: Pan<'_>,
    pin: &Pin,
    fill: &Fill,
) -> Option<Vec<u8>> {
    let encrypt = |block: &mut [u8]| {
        key.encrypt(block);
        Ok::<(), Infallible>(())
    };
    let Ok(block) = encipher_with(key.algorithm().block_bytes(), encrypt, format, pan, pin, fill);
    block
}

/// The same with a cipher of `block_bytes` that is elsewhere, and that may fail.
pub(crate) fn encipher_with<E>(
    block_bytes: usize,
    mut encrypt: impl FnMut(&mut [u8]) -> Result<(), E>,
    format: PinFormat,
    pan: Pan<'_>,
    pin: &Pin,
    fill: &Fill,
) -> Result<Option<Vec<u8>>, E> {
    wiped(|| match (format, block_bytes) {
        (PinFormat::Iso0 | PinFormat::Iso3, BLOCK) => {
            let Some(mut block) = clear_block(format, pan, pin, fill) else { return Ok(None) };
            encrypt(&mut block)?;
            Ok(Some(block.to_vec()))
        }
        (PinFormat::Iso4, LONG_BLOCK) => {
            let (mut block, pan) = clear_fields(pan, pin, fill);
            encrypt(&mut block)?;
            add(&mut block, &pan);
            encrypt(&mut block)?;
            Ok(Some(block.to_vec()))
        }
        _ => Ok(None),
    })
}

/// Formats 0 and 3 before the cipher; `None` for another format.
pub(crate) fn clear_block(
    format: PinFormat,
    pan: Pan<'_>,
    pin: &Pin,
    fill: &Fill,
) -> Option<Zeroizing<Vec<u8>>> {
    let mut block = match format {
        PinFormat::Iso0 => pin_field(0, pin, |_| 0xF),
        PinFormat::Iso3 => {
            let used = pin.digits().len();
            pin_field(3, pin, |at| {
                fill.digits.get(at.saturating_sub(2 + used)).copied().unwrap_or(0xF)
            })
        }
        PinFormat::Iso4 => return None,
    };
    // Right-justified behind zeros, as a number of fewer digits is too.
    let mut nibbles = Zeroizing::new([0; 2 * BLOCK]);
    let account = pan.digits().rev().skip(1).take(ACCOUNT_DIGITS);
    nibbles.iter_mut().rev().zip(account).for_each(|(to, from)| *to = from);
    add(&mut block, &packed(nibbles.as_slice()));
    Some(block)
}

/// Format 4 before the cipher: the PIN's field and the card number's.
pub(crate) fn clear_fields(
    pan: Pan<'_>,
    pin: &Pin,
    fill: &Fill,
) -> (Zeroizing<Vec<u8>>, Zeroizing<Vec<u8>>) {
    let mut block = Zeroizing::new(vec![0; LONG_BLOCK]);
    let left = pin_field(4, pin, |_| 0xA);
    let bytes = left.iter().chain(&fill.bytes);
    block.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);

    // A digit that says by how many the number is longer than 12; a shorter one stands behind
    // zeros (9.4.2.3).
    let mut nibbles = Zeroizing::new([0; 2 * LONG_BLOCK]);
    let digits = pan.digits().len();
    let over = u8::try_from(digits.saturating_sub(ACCOUNT_DIGITS)).unwrap_or_default();
    let zeros = ACCOUNT_DIGITS.saturating_sub(digits);
    let number = std::iter::once(over).chain(std::iter::repeat_n(0, zeros)).chain(pan.digits());
    nibbles.iter_mut().zip(number).for_each(|(to, from)| *to = from);
    (block, packed(nibbles.as_slice()))
}

/// Format 2.
pub(super) fn card_block(pin: &Pin) -> Zeroizing<Vec<u8>> {
    pin_field(2, pin, |_| 0xF)
}

/// Control, length, digits, and what `fill` gives for each place that is left.
fn pin_field(control: u8, pin: &Pin, fill: impl Fn(usize) -> u8) -> Zeroizing<Vec<u8>> {
    let length = u8::try_from(pin.digits().len()).unwrap_or_default();
    let mut nibbles = Zeroizing::new([0; 2 * BLOCK]);
    let given = [control, length];
    let mut known = given.iter().chain(pin.digits());
    for (at, nibble) in nibbles.iter_mut().enumerate() {
        *nibble = known.next().copied().unwrap_or_else(|| fill(at));
    }
    packed(nibbles.as_slice())
}

fn packed(nibbles: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(vec![0; nibbles.len() / 2]);
    for (byte, pair) in bytes.iter_mut().zip(nibbles.chunks_exact(2)) {
        *byte = pair.iter().fold(0, |sum, nibble| sum << 4 | nibble);
    }
    bytes
}

fn add(to: &mut [u8], other: &[u8]) {
    to.iter_mut().zip(other).for_each(|(to, other)| *to ^= *other);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::hex::unhex;

    #[track_caller]
    fn check(format: PinFormat, pan: &str, pin: &str, fill: [u8; 10], expected: &str) {
        let (pan, pin) = (Pan::new(pan.as_bytes()).unwrap(), Pin::new(pin.as_bytes()).unwrap());
        let block = clear_block(format, pan, &pin, &Fill::fixed([0; 8], fill)).unwrap();
        assert_eq!(block.to_vec(), unhex(expected));
    }

    #[test]
    fn format_0_is_as_published() {
        let check = |pan, pin, expected| check(PinFormat::Iso0, pan, pin, [10; 10], expected);
        // EFTLab, "Complete list of PIN-blocks", ISO-0.
        check("43219876543210987", "1234", "0412AC89ABCDEF67");
        // ANSI X9.24-1:2009, A.4: the block of its examples.
        check("4012345678909", "1234", "041274EDCBA9876F");
        // psec (github.com/knovichikhin/psec), test_pinblock.
        check("5555555551234567", "1234", "041261AAAAEDCBA9");
        check("5555555551234567", "123456789012", "0C1261032D8226A9");
        check("5544332211009966", "1234", "041277CDDEEFF669");
    }

    #[test]
    fn format_3_is_as_published() {
        // psec (github.com/knovichikhin/psec), test_pinblock: all fill digits are F.
        check(PinFormat::Iso3, "5555555551234567", "1234", [15; 10], "341261AAAAEDCBA9");
    }

    #[test]
    fn format_3_fills_with_the_given_digits_in_their_order() {
        // By ISO 9564-1, 9.3.5: 34 1234 ABCDEFABCD, and 0000 000000000000.
        let fill = [10, 11, 12, 13, 14, 15, 10, 11, 12, 13];
        check(PinFormat::Iso3, "0000000000000", "1234", fill, "341234ABCDEFABCD");
        check(PinFormat::Iso3, "0000000000000", "123456789012", fill, "3C123456789012AB");
    }

    #[test]
    fn format_2_is_as_published() {
        // psec (github.com/knovichikhin/psec), test_pinblock.
        let check = |pin: &str, expected| {
            let block = Pin::new(pin.as_bytes()).unwrap().card_block();
            assert_eq!(block.to_vec(), unhex(expected));
        };
        check("1234", "241234FFFFFFFFFF");
        check("123456789", "29123456789FFFFF");
        check("123456789012", "2C123456789012FF");
    }

    #[test]
    fn a_short_or_long_card_number_stands_where_the_standard_wants_it() {
        // By ISO 9564-1, 9.3.2.3 and 9.4.2.3: the formats say so in words, without an example.
        let fields = |pan: &[u8]| {
            let (pan, pin) = (Pan::new(pan).unwrap(), Pin::new(b"1234").unwrap());
            clear_fields(pan, &pin, &Fill::fixed([0; 8], [0; 10])).1.to_vec()
        };
        check(PinFormat::Iso0, "12345678", "1234", [0; 10], "041234FFFEDCBA98");
        assert_eq!(fields(b"12345678"), unhex("00000123456780000000000000000000"));
        assert_eq!(fields(b"123456789012"), unhex("01234567890120000000000000000000"));
        assert_eq!(fields(b"4111111111111111"), unhex("44111111111111111000000000000000"));
        assert_eq!(fields(b"6222001234567890123"), unhex("76222001234567890123000000000000"));
    }

    #[test]
    fn a_format_goes_only_with_a_cipher_of_its_block_length() {
        let (pan, pin) = (Pan::new(b"4111111111111111").unwrap(), Pin::new(b"1234").unwrap());
        let fill = Fill::random().unwrap();
        let fits = |key: &CipherKey, format| encipher(key, format, pan, &pin, &fill).is_some();
        let (tdes, aes) = (CipherKey::tdes2(&[7; 16]), CipherKey::aes256(&[7; 32]));
        for format in [PinFormat::Iso0, PinFormat::Iso3] {
            assert!(fits(&tdes, format) && !fits(&aes, format), "{format}");
        }
        assert!(!fits(&tdes, PinFormat::Iso4) && fits(&aes, PinFormat::Iso4));
    }

    #[test]
    fn random_fill_digits_are_those_of_the_format_and_all_come() {
        let mut seen = [0; 16];
        for _ in 0..100 {
            for digit in Fill::random().unwrap().digits {
                seen[usize::from(digit)] += 1;
            }
        }
        assert_eq!(seen[..10], [0; 10]);
        assert!(seen[10..].iter().all(|count| *count > 0), "{seen:?}");
    }
}
