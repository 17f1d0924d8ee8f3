//! Block-cipher keys of card payments, and whole blocks through them (ECB).
//!
//! Guarantees: a key has a length that its cipher takes, is wiped when dropped and never shown.
//! Parity bits of TDES keys are ignored, as the cipher ignores them. Deliberately not here: single
//! DES as a key, and any judgement of how well a key was chosen.

use aes::cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit as _};
use aes::{Aes128, Aes256};
use des::{TdesEde2, TdesEde3};
use std::fmt;
use zeroize::Zeroizing;

/// A block cipher with the length of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum CipherAlgorithm {
    /// Triple DES with a double-length key (16 bytes).
    Tdes2,
    /// Triple DES with a triple-length key (24 bytes).
    Tdes3,
    /// AES with a key of 16 bytes.
    Aes128,
    /// AES with a key of 32 bytes.
    Aes256,
}

impl CipherAlgorithm {
    /// Bytes of one block: 8 for TDES, 16 for AES.
    #[must_use]
    pub fn block_bytes(self) -> usize {
        match self {
            Self::Tdes2 | Self::Tdes3 => 8,
            Self::Aes128 | Self::Aes256 => 16,
        }
    }

    /// The algorithm of a key of `bytes` bytes that goes with a master key of this one: session
    /// keys are of their master key's cipher, in any of its lengths.
    pub(crate) fn sibling(self, bytes: usize) -> Option<Self> {
        match (self, bytes) {
            (Self::Tdes2 | Self::Tdes3, 16) => Some(Self::Tdes2),
            (Self::Tdes2 | Self::Tdes3, 24) => Some(Self::Tdes3),
            (Self::Aes128 | Self::Aes256, 16) => Some(Self::Aes128),
            (Self::Aes128 | Self::Aes256, 32) => Some(Self::Aes256),
            _ => None,
        }
    }
}

impl fmt::Display for CipherAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tdes2 => "double-length TDES",
            Self::Tdes3 => "triple-length TDES",
            Self::Aes128 => "AES-128",
            Self::Aes256 => "AES-256",
        })
    }
}

/// The key of a block cipher. It goes into a slot and never comes out.
#[derive(Clone)]
pub struct CipherKey(Material);

#[derive(Clone)]
enum Material {
    Tdes2(Zeroizing<[u8; 16]>),
    Tdes3(Zeroizing<[u8; 24]>),
    Aes128(Zeroizing<[u8; 16]>),
    Aes256(Zeroizing<[u8; 32]>),
}

impl CipherKey {
    /// A double-length TDES key. Copies it; wiping `bytes` is the caller's part, here and below.
    #[must_use]
    pub fn tdes2(bytes: &[u8; 16]) -> Self {
        Self(Material::Tdes2(Zeroizing::new(*bytes)))
    }

    /// A triple-length TDES key.
    #[must_use]
    pub fn tdes3(bytes: &[u8; 24]) -> Self {
        Self(Material::Tdes3(Zeroizing::new(*bytes)))
    }

    /// An AES-128 key.
    #[must_use]
    pub fn aes128(bytes: &[u8; 16]) -> Self {
        Self(Material::Aes128(Zeroizing::new(*bytes)))
    }

    /// An AES-256 key.
    #[must_use]
    pub fn aes256(bytes: &[u8; 32]) -> Self {
        Self(Material::Aes256(Zeroizing::new(*bytes)))
    }

    /// Which cipher the key is for.
    #[must_use]
    pub fn algorithm(&self) -> CipherAlgorithm {
        match &self.0 {
            Material::Tdes2(_) => CipherAlgorithm::Tdes2,
            Material::Tdes3(_) => CipherAlgorithm::Tdes3,
            Material::Aes128(_) => CipherAlgorithm::Aes128,
            Material::Aes256(_) => CipherAlgorithm::Aes256,
        }
    }

    /// The key of `algorithm` in `bytes`, if they are as many as it takes.
    pub(crate) fn from_bytes(algorithm: CipherAlgorithm, bytes: &[u8]) -> Option<Self> {
        match algorithm {
            CipherAlgorithm::Tdes2 => bytes.try_into().ok().map(Self::tdes2),
            CipherAlgorithm::Tdes3 => bytes.try_into().ok().map(Self::tdes3),
            CipherAlgorithm::Aes128 => bytes.try_into().ok().map(Self::aes128),
            CipherAlgorithm::Aes256 => bytes.try_into().ok().map(Self::aes256),
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Material::Tdes2(bytes) | Material::Aes128(bytes) => bytes.as_slice(),
            Material::Tdes3(bytes) => bytes.as_slice(),
            Material::Aes256(bytes) => bytes.as_slice(),
        }
    }

    /// Encrypts each whole block of `data` by itself; a rest is left as it is.
    pub(crate) fn encrypt(&self, data: &mut [u8]) {
        match &self.0 {
            Material::Tdes2(key) => encrypt(&TdesEde2::new((&**key).into()), data),
            Material::Tdes3(key) => encrypt(&TdesEde3::new((&**key).into()), data),
            Material::Aes128(key) => encrypt(&Aes128::new((&**key).into()), data),
            Material::Aes256(key) => encrypt(&Aes256::new((&**key).into()), data),
        }
    }

    /// Decrypts each whole block of `data` by itself; a rest is left as it is.
    pub(crate) fn decrypt(&self, data: &mut [u8]) {
        match &self.0 {
            Material::Tdes2(key) => decrypt(&TdesEde2::new((&**key).into()), data),
            Material::Tdes3(key) => decrypt(&TdesEde3::new((&**key).into()), data),
            Material::Aes128(key) => decrypt(&Aes128::new((&**key).into()), data),
            Material::Aes256(key) => decrypt(&Aes256::new((&**key).into()), data),
        }
    }
}

impl fmt::Debug for CipherKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CipherKey({}, secret)", self.algorithm())
    }
}

fn encrypt<C: BlockCipherEncrypt>(cipher: &C, data: &mut [u8]) {
    for chunk in data.chunks_exact_mut(C::block_size()) {
        if let Ok(block) = <&mut Block<C>>::try_from(chunk) {
            cipher.encrypt_block(block);
        }
    }
}

fn decrypt<C: BlockCipherDecrypt>(cipher: &C, data: &mut [u8]) {
    for chunk in data.chunks_exact_mut(C::block_size()) {
        if let Ok(block) = <&mut Block<C>>::try_from(chunk) {
            cipher.decrypt_block(block);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::hex::unhex;

    #[track_caller]
    fn check(key: &CipherKey, plain: &str, expected: &str) {
        let mut data = unhex(plain);
        key.encrypt(&mut data);
        assert_eq!(data, unhex(expected));
        key.decrypt(&mut data);
        assert_eq!(data, unhex(plain));
    }

    #[test]
    fn ciphers_give_the_published_blocks() {
        // NIST SP 800-67 Rev. 1, appendix B.1.
        let plain = "5468652071756663 6B2062726F776E20 666F78206A756D70";
        let key = "0123456789ABCDEF 23456789ABCDEF01 456789ABCDEF0123";
        let key = CipherKey::tdes3(&unhex(key).try_into().unwrap());
        check(&key, plain, "A826FD8CE53B855F CCE21C8112256FE6 68D5C05DD9B6B900");
        // FIPS 197, appendices C.1 and C.3.
        let plain = "00112233445566778899AABBCCDDEEFF";
        let key: [u8; 32] = std::array::from_fn(|i| u8::try_from(i).unwrap());
        let short: [u8; 16] = std::array::from_fn(|i| u8::try_from(i).unwrap());
        check(&CipherKey::aes128(&short), plain, "69C4E0D86A7B0430D8CDB78070B4C55A");
        check(&CipherKey::aes256(&key), plain, "8EA2B7CA516745BFEAFC49904B496089");
    }
}
