//! One slot's key, open in memory and sealed in the file.
//!
//! Guarantees: a record opens only under its own slot name, usage, kind and public key, all of
//! which are bound to it; a record for [`Usage::Verify`] holds no secret but is bound the same way.

use super::Kind;
use super::kek::Kek;
use crate::aead::{self, KEY_BYTES, Key, NONCE_BYTES, Sealed};
use crate::card::{CipherAlgorithm, CipherKey, InitialKey};
use crate::{PublicKey, Slot, Usage, VaultError};
use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

/// Bytes before a DUKPT initial key in its record: cipher and serial number.
const INITIAL_HEAD_BYTES: usize = 11;

/// A slot's key.
pub(super) enum Held {
    Sign(SigningKey),
    Verify(PublicKey),
    Seal(Key),
    KeyEncryption(CipherKey),
    DukptInitial(InitialKey),
}

/// A record as the file holds it.
pub(super) struct SealedRecord {
    pub(super) slot: Slot,
    pub(super) usage: Usage,
    pub(super) public_key: Option<PublicKey>,
    pub(super) sealed: Sealed,
}

impl Held {
    /// What the key is for.
    pub(super) fn usage(&self) -> Usage {
        match self {
            Self::Sign(_) => Usage::Sign,
            Self::Verify(_) => Usage::Verify,
            Self::Seal(_) => Usage::Seal,
            Self::KeyEncryption(_) => Usage::KeyEncryption,
            Self::DukptInitial(_) => Usage::DukptInitial,
        }
    }

    /// The key's public half, or the public key that it is.
    pub(super) fn public_key(&self) -> Option<PublicKey> {
        match self {
            Self::Sign(secret) => Some(PublicKey::of(secret)),
            Self::Verify(public) => Some(*public),
            Self::Seal(_) | Self::KeyEncryption(_) | Self::DukptInitial(_) => None,
        }
    }

    /// Whether the key needs the file of changing card keys beside the sealed file.
    pub(super) fn is_card_key(&self) -> bool {
        matches!(self, Self::KeyEncryption(_) | Self::DukptInitial(_))
    }

    fn secret(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match self {
            Self::Sign(secret) => secret.as_bytes().to_vec(),
            Self::Verify(_) => Vec::new(),
            Self::Seal(key) => key.to_vec(),
            Self::KeyEncryption(key) => [&[code(key.algorithm())], key.as_bytes()].concat(),
            Self::DukptInitial(initial) => {
                let (key, serial) = initial.parts();
                [&[code(key.algorithm())], serial.as_slice(), key.as_bytes()].concat()
            }
        })
    }
}

/// How a record says which cipher its key is for.
pub(super) fn code(algorithm: CipherAlgorithm) -> u8 {
    match algorithm {
        CipherAlgorithm::Tdes2 => 1,
        CipherAlgorithm::Tdes3 => 2,
        CipherAlgorithm::Aes128 => 3,
        CipherAlgorithm::Aes256 => 4,
    }
}

/// The key of the cipher with `code`.
pub(super) fn cipher_key(code: u8, bytes: &[u8]) -> Option<CipherKey> {
    let algorithm = match code {
        1 => CipherAlgorithm::Tdes2,
        2 => CipherAlgorithm::Tdes3,
        3 => CipherAlgorithm::Aes128,
        4 => CipherAlgorithm::Aes256,
        _ => return None,
    };
    CipherKey::from_bytes(algorithm, bytes)
}

fn key_encryption(secret: &[u8]) -> Option<Held> {
    let (code, key) = secret.split_first()?;
    cipher_key(*code, key).map(Held::KeyEncryption)
}

fn dukpt_initial(secret: &[u8]) -> Option<Held> {
    let ([code, serial @ ..], key) = secret.split_first_chunk::<INITIAL_HEAD_BYTES>()?;
    InitialKey::from_parts(cipher_key(*code, key)?, *serial).map(Held::DukptInitial)
}

/// Seals `held` for the file.
pub(super) fn seal(
    kek: &Kek,
    kind: Kind,
    slot: &Slot,
    held: &Held,
) -> Result<SealedRecord, VaultError> {
    let (usage, public_key) = (held.usage(), held.public_key());
    let key = record_key(kek, slot, usage)?;
    let binding = binding(kind, slot, usage, public_key.as_ref());
    let sealed = aead::encrypt(&key, &binding, &held.secret())?;
    Ok(SealedRecord { slot: slot.clone(), usage, public_key, sealed })
}

/// Opens a record of the file; `None` if it was changed or does not fit its own usage.
pub(super) fn open(
    kek: &Kek,
    kind: Kind,
    record: &SealedRecord,
) -> Result<Option<Held>, VaultError> {
    let SealedRecord { slot, usage, public_key, sealed: Sealed { nonce, ciphertext } } = record;
    let key = record_key(kek, slot, *usage)?;
    let binding = binding(kind, slot, *usage, public_key.as_ref());
    let Some(secret) = aead::decrypt(&key, &binding, nonce, ciphertext) else {
        return Ok(None);
    };
    Ok(match (usage, public_key) {
        (Usage::Sign, Some(public)) => <&[u8; KEY_BYTES]>::try_from(secret.as_slice())
            .ok()
            .map(SigningKey::from_bytes)
            .filter(|key| PublicKey::of(key) == *public)
            .map(Held::Sign),
        (Usage::Verify, Some(public)) if secret.is_empty() => Some(Held::Verify(*public)),
        (Usage::Seal, None) => <&[u8; KEY_BYTES]>::try_from(secret.as_slice())
            .ok()
            .map(|bytes| Held::Seal(Key::new(*bytes))),
        (Usage::KeyEncryption, None) => key_encryption(&secret),
        (Usage::DukptInitial, None) => dukpt_initial(&secret),
        // The wrong public key, or a session key, which no sealed file holds.
        _ => None,
    })
}

/// The tag and nonce over a whole file's text: a record without slot, key or secret.
pub(super) fn seal_whole(kek: &Kek, body: &str) -> Result<Sealed, VaultError> {
    Ok(aead::encrypt(&whole_key(kek)?, body.as_bytes(), &[])?)
}

/// Whether `seal` is the one over `body`.
pub(super) fn whole_holds(kek: &Kek, body: &str, seal: &Sealed) -> Result<bool, VaultError> {
    let nonce: &[u8; NONCE_BYTES] = &seal.nonce;
    let opened = aead::decrypt(&whole_key(kek)?, body.as_bytes(), nonce, &seal.ciphertext);
    Ok(opened.is_some_and(|plain| plain.is_empty()))
}

fn whole_key(kek: &Kek) -> Result<Key, VaultError> {
    kek.derive(&["file"])
}

fn record_key(kek: &Kek, slot: &Slot, usage: Usage) -> Result<Key, VaultError> {
    kek.derive(&["record", slot.as_str(), usage.as_str()])
}

/// No part has a NUL, so no two records share a binding.
fn binding(kind: Kind, slot: &Slot, usage: Usage, public_key: Option<&PublicKey>) -> Vec<u8> {
    let public_key = public_key.map(ToString::to_string).unwrap_or_default();
    [kind.as_str(), slot.as_str(), usage.as_str(), &public_key].join("\0").into_bytes()
}
