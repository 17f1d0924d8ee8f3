//! The one connection that writes. A commit is on the disk before anyone hears of it.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use super::FORM;
use super::desk::Desk;
use crate::AcquirerError;
use crate::bank::config::BankConfig;
use crate::books::writer::open_file;

/// The writing side of the books.
pub(in crate::bank) struct Writer {
    connection: Connection,
    path: PathBuf,
}

impl Writer {
    /// Opens the books, or makes them in a new or empty file.
    pub(in crate::bank) fn open(path: &Path) -> Result<Self, AcquirerError> {
        Ok(Self { connection: open_file(path, &FORM)?, path: path.to_owned() })
    }

    pub(in crate::bank) fn path(&self) -> &Path {
        &self.path
    }

    /// Does `work` on the books and commits it; on an error nothing was done.
    pub(in crate::bank) fn commit<T>(
        &mut self,
        house: &BankConfig,
        now_ms: i64,
        work: impl FnOnce(&Desk<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, AcquirerError> {
        let at = |source| AcquirerError::Books { path: self.path.clone(), source };
        let begin = TransactionBehavior::Immediate;
        let transaction = self.connection.transaction_with_behavior(begin).map_err(at)?;
        let desk = Desk { transaction, house, now_ms };
        let done = work(&desk).map_err(at)?;
        desk.transaction.commit().map_err(at)?;
        Ok(done)
    }

    /// The latest moment that the books know.
    pub(in crate::bank) fn latest_ms(&self) -> Result<Option<i64>, AcquirerError> {
        let at = |source| AcquirerError::Books { path: self.path.clone(), source };
        let sql = "SELECT max(at_ms) FROM exchanges";
        self.connection.query_row(sql, [], |row| row.get(0)).map_err(at)
    }
}
