//! The publisher's side: a key in a file, and signing a package with it. No terminal needs this.
//!
//! Guarantee: the key is in no `Debug`, error or log, and is wiped from memory when it is dropped.

use crate::error::{InstallError, SignError};
use crate::files::replace;
use crate::key_file::{self, Owner};
use crate::package::Package;
use crate::signature::{PackageSignature, SIGNATURE_NAME, Statement};
#[cfg(test)]
use caisson_vault::SEED_BYTES;
use caisson_vault::{PublicKey, Signature, SigningSeed};
use ed25519_dalek::{Signer as _, SigningKey};
use std::fmt;
use std::path::Path;
use zeroize::Zeroizing;

const OWNER: Owner = Owner { head: "caisson publisher key 1", name: "a publisher's" };

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
        key_file::create(path, OWNER).map(Self)
    }

    /// Reads the key in the file `path`.
    ///
    /// # Errors
    /// [`SignError::KeyMode`], [`SignError::KeyForm`], or what the system says of the file.
    pub fn read(path: &Path) -> Result<Self, SignError> {
        key_file::read(path, OWNER).map(Self)
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
