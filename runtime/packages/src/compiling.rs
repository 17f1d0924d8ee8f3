//! The build host's side: a key in a file, and machine code put into a package with it. No
//! terminal needs this.
//!
//! Guarantee: a build host's key signs machine code and nothing else, and no publisher's key does:
//! whoever signs machine code decides what the terminal itself does.

use crate::error::{InstallError, SignError};
use crate::files::{length, read_bounded, remove, replace};
use crate::form::{
    CODE_BYTES_MAX, FORM_SIGNATURE_BYTES_MAX, Form, Purpose, SIGNATURE_ENDING, Statement,
};
use crate::forms::names;
use crate::key_file::{Owner, SecretKey};
use crate::package::Package;
use crate::signature::Mark;
use caisson_core::payment::Digest;
use caisson_vault::PublicKey;
use std::fmt;
use std::path::Path;

const OWNER: Owner = Owner { head: "caisson build host key 1", name: "a build host's" };

/// A build host's secret key.
pub struct BuildHostKey(SecretKey);

impl fmt::Debug for BuildHostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BuildHostKey(secret of {})", self.public())
    }
}

impl BuildHostKey {
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

    /// Signs a statement about machine code in `folder`.
    pub(crate) fn over(&self, folder: &Path, statement: Statement) -> Form {
        let signature = self.0.sign(&statement.text());
        let path = folder.join(statement.purpose.file_name());
        Form { path, statement, key: self.public(), signature }
    }

    #[cfg(test)]
    pub(crate) fn from_seed(seed: [u8; caisson_vault::SEED_BYTES]) -> Self {
        Self(SecretKey::from_seed(&seed))
    }
}

/// Puts `code`, which the caller compiled from the package's component for `purpose`, into the
/// package's folder, in place of an earlier one, and signs it. Forms of another component, which an
/// earlier version has left there, are removed.
///
/// # Errors
/// [`InstallError::TooLarge`]; [`InstallError::FormName`] for a purpose that is no file's name;
/// what the system says of the files.
pub fn add_form(
    package: &Package,
    purpose: Purpose,
    code: &[u8],
    key: &BuildHostKey,
) -> Result<Form, SignError> {
    let folder = package.folder();
    if !purpose.is_plain() {
        return Err(InstallError::FormName { path: folder.to_owned(), purpose }.into());
    }
    let component = Mark::of(package.component());
    let form = key.over(folder, Statement { component, purpose, code: Mark::of(code) });
    let bytes = length(code);
    if bytes > CODE_BYTES_MAX {
        let path = form.path;
        return Err(InstallError::TooLarge { path, bytes, max: CODE_BYTES_MAX }.into());
    }
    remove_others(folder, &component.digest)?;
    // The signature of an earlier code goes first: what stands between the two is refused by name.
    remove(&form.signature_path())?;
    for (path, bytes) in [(&form.path, code), (&form.signature_path(), form.text().as_bytes())] {
        replace(folder, path, bytes).map_err(InstallError::file(path))?;
    }
    Ok(form)
}

/// Removes what is no form of `component`.
fn remove_others(folder: &Path, component: &Digest) -> Result<(), InstallError> {
    let names = names(folder)?;
    for name in &names {
        let signature = match name.strip_suffix(SIGNATURE_ENDING) {
            Some(_) => name.clone(),
            None => format!("{name}.sig"),
        };
        let path = folder.join(signature);
        let read = read_bounded(&path, FORM_SIGNATURE_BYTES_MAX);
        let is_ours = read
            .and_then(|bytes| Form::parse(&path, &bytes))
            .is_ok_and(|form| form.is_from(component).is_ok());
        if !is_ours {
            remove(&folder.join(name))?;
        }
    }
    Ok(())
}
