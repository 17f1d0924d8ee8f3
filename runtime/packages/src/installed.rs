//! The folder of installed apps: one folder an app, switched into place by one rename.

use crate::manifest::{MANIFEST_NAME, Manifest, ManifestError};
use caisson_core::payment::Digest;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Largest component, in bytes.
pub const COMPONENT_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// The component's name in an app's folder.
const COMPONENT_NAME: &str = "app.wasm";
/// The recorded digest's name in an app's folder.
const DIGEST_NAME: &str = "app.wasm.sha256";

/// An installed app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// Its manifest.
    pub manifest: Manifest,
    /// SHA-256 of its component, as recorded at the install.
    pub digest: Digest,
    /// Its folder.
    pub folder: PathBuf,
}

/// Why an app is not installed or not loaded.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// The manifest is wrong.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// App developer: make it smaller.
    #[error("{path}: {bytes} bytes, limit {max}", max = COMPONENT_BYTES_MAX)]
    TooLarge {
        /// The component.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// Owner: the installed file was changed; install the app again.
    #[error("{path}: its SHA-256 is not the one recorded at the install; install the app again")]
    Altered {
        /// The component.
        path: PathBuf,
    },
    /// Owner: publisher's signatures are not there yet, so only development mode takes an app.
    #[error("{id} is unsigned; only a terminal in development mode takes it (--dev)")]
    Unsigned {
        /// The app's id.
        id: String,
    },
}

/// The folder of installed apps.
#[derive(Debug, Clone)]
pub struct InstalledApps {
    folder: PathBuf,
}

impl InstalledApps {
    /// The apps in `folder`, which need not exist yet.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Installs the component `wasm` with the manifest beside it in `manifest_folder`, in place of
    /// an earlier install of the same app.
    ///
    /// # Errors
    /// [`InstallError`]; what was installed before is still there.
    pub fn install(
        &self,
        manifest_folder: &Path,
        wasm: &Path,
        development: bool,
    ) -> Result<Installed, InstallError> {
        let manifest = Manifest::read(manifest_folder)?;
        if !development {
            return Err(InstallError::Unsigned { id: manifest.id });
        }
        let component = read_component(wasm)?;
        let digest = Digest::of(&component);
        let fresh = self.folder.join(format!(".{}.new", manifest.id));
        let place = self.folder.join(&manifest.id);
        remove(&fresh)?;
        at(&fresh, fs::create_dir_all(&fresh))?;
        write(&fresh.join(COMPONENT_NAME), &component)?;
        write(&fresh.join(DIGEST_NAME), digest.to_string().as_bytes())?;
        let from = manifest_folder.join(MANIFEST_NAME);
        write(&fresh.join(MANIFEST_NAME), &at(&from, fs::read(&from))?)?;
        let old = self.folder.join(format!(".{}.old", manifest.id));
        remove(&old)?;
        if place.exists() {
            at(&place, fs::rename(&place, &old))?;
        }
        at(&place, fs::rename(&fresh, &place))?;
        remove(&old)?;
        Ok(Installed { manifest, digest, folder: place })
    }

    /// Every installed app, by id.
    ///
    /// # Errors
    /// The first app whose folder is wrong.
    pub fn list(&self) -> Result<Vec<Installed>, InstallError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(InstallError::File { path: self.folder.clone(), source }),
        };
        let mut ids = Vec::new();
        for entry in entries {
            let entry = at(&self.folder, entry)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.starts_with('.') {
                ids.push(name);
            }
        }
        ids.sort();
        ids.iter().map(|id| self.find(id)).collect()
    }

    /// The installed app `id`.
    ///
    /// # Errors
    /// [`InstallError`] where it is not there or its folder is wrong.
    pub fn find(&self, id: &str) -> Result<Installed, InstallError> {
        let folder = self.folder.join(id);
        let manifest = Manifest::read(&folder)?;
        let path = folder.join(DIGEST_NAME);
        let text = at(&path, fs::read_to_string(&path))?;
        let digest = Digest::try_from(text).map_err(|_| InstallError::Altered { path })?;
        Ok(Installed { manifest, digest, folder })
    }
}

impl Installed {
    /// The component, checked against the recorded digest.
    ///
    /// # Errors
    /// [`InstallError::Altered`] where it was changed since.
    pub fn component(&self) -> Result<Vec<u8>, InstallError> {
        let path = self.folder.join(COMPONENT_NAME);
        let component = read_component(&path)?;
        if Digest::of(&component) == self.digest {
            Ok(component)
        } else {
            Err(InstallError::Altered { path })
        }
    }
}

fn read_component(path: &Path) -> Result<Vec<u8>, InstallError> {
    let bytes = at(path, fs::metadata(path))?.len();
    if bytes > COMPONENT_BYTES_MAX {
        return Err(InstallError::TooLarge { path: path.to_owned(), bytes });
    }
    at(path, fs::read(path))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), InstallError> {
    let mut file = at(path, fs::File::create(path))?;
    at(path, file.write_all(bytes))?;
    at(path, file.sync_all())
}

fn remove(folder: &Path) -> Result<(), InstallError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(InstallError::File { path: folder.to_owned(), source: error })
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

fn at<T>(path: &Path, result: io::Result<T>) -> Result<T, InstallError> {
    result.map_err(|source| InstallError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let manifest = "id = \"qr\"\nname = { zh = \"扫码\", en = \"QR\" }\nversion = \"0.1.0\"\n\
                        version-code = 1\nworld = \"payment-app\"\npermissions = [\"ui\"]\n";
        fs::write(folder.path().join(MANIFEST_NAME), manifest).unwrap();
        let wasm = folder.path().join("qr.wasm");
        fs::write(&wasm, b"component").unwrap();
        (folder, wasm)
    }

    #[test]
    fn an_installed_app_is_listed_and_its_component_is_the_one_that_was_installed() {
        let (folder, wasm) = source();
        let apps = InstalledApps::at(&folder.path().join("apps"));
        assert_eq!(apps.list().unwrap(), []);
        let installed = apps.install(folder.path(), &wasm, true).unwrap();
        assert_eq!(apps.list().unwrap(), std::slice::from_ref(&installed));
        assert_eq!(installed.component().unwrap(), b"component");
    }

    #[test]
    fn a_component_that_was_changed_after_the_install_is_refused() {
        let (folder, wasm) = source();
        let apps = InstalledApps::at(&folder.path().join("apps"));
        let installed = apps.install(folder.path(), &wasm, true).unwrap();
        fs::write(installed.folder.join(COMPONENT_NAME), b"another").unwrap();
        assert!(matches!(installed.component(), Err(InstallError::Altered { .. })));
    }

    #[test]
    fn an_unsigned_app_is_refused_outside_development_mode() {
        let (folder, wasm) = source();
        let apps = InstalledApps::at(&folder.path().join("apps"));
        let error = apps.install(folder.path(), &wasm, false).unwrap_err();
        assert_eq!(
            error.to_string(),
            "qr is unsigned; only a terminal in development mode takes it (--dev)"
        );
        assert_eq!(apps.list().unwrap(), []);
    }
}
