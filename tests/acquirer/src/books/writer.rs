//! The one connection that writes. A commit is on the disk before anyone hears of it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use super::desk::{Desk, House};
use super::{APPLICATION_ID, BOOKS_VERSION, stamp};
use crate::AcquirerError;

/// How long a reader or writer waits for another process's lock. Readers never hold one for long.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The writing side of the books.
pub(crate) struct Writer {
    connection: Connection,
    path: PathBuf,
}

impl Writer {
    /// Opens the books, or makes them in a new or empty file.
    pub(crate) fn open(path: &Path) -> Result<Self, AcquirerError> {
        Ok(Self { connection: open_file(path, &FORM)?, path: path.to_owned() })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Brings the books up to `now_ms`, does `work` on them, and commits both; on an error neither.
    pub(crate) fn commit<T>(
        &mut self,
        house: &House,
        now_ms: i64,
        work: impl FnOnce(&Desk<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, AcquirerError> {
        let at = |source| AcquirerError::Books { path: self.path.clone(), source };
        let begin = TransactionBehavior::Immediate;
        let transaction = self.connection.transaction_with_behavior(begin).map_err(at)?;
        let desk = Desk { transaction, house, now_ms };
        desk.settle().map_err(at)?;
        let done = work(&desk).map_err(at)?;
        desk.transaction.commit().map_err(at)?;
        Ok(done)
    }

    /// When something is due next.
    pub(crate) fn next_due_ms(&self) -> Result<Option<i64>, AcquirerError> {
        self.ask("SELECT min(due_at_ms) FROM orders WHERE due_at_ms IS NOT NULL")
    }

    /// The latest moment that the books know.
    pub(crate) fn latest_ms(&self) -> Result<Option<i64>, AcquirerError> {
        self.ask(
            "SELECT max(at_ms) FROM (SELECT max(at_ms) AS at_ms FROM exchanges \
             UNION ALL SELECT max(at_ms) FROM movements)",
        )
    }

    fn ask(&self, sql: &str) -> Result<Option<i64>, AcquirerError> {
        let at = |source| AcquirerError::Books { path: self.path.clone(), source };
        self.connection.query_row(sql, [], |row| row.get(0)).map_err(at)
    }
}

/// What tells one kind of books from another, and how it is made.
pub(crate) struct Form {
    /// `application_id` of the file.
    pub(crate) application_id: i64,
    /// `user_version` of the file: of the schema.
    pub(crate) version: i64,
    /// The tables of a new file.
    pub(crate) schema: &'static str,
}

const FORM: Form = Form {
    application_id: APPLICATION_ID,
    version: BOOKS_VERSION,
    schema: include_str!("schema.sql"),
};

/// Opens books of that form for writing, or makes them in a new or empty file.
pub(crate) fn open_file(path: &Path, form: &Form) -> Result<Connection, AcquirerError> {
    let at = |source| AcquirerError::Books { path: path.to_owned(), source };
    let mut connection = Connection::open(path).map_err(at)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(at)?;
    let found = stamp(&connection).map_err(at)?;
    if found == (0, 0) && is_empty(&connection).map_err(at)? {
        make(&mut connection, form).map_err(at)?;
    } else if found != (form.application_id, form.version) {
        return Err(AcquirerError::ForeignBooks { path: path.to_owned() });
    }
    prepare(&connection).map_err(at)?;
    Ok(connection)
}

fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", "ON")
}

fn make(connection: &mut Connection, form: &Form) -> rusqlite::Result<()> {
    prepare(connection)?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(form.schema)?;
    transaction.pragma_update(None, "application_id", form.application_id)?;
    transaction.pragma_update(None, "user_version", form.version)?;
    transaction.commit()
}
