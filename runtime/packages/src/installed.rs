//! The folder of installed apps, for those who list, run and remove them.
//!
//! `ID/a` and `ID/b` are the two slots of the app `ID`; `apps.db` says which of them is active.
//! What it does not name is not installed, whatever lies there.

use crate::error::InstallError;
use crate::files::{read_bounded, remove, sync_folder};
use crate::forms::Forms;
use crate::install::{self, Installation};
use crate::manifest::{MANIFEST_BYTES_MAX, MANIFEST_NAME, Manifest};
use crate::package::{Approved, COMPONENT_BYTES_MAX, COMPONENT_NAME};
use crate::publisher::Publisher;
use crate::registry::Registry;
use crate::rows::{AppRow, Health, Returned, Rows, Slot, SlotRow};
use caisson_core::payment::Digest;
use std::path::{Path, PathBuf};

/// An installed app: its active version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// Its manifest.
    pub manifest: Manifest,
    /// SHA-256 of its component, as recorded at the install.
    pub digest: Digest,
    /// The folder of its active slot.
    pub folder: PathBuf,
    /// Who signed it, as the profile said at the install; `None`: nobody, it is in development.
    pub publisher: Option<Publisher>,
    /// How far it has proved itself.
    pub health: Health,
    /// The newer version that gave way to this one.
    pub returned: Option<Returned>,
}

/// The folder of installed apps. Each call opens the registry, and blocks for the time that the
/// medium needs; none is kept open.
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

    /// Installs a package: on trial, in place of the version that was active, which comes back
    /// where the new one fails. The caller has seen to it that no payment of the app is open.
    ///
    /// # Errors
    /// [`InstallError::Older`], [`InstallError::SameVersion`], [`InstallError::OtherPublisher`] for
    /// a package that is not to be installed; else what the medium or the registry says. The version before is then as it was.
    pub fn install(&self, package: &Approved) -> Result<Installation, InstallError> {
        install::install(self, package, &mut |_| Ok(()))
    }

    /// Every installed app, by id.
    ///
    /// # Errors
    /// The first app whose files are wrong; what the registry says.
    pub fn list(&self) -> Result<Vec<Installed>, InstallError> {
        let Some(mut registry) = Registry::open(&self.folder)? else {
            return Ok(Vec::new());
        };
        registry.read(|rows| rows.apps()?.iter().map(|app| self.active(rows, app)).collect())
    }

    /// The ids of the installed apps, in order, whatever the state of their files.
    ///
    /// # Errors
    /// What the registry says.
    pub fn ids(&self) -> Result<Vec<String>, InstallError> {
        let Some(mut registry) = Registry::open(&self.folder)? else {
            return Ok(Vec::new());
        };
        registry.read(|rows| Ok(rows.apps()?.into_iter().map(|app| app.id).collect()))
    }

    /// The components that may be run from here: each app's active version, and the one that it may
    /// return to.
    ///
    /// # Errors
    /// What the registry says.
    pub fn components(&self) -> Result<Vec<Digest>, InstallError> {
        let Some(mut registry) = Registry::open(&self.folder)? else {
            return Ok(Vec::new());
        };
        registry.read(|rows| {
            let mut components = Vec::new();
            for app in rows.apps()? {
                for slot in [app.active, app.previous].into_iter().flatten() {
                    components.push(rows.slot(&app.id, slot)?.component);
                }
            }
            Ok(components)
        })
    }

    /// The installed app `id`.
    ///
    /// # Errors
    /// [`InstallError::NotInstalled`]; as [`Self::list`].
    pub fn find(&self, id: &str) -> Result<Installed, InstallError> {
        let missing = || InstallError::not_installed(&self.folder, id);
        let mut registry = Registry::open(&self.folder)?.ok_or_else(missing)?;
        registry.read(|rows| self.active(rows, &rows.app(id)?.ok_or_else(missing)?))
    }

    /// Removes the app `id`: first from the registry, then its files. What stays is the version
    /// floor, so that removing an app is no way to an older version of it. The caller has seen to
    /// it that no payment of the app is open.
    ///
    /// # Errors
    /// [`InstallError::NotInstalled`]; what the medium or the registry says.
    pub fn remove(&self, id: &str) -> Result<(), InstallError> {
        let missing = || InstallError::not_installed(&self.folder, id);
        let mut registry = Registry::open(&self.folder)?.ok_or_else(missing)?;
        registry.change(|rows| {
            let app = rows.app(id)?.filter(|app| app.active.is_some()).ok_or_else(missing)?;
            rows.drop_slot(id, Slot::A)?;
            rows.drop_slot(id, Slot::B)?;
            rows.put_app(&AppRow { floor: app.floor, ..AppRow::new(id) })
        })?;
        remove(&self.app_folder(id))?;
        sync_folder(&self.folder)
    }

    /// The folder of everything installed.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of both slots of an app.
    pub(crate) fn app_folder(&self, id: &str) -> PathBuf {
        self.folder.join(id)
    }

    pub(crate) fn slot_folder(&self, id: &str, slot: Slot) -> PathBuf {
        self.app_folder(id).join(slot.name())
    }

    /// Whether the files of a slot are those that were installed. What cannot be read is not.
    pub(crate) fn is_whole(&self, id: &str, slot: Slot, row: &SlotRow) -> bool {
        let folder = self.slot_folder(id, slot);
        let is = |name, max, digest| {
            read_bounded(&folder.join(name), max).is_ok_and(|bytes| Digest::of(&bytes) == digest)
        };
        is(MANIFEST_NAME, MANIFEST_BYTES_MAX, row.manifest)
            && is(COMPONENT_NAME, COMPONENT_BYTES_MAX, row.component)
            && Forms::read(&folder).is_ok_and(|forms| forms.are_whole())
    }

    /// Whether the compiled forms of a package are in the slot.
    pub(crate) fn has_forms(&self, id: &str, slot: Slot, package: &Approved) -> bool {
        let Ok(there) = Forms::read(&self.slot_folder(id, slot)) else { return false };
        let mut wanted = package.forms.iter();
        wanted.all(|form| there.iter().any(|found| found.text() == form.text()))
    }

    /// The active version of an app.
    pub(crate) fn active(&self, rows: &Rows<'_>, app: &AppRow) -> Result<Installed, InstallError> {
        let Some(slot) = app.active else {
            return Err(InstallError::not_installed(&self.folder, &app.id));
        };
        let row = rows.slot(&app.id, slot)?;
        let folder = self.slot_folder(&app.id, slot);
        let path = folder.join(MANIFEST_NAME);
        let bytes = read_bounded(&path, MANIFEST_BYTES_MAX)?;
        if Digest::of(&bytes) != row.manifest {
            return Err(InstallError::Altered { path });
        }
        Ok(Installed {
            manifest: Manifest::parse(&path, &bytes)?,
            digest: row.component,
            folder,
            publisher: row.publisher,
            health: row.health,
            returned: app.returned.clone(),
        })
    }
}

impl Installed {
    /// The component, checked against the recorded digest.
    ///
    /// # Errors
    /// [`InstallError::Altered`] where it was changed since.
    pub fn component(&self) -> Result<Vec<u8>, InstallError> {
        let path = self.folder.join(COMPONENT_NAME);
        let component = read_bounded(&path, COMPONENT_BYTES_MAX)?;
        if Digest::of(&component) == self.digest {
            Ok(component)
        } else {
            Err(InstallError::Altered { path })
        }
    }

    /// Its compiled forms. Who signed them is asked again each time when one is loaded: a build host
    /// that the profile no longer lists is no longer believed.
    ///
    /// # Errors
    /// The first of them that is wrong.
    pub fn forms(&self) -> Result<Forms, InstallError> {
        Forms::read(&self.folder)
    }

    /// True where nobody signed it: it is here because development mode took it.
    #[must_use]
    pub const fn is_development(&self) -> bool {
        self.publisher.is_none()
    }

    /// True where the version before it may come back.
    #[must_use]
    pub const fn is_on_trial(&self) -> bool {
        matches!(self.health, Health::Trial { .. })
    }
}
