//! The journal as lines of JSON, for people, tools and the host.

use crate::database::Database;
use crate::entry::Head;
use crate::error::{ChainFault, JournalError};
use crate::verify::{ChainRow, ENTRIES_IN_ORDER};
use caisson_core::hex;
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// One line. `body` is the text that was hashed, so that the chain can be checked without SQLite.
#[derive(Serialize)]
struct Line<'r> {
    seq: u64,
    kind: &'r str,
    key: Option<&'r str>,
    at_ms: u64,
    at_quality: &'static str,
    body: &'r str,
    hash: String,
}

/// Writes every row of the journal in `dir` to `out`, oldest first, a line of JSON each, and
/// returns the last. Changes nothing; needs the same exclusive lock as a terminal. Rows that can be
/// read are written even where SQLite's own check would find damage elsewhere.
///
/// # Errors
/// [`JournalError::ChainBroken`] with the first bad row, after all rows before it were written;
/// [`JournalError::Storage`] where `out` refuses; those of opening a file.
pub fn export(dir: &Path, out: &mut impl Write) -> Result<Head, JournalError> {
    let database = Database::open(dir)?;
    let mut head = Head::START;
    let broken = |seq, fault| JournalError::ChainBroken { file: database.file.clone(), seq, fault };
    let fail = |error| crate::database::explain(&database.file, "reading entries", error);
    let refused = |source| JournalError::Storage {
        file: database.file.clone(),
        doing: "writing the export",
        source,
    };
    let mut statement = database.connection.prepare(ENTRIES_IN_ORDER).map_err(fail)?;
    let mut rows = statement.query([]).map_err(fail)?;
    while let Some(row) = rows.next().map_err(fail)? {
        let next = head.seq + 1;
        let entry = ChainRow::read(row).map_err(|_| broken(next, ChainFault::Body))?;
        head = entry.follows(head).map_err(|fault| broken(next, fault))?;
        let line = Line {
            seq: entry.seq,
            kind: entry.kind,
            key: entry.key,
            at_ms: entry.at.ms,
            at_quality: entry.at.quality.name(),
            body: entry.body,
            hash: hex::text(&head.hash),
        };
        serde_json::to_writer(&mut *out, &line).map_err(|error| refused(error.into()))?;
        out.write_all(b"\n").map_err(refused)?;
    }
    out.flush().map_err(refused)?;
    if head == Head::START { Err(broken(1, ChainFault::Missing)) } else { Ok(head) }
}
