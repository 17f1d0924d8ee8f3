//! Moving the log into the database, and keeping the log warm.
//!
//! Guarantees: after a checkpoint the log holds nothing of what was erased before it, and is a
//! file of [`WAL_WARM_BYTES`] whose blocks exist, so that a commit inside a payment flushes data
//! and no change of the file's size.
//!
//! The order matters. The log is first cut to nothing (by then every page of it is in the
//! database and flushed), and only then grown again by a transaction that is rolled back: never
//! are bytes of a log overwritten that a power cut could bring back half.

use crate::database::{Database, PAGE_BYTES, WAL_FILE};
use crate::error::JournalError;
use caisson_points::Deed;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::path::Path;

/// Size to which the log is grown ahead, in bytes: some twenty payments between two checkpoints.
pub const WAL_WARM_BYTES: u64 = 1024 * 1024;
/// Pages that SQLite may keep in memory while it warms the log; above this it writes them out,
/// which is the point.
const WARM_CACHE_PAGES: u64 = 10;
/// Bytes of the blob that grows the log: fewer than the log, which has a header for each page.
const WARM_BLOB_BYTES: u64 = WAL_WARM_BYTES + (WARM_CACHE_PAGES + 10) * PAGE_BYTES;

/// What is moved, as a point's name says it.
pub(crate) const OF: &str = "log";

const _: () = assert!(WAL_WARM_BYTES.is_multiple_of(PAGE_BYTES));

/// Copies the log into the database, cuts it, and warms it.
pub(crate) fn run(database: &Database, dir: &Path) -> Result<(), JournalError> {
    let doing = "checkpoint";
    caisson_points::before(Deed::Checkpoint, OF);
    let busy = database.ask(doing, |connection| {
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
    })?;
    if busy != 0 {
        return Err(JournalError::InUse { file: database.file.clone() });
    }
    warm(database, dir)?;
    caisson_points::after(Deed::Checkpoint, OF);
    Ok(())
}

/// Grows the log where it is smaller than its warm size.
pub(crate) fn warm(database: &Database, dir: &Path) -> Result<(), JournalError> {
    let bytes = dir.join(WAL_FILE).metadata().map_or(0, |facts| facts.len());
    if bytes >= WAL_WARM_BYTES { Ok(()) } else { database.ask("warming the log", grow) }
}

fn grow(connection: &Connection) -> rusqlite::Result<()> {
    let usual: i64 = connection.pragma_query_value(None, "cache_size", |row| row.get(0))?;
    connection.pragma_update(None, "cache_size", crate::entry::signed(WARM_CACHE_PAGES))?;
    let grown = grow_by_rollback(connection);
    connection.pragma_update(None, "cache_size", usual)?;
    grown?;
    // A commit, so that the grown file is flushed now and not with the next payment.
    connection.pragma_update(None, "user_version", crate::schema::FORMAT)
}

/// Into a table of the schema: one made here would make SQLite prepare every statement anew, in the
/// middle of the next payment.
fn grow_by_rollback(connection: &Connection) -> rusqlite::Result<()> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    transaction.execute(
        "INSERT INTO warmth VALUES (zeroblob(?1))",
        [crate::entry::signed(WARM_BLOB_BYTES)],
    )?;
    transaction.rollback()
}
