//! What can still be read of a damaged journal.
//!
//! Guarantees: reads a copy, so no byte of the damaged files changes; takes a row only where its
//! hash follows from the row before it, so nothing that was altered is believed; never fails for
//! damage, however bad, only where the medium refuses.
//!
//! Deliberately not here: what becomes of it (`adopt`).

use crate::WallTime;
use crate::commit::SEALED_BYTES_MAX;
use crate::database::{BALLAST_FILE, Database};
use crate::entry::{Content, Head, KIND_DESK, KIND_JOURNAL, signed, unsigned};
use crate::error::JournalError;
use crate::fold::{Fold, Place};
use crate::row::{COLUMNS, PaymentRow};
use crate::verify::{ChainRow, Genesis};
use caisson_core::{PaymentKey, hex};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};
use sha2::Digest as _;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Row numbers that may be missing one after another before it counts as the end: some thousand
/// pages.
const MISSES_MAX: u64 = 10_000;

/// A payment of which at least the key could be read.
pub(crate) struct Salvaged {
    /// What its sound rows make; `None` where its creation is not among them.
    pub(crate) fold: Option<Fold>,
    /// Its rows, with where they stood.
    pub(crate) rows: Vec<(Place, Content)>,
    /// Its row of the projection, which no hash protects.
    pub(crate) projected: Option<PaymentRow>,
    /// Its sealed note, where it is the one whose digest is in the rows.
    pub(crate) note: Option<Vec<u8>>,
}

/// Everything that could be read.
#[derive(Default)]
pub(crate) struct Salvage {
    pub(crate) journal_id: Option<u64>,
    /// Rows that were read and are as they were written.
    pub(crate) sound: u64,
    /// Rows below the last one that were not.
    pub(crate) lost: u64,
    /// True where the file still says how many rows there were.
    pub(crate) is_end_known: bool,
    /// The last sound row.
    pub(crate) last: Option<Head>,
    pub(crate) payments: BTreeMap<PaymentKey, Salvaged>,
    /// Rows about the desk, as they are, oldest first.
    pub(crate) desk: Vec<(WallTime, String)>,
}

/// Reads what can be read of the journal in `dir`, by way of a copy in `scratch`, which is made and
/// removed again.
pub(crate) fn read(dir: &Path, scratch: &Path) -> Result<Salvage, JournalError> {
    let storage =
        |doing| move |source| JournalError::Storage { file: scratch.to_owned(), doing, source };
    remove(scratch).map_err(storage("removing an old copy"))?;
    fs::create_dir_all(scratch).map_err(storage("making the copy"))?;
    for entry in fs::read_dir(dir).map_err(storage("reading the journal's folder"))? {
        let entry = entry.map_err(storage("reading the journal's folder"))?;
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && entry.file_name() != BALLAST_FILE {
            let copy = scratch.join(entry.file_name());
            fs::copy(entry.path(), copy).map_err(storage("making the copy"))?;
        }
    }
    let mut salvage = Salvage::default();
    // A file that does not open holds nothing that can be read.
    let file = scratch.join(crate::JOURNAL_FILE);
    if let Ok(database) = Database::connect(file, OpenFlags::SQLITE_OPEN_READ_WRITE) {
        let connection = &database.connection;
        salvage.read_rows(connection);
        salvage.read_projection(connection);
    }
    remove(scratch).map_err(storage("removing the copy"))?;
    Ok(salvage)
}

/// Removes a folder, where there is one.
pub(crate) fn remove(folder: &Path) -> std::io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

impl Salvage {
    fn read_rows(&mut self, connection: &Connection) {
        let number = |sql| connection.query_row(sql, [], |row| unsigned(row, 0));
        let known = ["SELECT max(seq) FROM entries", "SELECT max(last_seq) FROM payments"]
            .into_iter()
            .filter_map(|sql| number(sql).ok())
            .max();
        self.is_end_known = known.is_some();
        let Ok(mut statement) = connection.prepare(ONE_ENTRY) else { return };
        let mut before = Some(Head::START);
        let mut misses = 0;
        for seq in 1.. {
            if known.is_some_and(|last| seq > last) {
                break;
            }
            // A damaged number can be any: whoever says that there are more rows is not believed
            // for ever.
            if misses >= MISSES_MAX {
                self.is_end_known = false;
                break;
            }
            let read = statement.query_row([signed(seq)], |row| {
                let entry = ChainRow::read(row)?;
                let follows = before.and_then(|head| entry.follows(head).ok());
                if let Some(head) = follows {
                    self.take(&entry, head);
                }
                // A row after a gap proves nothing of itself, but its hash may prove the next.
                let hash = entry.hash.try_into().ok();
                Ok(follows.or(hash.map(|hash| Head { seq, hash })))
            });
            let head = read.ok().flatten();
            if self.last.is_some_and(|last| last.seq == seq) {
                misses = 0;
            } else {
                self.lost += 1;
                misses += 1;
            }
            before = head;
        }
        if !self.is_end_known {
            // What was probed for behind the end was never there.
            self.lost = self.lost.saturating_sub(misses);
        }
    }

    /// A sound row.
    fn take(&mut self, entry: &ChainRow<'_>, head: Head) {
        self.sound += 1;
        self.last = Some(head);
        let Some(key) = entry.key.and_then(|key| key.parse::<PaymentKey>().ok()) else {
            if entry.kind == KIND_DESK {
                self.desk.push((entry.at, entry.body.to_owned()));
            } else if entry.kind == KIND_JOURNAL {
                let id = serde_json::from_str::<Genesis>(entry.body).ok();
                self.journal_id =
                    id.and_then(|genesis| u64::from_str_radix(&genesis.journal, 16).ok());
            }
            return;
        };
        let Some(content) = Content::read(entry.kind, entry.body) else { return };
        let place = Place { seq: entry.seq, at: entry.at };
        let payment = self.payments.entry(key).or_insert_with(Salvaged::nothing);
        match &mut payment.fold {
            Some(fold) => fold.add(place, content.clone()),
            none => *none = Fold::begin(place, &content),
        }
        payment.rows.push((place, content));
    }

    /// Notes, and payments whose rows are lost.
    fn read_projection(&mut self, connection: &Connection) {
        let mut keys: BTreeSet<PaymentKey> = self.payments.keys().cloned().collect();
        if let Ok(mut statement) = connection.prepare("SELECT key FROM payments ORDER BY key")
            && let Ok(mut rows) = statement.query([])
        {
            // Up to the first page that cannot be read.
            while let Ok(Some(row)) = rows.next() {
                let key = row.get::<_, String>(0).ok().and_then(|key| key.parse().ok());
                keys.extend(key);
            }
        }
        let sql = format!("SELECT {COLUMNS} FROM payments WHERE key = ?1");
        for key in keys {
            let row = connection.query_row(&sql, [key.as_str()], PaymentRow::read).ok();
            let note: Option<Vec<u8>> = connection
                .query_row("SELECT note FROM payments WHERE key = ?1", [key.as_str()], |row| {
                    row.get(0)
                })
                .optional()
                .ok()
                .flatten()
                .flatten();
            let payment = self.payments.entry(key).or_insert_with(Salvaged::nothing);
            payment.projected = row;
            let wanted = payment.fold.as_ref().and_then(|fold| fold.note.as_deref());
            payment.note = note.filter(|note| {
                note.len() <= SEALED_BYTES_MAX
                    && wanted == Some(hex::text(&sha2::Sha256::digest(note)).as_str())
            });
        }
    }
}

impl Salvaged {
    const fn nothing() -> Self {
        Self { fold: None, rows: Vec::new(), projected: None, note: None }
    }
}

const ONE_ENTRY: &str =
    "SELECT seq, kind, key, at_ms, at_quality, body, hash FROM entries WHERE seq = ?1";
