//! The whole file against itself: pages, chain, projection, sealed notes.
//!
//! Two passes over the entries. The first, in the order of the rows, checks the chain. The second,
//! in the order of the keys and through the index that every later query trusts, folds each
//! payment and lays it beside its row of the projection. Memory is that of one payment.

use crate::database::Database;
use crate::entry::{Head, KIND_BOOT, KIND_ERASED, KIND_JOURNAL, KIND_STORED, hex, time, unsigned};
use crate::error::{ChainFault, JournalError};
use crate::load::{self, Stamped};
use crate::row::{COLUMNS, PaymentRow, Span};
use caisson_core::payment::Payment;
use rusqlite::{Row, Rows};
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

/// A payment that is not over, as the entries say.
pub(crate) struct OpenPayment {
    pub(crate) payment: Payment,
    pub(crate) span: Span,
    pub(crate) has_note: bool,
}

/// A verification, and what a boot needs of it.
pub(crate) struct Walk {
    pub(crate) verification: Verification,
    pub(crate) open: Vec<OpenPayment>,
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
    let chain = Chain::check(database)?;
    let mut folds = Folds { database, notes: BTreeMap::new(), open: Vec::new(), payments: 0 };
    folds.check(chain.keyed)?;
    folds.check_notes()?;
    let verification = Verification {
        journal_id: chain.journal_id,
        rows: chain.head.seq,
        boots: chain.boots,
        payments: folds.payments,
        open: folds.open.len() as u64,
        head: chain.head,
    };
    Ok(Walk { verification, open: folds.open })
}

/// SQLite's own check, in its long form: the short one does not compare an index with its table,
/// and a payment that an index hides is a payment that is charged again. Without the CHECKs, which
/// would take most of the time and say nothing new: every value is hashed or compared below.
fn check_pages(database: &Database) -> Result<(), JournalError> {
    let found: String = database.ask("checking pages", |connection| {
        connection.pragma_update(None, "ignore_check_constraints", true)?;
        let found =
            connection
                .query_row(&format!("PRAGMA integrity_check({FAULTS_MAX})"), [], |row| row.get(0));
        connection.pragma_update(None, "ignore_check_constraints", false)?;
        found
    })?;
    if found == "ok" { Ok(()) } else { Err(database.damaged(found)) }
}

/// First pass.
struct Chain {
    head: Head,
    journal_id: u64,
    boots: u64,
    /// Rows that belong to a payment.
    keyed: u64,
}

#[derive(Deserialize)]
struct Genesis {
    format: i64,
    journal: String,
}

#[derive(Deserialize)]
struct BootBody {
    number: u64,
}

impl Chain {
    fn check(database: &Database) -> Result<Self, JournalError> {
        let mut chain = Self { head: Head::START, journal_id: 0, boots: 0, keyed: 0 };
        let mut fault = None;
        database.ask("reading entries", |connection| {
            let mut statement = connection.prepare(ENTRIES_IN_ORDER)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                fault = chain.take(row).err();
                if fault.is_some() {
                    break;
                }
            }
            Ok(())
        })?;
        let fault = fault.or((chain.head.seq == 0).then_some(ChainFault::Missing));
        match fault {
            None => Ok(chain),
            Some(fault) => Err(JournalError::ChainBroken {
                file: database.file.clone(),
                seq: chain.head.seq + 1,
                fault,
            }),
        }
    }

    fn take(&mut self, row: &Row<'_>) -> Result<(), ChainFault> {
        let entry = ChainRow::read(row).map_err(|_| ChainFault::Body)?;
        self.head = entry.follows(self.head)?;
        self.note(&entry).inspect_err(|_| {
            // The fault is this row's, and the caller counts from the last good one.
            self.head.seq -= 1;
        })
    }

    fn note(&mut self, entry: &ChainRow<'_>) -> Result<(), ChainFault> {
        match (entry.kind, entry.seq) {
            (KIND_JOURNAL, 1) => {
                let body: Genesis = read(entry.body)?;
                if body.format != crate::schema::FORMAT || body.journal.len() != 16 {
                    return Err(ChainFault::Body);
                }
                self.journal_id =
                    u64::from_str_radix(&body.journal, 16).map_err(|_| ChainFault::Body)?;
            }
            (KIND_JOURNAL, _) | (_, 1) => return Err(ChainFault::Place),
            (KIND_BOOT, _) => {
                let body: BootBody = read(entry.body)?;
                if body.number != self.boots + 1 {
                    return Err(ChainFault::Place);
                }
                self.boots = body.number;
            }
            _ => self.keyed += 1,
        }
        Ok(())
    }
}

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
    hash: &'r [u8],
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

/// Second pass.
struct Folds<'d> {
    database: &'d Database,
    /// Digest of each sealed note that was stored and not erased.
    notes: BTreeMap<String, String>,
    open: Vec<OpenPayment>,
    payments: u64,
}

#[derive(Deserialize)]
struct StoredBody {
    sha256: String,
}

impl Folds<'_> {
    fn check(&mut self, keyed: u64) -> Result<(), JournalError> {
        let doing = "reading entries by key";
        let database = self.database;
        let fail = |error| crate::database::explain(&database.file, doing, error);
        let mut entries = database
            .connection
            .prepare(
                "SELECT key, seq, at_ms, at_quality, kind, body FROM entries
                 INDEXED BY entries_by_key WHERE key IS NOT NULL ORDER BY key, seq",
            )
            .map_err(fail)?;
        let mut payments = database
            .connection
            .prepare(&format!("SELECT {COLUMNS} FROM payments ORDER BY key"))
            .map_err(fail)?;
        let mut projection = payments.query([]).map_err(fail)?;
        let mut rows = entries.query([]).map_err(fail)?;
        let mut group = Vec::new();
        let mut current: Option<String> = None;
        let mut seen = 0;
        while let Some(row) = rows.next().map_err(fail)? {
            let key = row.get_ref(0).map_err(fail)?.as_str().map_err(|e| fail(e.into()))?;
            if current.as_deref() != Some(key) {
                self.close(current.as_deref(), &group, &mut projection)?;
                group.clear();
                current = Some(key.to_owned());
            }
            seen += 1;
            self.take(key, row, &mut group)?;
        }
        self.close(current.as_deref(), &group, &mut projection)?;
        if seen != keyed {
            return Err(database.damaged("index entries_by_key: not every row is in it"));
        }
        match projection.next().map_err(fail)? {
            None => Ok(()),
            Some(row) => Err(self.differs(&row.get::<_, String>(0).unwrap_or_default())),
        }
    }

    fn take(
        &mut self,
        key: &str,
        row: &Row<'_>,
        group: &mut Vec<Stamped>,
    ) -> Result<(), JournalError> {
        let unread = |seq| JournalError::ChainBroken {
            file: self.database.file.clone(),
            seq,
            fault: ChainFault::Body,
        };
        let seq = unsigned(row, 1).map_err(|_| unread(0))?;
        let columns = || -> rusqlite::Result<_> {
            Ok((time(row, 2)?, row.get_ref(4)?.as_str()?, row.get_ref(5)?.as_str()?))
        };
        let (at, kind, body) = columns().map_err(|_| unread(seq))?;
        match kind {
            KIND_STORED => {
                let stored: StoredBody = read(body).map_err(|_| unread(seq))?;
                self.notes.insert(key.to_owned(), stored.sha256);
            }
            KIND_ERASED => {
                self.notes.remove(key);
            }
            _ => {
                let event = load::read_event(kind, body).ok_or_else(|| unread(seq))?;
                group.push(Stamped { seq, at, event });
            }
        }
        Ok(())
    }

    /// The entries of one payment are complete: fold them, and compare.
    fn close(
        &mut self,
        key: Option<&str>,
        group: &[Stamped],
        projection: &mut Rows<'_>,
    ) -> Result<(), JournalError> {
        let Some(key) = key else { return Ok(()) };
        let (payment, span) = load::fold(group).ok_or_else(|| self.differs(key))?;
        let row = PaymentRow::of(&payment, span);
        let stored = match projection.next() {
            Ok(Some(stored)) => PaymentRow::read(stored).map_err(|_| self.differs(key))?,
            Ok(None) => return Err(self.differs(key)),
            Err(error) => {
                return Err(crate::database::explain(
                    &self.database.file,
                    "reading payments",
                    error,
                ));
            }
        };
        if stored != row || row.key.as_str() != key {
            return Err(self.differs(key));
        }
        self.payments += 1;
        if row.is_open() {
            self.open.push(OpenPayment { payment, span, has_note: self.notes.contains_key(key) });
        }
        Ok(())
    }

    fn check_notes(&mut self) -> Result<(), JournalError> {
        let mut odd = None;
        let mut notes = std::mem::take(&mut self.notes);
        self.database.ask("reading recovery notes", |connection| {
            let mut statement = connection.prepare("SELECT key, sealed FROM recoveries")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let key = row.get_ref(0)?.as_str()?;
                let digest = hex(&sha2::Sha256::digest(row.get_ref(1)?.as_blob()?));
                if notes.remove(key) != Some(digest) {
                    odd = Some(key.to_owned());
                }
            }
            Ok(())
        })?;
        match odd.or_else(|| notes.into_keys().next()) {
            None => Ok(()),
            Some(key) => Err(JournalError::RecoveryDiffers {
                file: self.database.file.clone(),
                key: key.chars().take(40).collect(),
            }),
        }
    }

    fn differs(&self, key: &str) -> JournalError {
        JournalError::ProjectionDiffers {
            file: self.database.file.clone(),
            key: key.chars().take(40).collect(),
        }
    }
}
