//! The tables, their marks, and the check that a file has exactly these.

use rusqlite::Connection;

/// "CAJL": SQLite's `application_id` of a journal.
pub(crate) const APPLICATION_ID: i64 = 0x4341_4A4C;
/// Version of the format, in `user_version`. A change of a statement below is a new version.
pub(crate) const FORMAT: i64 = 3;

/// Every object, with its name, in the order of creation. Compared word for word at each opening,
/// because a flipped bit in a CHECK or an index would otherwise weaken the file without a sign.
///
/// A commit writes each page that it touches, so there are few: the entries of a payment are found
/// between its first and its last row, the open payments are kept in memory, and the sealed note
/// stands in the row that changes with it. And no CHECK says `IN`: SQLite makes a table in memory of
/// such a list at each statement, which took as long as writing the row.
const OBJECTS: [(&str, &str); 6] = [
    (
        "entries",
        "CREATE TABLE entries (
  seq INTEGER PRIMARY KEY CHECK (seq >= 1),
  kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 24),
  key TEXT CHECK (length(key) BETWEEN 1 AND 32),
  at_ms INTEGER NOT NULL CHECK (at_ms BETWEEN 0 AND 253402300799999),
  at_quality TEXT NOT NULL CHECK (at_quality = 'host' OR at_quality = 'user'
    OR at_quality = 'guessed'),
  body TEXT NOT NULL CHECK (length(body) BETWEEN 2 AND 32768),
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  CHECK ((key IS NULL) = (kind = 'journal' OR kind = 'adopted' OR kind = 'boot'
    OR kind = 'desk'))
) STRICT",
    ),
    (
        "entries_are_not_changed",
        "CREATE TRIGGER entries_are_not_changed BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are appended, never changed'); END",
    ),
    (
        "entries_are_not_deleted",
        "CREATE TRIGGER entries_are_not_deleted BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are appended, never deleted'); END",
    ),
    (
        "payments",
        "CREATE TABLE payments (
  key TEXT NOT NULL PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 32),
  kind TEXT NOT NULL CHECK (kind = 'sale' OR kind = 'refund' OR kind = 'pre-auth'
    OR kind = 'completion' OR kind = 'release'),
  app TEXT NOT NULL,
  service TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state = 'authorising' OR state = 'unknown'
    OR state = 'approved' OR state = 'completed' OR state = 'reversing' OR state = 'parked'
    OR state = 'declined' OR state = 'reversed' OR state = 'cancelled'),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  amount INTEGER NOT NULL CHECK (amount BETWEEN 0 AND 999999999999),
  approved INTEGER CHECK (approved BETWEEN 0 AND 999999999999),
  original TEXT CHECK (length(original) BETWEEN 1 AND 32),
  merchant_order TEXT,
  reason TEXT,
  watched INTEGER NOT NULL CHECK (watched BETWEEN 0 AND 1),
  open INTEGER NOT NULL CHECK (open BETWEEN 0 AND 1),
  first_seq INTEGER NOT NULL CHECK (first_seq >= 1),
  first_ms INTEGER NOT NULL CHECK (first_ms >= 0),
  first_quality TEXT NOT NULL CHECK (first_quality = 'host' OR first_quality = 'user'
    OR first_quality = 'guessed'),
  last_seq INTEGER NOT NULL CHECK (last_seq >= first_seq),
  last_ms INTEGER NOT NULL CHECK (last_ms >= 0),
  last_quality TEXT NOT NULL CHECK (last_quality = 'host' OR last_quality = 'user'
    OR last_quality = 'guessed'),
  note BLOB CHECK (length(note) BETWEEN 1 AND 8192),
  CHECK (open = (watched OR state = 'authorising' OR state = 'unknown'
    OR state = 'approved' OR state = 'reversing' OR state = 'parked'))
) STRICT, WITHOUT ROWID",
    ),
    (
        "payments_by_original",
        "CREATE INDEX payments_by_original ON payments (original) WHERE original IS NOT NULL",
    ),
    // Always empty: what a checkpoint writes into it and takes back grows the log.
    ("warmth", "CREATE TABLE warmth (zeros BLOB) STRICT"),
];

/// Makes every object in an empty database, inside the caller's transaction.
pub(crate) fn make(connection: &Connection) -> rusqlite::Result<()> {
    for (_, statement) in OBJECTS {
        connection.execute_batch(statement)?;
    }
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", FORMAT)
}

/// The name of the first object that is not as [`make`] made it, or `None`.
pub(crate) fn difference(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let mut statement = connection
        .prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid")?;
    let mut rows = statement.query([])?;
    for (name, sql) in OBJECTS {
        match rows.next()? {
            Some(row) if row.get_ref(0)?.as_str()? == name && row.get_ref(1)?.as_str()? == sql => {}
            Some(_) | None => return Ok(Some(name.to_owned())),
        }
    }
    Ok(rows.next()?.map(|_| "an object that is not the journal's".to_owned()))
}
