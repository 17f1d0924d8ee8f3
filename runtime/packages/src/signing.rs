//! The publisher's side: a key in a file, and signing a package with it. No terminal needs this.
//!
//! Guarantee: the key is in no `Debug`, error or log, and is wiped from memory when it is dropped.

use crate::error::{InstallError, SignError};
use crate::files::replace;
use crate::key_file::{Owner, SecretKey};
use crate::package::Package;
use crate::signature::{PackageSignature, SIGNATURE_NAME, Statement};
use caisson_vault::PublicKey;
#[cfg(test)]
use caisson_vault::SEED_BYTES;
use std::fmt;
use std::path::Path;

const OWNER: Owner = Owner { head: "caisson publisher key 1", name: "a publisher's" };

/// A publisher's secret key.
pub struct PublisherKey(SecretKey);

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
        SecretKey::create(path, OWNER).map(Self)
    }

    /// Reads the key in the file `path`.
    ///
    /// # Errors
    /// [`SignError::KeyMode`], [`SignError::KeyForm`], or what the system says of the file.
    pub fn read(path: &Path) -> Result<Self, SignError> {
        SecretKey::read(path, OWNER).map(Self)
    }

    /// The public key, for profiles.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        self.0.public()
    }

    /// Signs a statement.
    pub(crate) fn over(&self, statement: Statement) -> PackageSignature {
        let signature = self.0.sign(&statement.text());
        PackageSignature { statement, key: self.public(), signature }
    }

    #[cfg(test)]
    pub(crate) fn from_seed(seed: [u8; SEED_BYTES]) -> Self {
        Self(SecretKey::from_seed(&seed))
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
