//! Files that hold a secret key: a publisher's, a build host's.
//!
//! Guarantees: a key file is private (mode 0600) before it has content, is never overwritten, and
//! one that others can read or write is refused. Its first line says whose key it is, so that one
//! kind is never taken for the other. A key has no `Debug`, and is wiped when it is dropped.

use crate::error::{InstallError, SignError};
use crate::files::{read_bounded, sync_folder};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use caisson_vault::{PublicKey, SEED_BYTES, Signature, SigningSeed};
use ed25519_dalek::{Signer as _, SigningKey};
use std::io::{self, Write as _};
use std::path::Path;
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

/// Largest key file that is read, in bytes.
const KEY_BYTES_MAX: u64 = 256;

/// Whose key a file holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner {
    /// The file's first line.
    pub(crate) head: &'static str,
    /// For errors: `a publisher's`.
    pub(crate) name: &'static str,
}

/// The secret key in such a file.
pub(crate) struct SecretKey(SigningKey);

impl SecretKey {
    /// Makes a new random key in the file `path`.
    pub(crate) fn create(path: &Path, owner: Owner) -> Result<Self, SignError> {
        let mut seed = Zeroizing::new([0_u8; SEED_BYTES]);
        getrandom::fill(seed.as_mut_slice()).map_err(|_| SignError::Random)?;
        let encoded = Zeroizing::new(STANDARD.encode(seed.as_slice()));
        let text = Zeroizing::new(format!("{}\n{}\n", owner.head, encoded.as_str()));
        write_private(path, text.as_bytes())?;
        Ok(Self::from_seed(&seed))
    }

    /// Reads the key in the file `path`.
    pub(crate) fn read(path: &Path, owner: Owner) -> Result<Self, SignError> {
        refuse_open_mode(path)?;
        Ok(Self::from_seed(&*seed(path, owner)?))
    }

    pub(crate) fn from_seed(seed: &[u8; SEED_BYTES]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The public key, for profiles.
    pub(crate) fn public(&self) -> PublicKey {
        SigningSeed::from_bytes(&Zeroizing::new(self.0.to_bytes())).public_key()
    }

    pub(crate) fn sign(&self, text: &str) -> Signature {
        Signature::from_bytes(&self.0.sign(text.as_bytes()).to_bytes())
    }
}

fn seed(path: &Path, owner: Owner) -> Result<Zeroizing<[u8; SEED_BYTES]>, SignError> {
    let form = || SignError::KeyForm { path: path.to_owned(), owner: owner.name };
    let bytes = match read_bounded(path, KEY_BYTES_MAX) {
        Err(InstallError::TooLarge { .. } | InstallError::NotAFile { .. }) => {
            return Err(form());
        }
        read => Zeroizing::new(read?),
    };
    let text = std::str::from_utf8(&bytes).map_err(|_| form())?;
    let encoded = text.strip_prefix(owner.head).and_then(|rest| rest.strip_prefix('\n'));
    let encoded = encoded.and_then(|rest| rest.strip_suffix('\n')).ok_or_else(form)?;
    let decoded = Zeroizing::new(STANDARD.decode(encoded).map_err(|_| form())?);
    let mut seed = Zeroizing::new([0_u8; SEED_BYTES]);
    if decoded.len() != SEED_BYTES {
        return Err(form());
    }
    seed.copy_from_slice(&decoded);
    Ok(seed)
}

/// Makes a private file, whole or not at all.
fn write_private(path: &Path, bytes: &[u8]) -> Result<(), SignError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    let written = || {
        let mut temporary = NamedTempFile::new_in(folder)?;
        temporary.write_all(bytes)?;
        temporary.as_file().sync_all()?;
        temporary.persist_noclobber(path).map_err(|refused| refused.error)
    };
    match written() {
        Ok(_) => Ok(sync_folder(folder)?),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(SignError::KeyExists { path: path.to_owned() })
        }
        Err(error) => Err(InstallError::file(path)(error).into()),
    }
}

#[cfg(unix)]
fn refuse_open_mode(path: &Path) -> Result<(), SignError> {
    use std::os::unix::fs::PermissionsExt as _;
    let facts = std::fs::metadata(path).map_err(InstallError::file(path))?;
    let mode = facts.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(SignError::KeyMode { path: path.to_owned(), mode }) }
}

/// Other systems have no modes; there the folder's own protection must do.
#[cfg(not(unix))]
fn refuse_open_mode(_path: &Path) -> Result<(), SignError> {
    Ok(())
}
