//! A package as it lies in a folder, before it is installed.
//!
//! Guarantees: each file is read once, so what is checked is what is installed; a package with a
//! signature is the one that was signed, byte for byte, or is refused; an [`Approved`] one may be
//! installed as far as its publisher is concerned, and nothing else can make one.
//!
//! Deliberately not here: which permissions it needs. They follow from what the component imports,
//! which the host reads when it loads it; a manifest cannot hide one.

use crate::build_host::BuildHosts;
use crate::error::InstallError;
use crate::files::{read_bounded, read_if_there};
use crate::form::Form;
use crate::forms::Forms;
use crate::manifest::{MANIFEST_BYTES_MAX, MANIFEST_NAME, Manifest};
use crate::publisher::{Publisher, Publishers};
use crate::signature::{Mark, PackageSignature, SIGNATURE_BYTES_MAX, SIGNATURE_NAME, Statement};
use caisson_core::payment::Digest;
use std::path::{Path, PathBuf};

/// The component's name beside the manifest.
pub const COMPONENT_NAME: &str = "app.wasm";
/// Largest component, in bytes.
pub const COMPONENT_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// A package in memory.
#[derive(Debug, Clone)]
pub struct Package {
    folder: PathBuf,
    manifest: Manifest,
    manifest_bytes: Vec<u8>,
    component: Vec<u8>,
    signature: Option<PackageSignature>,
    forms: Forms,
}

impl Package {
    /// Reads the package in `folder`. Where it has a signature, the files are those that it names;
    /// whose signature it is, [`Self::approve`] asks. Of its compiled forms it reads what is said
    /// of them; the machine code, and who signed it, [`Form::trusted`] asks.
    ///
    /// # Errors
    /// [`InstallError`] names the file that is missing, cut off, changed or wrong.
    pub fn read(folder: &Path) -> Result<Self, InstallError> {
        let mut package = Self::read_without_forms(folder)?;
        let forms = Forms::read(folder)?;
        let component = package.digest();
        forms.iter().try_for_each(|form| form.is_from(&component))?;
        package.forms = forms;
        Ok(package)
    }

    /// As [`Self::read`], without a look at compiled forms: they are about to be made.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_without_forms(folder: &Path) -> Result<Self, InstallError> {
        let path = folder.join(SIGNATURE_NAME);
        let Some(bytes) = read_if_there(&path, SIGNATURE_BYTES_MAX)? else {
            return Self::read_unsigned(folder);
        };
        let signature = PackageSignature::parse(&path, &bytes)?;
        let (manifest_bytes, component) = (read_manifest(folder)?, read_component(folder)?);
        let signed = &signature.statement;
        for (name, content, mark) in [
            (MANIFEST_NAME, &manifest_bytes, &signed.manifest),
            (COMPONENT_NAME, &component, &signed.component),
        ] {
            same(&folder.join(name), content, mark, &path)?;
        }
        let mut package = Self::of(folder, manifest_bytes, |_| Ok(component))?;
        if package.statement() != *signed {
            // The manifest is the one that was signed, under another id or version code.
            let manifest = folder.join(MANIFEST_NAME);
            return Err(InstallError::NotAsSigned { path: manifest, signature: path });
        }
        package.signature = Some(signature);
        Ok(package)
    }

    /// Reads the package without looking at its signature: it is about to be signed.
    pub(crate) fn read_unsigned(folder: &Path) -> Result<Self, InstallError> {
        Self::of(folder, read_manifest(folder)?, read_component)
    }

    /// Reads the manifest first: what is wrong with it is said before a component is missed.
    fn of(
        folder: &Path,
        manifest_bytes: Vec<u8>,
        component: impl FnOnce(&Path) -> Result<Vec<u8>, InstallError>,
    ) -> Result<Self, InstallError> {
        Ok(Self {
            manifest: Manifest::parse(&folder.join(MANIFEST_NAME), &manifest_bytes)?,
            component: component(folder)?,
            folder: folder.to_owned(),
            manifest_bytes,
            signature: None,
            forms: Forms::default(),
        })
    }

    /// Says whose package it is: the publisher who signed it, or nobody, which only
    /// `development` mode allows. A signature that is there must hold in either mode.
    ///
    /// # Errors
    /// [`InstallError::Unsigned`], [`InstallError::UnknownKey`], [`InstallError::WrongSignature`].
    pub fn approve(
        self,
        publishers: &Publishers,
        development: bool,
    ) -> Result<Approved, InstallError> {
        let path = self.folder.join(SIGNATURE_NAME);
        let publisher = match &self.signature {
            None if development => None,
            None => return Err(InstallError::Unsigned { id: self.manifest.id }),
            Some(signature) => {
                let key = *signature.key();
                let Some(publisher) = publishers.of_key(&key) else {
                    return Err(InstallError::UnknownKey { path, key });
                };
                signature.verify(&path)?;
                Some(publisher.clone())
            }
        };
        Ok(Approved { package: self, publisher, forms: Vec::new() })
    }

    /// What the app says of itself.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The component.
    #[must_use]
    pub fn component(&self) -> &[u8] {
        &self.component
    }

    /// SHA-256 of the component.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.component)
    }

    /// The signature, if it has one.
    #[must_use]
    pub const fn signature(&self) -> Option<&PackageSignature> {
        self.signature.as_ref()
    }

    /// Its compiled forms, whoever made them.
    #[must_use]
    pub const fn forms(&self) -> &Forms {
        &self.forms
    }

    /// The folder that it lies in.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn set_signature(&mut self, signature: PackageSignature) {
        self.signature = Some(signature);
    }

    pub(crate) fn manifest_bytes(&self) -> &[u8] {
        &self.manifest_bytes
    }

    /// The manifest's place, for errors.
    pub(crate) fn manifest_path(&self) -> PathBuf {
        self.folder.join(MANIFEST_NAME)
    }

    /// What a signature of this package is over.
    pub(crate) fn statement(&self) -> Statement {
        Statement {
            id: self.manifest.id.clone(),
            version_code: self.manifest.version_code,
            manifest: Mark::of(&self.manifest_bytes),
            component: Mark::of(&self.component),
        }
    }
}

/// A package that may be installed, and whose it is.
#[derive(Debug, Clone)]
pub struct Approved {
    pub(crate) package: Package,
    pub(crate) publisher: Option<Publisher>,
    /// The compiled forms that are installed with it.
    pub(crate) forms: Vec<Form>,
}

impl Approved {
    /// The package.
    #[must_use]
    pub const fn package(&self) -> &Package {
        &self.package
    }

    /// Who signed it; `None` in development mode for a package that nobody signed.
    #[must_use]
    pub const fn publisher(&self) -> Option<&Publisher> {
        self.publisher.as_ref()
    }

    /// Installs with it the compiled forms for `target` that a build host of `hosts` signed, for
    /// whatever engine: a newer one finds its form in the slot. Those of other build hosts stay
    /// behind.
    ///
    /// # Errors
    /// [`InstallError::WrongSignature`] where a form names a build host that did not sign it.
    pub fn carrying(mut self, target: &str, hosts: &BuildHosts) -> Result<Self, InstallError> {
        self.forms.clear();
        for form in self.package.forms.iter().filter(|form| form.purpose().target == target) {
            match form.signed_by(hosts) {
                Ok(_) => self.forms.push(form.clone()),
                Err(InstallError::UnknownBuildHost { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self)
    }
}

fn read_manifest(folder: &Path) -> Result<Vec<u8>, InstallError> {
    read_bounded(&folder.join(MANIFEST_NAME), MANIFEST_BYTES_MAX)
}

fn read_component(folder: &Path) -> Result<Vec<u8>, InstallError> {
    read_bounded(&folder.join(COMPONENT_NAME), COMPONENT_BYTES_MAX)
}

/// A file that is too short is told apart: it was most likely cut off on its way.
pub(crate) fn same(
    path: &Path,
    content: &[u8],
    mark: &Mark,
    signature: &Path,
) -> Result<(), InstallError> {
    let found = Mark::of(content);
    if found == *mark {
        return Ok(());
    }
    let path = path.to_owned();
    if found.bytes < mark.bytes {
        return Err(InstallError::Incomplete { path, bytes: found.bytes, signed: mark.bytes });
    }
    Err(InstallError::NotAsSigned { path, signature: signature.to_owned() })
}
