//! The one connection to the file: its settings, and what SQLite's errors mean here.
//!
//! The settings are those under which no power cut of the fault tests lost an acknowledged row
//! (`FORMAT.md`, assumptions). The lock is exclusive, for readers too: a second opener would see a
//! journal in the middle of a payment, and SQLite would need shared memory for it.

use crate::error::JournalError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, FileControl, OpenFlags};
use std::fs::File;
use std::path::{Path, PathBuf};

/// The database, inside the journal's folder.
pub const JOURNAL_FILE: &str = "journal.db";
/// Its write-ahead log. The two belong together: never move one without the other.
pub const WAL_FILE: &str = "journal.db-wal";
/// The ballast, inside the same folder.
pub const BALLAST_FILE: &str = "journal.ballast";

/// Bytes of a page: the block size of flash file systems, so that a page is not torn over two.
pub(crate) const PAGE_BYTES: u64 = 4096;
/// Statements kept prepared: more than the crate has.
const STATEMENTS: usize = 40;

/// A connection and the place that its errors name.
pub(crate) struct Database {
    pub(crate) connection: Connection,
    pub(crate) file: PathBuf,
}

impl Database {
    /// Opens an existing file with every setting; takes the exclusive lock; checks the marks.
    /// Changes nothing in the file.
    pub(crate) fn open(dir: &Path) -> Result<Self, JournalError> {
        let file = dir.join(JOURNAL_FILE);
        let log = dir.join(WAL_FILE);
        // All of this before SQLite looks: it makes a missing log without a word, and removes the
        // log of an empty database.
        match (length(&file)?, length(&log)?) {
            (None, Some(1..)) => return Err(JournalError::OrphanLog { file: log }),
            (None, None | Some(0)) => return Err(JournalError::Missing { file }),
            (Some(_), None) => return Err(JournalError::LogMissing { file: log }),
            (Some(..PAGE_BYTES), Some(_)) => {
                return Err(JournalError::Damaged { file, place: "header: cut off".to_owned() });
            }
            (Some(_), Some(_)) => {}
        }
        let database = Self::connect(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        database.check_marks()?;
        Ok(database)
    }

    /// Opens `file` with every setting that is not stored in it.
    pub(crate) fn connect(file: PathBuf, flags: OpenFlags) -> Result<Self, JournalError> {
        let doing = "opening it";
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&file, flags)
            .map_err(|error| explain(&file, doing, error))?;
        let database = Self { connection, file };
        database.ask(doing, settle)?;
        Ok(database)
    }

    /// Runs `work` and says where and during what it failed.
    pub(crate) fn ask<R>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<R>,
    ) -> Result<R, JournalError> {
        work(&self.connection).map_err(|error| explain(&self.file, doing, error))
    }

    pub(crate) fn damaged(&self, place: impl Into<String>) -> JournalError {
        JournalError::Damaged { file: self.file.clone(), place: place.into() }
    }

    fn check_marks(&self) -> Result<(), JournalError> {
        let doing = "reading its marks";
        for (mark, ours) in [
            ("application_id", crate::schema::APPLICATION_ID),
            ("user_version", crate::schema::FORMAT),
        ] {
            let found: i64 = self.ask(doing, |connection| {
                connection.pragma_query_value(None, mark, |row| row.get(0))
            })?;
            if found != ours {
                return Err(JournalError::OtherFormat {
                    file: self.file.clone(),
                    what: mark,
                    found,
                    ours,
                });
            }
        }
        let mode: String = self.ask(doing, |connection| {
            connection.pragma_query_value(None, "journal_mode", |row| row.get(0))
        })?;
        if mode != "wal" {
            return Err(self.damaged("header: the file says that it has no write-ahead log"));
        }
        match self.ask(doing, crate::schema::difference)? {
            Some(name) => Err(self.damaged(format!("schema: {name}"))),
            None => Ok(()),
        }
    }
}

/// The settings of a connection. The lock is taken by the first read after this.
fn settle(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(std::time::Duration::ZERO)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    for (setting, value) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
        // Closing writes nothing: a process that is told to stop after a failed flush must not
        // copy pages whose log may not be on the medium.
        (DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true),
    ] {
        connection.set_db_config(setting, value)?;
    }
    // `locking_mode` and others answer with a row, `synchronous` does not; this takes both.
    for (pragma, value) in [
        ("locking_mode", "EXCLUSIVE"),
        ("synchronous", "EXTRA"),
        ("cell_size_check", "ON"),
        ("secure_delete", "ON"),
        ("wal_autocheckpoint", "0"),
        ("journal_size_limit", "-1"),
        ("temp_store", "MEMORY"),
        ("mmap_size", "0"),
    ] {
        connection.pragma(None, pragma, value, |_| Ok(()))?;
    }
    let mut persist = 1;
    connection.file_control(Some("main"), FileControl::PersistWal(&mut persist))
}

/// What an error of SQLite means for who called.
pub(crate) fn explain(file: &Path, doing: &'static str, error: rusqlite::Error) -> JournalError {
    let file = file.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => JournalError::InUse { file },
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::SchemaChanged) => {
            JournalError::Damaged { file, place: format!("{doing}: {error}") }
        }
        Some(_) => JournalError::Database { file, doing, source: error },
        // Not SQLite's word but ours: a value that no writer of this format has written.
        None => JournalError::Damaged { file, place: format!("{doing}: {error}") },
    }
}

/// True where `error` says that the medium is full; SQLite has then rolled back.
pub(crate) fn is_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
}

/// True where `error` says that a row with this key is there already; SQLite has written nothing.
pub(crate) fn is_taken(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code);
    code == Some(rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY)
}

/// Length of a file in bytes; `None` where it does not exist.
pub(crate) fn length(path: &Path) -> Result<Option<u64>, JournalError> {
    match path.metadata() {
        Ok(facts) => Ok(Some(facts.len())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => {
            Err(JournalError::Storage { file: path.to_owned(), doing: "looking for it", source })
        }
    }
}

/// Makes the names in `dir` durable. Elsewhere than on Unix a folder cannot be flushed.
pub(crate) fn sync_folder(dir: &Path) -> Result<(), JournalError> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    File::open(dir).and_then(|folder| folder.sync_all()).map_err(|source| JournalError::Storage {
        file: dir.to_owned(),
        doing: "flushing the folder",
        source,
    })
}
