//! The file beside the sealed file: card keys that change, sealed as one.
//!
//! Guarantees: it opens only beside the key file that it was made for, with the same
//! key-encryption key; every byte counts; a change is on the disk, whole, before it is told.
//!
//! Cannot notice: an older copy that was put back while nobody had it open. Both are genuine, and
//! there is nothing else that could remember. (While it is open, a replaced file is noticed at the
//! next change.)

use super::disk::{self, Faults, NoFaults};
use super::kek::Kek;
use super::state::{STATE_BYTES_MAX, State};
use crate::VaultError;
use crate::aead::{self, NONCE_BYTES, TAG_BYTES};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// The first line; a later format has another number.
const HEAD: &[u8] = b"caisson card keys 1\n";
const FILE_BYTES_MAX: usize = HEAD.len() + NONCE_BYTES + STATE_BYTES_MAX + TAG_BYTES;

/// Where the state of the sealed file at `keys` is.
pub(super) fn path_beside(keys: &Path) -> PathBuf {
    with_ending(keys, ".cards")
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// The state's file and its key; the state itself is elsewhere.
pub(super) struct StateFile {
    path: PathBuf,
    key: aead::Key,
    /// What the state is bound to: format and key file.
    binding: Vec<u8>,
    faults: Box<dyn Faults>,
}

impl StateFile {
    /// The state's file beside the sealed file at `keys` with the text `text`.
    pub(super) fn new(keys: &Path, kek: &Kek, text: &[u8]) -> Result<Self, VaultError> {
        let binding = [HEAD, Sha256::digest(text).as_slice()].concat();
        let key = kek.derive(&["card keys"])?;
        Ok(Self { path: path_beside(keys), key, binding, faults: Box::new(NoFaults) })
    }

    #[cfg(test)]
    pub(super) fn set_faults(&mut self, faults: Box<dyn Faults>) {
        self.faults = faults;
    }

    /// Makes the file with an empty state.
    pub(super) fn create(&self) -> Result<(), VaultError> {
        disk::create_durable(&self.path, &self.sealed(&State::default())?)
    }

    /// The file's bytes.
    pub(super) fn bytes(&self) -> Result<Vec<u8>, VaultError> {
        if !disk::exists(&self.path)? {
            return Err(VaultError::StateMissing { file: self.path.clone() });
        }
        Ok(disk::read_bounded(&self.path, FILE_BYTES_MAX)?.to_vec())
    }

    /// The state in `bytes` of the file.
    pub(super) fn open(&self, bytes: &[u8]) -> Result<State, VaultError> {
        bytes
            .strip_prefix(HEAD)
            .and_then(|rest| rest.split_first_chunk())
            .and_then(|(nonce, sealed)| aead::decrypt(&self.key, &self.binding, nonce, sealed))
            .and_then(|plain| State::from_bytes(&plain))
            .ok_or_else(|| VaultError::StateRefused { file: self.path.clone() })
    }

    /// The bytes of a file with `state`.
    pub(super) fn sealed(&self, state: &State) -> Result<Vec<u8>, VaultError> {
        let plain = state.to_bytes().ok_or(VaultError::Cipher)?;
        let sealed = aead::encrypt(&self.key, &self.binding, &plain)?;
        Ok([HEAD, &sealed.nonce, &sealed.ciphertext].concat())
    }

    /// Puts `bytes` in the file's place, durably.
    pub(super) fn replace(&self, bytes: &[u8]) -> Result<(), VaultError> {
        disk::replace_durable(&self.path, bytes, &*self.faults)
    }

    /// An error for a file that is not the one that was left there.
    pub(super) fn changed(&self) -> VaultError {
        VaultError::StateChanged { file: self.path.clone() }
    }

    /// Keeps every other process, and every other store of this one, from changing the state until
    /// the lock is dropped. It is a file of its own, as the state's is replaced each time.
    pub(super) fn lock(&self) -> Result<File, VaultError> {
        let path = with_ending(&self.path, ".lock");
        let io = |error: std::io::Error| VaultError::Io {
            action: "lock",
            file: path.clone(),
            kind: error.kind(),
        };
        let file = OpenOptions::new().create(true).append(true).open(&path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(VaultError::StateInUse { file: path }),
            Err(TryLockError::Error(error)) => Err(io(error)),
        }
    }
}

impl fmt::Debug for StateFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StateFile").field("path", &self.path).finish_non_exhaustive()
    }
}
