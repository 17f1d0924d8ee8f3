//! Double-length DES as EMV uses it: key derivation, session keys and MACs.
//!
//! EMV Book 2, Annex A1.2 (MAC algorithm 3 of ISO/IEC 9797-1), A1.3 (session keys), A1.4 (master
//! keys). Guarantees: a [`Key`] has no `Debug` that shows it. Not here: which data a cryptogram
//! covers (`cryptogram`), and AES.

use std::fmt;

use des::cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use des::{Des, TdesEde2};
use sha1::{Digest, Sha1};

/// A double-length DES key.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Key([u8; 16]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// How a message is filled up to whole blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Padding {
    /// Zeros, none if the blocks are full (ISO/IEC 9797-1, method 1).
    Zeros,
    /// `80` and zeros, always (ISO/IEC 9797-1, method 2).
    Marked,
}

impl Key {
    pub(crate) const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    fn halves(&self) -> ([u8; 8], [u8; 8]) {
        let mut left = [0; 8];
        let mut right = [0; 8];
        for (to, from) in left.iter_mut().chain(right.iter_mut()).zip(self.0) {
            *to = from;
        }
        (left, right)
    }

    fn joined(left: [u8; 8], right: [u8; 8]) -> Self {
        let mut key = [0; 16];
        for (to, from) in key.iter_mut().zip(left.into_iter().chain(right)) {
            *to = from;
        }
        Self(key)
    }

    pub(crate) fn encrypt(&self, block: [u8; 8]) -> [u8; 8] {
        let mut block = Block::<TdesEde2>::from(block);
        TdesEde2::new(&self.0.into()).encrypt_block(&mut block);
        block.into()
    }

    pub(crate) fn decrypt(&self, block: [u8; 8]) -> [u8; 8] {
        let mut block = Block::<TdesEde2>::from(block);
        TdesEde2::new(&self.0.into()).decrypt_block(&mut block);
        block.into()
    }

    /// The last four bytes of the left half, which VIS PIN blocks are made with.
    pub(crate) fn left_tail(&self) -> [u8; 4] {
        let [_, _, _, _, tail @ .., _, _, _, _, _, _, _, _] = self.0;
        tail
    }

    /// Each byte with an odd number of ones (EMV Book 2, A1.4.1, step 3).
    fn with_odd_parity(self) -> Self {
        Self(self.0.map(|byte| if byte.count_ones().is_multiple_of(2) { byte ^ 1 } else { byte }))
    }

    /// The card's master key from the issuer's (EMV Book 2, A1.4.1 and A1.4.2): option A for a
    /// PAN of at most 16 digits, option B for a longer one.
    pub(crate) fn card_master(&self, pan: &str, sequence: u8) -> Self {
        let digits = format!("{pan}{sequence:02}");
        let y = if pan.len() <= 16 { option_a(&digits) } else { option_b(&digits) };
        Self::joined(self.encrypt(y), self.encrypt(y.map(|byte| !byte))).with_odd_parity()
    }

    /// The common session key (EMV Book 2, A1.3.1): the third byte of `r` tells the halves apart.
    pub(crate) fn common_session(&self, r: [u8; 8]) -> Self {
        let half = |mark: u8| {
            let [a, b, _, rest @ ..] = r;
            let [d, e, f, g, h] = rest;
            self.encrypt([a, b, mark, d, e, f, g, h])
        };
        Self::joined(half(0xF0), half(0x0F))
    }

    /// The session key of PBOC cards: the counter and its complement, each enciphered.
    pub(crate) fn counter_session(&self, atc: u16) -> Self {
        Self::joined(self.encrypt(counter(atc)), self.encrypt(counter(!atc)))
    }

    /// The script key of VIS cards: the counter and its complement, each added to a half.
    pub(crate) fn script_session(&self, atc: u16) -> Self {
        let (left, right) = self.halves();
        Self::joined(xor(left, counter(atc)), xor(right, counter(!atc)))
    }

    /// MAC algorithm 3 of ISO/IEC 9797-1 (EMV Book 2, A1.2.1): single DES with the left half, the
    /// last block with both.
    pub(crate) fn mac(&self, message: &[u8], padding: Padding) -> [u8; 8] {
        let (left, right) = self.halves();
        let (left, right) = (Des::new(&left.into()), Des::new(&right.into()));
        let mut state = [0; 8];
        for block in blocks(message, padding) {
            let mut chained = Block::<Des>::from(xor(state, block));
            left.encrypt_block(&mut chained);
            state = chained.into();
        }
        let mut last = Block::<Des>::from(state);
        right.decrypt_block(&mut last);
        left.encrypt_block(&mut last);
        last.into()
    }
}

/// Six zeros and the transaction counter.
fn counter(atc: u16) -> [u8; 8] {
    u64::from(atc).to_be_bytes()
}

/// The blocks of a padded message.
pub(crate) fn blocks(message: &[u8], padding: Padding) -> Vec<[u8; 8]> {
    let mut padded = message.to_vec();
    if padding == Padding::Marked {
        padded.push(0x80);
    }
    padded.resize(padded.len().next_multiple_of(8), 0);
    padded.chunks_exact(8).filter_map(|block| <[u8; 8]>::try_from(block).ok()).collect()
}

pub(crate) fn xor<const N: usize>(mut left: [u8; N], right: [u8; N]) -> [u8; N] {
    for (to, from) in left.iter_mut().zip(right) {
        *to ^= from;
    }
    left
}

/// The rightmost 16 digits, filled up with zeros on the left.
fn option_a(digits: &str) -> [u8; 8] {
    let padded = format!("{digits:0>16}");
    let last = padded.get(padded.len() - 16..).unwrap_or_default();
    eight(&crate::hex::packed(last, 8))
}

/// 16 decimal digits of the hash of all digits: its decimal nibbles first, then the others with
/// A to F as 0 to 5.
fn option_b(digits: &str) -> [u8; 8] {
    let even =
        if digits.len().is_multiple_of(2) { digits.to_owned() } else { format!("0{digits}") };
    let hash = sha1(&[&crate::hex::packed(&even, even.len() / 2)]);
    let nibbles: Vec<u8> = hash.iter().flat_map(|byte| [byte >> 4, byte & 0xF]).collect();
    let decimal = nibbles.iter().copied().filter(|nibble| *nibble < 10);
    let mapped = nibbles.iter().filter(|nibble| **nibble > 9).map(|nibble| nibble - 10);
    let chosen: String =
        decimal.chain(mapped).take(16).map(|digit| char::from(b'0' + digit)).collect();
    eight(&crate::hex::packed(&chosen, 8))
}

/// The first eight bytes; missing ones are zero.
pub(crate) fn eight(bytes: &[u8]) -> [u8; 8] {
    let mut block = [0; 8];
    for (to, from) in block.iter_mut().zip(bytes) {
        *to = *from;
    }
    block
}

/// SHA-1 of the parts one after the other: the only hash of EMV certificates (EMV Book 2, B3.1).
pub(crate) fn sha1(parts: &[&[u8]]) -> [u8; 20] {
    let mut hash = Sha1::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex;

    const ISSUER: &str = "0123456789ABCDEFFEDCBA9876543210";

    fn key(text: &str) -> Key {
        Key::new(hex::bytes(text).unwrap().try_into().unwrap())
    }

    // Vectors of the documentation of PyEMV 1.2.0 (pypi.org/project/pyemv), module `kd` and `ac`.
    // `y` is made by option A or B there whatever the length of the PAN.
    #[test]
    fn option_a_gives_the_published_master_key_and_cryptogram() {
        let y = option_a("9901234567890123445");
        let issuer = key(ISSUER);
        let card = Key::joined(issuer.encrypt(y), issuer.encrypt(y.map(|byte| !byte)));
        let card = card.with_odd_parity();
        assert_eq!(hex::text(&card.0), "67F8292358083E5EA7AB7FDA58D53B6B");
        let session = card.common_session([0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x56]);
        assert_eq!(hex::text(&session.with_odd_parity().0), "29B33180E567CE38EA4CBC9D753B0E61");
    }

    #[test]
    fn option_b_gives_the_published_master_key_of_a_long_pan() {
        let card = key(ISSUER).card_master("99012345678901234", 45);
        assert_eq!(hex::text(&card.0), "985EC4FD3EDF6162E31AF1C7D0543416");
    }

    #[test]
    fn algorithm_3_gives_the_published_cryptogram() {
        let session = key("29B33180E567CE38EA4CBC9D753B0E61");
        let data = hex::bytes("0123456789ABCDEF0123456789ABCDEF").unwrap();
        assert_eq!(hex::text(&session.mac(&data, Padding::Marked)), "FA624250B008B59A");
    }

    #[test]
    fn debug_shows_no_key() {
        assert_eq!(format!("{:?}", key(ISSUER)), "Key(…)");
    }
}
