//! The whole file against itself: pages, chain, projection, sealed notes.
//!
//! One pass over the entries, in the order of the chain. Each row's hash is checked and its event
//! put to its payment; with a payment's last row, as the projection names it, the fold is laid
//! beside the projection and forgotten. Memory is that of the payments that overlap, and of those
//! that are open. A second core hashes and reads while this one fetches and folds (`checker`).

mod checker;

use crate::database::Database;
use crate::desk::{self, Codes};
use crate::entry::{
    Content, Head, KIND_ADOPTED, KIND_BOOT, KIND_DESK, KIND_JOURNAL, time, unsigned,
};
use crate::error::{ChainFault, JournalError};
use crate::fold::{Fold, Place};
use crate::row::{COLUMNS, COLUMNS_COUNT, PaymentRow};
use caisson_core::desk::DeskEvent;
use caisson_core::payment::Event;
use caisson_core::{PaymentKey, hex};
use checker::{Batch, Checked, Checker, Said};
use rusqlite::{Connection, OptionalExtension as _, Row};
use serde::Deserialize;
use sha2::Digest as _;
use std::collections::BTreeMap;
use std::path::Path;

/// Faults that SQLite's check may list; the first one is enough to stop.
const FAULTS_MAX: u32 = 1;

/// What a verified journal holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verification {
    /// The journal's id.
    pub journal_id: u64,
    /// Rows of the chain.
    pub rows: u64,
    /// How often it was opened.
    pub boots: u64,
    /// Payments.
    pub payments: u64,
    /// Payments that are not over.
    pub open: u64,
    /// The last row. Compare it with what a host acknowledged: a chain does not show a tail that
    /// was cut off.
    pub head: Head,
}

/// A verification, and what a boot needs of it.
pub(crate) struct Walk {
    pub(crate) verification: Verification,
    pub(crate) open: BTreeMap<PaymentKey, Fold>,
    pub(crate) codes: Codes,
    /// The largest count that a request of no payment got its trace number from.
    pub(crate) traced: u64,
}

/// Verifies the journal in `dir`, without changing a byte of it. Needs the same exclusive lock as
/// a terminal, so not while one runs.
///
/// # Errors
/// The first fault that is found: [`JournalError::Damaged`], [`JournalError::ChainBroken`] with the
/// row, [`JournalError::ProjectionDiffers`], [`JournalError::RecoveryDiffers`] with the key; and
/// those of opening a file.
pub fn verify(dir: &Path) -> Result<Verification, JournalError> {
    walk(&Database::open(dir)?).map(|walk| walk.verification)
}

pub(crate) fn walk(database: &Database) -> Result<Walk, JournalError> {
    check_pages(database)?;
    let mut reader = Reader {
        database,
        head: Head::START,
        journal_id: 0,
        boots: 0,
        unfinished: BTreeMap::new(),
        open: BTreeMap::new(),
        codes: Codes::default(),
        traced: 0,
        payments: 0,
        refunds: 0,
    };
    reader.read()?;
    reader.check_counts()?;
    let verification = Verification {
        journal_id: reader.journal_id,
        rows: reader.head.seq,
        boots: reader.boots,
        payments: reader.payments,
        open: reader.open.len() as u64,
        head: reader.head,
    };
    Ok(Walk { verification, open: reader.open, codes: reader.codes, traced: reader.traced })
}

/// SQLite's own check, in its short form. The long one also compares each index with its table and
/// each value with the CHECKs; here every value is hashed, every row of the projection is looked up
/// by its key and, a refund, by its sale, and both trees are counted.
fn check_pages(database: &Database) -> Result<(), JournalError> {
    let found: String = database.ask("checking pages", |connection| {
        connection.pragma_update(None, "ignore_check_constraints", true)?;
        let found = connection
            .query_row(&format!("PRAGMA quick_check({FAULTS_MAX})"), [], |row| row.get(0));
        connection.pragma_update(None, "ignore_check_constraints", false)?;
        found
    })?;
    if found == "ok" { Ok(()) } else { Err(database.damaged(found)) }
}

#[derive(Deserialize)]
pub(crate) struct Genesis {
    format: i64,
    pub(crate) journal: String,
}

#[derive(Deserialize)]
struct BootBody {
    number: u64,
}

/// A payment whose last row has not been read yet.
struct Unfinished {
    fold: Fold,
    /// What the projection says it will be.
    row: PaymentRow,
    /// Digest of the sealed note beside it.
    note: Option<String>,
}

/// The pass over the entries.
struct Reader<'d> {
    database: &'d Database,
    head: Head,
    journal_id: u64,
    boots: u64,
    unfinished: BTreeMap<String, Unfinished>,
    open: BTreeMap<PaymentKey, Fold>,
    codes: Codes,
    traced: u64,
    payments: u64,
    refunds: u64,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<(), JournalError> {
        std::thread::scope(|scope| self.read_beside(&mut Checker::start(scope)))?;
        match self.unfinished.keys().next() {
            _ if self.head == Head::START => Err(self.broken(ChainFault::Missing)),
            Some(key) => Err(self.differs(key)),
            None => Ok(()),
        }
    }

    /// Takes the rows from the file, and again when they have been checked.
    fn read_beside(&mut self, checker: &mut Checker<'_>) -> Result<(), JournalError> {
        let database = self.database;
        let fail = |error| crate::database::explain(&database.file, READING, error);
        let mut statement = database.connection.prepare(ENTRIES_IN_ORDER).map_err(fail)?;
        let mut rows = statement.query([]).map_err(fail)?;
        let mut batch = Batch::default();
        while let Some(row) = rows.next().map_err(fail)? {
            batch.push(ChainRow::read(row));
            if batch.is_full() {
                let checked = checker.exchange(std::mem::take(&mut batch));
                self.take_all(checked.unwrap_or_default())?;
            }
        }
        if !batch.is_empty() {
            let checked = checker.exchange(batch);
            self.take_all(checked.unwrap_or_default())?;
        }
        while let Some(checked) = checker.next() {
            self.take_all(checked)?;
        }
        Ok(())
    }

    fn take_all(&mut self, rows: checker::Rows) -> Result<(), JournalError> {
        for row in rows {
            let Checked { head, place, said } = row.map_err(|fault| self.broken(fault))?;
            match said {
                Said::Own { kind, body } => {
                    let taken = self.take_own(&kind, place.seq, &body);
                    taken.map_err(|fault| self.broken(fault))?;
                }
                Said::Payment { .. } if place.seq == 1 => {
                    return Err(self.broken(ChainFault::Place));
                }
                Said::Payment { key, content } => self.take(&key, place, content)?,
            }
            self.head = head;
        }
        Ok(())
    }

    /// A row of the journal itself.
    fn take_own(&mut self, kind: &str, seq: u64, body: &str) -> Result<(), ChainFault> {
        match (kind, seq) {
            (KIND_JOURNAL, 1) => {
                let body: Genesis = read(body)?;
                if body.format != crate::schema::FORMAT || body.journal.len() != 16 {
                    return Err(ChainFault::Body);
                }
                self.journal_id =
                    u64::from_str_radix(&body.journal, 16).map_err(|_| ChainFault::Body)?;
            }
            // Says where the payments come from; people read it.
            (KIND_ADOPTED, 2) => {}
            (KIND_BOOT, 2..) => {
                let body: BootBody = read(body)?;
                if body.number != self.boots + 1 {
                    return Err(ChainFault::Place);
                }
                self.boots = body.number;
            }
            (KIND_DESK, 2..) => {
                let event = desk::read(body).ok_or(ChainFault::Body)?;
                self.codes.note(&event);
                if let DeskEvent::Traced { sequence } = event {
                    self.traced = self.traced.max(sequence);
                }
            }
            _ => return Err(ChainFault::Place),
        }
        Ok(())
    }

    /// A row of payment `key`.
    fn take(&mut self, key: &str, place: Place, content: Content) -> Result<(), JournalError> {
        let is_last = if let Some(Unfinished { fold, row, .. }) = self.unfinished.get_mut(key) {
            if matches!(content, Content::Event(Event::Created { .. })) {
                return Err(self.broken(ChainFault::Place));
            }
            fold.add(place, content);
            row.last_seq == place.seq
        } else {
            // Either the first row of its payment, or one after the row that the projection says
            // is the last.
            let fold = Fold::begin(place, &content).ok_or_else(|| self.differs(key))?;
            let (row, note) = self.stored(key)?;
            let is_last = row.last_seq == place.seq;
            self.unfinished.insert(key.to_owned(), Unfinished { fold, row, note });
            is_last
        };
        if is_last && let Some(finished) = self.unfinished.remove(key) {
            self.close(key, finished)?;
        }
        Ok(())
    }

    /// What the projection says of `key`, and the digest of its note.
    fn stored(&self, key: &str) -> Result<(PaymentRow, Option<String>), JournalError> {
        let found = self.ask(|connection| {
            connection
                .prepare_cached(&format!("SELECT {COLUMNS}, note FROM payments WHERE key = ?1"))?
                .query_row([key], |row| {
                    let note = row.get_ref(COLUMNS_COUNT)?.as_blob_or_null()?;
                    let digest = note.map(|note| hex::text(&sha2::Sha256::digest(note)));
                    Ok((PaymentRow::read(row), digest))
                })
                .optional()
        })?;
        match found {
            Some((Ok(row), note)) => Ok((row, note)),
            Some((Err(_), _)) | None => Err(self.differs(key)),
        }
    }

    /// All rows of `key` have been read: its payment is laid beside the projection.
    fn close(&mut self, key: &str, finished: Unfinished) -> Result<(), JournalError> {
        let Unfinished { fold, row, note } = finished;
        if row != fold.row() {
            return Err(self.differs(key));
        }
        if note != fold.note {
            let file = self.database.file.clone();
            return Err(JournalError::RecoveryDiffers { file, key: key.to_owned() });
        }
        self.payments += 1;
        if let Some(original) = &row.original {
            self.refunds += 1;
            self.check_link(original, &row.key)?;
        }
        if row.is_open() {
            self.open.insert(row.key, fold);
        }
        Ok(())
    }

    /// A refund that its index hides could be made a second time.
    fn check_link(&self, original: &PaymentKey, key: &PaymentKey) -> Result<(), JournalError> {
        let found = self.ask(|connection| {
            connection
                .prepare_cached(
                    "SELECT 1 FROM payments INDEXED BY payments_by_original
                     WHERE original = ?1 AND key = ?2",
                )?
                .exists([original.as_str(), key.as_str()])
        })?;
        if found { Ok(()) } else { Err(self.database.damaged(LINKS)) }
    }

    /// Nothing is in the projection, or in its index, that is not in the entries.
    fn check_counts(&self) -> Result<(), JournalError> {
        let count =
            |sql| self.ask(|connection| connection.query_row(sql, [], |row| unsigned(row, 0)));
        if count("SELECT count(*) FROM payments NOT INDEXED")? != self.payments {
            let stranger: String = self.ask(|connection| {
                let sql = "SELECT key FROM payments
                           WHERE key NOT IN (SELECT key FROM entries WHERE kind = 'created')";
                connection.query_row(sql, [], |row| row.get(0))
            })?;
            return Err(self.differs(&stranger));
        }
        let links = "SELECT count(*) FROM payments INDEXED BY payments_by_original
                     WHERE original IS NOT NULL";
        if count(links)? == self.refunds { Ok(()) } else { Err(self.database.damaged(LINKS)) }
    }

    /// The next row is not as it was written.
    fn broken(&self, fault: ChainFault) -> JournalError {
        let file = self.database.file.clone();
        JournalError::ChainBroken { file, seq: self.head.seq + 1, fault }
    }

    fn differs(&self, key: &str) -> JournalError {
        let key = key.chars().take(40).collect();
        JournalError::ProjectionDiffers { file: self.database.file.clone(), key }
    }

    fn ask<R>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<R>,
    ) -> Result<R, JournalError> {
        self.database.ask(READING, work)
    }
}

/// What the pass is doing, for errors.
const READING: &str = "reading entries";
/// A place of damage.
const LINKS: &str = "index payments_by_original: not what the payments say";

fn read<'b, T: Deserialize<'b>>(body: &'b str) -> Result<T, ChainFault> {
    serde_json::from_str(body).map_err(|_| ChainFault::Body)
}

/// Every column of every row, in the order of the chain.
pub(crate) const ENTRIES_IN_ORDER: &str =
    "SELECT seq, kind, key, at_ms, at_quality, body, hash FROM entries ORDER BY seq";

/// One row of [`ENTRIES_IN_ORDER`].
pub(crate) struct ChainRow<'r> {
    pub(crate) seq: u64,
    pub(crate) kind: &'r str,
    pub(crate) key: Option<&'r str>,
    pub(crate) at: crate::WallTime,
    pub(crate) body: &'r str,
    pub(crate) hash: &'r [u8],
}

impl<'r> ChainRow<'r> {
    pub(crate) fn read(row: &'r Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: unsigned(row, 0)?,
            kind: row.get_ref(1)?.as_str()?,
            key: row.get_ref(2)?.as_str_or_null()?,
            at: time(row, 3)?,
            body: row.get_ref(5)?.as_str()?,
            hash: row.get_ref(6)?.as_blob()?,
        })
    }

    /// The head with this row, where it is the next one and as it was written.
    pub(crate) fn follows(&self, head: Head) -> Result<Head, ChainFault> {
        if self.seq != head.seq + 1 {
            return Err(ChainFault::Missing);
        }
        let next = head.after(self.kind, self.key.unwrap_or_default(), self.at, self.body);
        if next.hash == *self.hash { Ok(next) } else { Err(ChainFault::Hash) }
    }
}
