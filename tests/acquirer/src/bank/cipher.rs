//! TDES as a bank host needs it: check values, the retail MAC, PIN blocks. Written apart from the
//! terminal's vault, so that a mistake in one shows against the other.

use des::cipher::{Array, BlockCipherDecrypt as _, BlockCipherEncrypt as _, KeyInit as _};
use des::{Des, TdesEde2};
use sha2::{Digest as _, Sha256};

/// Bytes of a block.
pub(super) const BLOCK_BYTES: usize = 8;
/// Shortest and longest PIN (ISO 9564-1, 9.1).
pub(super) const PIN_DIGITS: std::ops::RangeInclusive<usize> = 4..=12;

type Block = [u8; BLOCK_BYTES];

/// A TDES key of double length.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct DoubleKey([u8; 16]);

impl DoubleKey {
    pub(super) const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// A key that follows from `seed` and `purpose`, with odd parity.
    pub(super) fn derived(seed: &[u8], purpose: &str) -> Self {
        let digest = Sha256::digest([b"caisson bank key ", seed, purpose.as_bytes()].concat());
        let mut bytes = [0; 16];
        for (byte, from) in bytes.iter_mut().zip(digest.iter()) {
            let parity = u8::from((from >> 1).count_ones().is_multiple_of(2));
            *byte = (from & 0xFE) | parity;
        }
        Self(bytes)
    }

    pub(super) const fn bytes(&self) -> [u8; 16] {
        self.0
    }

    pub(super) fn encrypt(&self, block: Block) -> Block {
        let mut block = Array::from(block);
        TdesEde2::new(&Array::from(self.0)).encrypt_block(&mut block);
        block.into()
    }

    pub(super) fn decrypt(&self, block: Block) -> Block {
        let mut block = Array::from(block);
        TdesEde2::new(&Array::from(self.0)).decrypt_block(&mut block);
        block.into()
    }

    /// The first four bytes of zeros under this key.
    pub(super) fn check_value(&self) -> [u8; 4] {
        let [a, b, c, d, ..] = self.encrypt([0; BLOCK_BYTES]);
        [a, b, c, d]
    }

    /// The retail MAC of ANSI X9.19 (ISO/IEC 9797-1, algorithm 3, padding 1): single DES with the
    /// left half, the last block also through both.
    pub(super) fn mac(&self, message: &[u8]) -> Block {
        let [left, right] = self.halves();
        let mut chain: Block = [0; BLOCK_BYTES];
        for chunk in message.chunks(BLOCK_BYTES) {
            for (byte, more) in chain.iter_mut().zip(chunk) {
                *byte ^= more;
            }
            chain = single(&left, chain, true);
        }
        single(&left, single(&right, chain, false), true)
    }

    pub(super) fn halves(&self) -> [Block; 2] {
        let (halves, _) = self.0.as_chunks::<BLOCK_BYTES>();
        match halves {
            [left, right] => [*left, *right],
            _ => [[0; BLOCK_BYTES]; 2],
        }
    }
}

impl std::fmt::Debug for DoubleKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("DoubleKey(…)")
    }
}

/// One block through single DES.
pub(super) fn single(key: &Block, block: Block, encrypts: bool) -> Block {
    let mut block = Array::from(block);
    let des = Des::new(&Array::from(*key));
    if encrypts {
        des.encrypt_block(&mut block)
    } else {
        des.decrypt_block(&mut block)
    }
    block.into()
}

/// The PIN in a clear block of format 0 for the card `pan` (ISO 9564-1, 9.3.2); none if it is no
/// such block: another format, another card, or another key.
pub(super) fn pin_of_block(clear: Block, pan: &str) -> Option<String> {
    let mut field = clear;
    let account = account_part(pan)?;
    for (byte, mask) in field.iter_mut().zip(account) {
        *byte ^= mask;
    }
    let mut nibbles = field.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]);
    let format = nibbles.next()?;
    let count = usize::from(nibbles.next()?);
    let digits: Vec<u8> = nibbles.by_ref().take(count).collect();
    let is_good = format == 0
        && PIN_DIGITS.contains(&count)
        && digits.iter().all(|digit| *digit < 10)
        && nibbles.all(|nibble| nibble == 0x0F);
    is_good.then(|| digits.iter().map(|digit| char::from(b'0' + digit)).collect())
}

/// Four zeros and the twelve rightmost digits of the number without its check digit.
fn account_part(pan: &str) -> Option<Block> {
    let digits = pan.get(..pan.len().checked_sub(1)?)?;
    let account = digits.get(digits.len().checked_sub(12)?..)?;
    let value = u64::from_str_radix(account, 16).ok()?;
    account.bytes().all(|byte| byte.is_ascii_digit()).then(|| value.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: DoubleKey = DoubleKey::new([
        0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32,
        0x10,
    ]);

    /// ISO/IEC 9797-1:1999, annex B: algorithm 3 with padding 1.
    #[test]
    fn the_mac_is_that_of_the_norms_examples() {
        let check = |text: &[u8], mac: u64| assert_eq!(u64::from_be_bytes(KEY.mac(text)), mac);
        check(b"Now is the time for all ", 0xA1C7_2E74_EA3F_A9B6);
        check(b"Now is the time for it", 0x2E2B_1428_CC78_254F);
    }

    /// The check value of this key is printed in many manuals: 08D7B4.
    #[test]
    fn a_check_value_is_the_beginning_of_zeros_under_the_key() {
        assert_eq!(KEY.check_value(), [0x08, 0xD7, 0xB4, 0xFB]);
        assert_eq!(KEY.decrypt(KEY.encrypt(*b"8 bytes!")), *b"8 bytes!");
    }

    /// The example of format 0 that most descriptions of ISO 9564-1 use.
    #[test]
    fn a_pin_is_read_from_its_block_and_no_other() {
        let clear = 0x0412_AC89_ABCD_EF67_u64.to_be_bytes();
        let pan = "43219876543210987";
        assert_eq!(pin_of_block(clear, pan).as_deref(), Some("1234"));
        assert_eq!(pin_of_block(clear, "43219876543210997"), None);
        assert_eq!(pin_of_block([0; 8], pan), None);
        assert_eq!(pin_of_block(clear, "4321"), None);
        assert_eq!(pin_of_block(clear, ""), None);
    }

    #[test]
    fn derived_keys_have_odd_parity_and_differ_by_purpose() {
        let pin = DoubleKey::derived(&[1], "pin");
        assert!(pin.bytes().iter().all(|byte| byte.count_ones() % 2 == 1));
        assert_ne!(pin, DoubleKey::derived(&[1], "mac"));
        assert_eq!(format!("{pin:?}"), "DoubleKey(…)");
    }
}
