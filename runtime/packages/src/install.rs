//! An install, step by step, so that a power cut after any of them leaves one whole version active.
//!
//! 1. Where the active version is on trial and has one to return to, it gives way first: the slot
//!    of the version that has proved itself must not be the one that is written over. (A commit.)
//! 2. The idle slot is cleared, with whatever a cut-off install left there.
//! 3. Manifest, component, signature and compiled forms are written into it, each flushed.
//! 4. The names are flushed, from the slot's folder upward.
//! 5. The switch: active slot, version, digests, publisher, trial and the slot to return to change
//!    in one commit.
//!
//! Before 5 the version before is active and its files are untouched; after it the new one is, and
//! its files are on the medium. The registry is locked for writing from 2 to 5, so two installs
//! cannot share a slot.

use crate::error::InstallError;
use crate::files::{make_folder, remove_all_but, sync_folder, write_durable};
use crate::installed::{Installed, InstalledApps};
use crate::manifest::MANIFEST_NAME;
use crate::package::{Approved, COMPONENT_NAME};
use crate::registry::Registry;
use crate::rows::{AppRow, Health, ReturnCause, Rows, Slot, SlotRow};
use crate::signature::SIGNATURE_NAME;
use crate::trial;

#[cfg(test)]
mod cut;

/// What an install did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Installation {
    /// The package is the active version now.
    Done(Installed),
    /// The same package was the active version before, and whole; nothing was written.
    AlreadyThere(Installed),
}

impl Installation {
    /// The app as it is installed now.
    #[must_use]
    pub const fn app(&self) -> &Installed {
        match self {
            Self::Done(app) | Self::AlreadyThere(app) => app,
        }
    }
}

/// What has just been done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    RegistryOpened,
    TrialLaidDown,
    SlotCleared,
    FolderMade,
    ManifestWritten,
    ComponentWritten,
    SignatureWritten,
    FormsWritten,
    NamesFlushed,
    SwitchPrepared,
    Switched,
}

/// Told each step; an error ends the install there.
pub(crate) type Watch<'a> = &'a mut dyn FnMut(Step) -> Result<(), InstallError>;

pub(crate) fn install(
    apps: &InstalledApps,
    approved: &Approved,
    watch: Watch<'_>,
) -> Result<Installation, InstallError> {
    let id = approved.package().manifest().id.as_str();
    let mut registry = Registry::make(apps.folder())?;
    watch(Step::RegistryOpened)?;
    let there = registry.change(|rows| prepare(apps, rows, approved))?;
    if let Some(installed) = there {
        return Ok(Installation::AlreadyThere(installed));
    }
    watch(Step::TrialLaidDown)?;
    let installed = registry.change(|rows| {
        let app = rows.app(id)?.unwrap_or_else(|| AppRow::new(id));
        if trial::can_return(apps, rows, &app)? {
            // Another install came in between.
            return Err(InstallError::busy(apps.folder()));
        }
        let slot = app.active.map_or(Slot::A, Slot::other);
        write(apps, approved, (slot, app.active), watch)?;
        let installed = switch(apps, rows, approved, (slot, &app))?;
        watch(Step::SwitchPrepared)?;
        Ok(installed)
    })?;
    watch(Step::Switched)?;
    Ok(Installation::Done(installed))
}

/// Refuses what must not be installed; finds what is installed already; makes a version on trial
/// give way.
fn prepare(
    apps: &InstalledApps,
    rows: &Rows<'_>,
    approved: &Approved,
) -> Result<Option<Installed>, InstallError> {
    let id = approved.package().manifest().id.as_str();
    let Some(app) = rows.app(id)? else {
        return Ok(None);
    };
    if let Some(slot) = app.active {
        let row = rows.slot(id, slot)?;
        let has_all = apps.is_whole(id, slot, &row) && apps.has_forms(id, slot, approved);
        if is_same(approved, &row) && has_all {
            return apps.active(rows, &app).map(Some);
        }
    }
    refuse_older(approved, &app)?;
    if let Some(slot) = app.active {
        refuse_other_publisher(approved, &rows.slot(id, slot)?)?;
    }
    trial::give_way(apps, rows, &app, ReturnCause::Replaced)?;
    Ok(None)
}

fn is_same(approved: &Approved, row: &SlotRow) -> bool {
    approved.package().statement().digest() == row.package && approved.publisher == row.publisher
}

/// The version floor. What nobody signed neither raises it nor is held by it: without a signature
/// its version code is anybody's word, and only development mode takes it.
fn refuse_older(approved: &Approved, app: &AppRow) -> Result<(), InstallError> {
    let Some(floor) = app.floor.filter(|_| approved.publisher.is_some()) else {
        return Ok(());
    };
    let package = approved.package();
    let (path, id) = (package.manifest_path(), app.id.clone());
    let version_code = package.manifest().version_code;
    if version_code < floor.version_code {
        let floor = floor.version_code;
        return Err(InstallError::Older { path, id, version_code, floor });
    }
    if version_code == floor.version_code && package.statement().digest() != floor.package {
        return Err(InstallError::SameVersion { path, id, version_code });
    }
    Ok(())
}

/// An app belongs to its publisher: what the profile grants to its id was meant for their code. A
/// publisher whose key changes keeps the name in the profile.
fn refuse_other_publisher(approved: &Approved, active: &SlotRow) -> Result<(), InstallError> {
    let (Some(publisher), Some(installed)) = (&approved.publisher, &active.publisher) else {
        return Ok(());
    };
    if publisher.key == installed.key || publisher.name == installed.name {
        return Ok(());
    }
    Err(InstallError::OtherPublisher {
        path: approved.package().manifest_path(),
        id: approved.package().manifest().id.clone(),
        installed: installed.name.clone(),
        publisher: publisher.name.clone(),
    })
}

/// Steps 2 to 4: everything into the idle `slot`.
fn write(
    apps: &InstalledApps,
    approved: &Approved,
    (slot, active): (Slot, Option<Slot>),
    watch: Watch<'_>,
) -> Result<(), InstallError> {
    let package = approved.package();
    let app_folder = apps.app_folder(&package.manifest().id);
    remove_all_but(&app_folder, active.map(Slot::name))?;
    watch(Step::SlotCleared)?;
    let folder = app_folder.join(slot.name());
    make_folder(&folder)?;
    watch(Step::FolderMade)?;
    write_durable(&folder.join(MANIFEST_NAME), package.manifest_bytes())?;
    watch(Step::ManifestWritten)?;
    write_durable(&folder.join(COMPONENT_NAME), package.component())?;
    watch(Step::ComponentWritten)?;
    if let Some(signature) = package.signature() {
        write_durable(&folder.join(SIGNATURE_NAME), signature.text().as_bytes())?;
    }
    watch(Step::SignatureWritten)?;
    for form in &approved.forms {
        // Read and checked one at a time: each can be large.
        write_durable(&folder.join(form.file_name()), &form.code()?)?;
        let signature = folder.join(format!("{}.sig", form.file_name()));
        write_durable(&signature, form.text().as_bytes())?;
    }
    watch(Step::FormsWritten)?;
    for folder in [&folder, &app_folder, apps.folder()] {
        sync_folder(folder)?;
    }
    watch(Step::NamesFlushed)
}

/// Step 5, but for the commit.
fn switch(
    apps: &InstalledApps,
    rows: &Rows<'_>,
    approved: &Approved,
    (slot, app): (Slot, &AppRow),
) -> Result<Installed, InstallError> {
    let id = app.id.as_str();
    let statement = approved.package().statement();
    let before = app.active.map(|active| rows.slot(id, active)).transpose()?;
    // The same package again mends a slot whose files were damaged: there is nothing to try, and
    // nothing to return to.
    let mended = before.filter(|before| is_same(approved, before));
    let previous = if mended.is_some() { None } else { app.active };
    let trial = Health::Trial { starts: 0, failure: None };
    let now = AppRow { active: Some(slot), previous, returned: None, ..app.clone() };
    let row = SlotRow {
        version_code: statement.version_code,
        package: statement.digest(),
        manifest: statement.manifest.digest,
        component: statement.component.digest,
        publisher: approved.publisher.clone(),
        health: mended.map_or(trial, |before| before.health),
    };
    rows.put_app(&now)?;
    rows.put_slot(id, slot, &row)?;
    apps.active(rows, &now)
}
