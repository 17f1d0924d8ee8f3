//! The publisher's side: a key in a file, and signing a package with it. No terminal needs this.
//!
//! Guarantees: a key file is private (mode 0600) before it has content, is never overwritten, and
//! one that others can read or write is refused; the key is in no `Debug`, error or log, and is
//! wiped from memory when it is dropped.

use crate::error::{InstallError, SignError};
use crate::files::{read_bounded, sync_folder};
use crate::package::Package;
use crate::signature::{PackageSignature, SIGNATURE_NAME, Statement};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use caisson_vault::{PublicKey, SEED_BYTES, Signature, SigningSeed};
use ed25519_dalek::{Signer as _, SigningKey};
use std::fmt;
use std::io::{self, Write as _};
use std::path::Path;
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

/// The first line of a key file, so that it is taken for nothing else.
const KEY_HEAD: &str = "caisson publisher key 1";
/// Largest key file that is read, in bytes.
const KEY_BYTES_MAX: u64 = 256;

/// A publisher's secret key.
pub struct PublisherKey(SigningKey);

impl fmt::Debug for PublisherKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublisherKey(secret of {})", self.public())
    }
}

impl PublisherKey {
    /// Makes a new random key in the file `path`.
    ///
    /// # Errors
    /// [`SignError::KeyExists`], [`SignError::Random`], or what the system says of the file.
    pub fn create(path: &Path) -> Result<Self, SignError> {
        let mut seed = Zeroizing::new([0_u8; SEED_BYTES]);
        getrandom::fill(seed.as_mut_slice()).map_err(|_| SignError::Random)?;
        let encoded = Zeroizing::new(STANDARD.encode(seed.as_slice()));
        let text = Zeroizing::new(format!("{KEY_HEAD}\n{}\n", encoded.as_str()));
        write_private(path, text.as_bytes())?;
        Ok(Self(SigningKey::from_bytes(&seed)))
    }

    /// Reads the key in the file `path`.
    ///
    /// # Errors
    /// [`SignError::KeyMode`], [`SignError::KeyForm`], or what the system says of the file.
    pub fn read(path: &Path) -> Result<Self, SignError> {
        refuse_open_mode(path)?;
        let form = || SignError::KeyForm { path: path.to_owned() };
        let bytes = match read_bounded(path, KEY_BYTES_MAX) {
            Err(InstallError::TooLarge { .. } | InstallError::NotAFile { .. }) => {
                return Err(form());
            }
            read => Zeroizing::new(read?),
        };
        let text = std::str::from_utf8(&bytes).map_err(|_| form())?;
        let encoded = text.strip_prefix(KEY_HEAD).and_then(|rest| rest.strip_prefix('\n'));
        let encoded = encoded.and_then(|rest| rest.strip_suffix('\n')).ok_or_else(form)?;
        let decoded = Zeroizing::new(STANDARD.decode(encoded).map_err(|_| form())?);
        let mut seed = Zeroizing::new([0_u8; SEED_BYTES]);
        if decoded.len() != SEED_BYTES {
            return Err(form());
        }
        seed.copy_from_slice(&decoded);
        Ok(Self(SigningKey::from_bytes(&seed)))
    }

    /// The public key, for profiles.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        SigningSeed::from_bytes(&Zeroizing::new(self.0.to_bytes())).public_key()
    }

    /// Signs a statement.
    pub(crate) fn over(&self, statement: Statement) -> PackageSignature {
        let signature = self.0.sign(statement.text().as_bytes());
        let signature = Signature::from_bytes(&signature.to_bytes());
        PackageSignature { statement, key: self.public(), signature }
    }

    #[cfg(test)]
    pub(crate) fn from_seed(seed: [u8; SEED_BYTES]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }
}

/// Signs the package in `folder`: writes its signature, in place of an earlier one.
///
/// # Errors
/// [`SignError`]; an earlier signature is then as it was.
pub fn sign(folder: &Path, key: &PublisherKey) -> Result<Package, SignError> {
    let mut package = Package::read_unsigned(folder)?;
    let signature = key.over(package.statement());
    let path = folder.join(SIGNATURE_NAME);
    replace(folder, &path, signature.text().as_bytes()).map_err(InstallError::file(&path))?;
    package.set_signature(signature);
    Ok(package)
}

/// Puts a file in place in one step.
fn replace(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut temporary = NamedTempFile::new_in(folder)?;
    temporary.write_all(bytes)?;
    readable_by_all(temporary.as_file())?;
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|refused| refused.error)?;
    Ok(())
}

/// A temporary file is private; a signature is for everybody.
#[cfg(unix)]
fn readable_by_all(file: &std::fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_file: &std::fs::File) -> io::Result<()> {
    Ok(())
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
