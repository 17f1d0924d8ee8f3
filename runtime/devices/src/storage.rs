//! An app's small values, kept across restarts.
//!
//! Guarantees: whose values they are comes from the permit, never from the caller's arguments; when
//! `set` or `delete` returns, the change outlives a power cut; a power cut within it leaves the old
//! value or the new one, never a part. Deliberately not here: secrets (`vault`), anything of a
//! payment (`journal`), change of several values at once.

pub mod directory;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use async_trait::async_trait;
use caisson_core::permission::{self, Permit};

/// Longest key, in characters.
pub const KEY_CHARS_MAX: usize = 64;
/// Largest value, in bytes: settings and counters, not pictures.
pub const VALUE_BYTES_MAX: usize = 16 * 1024;
/// Most values of one app, so that listing them is quick.
pub const KEYS_MAX: usize = 64;
/// All values of one app together, in bytes, so that no app can fill the terminal's disk.
pub const APP_BYTES_MAX: usize = 256 * 1024;

const _: () = assert!(VALUE_BYTES_MAX < APP_BYTES_MAX);

/// Where apps keep small values.
#[async_trait]
pub trait Storage: Send + Sync {
    /// The value of `key`, or `None`.
    async fn get(
        &self,
        permit: &Permit<permission::Storage>,
        key: &StorageKey,
    ) -> Result<Option<Vec<u8>>, StorageError>;

    /// Keeps `value` under `key`, in place of what was there. After an error the old value stands.
    async fn set(
        &self,
        permit: &Permit<permission::Storage>,
        key: &StorageKey,
        value: &[u8],
    ) -> Result<(), StorageError>;

    /// Forgets `key`; true if there was such a value.
    async fn delete(
        &self,
        permit: &Permit<permission::Storage>,
        key: &StorageKey,
    ) -> Result<bool, StorageError>;

    /// The app's keys, sorted.
    async fn keys(
        &self,
        permit: &Permit<permission::Storage>,
    ) -> Result<Vec<StorageKey>, StorageError>;
}

/// The name of a value: 1 to [`KEY_CHARS_MAX`] characters of `a-z 0-9 . _ -`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StorageKey(String);

/// Not a key. App developer: use the characters that the text names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a storage key: 1 to {max} characters of a-z, 0-9, '.', '_', '-'", max = KEY_CHARS_MAX)]
pub struct BadKey;

impl StorageKey {
    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StorageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for StorageKey {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !text.is_empty() && text.len() <= KEY_CHARS_MAX && text.bytes().all(is_key_byte) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadKey)
        }
    }
}

/// True for the characters of a key.
const fn is_key_byte(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-')
}

/// Why a value was not kept or found. Unless it says otherwise, what was there is unchanged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// App developer: keep less under one key.
    #[error("value of {bytes} bytes, limit {max}", max = VALUE_BYTES_MAX)]
    TooLarge {
        /// The value's size.
        bytes: usize,
    },
    /// App developer: delete keys that are not needed.
    #[error("the app has {max} keys already; delete one", max = KEYS_MAX)]
    TooManyKeys,
    /// App developer: keep less in all.
    #[error("the app would keep {bytes} bytes, limit {max}; delete a value", max = APP_BYTES_MAX)]
    OverQuota {
        /// What all its values would take.
        bytes: usize,
    },
    /// Owner: the terminal's disk is full; free some of it.
    #[error("no space left for values in {folder}")]
    Full {
        /// Where values are kept.
        folder: PathBuf,
    },
    /// Owner: the terminal's disk failed as the cause says; the change may or may not stand.
    #[error("values in {folder} cannot be read or written: {cause}")]
    Failed {
        /// Where values are kept.
        folder: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// Packager: an app's id must be 1 to 64 characters of a-z, 0-9, '.', '_', '-'.
    #[error("\"{holder}\" cannot keep values: its id must be of a-z, 0-9, '.', '_', '-'")]
    BadHolder {
        /// The id in the permit.
        holder: String,
    },
}
