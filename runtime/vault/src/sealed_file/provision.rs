//! Making a sealed file: which slots, and where their keys come from.
//!
//! Guarantees: a key that nobody gave is random; a given seed is wiped with its [`SigningSeed`]
//! and never shown. What cannot be provisioned is refused before anything is written.

use super::kek::Kek;
use super::record::{self, Held};
use super::state_file::{self, StateFile};
use super::{Kind, SLOTS_MAX, disk, form};
use crate::aead::random_key;
use crate::card::{CipherKey, InitialKey};
use crate::{PublicKey, Slot, VaultError};
use ed25519_dalek::SigningKey;
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
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

    fn signing_key(&self) -> SigningKey {
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
    slot: Slot,
    source: Source,
}

#[derive(Debug)]
enum Source {
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

    fn key(&self) -> Result<Held, VaultError> {
        Ok(match &self.source {
            Source::RandomSigning => Held::Sign(SigningKey::from_bytes(&*random_key()?)),
            Source::Seed(seed) => Held::Sign(seed.signing_key()),
            Source::Public(public) => Held::Verify(*public),
            Source::RandomSealing => Held::Seal(random_key()?),
            Source::KeyEncryption(key) => Held::KeyEncryption(key.clone()),
            Source::DukptInitial(key) => Held::DukptInitial(key.clone()),
        })
    }
}

/// Writes the file; see `SealedFile::provision`.
pub(super) fn provision(path: &Path, kek: &Path, slots: &[NewSlot]) -> Result<(), VaultError> {
    if slots.len() > SLOTS_MAX {
        return Err(VaultError::TooManySlots { file: path.into(), count: slots.len() });
    }
    let mut names = BTreeSet::new();
    if let Some(twice) = slots.iter().find(|new| !names.insert(&new.slot)) {
        return Err(VaultError::SlotTwice { file: path.into(), slot: twice.slot.clone() });
    }
    let state_path = state_file::path_beside(path);
    let keys = slots.iter().map(NewSlot::key).collect::<Result<Vec<_>, VaultError>>()?;
    let has_state = keys.iter().any(Held::is_card_key);
    for file in [Some(path), has_state.then_some(state_path.as_path())].into_iter().flatten() {
        if disk::exists(file)? {
            return Err(VaultError::FileExists { file: file.into() });
        }
    }
    let kek = Kek::load_or_create(kek)?;
    let kind = Kind::Development;
    let records = slots
        .iter()
        .zip(&keys)
        .map(|(new, key)| record::seal(&kek, kind, &new.slot, key))
        .collect::<Result<Vec<_>, VaultError>>()?;
    let text = form::render(&kek, kind, &records)?;
    if has_state {
        // Before the key file: one without its state must never be there.
        StateFile::new(path, &kek, text.as_bytes())?.create()?;
    }
    disk::create_durable(path, text.as_bytes())
}
