//! Making a journal, in an install step of its own.
//!
//! The database is made whole under another name and then renamed, so that a power cut leaves
//! either no journal or a whole one; what a cut-off attempt left is removed by the next. One
//! installer at a time.

use crate::ballast::Ballast;
use crate::checkpoint;
use crate::database::{Database, JOURNAL_FILE, PAGE_BYTES, WAL_FILE, explain, length, sync_folder};
use crate::entry::{Draft, Head, KIND_JOURNAL, Quality, WallTime, append};
use crate::error::JournalError;
use crate::journal::Journal;
use crate::{schema, verify};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, FileControl, OpenFlags, Transaction, TransactionBehavior};
use std::fs::{self, File};
use std::path::Path;

/// Names under which the database is made.
const NEW_FILES: [&str; 3] = ["journal.new", "journal.new-wal", "journal.new-journal"];

impl Journal {
    /// Makes a journal with this id in `dir`, which is made where it is missing; then opens,
    /// verifies and warms it once. The id is random, and new for each journal.
    ///
    /// # Errors
    /// [`JournalError::AlreadyThere`], [`JournalError::OrphanLog`] where something of a journal is
    /// in `dir`; [`JournalError::Storage`] and [`JournalError::Database`] where the medium refuses.
    pub fn create(dir: &Path, id: u64) -> Result<(), JournalError> {
        let storage = |doing, source| JournalError::Storage { file: dir.to_owned(), doing, source };
        fs::create_dir_all(dir).map_err(|source| storage("making the folder", source))?;
        let (file, log) = (dir.join(JOURNAL_FILE), dir.join(WAL_FILE));
        if length(&file)?.is_some() {
            return Err(JournalError::AlreadyThere { file });
        }
        if length(&log)?.is_some_and(|bytes| bytes > 0) {
            return Err(JournalError::OrphanLog { file: log });
        }
        for name in NEW_FILES {
            match fs::remove_file(dir.join(name)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(storage("removing a cut-off attempt", error));
                }
                Ok(()) | Err(_) => {}
            }
        }
        let [new, ..] = NEW_FILES.map(|name| dir.join(name));
        make(&new, id)?;
        // Before the database has its name: a journal without its log is then always a loss. What
        // was made has no log of its own any more: closing it moved everything into the database.
        File::create(&log)
            .and_then(|log| log.sync_all())
            .map_err(|source| storage("making the log", source))?;
        Ballast::new(dir).restore()?;
        sync_folder(dir)?;
        fs::rename(&new, &file).map_err(|source| storage("naming the journal", source))?;
        sync_folder(dir)?;

        let database = Database::open(dir)?;
        verify::walk(&database)?;
        checkpoint::warm(&database, dir)?;
        sync_folder(dir)
    }
}

fn make(file: &Path, id: u64) -> Result<(), JournalError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let database = Database::connect(file.to_owned(), flags)?;
    database.ask("making it", |connection| fill(connection, id))?;
    // Only here: closing moves the log into the database and removes it.
    let Database { connection, file } = database;
    let closing = || {
        let mut persist = 0;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        connection.file_control(Some("main"), FileControl::PersistWal(&mut persist))
    };
    closing().map_err(|error| explain(&file, "closing it", error))?;
    connection.close().map_err(|(_, error)| explain(&file, "closing it", error))
}

/// `synchronous=EXTRA` is set by then, before the log exists: the mode change itself must be safe.
fn fill(connection: &Connection, id: u64) -> rusqlite::Result<()> {
    connection.pragma_update(None, "page_size", crate::entry::signed(PAGE_BYTES))?;
    connection.pragma(None, "journal_mode", "WAL", |_| Ok(()))?;
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    schema::make(&transaction)?;
    // No clock yet in an install step; the first boot row has a time.
    let at = WallTime { ms: 0, quality: Quality::Guessed };
    append(&transaction, Head::START, &[genesis(id)], at)?;
    transaction.commit()
}

fn genesis(id: u64) -> Draft {
    let body = format!(r#"{{"format":{},"journal":"{id:016x}"}}"#, schema::FORMAT);
    Draft { kind: KIND_JOURNAL, key: None, body }
}
