//! `apps.db` in the folder of installed apps: one short-lived connection at a time.
//!
//! Guarantees: a change is one commit that is on the medium when it returns (a rollback journal
//! with `synchronous=EXTRA`), or nothing; one change at a time, across processes, and a reader
//! sees the state before or after it.

use crate::error::InstallError;
use crate::files::{make_folder, sync_folder};
use crate::rows::{self, Rows};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The registry's name in the folder of installed apps. It has a dot, which no app's id has.
pub(crate) const REGISTRY_NAME: &str = "apps.db";
/// How long a command waits for another: writing the largest package to slow flash.
const BUSY_WAIT: Duration = Duration::from_secs(10);
/// "CAPK": SQLite's `application_id` of a registry.
const APPLICATION_ID: i64 = 0x4341_504B;
/// Version of the format, in `user_version`.
const FORMAT: i64 = 1;

/// An open registry.
pub(crate) struct Registry {
    connection: Connection,
    file: PathBuf,
}

impl Registry {
    /// Opens the registry in `folder`; `None` where no app was ever installed.
    pub(crate) fn open(folder: &Path) -> Result<Option<Self>, InstallError> {
        let file = folder.join(REGISTRY_NAME);
        if !file.try_exists().map_err(InstallError::file(&file))? {
            return Ok(None);
        }
        let registry = Self::connect(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        Ok(registry.is_made()?.then_some(registry))
    }

    /// Opens the registry in `folder`, and makes folder and registry where they are missing.
    pub(crate) fn make(folder: &Path) -> Result<Self, InstallError> {
        if !folder.is_dir() {
            make_folder(folder)?;
            sync_folder(&folder.join(".."))?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut registry = Self::connect(folder.join(REGISTRY_NAME), flags)?;
        if !registry.is_made()? {
            registry.change(make_tables)?;
        }
        Ok(registry)
    }

    /// Reads one state.
    pub(crate) fn read<R>(
        &mut self,
        work: impl FnOnce(&Rows<'_>) -> Result<R, InstallError>,
    ) -> Result<R, InstallError> {
        self.within(TransactionBehavior::Deferred, work)
    }

    /// Changes the state in one commit, or, where `work` fails, not at all. While `work` runs, no
    /// other process changes it.
    pub(crate) fn change<R>(
        &mut self,
        work: impl FnOnce(&Rows<'_>) -> Result<R, InstallError>,
    ) -> Result<R, InstallError> {
        self.within(TransactionBehavior::Immediate, work)
    }

    fn within<R>(
        &mut self,
        behavior: TransactionBehavior,
        work: impl FnOnce(&Rows<'_>) -> Result<R, InstallError>,
    ) -> Result<R, InstallError> {
        let explain = |doing| {
            let file = self.file.clone();
            move |error| explain(&file, doing, error)
        };
        let (begin, commit) = (explain("beginning"), explain("committing"));
        let transaction = self.connection.transaction_with_behavior(behavior).map_err(begin)?;
        let done = work(&Rows::new(&transaction, &self.file))?;
        transaction.commit().map_err(commit)?;
        Ok(done)
    }

    fn connect(file: PathBuf, flags: OpenFlags) -> Result<Self, InstallError> {
        let connect = || {
            let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(&file, flags)?;
            settle(&connection)?;
            Ok(connection)
        };
        match connect() {
            Ok(connection) => Ok(Self { connection, file }),
            Err(error) => Err(explain(&file, "opening it", error)),
        }
    }

    /// Whether the tables are there: a power cut before the first commit leaves an empty file.
    fn is_made(&self) -> Result<bool, InstallError> {
        // Of one state: another process may be making it between the two questions.
        let marks = || {
            let state = self.connection.unchecked_transaction()?;
            let mark = |name| state.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
            Ok((mark("application_id")?, mark("user_version")?))
        };
        match marks().map_err(|error| explain(&self.file, "reading its marks", error))? {
            (0, 0) => Ok(false),
            (APPLICATION_ID, FORMAT) => Ok(true),
            (APPLICATION_ID, found) | (found, _) => {
                Err(InstallError::OtherFormat { file: self.file.clone(), found, ours: FORMAT })
            }
        }
    }
}

/// Makes the tables, unless another process was faster.
fn make_tables(rows: &Rows<'_>) -> Result<(), InstallError> {
    rows.ask("making it", |connection| {
        for statement in rows::TABLES {
            connection.execute_batch(statement)?;
        }
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.pragma_update(None, "user_version", FORMAT)
    })
}

fn settle(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_WAIT)?;
    for (setting, value) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true),
    ] {
        connection.set_db_config(setting, value)?;
    }
    for (pragma, value) in [
        ("synchronous", "EXTRA"),
        ("cell_size_check", "ON"),
        ("temp_store", "MEMORY"),
        ("mmap_size", "0"),
    ] {
        connection.pragma(None, pragma, value, |_| Ok(()))?;
    }
    Ok(())
}

/// What an error of SQLite means for whoever called.
pub(crate) fn explain(file: &Path, doing: &'static str, error: rusqlite::Error) -> InstallError {
    let file = file.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => InstallError::Busy { file },
        // Without a code it is not SQLite's word but ours: a value that no version has written.
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) | None => {
            InstallError::Damaged { file, place: format!("{doing}: {error}") }
        }
        Some(_) => InstallError::Registry { file, doing, source: error },
    }
}
