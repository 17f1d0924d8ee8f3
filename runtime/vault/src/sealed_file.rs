//! The key store of emulator and development: one file of sealed records, and beside it the file
//! of the key that seals them.
//!
//! Guarantees: every record is checked before the first key is used, and every byte of the file
//! counts: changed, swapped, added, removed or cut records are refused, and so is an edited
//! comment. Each record is sealed under a key of its own, derived from the key-encryption key, the
//! slot and the usage. Provisioning leaves the whole file or none, survives a power cut once it
//! has returned, and never overwrites.
//!
//! Must never happen: a device that takes real money with such a file. Whoever can read both files
//! has the keys, hence [`Kind::Development`], which a device profile refuses.
//!
//! The sealed file never changes. What must change, session keys of a sign-on and DUKPT counters,
//! stands in a third file beside it (its name and `.cards`), made with it and only where it has a
//! slot for card keys. A DUKPT initial key stays in the sealed file, so that whoever has the files
//! has the keys of past transactions too; a secure module would have forgotten them.
//!
//! Deliberately not here: adding or replacing a slot in an existing file (provision another file),
//! and noticing that all files were put back to an older state while nobody had them open: DUKPT
//! keys would then be used twice. What the ciphers leave on the stack is not wiped.

mod cards;
mod disk;
mod form;
mod kek;
mod provision;
mod record;
mod state;
mod state_file;

pub use kek::KEK_BYTES;

use crate::aead::{self, AeadError, NONCE_BYTES};
use crate::{
    KeyStore, NewSlot, PLAIN_BYTES_MAX, PublicKey, SEAL_OVERHEAD_BYTES, Signature, Slot, Usage,
    VaultError,
};
use cards::Cards;
use ed25519_dalek::Signer as _;
use kek::Kek;
use record::Held;
use serde::{Deserialize, Serialize};
use state_file::StateFile;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Largest sealed file that is read, in bytes, so that a wrong path cannot fill the memory.
pub const SEALED_FILE_BYTES_MAX: usize = 64 * 1024;

/// Most slots in one file: a few for the terminal and some for each acquirer.
pub const SLOTS_MAX: usize = 64;

/// Upper bound of one record's text, in bytes, with the longest slot name.
const RECORD_BYTES_MAX: usize = 512;
const _: () = assert!((SLOTS_MAX + 1) * RECORD_BYTES_MAX <= SEALED_FILE_BYTES_MAX);

/// First byte of sealed data, so that a later format can be told from this one.
const SEAL_FORMAT: u8 = 1;
/// Keeps sealed data apart from everything else that is encrypted in this crate.
const SEAL_LABEL: &[u8] = b"caisson sealed data 1\0";

/// What a store's keys are worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Kind {
    /// Keys protected by nothing but a file's mode: emulator, tests, development.
    Development,
    /// Keys in a PKCS#11 token: worth what its maker vouches for. (SoftHSM is one too, and vouches
    /// for nothing.) No sealed file is of this kind.
    #[serde(skip)]
    Token,
}

impl Kind {
    /// The kind's name, as key files write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Token => "token",
        }
    }
}

/// A [`KeyStore`] in a file, and [`crate::CardKeys`] if it has slots for them. It reads the file
/// once, at open, and keeps the keys in memory.
pub struct SealedFile {
    path: PathBuf,
    kind: Kind,
    slots: BTreeMap<Slot, Held>,
    /// Only with a slot for card keys.
    cards: Option<Cards>,
}

impl SealedFile {
    /// Makes `path` with `slots`, durably and in one step, and opens it. The key-encryption key at
    /// `kek_path` is used if it exists, else made. Blocks for a few flushes to the disk.
    ///
    /// # Errors
    /// [`VaultError::FileExists`] if there is a file at `path`, or the state of card keys that
    /// provisioning left there when it broke off; [`VaultError::SlotTwice`],
    /// [`VaultError::TooManySlots`]; [`VaultError::Random`]; and what [`SealedFile::open`] says of
    /// a wrong file. `path` does not exist afterwards; a key-encryption key that was made stays,
    /// for the next try.
    pub fn provision(path: &Path, kek_path: &Path, slots: &[NewSlot]) -> Result<Self, VaultError> {
        provision::provision(path, kek_path, slots)?;
        Self::open(path, kek_path)
    }

    /// Reads `path` with the key-encryption key at `kek_path`, and verifies every record.
    ///
    /// # Errors
    /// [`VaultError::Io`], [`VaultError::NotAFile`], [`VaultError::FileTooLarge`] of either file;
    /// [`VaultError::KekSize`], [`VaultError::KekMode`]; [`VaultError::Form`],
    /// [`VaultError::Version`], [`VaultError::TooManySlots`], [`VaultError::SlotTwice`];
    /// [`VaultError::WrongKek`], [`VaultError::RecordRefused`], [`VaultError::FileRefused`]; with a
    /// slot for card keys also [`VaultError::StateMissing`], [`VaultError::StateRefused`].
    pub fn open(path: &Path, kek_path: &Path) -> Result<Self, VaultError> {
        let kek = Kek::load(kek_path)?;
        let bytes = disk::read_bounded(path, SEALED_FILE_BYTES_MAX)?;
        let file = form::parse(path, &bytes)?;
        if file.kek_id != kek.id()? {
            return Err(VaultError::WrongKek { file: path.into(), kek: kek_path.into() });
        }
        let mut slots = BTreeMap::new();
        for sealed in &file.records {
            let slot = sealed.slot.clone();
            let Some(held) = record::open(&kek, file.kind, sealed)? else {
                return Err(VaultError::RecordRefused { file: path.into(), slot });
            };
            if slots.insert(slot.clone(), held).is_some() {
                return Err(VaultError::SlotTwice { file: path.into(), slot });
            }
        }
        if !form::is_whole(&kek, &file, &bytes)? {
            return Err(VaultError::FileRefused { file: path.into() });
        }
        let cards = slots
            .values()
            .any(Held::is_card_key)
            .then(|| StateFile::new(path, &kek, &bytes).and_then(Cards::open))
            .transpose()?;
        Ok(Self { path: path.into(), kind: file.kind, slots, cards })
    }

    /// What the keys are worth; a device profile refuses [`Kind::Development`].
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The slots and what each is for, by name.
    pub fn slots(&self) -> impl Iterator<Item = (&Slot, Usage)> {
        self.slots.iter().map(|(slot, held)| (slot, held.usage()))
    }

    fn held(&self, slot: &Slot) -> Result<&Held, VaultError> {
        self.slots.get(slot).ok_or_else(|| VaultError::UnknownSlot {
            slot: slot.clone(),
            store: self.path.display().to_string(),
        })
    }

    fn sealing_key(&self, slot: &Slot) -> Result<&aead::Key, VaultError> {
        match self.held(slot)? {
            Held::Seal(key) => Ok(key),
            other => Err(wrong_usage(slot, &[Usage::Seal], other)),
        }
    }
}

impl KeyStore for SealedFile {
    fn kind(&self) -> Kind {
        self.kind
    }

    fn sign(&self, slot: &Slot, message: &[u8]) -> Result<Signature, VaultError> {
        match self.held(slot)? {
            Held::Sign(key) => Ok(Signature::from_bytes(&key.sign(message).to_bytes())),
            other => Err(wrong_usage(slot, &[Usage::Sign], other)),
        }
    }

    fn verify(&self, slot: &Slot, message: &[u8], signature: &Signature) -> Result<(), VaultError> {
        match self.held(slot)? {
            Held::Verify(public) if public.accepts(message, signature) => Ok(()),
            Held::Verify(_) => Err(VaultError::BadSignature { slot: slot.clone() }),
            other => Err(wrong_usage(slot, &[Usage::Verify], other)),
        }
    }

    fn seal(&self, slot: &Slot, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let key = self.sealing_key(slot)?;
        if plain.len() > PLAIN_BYTES_MAX {
            return Err(VaultError::PlainTooLarge { slot: slot.clone(), bytes: plain.len() });
        }
        let sealed = aead::encrypt(key, &seal_binding(slot, context), plain)?;
        let mut out = Vec::with_capacity(plain.len() + SEAL_OVERHEAD_BYTES);
        out.push(SEAL_FORMAT);
        out.extend_from_slice(&sealed.nonce);
        out.extend_from_slice(&sealed.ciphertext);
        Ok(out)
    }

    fn open(
        &self,
        slot: &Slot,
        context: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let key = self.sealing_key(slot)?;
        split_sealed(sealed)
            .and_then(|(nonce, ciphertext)| {
                aead::decrypt(key, &seal_binding(slot, context), nonce, ciphertext)
            })
            .ok_or_else(|| VaultError::SealRefused { slot: slot.clone() })
    }

    fn public_key(&self, slot: &Slot) -> Result<PublicKey, VaultError> {
        let held = self.held(slot)?;
        held.public_key().ok_or_else(|| wrong_usage(slot, &[Usage::Sign, Usage::Verify], held))
    }
}

impl fmt::Debug for SealedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slots: Vec<String> =
            self.slots().map(|(slot, usage)| format!("{slot} ({usage})")).collect();
        f.debug_struct("SealedFile")
            .field("path", &self.path)
            .field("kind", &self.kind)
            .field("slots", &slots)
            .finish_non_exhaustive()
    }
}

impl From<AeadError> for VaultError {
    fn from(error: AeadError) -> Self {
        match error {
            AeadError::Random => Self::Random,
            AeadError::Length => Self::Cipher,
        }
    }
}

fn wrong_usage(slot: &Slot, wanted: &'static [Usage], held: &Held) -> VaultError {
    VaultError::WrongUsage { slot: slot.clone(), wanted, found: held.usage() }
}

/// What sealed data is bound to. A slot name has no NUL, so slot and context cannot run together.
fn seal_binding(slot: &Slot, context: &[u8]) -> Vec<u8> {
    [SEAL_LABEL, slot.as_str().as_bytes(), b"\0", context].concat()
}

fn split_sealed(sealed: &[u8]) -> Option<(&[u8; NONCE_BYTES], &[u8])> {
    let (format, rest) = sealed.split_first()?;
    if *format != SEAL_FORMAT || sealed.len() > PLAIN_BYTES_MAX + SEAL_OVERHEAD_BYTES {
        return None;
    }
    rest.split_first_chunk()
}
