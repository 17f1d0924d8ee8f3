//! Slots to provision: what each is for, and where its key comes from.
//!
//! Guarantees: a key that nobody gave is random; a given one is wiped with its [`NewSlot`] and never
//! shown.

use crate::card::{CipherKey, InitialKey};
use crate::{PublicKey, Slot};
use ed25519_dalek::SigningKey;
use std::fmt;
use zeroize::Zeroizing;

/// Bytes of the seed of an Ed25519 key pair.
pub const SEED_BYTES: usize = ed25519_dalek::SECRET_KEY_LENGTH;

/// The secret from which an Ed25519 key pair follows, so that a test and a simulated acquirer can
/// agree on keys. It goes into a slot and never comes out.
pub struct SigningSeed(Zeroizing<[u8; SEED_BYTES]>);

impl SigningSeed {
    /// Copies the seed; wiping `bytes` is the caller's part.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; SEED_BYTES]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// The public key that goes with it, for the other party.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey::of(&self.signing_key())
    }

    pub(crate) fn signing_key(&self) -> SigningKey {
        SigningKey::from_bytes(&self.0)
    }
}

impl fmt::Debug for SigningSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSeed(secret)")
    }
}

/// A slot to provision.
#[derive(Debug)]
pub struct NewSlot {
    pub(crate) slot: Slot,
    pub(crate) source: Source,
}

/// Where a slot's key comes from.
#[derive(Debug)]
pub(crate) enum Source {
    RandomSigning,
    Seed(SigningSeed),
    Public(PublicKey),
    RandomSealing,
    KeyEncryption(CipherKey),
    DukptInitial(InitialKey),
}

impl NewSlot {
    /// A new random key pair for signing.
    #[must_use]
    pub fn sign(slot: Slot) -> Self {
        Self { slot, source: Source::RandomSigning }
    }

    /// The key pair of `seed` for signing.
    #[must_use]
    pub fn sign_with_seed(slot: Slot, seed: SigningSeed) -> Self {
        Self { slot, source: Source::Seed(seed) }
    }

    /// Another party's public key for verifying.
    #[must_use]
    pub fn verify(slot: Slot, public: PublicKey) -> Self {
        Self { slot, source: Source::Public(public) }
    }

    /// A new random key for sealing.
    #[must_use]
    pub fn seal(slot: Slot) -> Self {
        Self { slot, source: Source::RandomSealing }
    }

    /// A terminal master key that the acquirer knows too. Its session keys come at sign-on.
    #[must_use]
    pub fn key_encryption(slot: Slot, key: CipherKey) -> Self {
        Self { slot, source: Source::KeyEncryption(key) }
    }

    /// A DUKPT initial key, none of whose transactions has been.
    #[must_use]
    pub fn dukpt_initial(slot: Slot, key: InitialKey) -> Self {
        Self { slot, source: Source::DukptInitial(key) }
    }
}
