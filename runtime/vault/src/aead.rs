//! ChaCha20-Poly1305 (RFC 8439) with a fresh random nonce for each message.
//!
//! Guarantees: a nonce is never chosen by a caller, and a failed decryption gives nothing back.

use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use zeroize::Zeroizing;

/// Bytes of a key.
pub(crate) const KEY_BYTES: usize = 32;
/// Bytes of a nonce.
pub(crate) const NONCE_BYTES: usize = 12;
/// Bytes of the tag at a ciphertext's end.
pub(crate) const TAG_BYTES: usize = 16;

/// A symmetric key, wiped when dropped.
pub(crate) type Key = Zeroizing<[u8; KEY_BYTES]>;

/// One encrypted message.
pub(crate) struct Sealed {
    /// Random, public.
    pub(crate) nonce: [u8; NONCE_BYTES],
    /// As long as the plain text, and the tag behind it.
    pub(crate) ciphertext: Vec<u8>,
}

/// Why nothing was encrypted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum AeadError {
    /// The system gave no random bytes.
    Random,
    /// The cipher refused the length; impossible below 256 GiB.
    Length,
}

/// A new random key.
pub(crate) fn random_key() -> Result<Key, AeadError> {
    let mut key = Key::default();
    getrandom::fill(key.as_mut_slice()).map_err(|_| AeadError::Random)?;
    Ok(key)
}

/// Encrypts `plain` and binds it to `associated`.
pub(crate) fn encrypt(key: &Key, associated: &[u8], plain: &[u8]) -> Result<Sealed, AeadError> {
    let mut nonce = [0_u8; NONCE_BYTES];
    getrandom::fill(&mut nonce).map_err(|_| AeadError::Random)?;
    let ciphertext = cipher(key)
        .encrypt((&nonce).into(), Payload { msg: plain, aad: associated })
        .map_err(|_| AeadError::Length)?;
    Ok(Sealed { nonce, ciphertext })
}

/// The plain text, if neither message nor `associated` was changed.
pub(crate) fn decrypt(
    key: &Key,
    associated: &[u8],
    nonce: &[u8; NONCE_BYTES],
    ciphertext: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let payload = Payload { msg: ciphertext, aad: associated };
    cipher(key).decrypt(nonce.into(), payload).ok().map(Zeroizing::new)
}

fn cipher(key: &Key) -> ChaCha20Poly1305 {
    let key: &[u8; KEY_BYTES] = key;
    ChaCha20Poly1305::new(key.into())
}
