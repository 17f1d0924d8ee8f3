//! The trial of a new version, and the way back to the one before.
//!
//! A version is on trial from its install until [`InstalledApps::confirm`]. It gives way to the
//! version before it when [`InstalledApps::failed`] says so, or when the terminal was started
//! [`STARTS_MAX`] times with it and nothing confirmed it. It never gives way while a payment of the
//! app is open: the version that sent a request is the one that can ask what became of it. Then it
//! waits for the next [`InstalledApps::began`] at which none is.
//!
//! The first version of an app has none to return to, and a version before whose files were damaged
//! is none. A failure is kept only where there is a way back.

use crate::error::InstallError;
use crate::installed::InstalledApps;
use crate::registry::Registry;
use crate::rows::{AppRow, Floor, Health, ReturnCause, Returned, Rows, SlotRow, word};

/// Starts of the terminal that a version on trial gets to prove itself. A start without a payment
/// counts too: a version that nobody can pay with looks like one that nobody wants to pay with.
pub const STARTS_MAX: u32 = 3;

impl InstalledApps {
    /// Says that the terminal starts with the app `id`; called before it is loaded, so that a
    /// version that takes the terminal down with it is counted. `has_open`: a payment of the app is
    /// open. Returns the version that gave way just now, if one did; the one before it is active.
    ///
    /// # Errors
    /// [`InstallError::NotInstalled`]; what the registry says.
    pub fn began(&self, id: &str, has_open: bool) -> Result<Option<Returned>, InstallError> {
        self.judge(id, |rows, app, row| {
            let Health::Trial { starts, failure } = &row.health else { return Ok(None) };
            let cause = match failure {
                Some(word) => Some(ReturnCause::Failed(word.clone())),
                None => (*starts >= STARTS_MAX).then_some(ReturnCause::Unconfirmed),
            };
            if let Some(cause) = cause.filter(|_| !has_open)
                && let Some(returned) = give_way(self, rows, app, cause)?
            {
                return Ok(Some(returned));
            }
            if *starts < STARTS_MAX {
                let health = Health::Trial { starts: starts + 1, failure: failure.clone() };
                self.put_health(rows, app, (row, health))?;
            }
            Ok(None)
        })
    }

    /// Says that the app `id` has proved itself: its version stays, and no older one is installed
    /// from now on. `false` where it had before, or has failed before: the first word counts.
    ///
    /// # Errors
    /// As [`Self::began`].
    pub fn confirm(&self, id: &str) -> Result<bool, InstallError> {
        self.judge(id, |rows, app, row| {
            let Health::Trial { failure: None, .. } = row.health else { return Ok(false) };
            let floor = Floor { version_code: row.version_code, package: row.package };
            let raised = row.publisher.is_some()
                && app.floor.is_none_or(|before| before.version_code < floor.version_code);
            if let Some(previous) = app.previous {
                rows.drop_slot(&app.id, previous)?;
            }
            rows.put_app(&AppRow {
                previous: None,
                returned: None,
                floor: if raised { Some(floor) } else { app.floor },
                ..app.clone()
            })?;
            self.put_health(rows, app, (row, Health::Confirmed))?;
            Ok(true)
        })
    }

    /// Says that the app `id` does not start or broke down, and `why`, which is kept in one line
    /// of at most 300 characters. A version on trial gives way: at once and returned from here, or,
    /// while `has_open`, at the next [`Self::began`] that finds none open. A confirmed version
    /// stays, as does one without a version before it.
    ///
    /// # Errors
    /// As [`Self::began`].
    pub fn failed(
        &self,
        id: &str,
        why: &str,
        has_open: bool,
    ) -> Result<Option<Returned>, InstallError> {
        self.judge(id, |rows, app, row| {
            let Health::Trial { starts, failure: None } = row.health else { return Ok(None) };
            if !can_return(self, rows, app)? {
                return Ok(None);
            }
            if !has_open {
                return give_way(self, rows, app, ReturnCause::Failed(word(why)));
            }
            let health = Health::Trial { starts, failure: Some(word(why)) };
            self.put_health(rows, app, (row, health))?;
            Ok(None)
        })
    }

    /// Runs `work` on the active version of the app `id`. For a confirmed one nothing can change,
    /// and so nothing is locked or written.
    fn judge<R: Default>(
        &self,
        id: &str,
        work: impl FnOnce(&Rows<'_>, &AppRow, &SlotRow) -> Result<R, InstallError>,
    ) -> Result<R, InstallError> {
        let missing = || InstallError::not_installed(self.folder(), id);
        let active = |rows: &Rows<'_>| {
            let app = rows.app(id)?.ok_or_else(missing)?;
            let slot = app.active.ok_or_else(missing)?;
            let row = rows.slot(id, slot)?;
            Ok((app, row))
        };
        let mut registry = Registry::open(self.folder())?.ok_or_else(missing)?;
        if registry.read(active)?.1.health == Health::Confirmed {
            return Ok(R::default());
        }
        registry.change(|rows| {
            let (app, row) = active(rows)?;
            work(rows, &app, &row)
        })
    }

    fn put_health(
        &self,
        rows: &Rows<'_>,
        app: &AppRow,
        (row, health): (&SlotRow, Health),
    ) -> Result<(), InstallError> {
        match app.active {
            Some(slot) => rows.put_slot(&app.id, slot, &SlotRow { health, ..row.clone() }),
            None => Err(InstallError::not_installed(self.folder(), &app.id)),
        }
    }
}

/// Whether there is a whole version to return to.
pub(crate) fn can_return(
    apps: &InstalledApps,
    rows: &Rows<'_>,
    app: &AppRow,
) -> Result<bool, InstallError> {
    let Some(previous) = app.previous else { return Ok(false) };
    let row = rows.slot(&app.id, previous)?;
    Ok(apps.is_whole(&app.id, previous, &row))
}

/// Makes the version before active again, where there is one. Its slot's files are left for the
/// next install to clear.
pub(crate) fn give_way(
    apps: &InstalledApps,
    rows: &Rows<'_>,
    app: &AppRow,
    cause: ReturnCause,
) -> Result<Option<Returned>, InstallError> {
    let (Some(active), true) = (app.active, can_return(apps, rows, app)?) else {
        return Ok(None);
    };
    let version_code = rows.slot(&app.id, active)?.version_code;
    let returned = Returned { version_code, cause };
    rows.drop_slot(&app.id, active)?;
    rows.put_app(&AppRow {
        active: app.previous,
        previous: None,
        returned: Some(returned.clone()),
        ..app.clone()
    })?;
    Ok(Some(returned))
}
