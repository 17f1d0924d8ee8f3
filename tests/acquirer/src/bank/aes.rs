//! AES as a bank host needs it: CMAC, PIN blocks of format 4. Written apart from the terminal's
//! vault, so that a mistake in one shows against the other.

use aes::cipher::{Array, BlockCipherDecrypt as _, BlockCipherEncrypt as _, KeyInit as _};
use aes::{Aes128, Aes256};

use super::cipher::PIN_DIGITS;

/// Bytes of a block.
pub(super) const BLOCK_BYTES: usize = 16;
/// What a subkey of CMAC is bent by when a bit falls out of it (SP 800-38B, 5.3).
const CMAC_BEND: u128 = 0x87;
/// The first bit of what fills the last block of a message.
const CMAC_FILL: u8 = 0x80;
/// What fills the digits' half of a block of format 4 (ISO 9564-1, 9.4.2).
const DIGIT_FILL: u8 = 0x0A;
/// Digits that an account number has at least; below them its field begins with zeros.
const ACCOUNT_DIGITS_MIN: usize = 12;

type Block = [u8; BLOCK_BYTES];

/// An AES key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum AesKey {
    /// AES-128.
    Short([u8; 16]),
    /// AES-256.
    Long([u8; 32]),
}

impl AesKey {
    pub(super) fn encrypt(&self, block: Block) -> Block {
        let mut block = Array::from(block);
        match self {
            Self::Short(key) => Aes128::new(&Array::from(*key)).encrypt_block(&mut block),
            Self::Long(key) => Aes256::new(&Array::from(*key)).encrypt_block(&mut block),
        }
        block.into()
    }

    fn decrypt(&self, block: Block) -> Block {
        let mut block = Array::from(block);
        match self {
            Self::Short(key) => Aes128::new(&Array::from(*key)).decrypt_block(&mut block),
            Self::Long(key) => Aes256::new(&Array::from(*key)).decrypt_block(&mut block),
        }
        block.into()
    }

    /// CMAC (NIST SP 800-38B, 6.2).
    pub(super) fn mac(&self, message: &[u8]) -> Block {
        let whole = doubled(u128::from_be_bytes(self.encrypt([0; BLOCK_BYTES])));
        let count = message.len().div_ceil(BLOCK_BYTES).max(1);
        let (before, last) = message.split_at((count - 1) * BLOCK_BYTES);
        let mut chain: Block = [0; BLOCK_BYTES];
        for chunk in before.chunks(BLOCK_BYTES) {
            chain = self.encrypt(mixed(chain, chunk));
        }
        let is_whole = last.len() == BLOCK_BYTES;
        let subkey = if is_whole { whole } else { doubled(whole) };
        let mut end = mixed(subkey.to_be_bytes(), last);
        if let Some(next) = end.get_mut(last.len()) {
            *next ^= CMAC_FILL;
        }
        self.encrypt(mixed(chain, &end))
    }

    /// The PIN in a block of format 4 for the card `pan` (ISO 9564-1, 9.4.2); none if it is no such
    /// block: another format, another card, or another key.
    pub(super) fn pin_of_block(&self, block: Block, pan: &str) -> Option<String> {
        let field = self.decrypt(mixed(self.decrypt(block), &account_block(pan)?));
        let (digits_half, _random) = field.split_at(BLOCK_BYTES / 2);
        let mut nibbles = digits_half.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]);
        let format = nibbles.next()?;
        let count = usize::from(nibbles.next()?);
        let digits: Vec<u8> = nibbles.by_ref().take(count).collect();
        let is_good = format == 4
            && PIN_DIGITS.contains(&count)
            && digits.iter().all(|digit| *digit < 10)
            && nibbles.all(|nibble| nibble == DIGIT_FILL);
        is_good.then(|| digits.iter().map(|digit| char::from(b'0' + digit)).collect())
    }
}

impl std::fmt::Debug for AesKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("AesKey(…)")
    }
}

/// `chunk`, which may be shorter, laid over the beginning of `block`.
fn mixed(mut block: Block, chunk: &[u8]) -> Block {
    for (byte, more) in block.iter_mut().zip(chunk) {
        *byte ^= more;
    }
    block
}

fn doubled(value: u128) -> u128 {
    let is_over = value >> (u128::BITS - 1) == 1;
    (value << 1) ^ if is_over { CMAC_BEND } else { 0 }
}

/// A digit for how many the number has beyond twelve, its digits, zeros (ISO 9564-1, 9.4.2.3).
fn account_block(pan: &str) -> Option<Block> {
    let beyond = pan.len().saturating_sub(ACCOUNT_DIGITS_MIN);
    let text = format!("{:0<32}", format!("{beyond}{pan:0>ACCOUNT_DIGITS_MIN$}"));
    let is_good = pan.bytes().all(|byte| byte.is_ascii_digit()) && text.len() == 2 * BLOCK_BYTES;
    let value = u128::from_str_radix(&text, 16).ok()?;
    is_good.then(|| value.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unhex<const N: usize>(text: &str) -> [u8; N] {
        let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b' ').collect();
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16);
        let bytes: Vec<u8> = digits.chunks(2).map(|pair| byte(pair).unwrap()).collect();
        bytes.try_into().unwrap()
    }

    /// NIST SP 800-38B, appendix D.1 and D.3.
    #[test]
    fn the_cmac_is_that_of_the_norms_examples() {
        let message: [u8; 64] = unhex(
            "6BC1BEE22E409F96E93D7E117393172A AE2D8A571E03AC9C9EB76FAC45AF8E51 \
             30C81C46A35CE411E5FBC1191A0A52EF F69F2445DF4F9B17AD2B417BE66C3710",
        );
        let short = AesKey::Short(unhex("2B7E151628AED2A6ABF7158809CF4F3C"));
        let long = "603DEB1015CA71BE2B73AEF0857D7781 1F352C073B6108D72D9810A30914DFF4";
        let long = AesKey::Long(unhex(long));
        let check = |key: &AesKey, bytes: usize, mac: &str| {
            assert_eq!(key.mac(&message[..bytes]), unhex(mac), "{bytes} bytes");
        };
        check(&short, 0, "BB1D6929E95937287FA37D129B756746");
        check(&short, 16, "070A16B46B4D4144F79BDD9DD04A287C");
        check(&short, 40, "DFA66747DE9AE63030CA32611497C827");
        check(&short, 64, "51F0BEBF7E3B9D92FC49741779363CFE");
        check(&long, 0, "028962F61B7BF89EFC6B551F4667D983");
        check(&long, 40, "AAF3D8F1DE5640C232F5B169B9C911E6");
        assert_eq!(format!("{short:?}{long:?}"), "AesKey(…)AesKey(…)");
    }

    /// The field of a number as ISO 9564-1, 9.4.2.3 lays it out.
    #[test]
    fn an_account_field_says_how_long_the_number_is() {
        let check = |pan: &str, field: &str| {
            assert_eq!(account_block(pan), Some(unhex(field)), "{pan}");
        };
        check("4111111111111111", "44111111111111111000000000000000");
        check("412345678", "00004123456780000000000000000000");
        assert_eq!(account_block("41x1111111111111"), None);
        assert_eq!(account_block(&"4".repeat(32)), None);
    }

    #[test]
    fn a_pin_is_read_from_its_block_and_no_other() {
        let key = AesKey::Short([7; 16]);
        let pan = "6228480000001237";
        let block = |field: &str| {
            let inner = key.encrypt(unhex(field));
            key.encrypt(mixed(inner, &account_block(pan).unwrap()))
        };
        let good = block("441234AAAAAAAAAA 0102030405060708");
        assert_eq!(key.pin_of_block(good, pan).as_deref(), Some("1234"));
        assert_eq!(key.pin_of_block(good, "6228480000001238"), None);
        assert_eq!(AesKey::Short([8; 16]).pin_of_block(good, pan), None);
        for wrong in
            ["041234AAAAAAAAAA", "441234FFFFFFFFFF", "431234AAAAAAAAAA", "44123AAAAAAAAAAA"]
        {
            assert_eq!(key.pin_of_block(block(&format!("{wrong}{:016}", 0)), pan), None, "{wrong}");
        }
    }
}
