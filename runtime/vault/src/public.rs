//! What may be shown: public keys and signatures (Ed25519), as base64 text.
//!
//! Guarantees: a [`PublicKey`] is a point of the curve under which a signature proves something
//! (keys of small order are refused when read); verification is the strict one, so nobody can turn
//! one valid signature into another. Neither type can hold a secret.

use crate::text::{decode_exact, encode};
use crate::{TextError, VaultError};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Bytes of a public key; 44 characters as text.
pub const PUBLIC_KEY_BYTES: usize = ed25519_dalek::PUBLIC_KEY_LENGTH;

/// Bytes of a signature; 88 characters as text.
pub const SIGNATURE_BYTES: usize = ed25519_dalek::SIGNATURE_LENGTH;

/// An Ed25519 public key. (Bytes, not the decoded point: that is six times as large, and errors
/// and configuration carry keys about far more often than they verify with them.)
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey([u8; PUBLIC_KEY_BYTES]);

impl PublicKey {
    /// Reads the 32 bytes that RFC 8032 defines.
    ///
    /// # Errors
    /// [`TextError::Point`] if they are no point of the curve, or one of small order.
    pub fn from_bytes(bytes: &[u8; PUBLIC_KEY_BYTES]) -> Result<Self, TextError> {
        match ed25519_dalek::VerifyingKey::from_bytes(bytes) {
            Ok(key) if !key.is_weak() => Ok(Self(*bytes)),
            Ok(_) | Err(_) => Err(TextError::Point),
        }
    }

    /// The 32 bytes that RFC 8032 defines.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; PUBLIC_KEY_BYTES] {
        self.0
    }

    /// The public half of one of the vault's own keys.
    pub(crate) fn of(secret: &ed25519_dalek::SigningKey) -> Self {
        Self(secret.verifying_key().to_bytes())
    }

    /// Whether `signature` is this key's over `message`.
    pub(crate) fn accepts(&self, message: &[u8], signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        ed25519_dalek::VerifyingKey::from_bytes(&self.0)
            .is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
    }
}

impl FromStr for PublicKey {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = decode_exact(text)
            .ok_or(TextError::Encoding { what: "public key", bytes: PUBLIC_KEY_BYTES })?;
        Self::from_bytes(&bytes)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode(&self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

serde_as_text!(PublicKey);

/// An Ed25519 signature. Any 64 bytes can be one; only verification tells.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Signature([u8; SIGNATURE_BYTES]);

impl Signature {
    /// Takes the 64 bytes that RFC 8032 defines.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; SIGNATURE_BYTES]) -> Self {
        Self(*bytes)
    }

    /// The 64 bytes that RFC 8032 defines.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; SIGNATURE_BYTES] {
        self.0
    }
}

impl FromStr for Signature {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        decode_exact(text)
            .map(Self)
            .ok_or(TextError::Encoding { what: "signature", bytes: SIGNATURE_BYTES })
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode(&self.0))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({self})")
    }
}

serde_as_text!(Signature);

/// Checks `signature` over `message` with a key that stands in no slot: configuration files and
/// packages, whose keys are listed in the terminal's profile.
///
/// # Errors
/// [`VaultError::BadDetachedSignature`].
pub fn verify_detached(
    public: &PublicKey,
    message: &[u8],
    signature: &Signature,
) -> Result<(), VaultError> {
    if public.accepts(message, signature) {
        Ok(())
    } else {
        Err(VaultError::BadDetachedSignature { public: *public })
    }
}
