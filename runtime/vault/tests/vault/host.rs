//! The acquirer's side, written by the words of the standards and without the vault's code: it
//! enciphers session keys, reads PIN blocks and derives DUKPT keys from a base key.

use aes::cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes256};
use des::{Des, TdesEde2, TdesEde3};

/// A key by its length and family, as the host holds it.
#[derive(Clone, Copy)]
pub(crate) enum Cipher<'a> {
    Tdes(&'a [u8]),
    Aes(&'a [u8]),
}

impl Cipher<'_> {
    pub(crate) fn encrypt(self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Tdes(key) if key.len() == 16 => encrypt::<TdesEde2>(key, data),
            Self::Tdes(key) => encrypt::<TdesEde3>(key, data),
            Self::Aes(key) if key.len() == 16 => encrypt::<Aes128>(key, data),
            Self::Aes(key) => encrypt::<Aes256>(key, data),
        }
    }

    pub(crate) fn decrypt(self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Tdes(key) if key.len() == 16 => decrypt::<TdesEde2>(key, data),
            Self::Tdes(key) => decrypt::<TdesEde3>(key, data),
            Self::Aes(key) if key.len() == 16 => decrypt::<Aes128>(key, data),
            Self::Aes(key) => decrypt::<Aes256>(key, data),
        }
    }

    /// TDES: zeros through the cipher. AES: the CMAC of a block of zeros.
    pub(crate) fn check_value(self) -> Vec<u8> {
        match self {
            Self::Tdes(_) => self.encrypt(&[0; 8]),
            Self::Aes(_) => self.cmac(&[0; 16])[..5].to_vec(),
        }
    }

    /// NIST SP 800-38B, 6.2.
    pub(crate) fn cmac(self, message: &[u8]) -> Vec<u8> {
        let (size, constant) = match self {
            Self::Tdes(_) => (8, 0x1B),
            Self::Aes(_) => (16, 0x87),
        };
        let doubled = |bytes: &[u8]| {
            let mut out: Vec<u8> = (0..size)
                .map(|at| bytes[at] << 1 | bytes.get(at + 1).map_or(0, |next| next >> 7))
                .collect();
            if bytes[0] & 0x80 != 0 {
                out[size - 1] ^= constant;
            }
            out
        };
        let first = doubled(&self.encrypt(&vec![0; size]));
        let mut padded = message.to_vec();
        let is_whole = !message.is_empty() && message.len().is_multiple_of(size);
        let last = if is_whole { first } else { doubled(&first) };
        if !is_whole {
            padded.push(0x80);
            padded.resize(padded.len().next_multiple_of(size), 0);
        }
        let start = padded.len() - size;
        padded[start..].iter_mut().zip(last).for_each(|(to, with)| *to ^= with);
        padded.chunks(size).fold(vec![0; size], |sum, block| self.encrypt(&xor(&sum, block)))
    }

    /// ANSI X9.19: single DES over all blocks, the last one also through the other half and back.
    pub(crate) fn retail_mac(self, message: &[u8]) -> Vec<u8> {
        let Self::Tdes(key) = self else { panic!("no retail MAC with AES") };
        let (left, right) = key.split_at(8);
        let mut padded = message.to_vec();
        padded.resize(padded.len().next_multiple_of(8).max(8), 0);
        let sum =
            padded.chunks(8).fold(vec![0; 8], |sum, block| encrypt::<Des>(left, &xor(&sum, block)));
        encrypt::<Des>(left, &decrypt::<Des>(right, &sum))
    }
}

fn encrypt<C: BlockCipherEncrypt + KeyInit>(key: &[u8], data: &[u8]) -> Vec<u8> {
    let cipher = C::new_from_slice(key).unwrap();
    let mut out = data.to_vec();
    for chunk in out.chunks_mut(C::block_size()) {
        cipher.encrypt_block(<&mut Block<C>>::try_from(chunk).unwrap());
    }
    out
}

fn decrypt<C: BlockCipherDecrypt + KeyInit>(key: &[u8], data: &[u8]) -> Vec<u8> {
    let cipher = C::new_from_slice(key).unwrap();
    let mut out = data.to_vec();
    for chunk in out.chunks_mut(C::block_size()) {
        cipher.decrypt_block(<&mut Block<C>>::try_from(chunk).unwrap());
    }
    out
}

pub(crate) fn xor(one: &[u8], other: &[u8]) -> Vec<u8> {
    one.iter().zip(other).map(|(one, other)| one ^ other).collect()
}

/// The bytes of digits, two in each.
fn bcd(digits: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&digits[at..=at], 16).unwrap();
    (0..digits.len()).step_by(2).map(|at| digit(at) << 4 | digit(at + 1)).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// The PIN in an enciphered block of format 0, 3 or 4 (ISO 9564-1).
///
/// # Panics
/// If it is not a block of `format` for `pan`.
pub(crate) fn read_pin(format: u8, key: Cipher<'_>, block: &[u8], pan: &str) -> String {
    let field = if format == 4 {
        let over = pan.len().saturating_sub(12);
        let pan = format!("{:0<32}", format!("{over}{pan:0>12}"));
        key.decrypt(&xor(&key.decrypt(block), &bcd(&pan)))
    } else {
        let account = &pan[..pan.len() - 1];
        let account = &account[account.len().saturating_sub(12)..];
        xor(&key.decrypt(block), &bcd(&format!("{account:0>16}")))
    };
    let text = hex(&field);
    assert_eq!(text[..1], format.to_string(), "control digit");
    let length = usize::from_str_radix(&text[1..2], 16).unwrap();
    assert!((4..=12).contains(&length), "{length} digits");
    let (pin, fill) = text[2..16].split_at(length);
    assert!(pin.bytes().all(|digit| digit.is_ascii_digit()), "digits of the PIN");
    let fills = |digit: char| match format {
        0 => digit == 'F',
        3 => digit.is_ascii_uppercase(),
        _ => digit == 'A',
    };
    assert!(fill.chars().all(fills), "fill digits");
    pin.to_owned()
}

/// What a key of a DUKPT transaction is for.
#[derive(Clone, Copy)]
pub(crate) enum For {
    Pin,
    Request,
    Response,
}

/// The key of the transaction with `ksn` under a TDES base key (ANSI X9.24-1:2009, annex A).
pub(crate) fn tdes_dukpt_key(base: &[u8; 16], ksn: &[u8], what: For) -> Vec<u8> {
    let number = ksn.iter().fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
    let (id, counter) = (number & !0x1F_FFFF, number & 0x1F_FFFF);
    let halves = bcd("C0C0C0C000000000C0C0C0C000000000");
    let serial = &id.to_be_bytes()[6..14];
    let mut key =
        [Cipher::Tdes(base).encrypt(serial), Cipher::Tdes(&xor(base, &halves)).encrypt(serial)]
            .concat();
    let mut register = id;
    for place in (0..21).rev().filter(|place| counter >> place & 1 == 1) {
        register |= 1 << place;
        let bytes = &register.to_be_bytes()[8..];
        let half = |key: &[u8]| xor(&encrypt::<Des>(&key[..8], &xor(bytes, &key[8..])), &key[8..]);
        key = [half(&xor(&key, &halves)), half(&key)].concat();
    }
    let variant = match what {
        For::Pin => "00000000000000FF",
        For::Request => "000000000000FF00",
        For::Response => "00000000FF000000",
    };
    xor(&key, &bcd(&variant.repeat(2)))
}

/// The key of the transaction with `ksn` under an AES base key (ANSI X9.24-3:2017, section 6).
pub(crate) fn aes_dukpt_key(base: &[u8], ksn: &[u8], what: For) -> Vec<u8> {
    let (id, counter) = ksn.split_at(8);
    let counter = u32::from_be_bytes(counter.try_into().unwrap());
    let derive = |parent: &[u8], usage: &str, context: &[u8]| {
        let kind = if base.len() == 16 { "00020080" } else { "00040100" };
        let block = |n: usize| {
            let data = [bcd(&format!("01{n:02}{usage}{kind}")), context.to_vec()].concat();
            Cipher::Aes(parent).encrypt(&data)
        };
        (1..=base.len() / 16).flat_map(block).collect::<Vec<u8>>()
    };
    let context = |register: u32| [&id[4..], &register.to_be_bytes()].concat();
    let mut key = derive(base, "8001", id);
    let mut register = 0;
    for place in (0..32).rev().filter(|place| counter >> place & 1 == 1) {
        register |= 1 << place;
        key = derive(&key, "8000", &context(register));
    }
    let usage = match what {
        For::Pin => "1000",
        For::Request => "2000",
        For::Response => "2001",
    };
    derive(&key, usage, &context(counter))
}
