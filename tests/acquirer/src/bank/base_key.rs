//! Base keys: what a host has from which every other key of a terminal follows.
//!
//! Guarantee: a base key does one thing here, it enciphers single blocks; so it may as well stay in a
//! module that never gives it out ([`KeyModule`]), and the host never sees it.

use std::sync::Arc;

use super::aes::AesKey;
use super::cipher::DoubleKey;
use super::config::TestKey;

/// What sets the right half of an initial key apart (ANSI X9.24-1:2009, A.6): the base key bent by
/// it.
const APART: [u8; 16] = [0xC0, 0xC0, 0xC0, 0xC0, 0, 0, 0, 0, 0xC0, 0xC0, 0xC0, 0xC0, 0, 0, 0, 0];

/// A module that holds keys and enciphers with them. What it holds never leaves it.
pub trait KeyModule: Send + Sync {
    /// Enciphers one block, 8 bytes of TDES or 16 of AES, under the key called `name`.
    ///
    /// # Errors
    /// [`BaseKeyError`]: there is no such key, or the module does not work.
    fn encrypt(&self, name: &str, block: &[u8]) -> Result<Vec<u8>, BaseKeyError>;
}

/// A base key cannot be used. Whoever runs the host must mend the module.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the base key {name:?} cannot be used: {why}")]
pub struct BaseKeyError {
    /// Its name.
    pub name: String,
    /// What the module says.
    pub why: String,
}

/// What a base key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cipher {
    /// TDES with a key of double length.
    Tdes,
    /// AES with a key of 16 bytes.
    Aes128,
    /// AES with a key of 32 bytes.
    Aes256,
}

/// A base key.
#[derive(Clone)]
#[non_exhaustive]
pub enum BaseKey {
    /// A TEST key of TDES in the configuration.
    Tdes(TestKey<16>),
    /// A TEST key of AES-128 in the configuration.
    Aes128(TestKey<16>),
    /// A TEST key of AES-256 in the configuration.
    Aes256(TestKey<32>),
    /// A key that stays in a module. Under TDES DUKPT the module also holds, as `NAME-apart`, the key
    /// bent by C0C0C0C000000000 in both halves: no module bends a key that it does not give out.
    InModule {
        /// Where it is.
        module: Arc<dyn KeyModule>,
        /// Its name there.
        name: String,
        /// What it is for.
        cipher: Cipher,
    },
}

impl BaseKey {
    /// What it is for.
    #[must_use]
    pub const fn cipher(&self) -> Cipher {
        match self {
            Self::Tdes(_) => Cipher::Tdes,
            Self::Aes128(_) => Cipher::Aes128,
            Self::Aes256(_) => Cipher::Aes256,
            Self::InModule { cipher, .. } => *cipher,
        }
    }

    /// A block of TDES.
    pub(super) fn encrypt_short(&self, block: [u8; 8]) -> Result<[u8; 8], BaseKeyError> {
        match self {
            Self::Tdes(key) => Ok(DoubleKey::new(key.0).encrypt(block)),
            _ => self.in_module("", &block),
        }
    }

    /// A block of TDES under the key bent for right halves.
    pub(super) fn encrypt_short_apart(&self, block: [u8; 8]) -> Result<[u8; 8], BaseKeyError> {
        match self {
            Self::Tdes(key) => {
                let mut bent = key.0;
                bent.iter_mut().zip(APART).for_each(|(byte, mask)| *byte ^= mask);
                Ok(DoubleKey::new(bent).encrypt(block))
            }
            _ => self.in_module("-apart", &block),
        }
    }

    /// A block of AES.
    pub(super) fn encrypt_long(&self, block: [u8; 16]) -> Result<[u8; 16], BaseKeyError> {
        match self {
            Self::Aes128(key) => Ok(AesKey::Short(key.0).encrypt(block)),
            Self::Aes256(key) => Ok(AesKey::Long(key.0).encrypt(block)),
            _ => self.in_module("", &block),
        }
    }

    fn in_module<const N: usize>(
        &self,
        ending: &str,
        block: &[u8; N],
    ) -> Result<[u8; N], BaseKeyError> {
        let Self::InModule { module, name, .. } = self else {
            let (name, why) = (format!("{self:?}"), "it is of another cipher".to_owned());
            return Err(BaseKeyError { name, why });
        };
        let name = format!("{name}{ending}");
        let done = module.encrypt(&name, block)?;
        let count = done.len();
        done.try_into().map_err(|_| BaseKeyError { name, why: format!("{count} bytes came back") })
    }
}

impl std::fmt::Debug for BaseKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::InModule { name, cipher, .. } => write!(out, "BaseKey({name:?}, {cipher:?})"),
            _ => write!(out, "BaseKey(…, {:?})", self.cipher()),
        }
    }
}
