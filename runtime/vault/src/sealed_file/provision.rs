//! Making a sealed file.
//!
//! Guarantees: what cannot be provisioned is refused before anything is written.

use super::kek::Kek;
use super::record::{self, Held};
use super::state_file::{self, StateFile};
use super::{Kind, SLOTS_MAX, disk, form};
use crate::VaultError;
use crate::aead::random_key;
use crate::new_slot::{NewSlot, Source};
use ed25519_dalek::SigningKey;
use std::collections::BTreeSet;
use std::path::Path;

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
    let keys = slots.iter().map(held).collect::<Result<Vec<_>, VaultError>>()?;
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

fn held(new: &NewSlot) -> Result<Held, VaultError> {
    Ok(match &new.source {
        Source::RandomSigning => Held::Sign(SigningKey::from_bytes(&*random_key()?)),
        Source::Seed(seed) => Held::Sign(seed.signing_key()),
        Source::Public(public) => Held::Verify(*public),
        Source::RandomSealing => Held::Seal(random_key()?),
        Source::KeyEncryption(key) => Held::KeyEncryption(key.clone()),
        Source::DukptInitial(key) => Held::DukptInitial(key.clone()),
    })
}
