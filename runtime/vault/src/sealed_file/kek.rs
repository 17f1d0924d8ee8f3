//! The key-encryption key: 32 random bytes in a file of their own that nobody else can read.
//!
//! Guarantees: it never encrypts anything itself; each use gets its own key from HKDF-SHA256
//! (RFC 5869), so no two records or purposes share one. Where files have modes, one that others
//! can read or write is refused.

use super::disk;
use crate::aead::{KEY_BYTES, Key, random_key};
use crate::{VaultError, text};
use hkdf::Hkdf;
use sha2::Sha256;
use std::path::Path;

/// Bytes of a key-encryption key and of its file.
pub const KEK_BYTES: usize = KEY_BYTES;

/// Bytes of the identifier that a sealed file carries; enough to notice a mix-up.
const ID_BYTES: usize = 8;
const SALT: &[u8] = b"caisson key-encryption key 1";

/// A key-encryption key in memory.
pub(super) struct Kek(Key);

impl Kek {
    /// Reads the key from its file.
    pub(super) fn load(path: &Path) -> Result<Self, VaultError> {
        let bytes = disk::read_bounded(path, KEK_BYTES).map_err(|error| match error {
            VaultError::FileTooLarge { file, .. } => VaultError::KekSize { file },
            other => other,
        })?;
        refuse_open_mode(path)?;
        let mut key = Key::default();
        if bytes.len() != KEK_BYTES {
            return Err(VaultError::KekSize { file: path.into() });
        }
        key.copy_from_slice(&bytes);
        Ok(Self(key))
    }

    /// Reads the key from its file, or makes both.
    pub(super) fn load_or_create(path: &Path) -> Result<Self, VaultError> {
        if !disk::exists(path)? {
            disk::create_durable(path, random_key()?.as_slice())?;
        }
        Self::load(path)
    }

    /// The key for one purpose; `info` has parts without NUL.
    pub(super) fn derive(&self, info: &[&str]) -> Result<Key, VaultError> {
        let mut key = Key::default();
        self.expand(info, key.as_mut_slice())?;
        Ok(key)
    }

    /// A public identifier that tells nothing about the key.
    pub(super) fn id(&self) -> Result<String, VaultError> {
        let mut id = [0_u8; ID_BYTES];
        self.expand(&["identifier"], &mut id)?;
        Ok(text::encode(&id))
    }

    fn expand(&self, info: &[&str], out: &mut [u8]) -> Result<(), VaultError> {
        Hkdf::<Sha256>::new(Some(SALT), self.0.as_slice())
            .expand(info.join("\0").as_bytes(), out)
            .map_err(|_| VaultError::Cipher)
    }
}

#[cfg(unix)]
fn refuse_open_mode(path: &Path) -> Result<(), VaultError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = disk::metadata(path)?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(VaultError::KekMode { file: path.into(), mode }) }
}

/// Other systems have no modes; there the folder's own protection must do.
#[cfg(not(unix))]
fn refuse_open_mode(_path: &Path) -> Result<(), VaultError> {
    Ok(())
}
