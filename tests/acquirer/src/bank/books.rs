//! The bank's books as anyone may read them: the oracle for a terminal's journal of card payments.
//!
//! Reading needs no host: [`BankBooks::open`] opens a running host's file from any process and can
//! change nothing. What a message was answered is in the books before the answer leaves.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Params, Row};

use crate::AcquirerError;
use crate::books::stamp;
use crate::books::writer::{BUSY_TIMEOUT, Form};

pub(super) mod desk;
mod kinds;
pub(super) mod writer;

pub use kinds::{Kind, State, UploadFinding};

/// The books' file: "CaBk".
const FORM: Form =
    Form { application_id: 0x4361_426B, version: 2, schema: include_str!("books/schema.sql") };

/// The books, read only.
#[derive(Debug)]
pub struct BankBooks {
    connection: Connection,
    path: PathBuf,
}

/// A transaction and what moved for it. Amounts are minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionEntry {
    /// DE41.
    pub terminal: String,
    /// DE60.2.
    pub batch: u32,
    /// DE11.
    pub stan: String,
    /// DE37, which the host gave.
    pub rrn: String,
    /// What was asked.
    pub kind: Kind,
    /// DE4 of the request.
    pub asked: i64,
    /// What was approved; less than asked where the approval is partial.
    pub approved: i64,
    /// DE39 of the answer.
    pub code: String,
    /// Where it stands.
    pub state: State,
    /// What a pre-authorisation still holds.
    pub held: i64,
    /// What the merchant keeps of it: captured, less what was voided, refunded and reversed.
    pub net: i64,
    /// How often the customer was charged for it.
    pub captures: u32,
    /// The card, masked.
    pub masked: Option<String>,
}

/// A message that came, and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankExchange {
    /// When, in ms since 1970 on the host's clock.
    pub at_ms: i64,
    /// The message's type.
    pub mti: String,
    /// The operation's name.
    pub operation: String,
    /// DE41.
    pub terminal: String,
    /// DE11.
    pub stan: String,
    /// The key serial number of a request under DUKPT, in hexadecimal.
    pub serial: Option<String>,
    /// What went wrong on purpose.
    pub fault: Option<String>,
    /// DE39; none where the request was lost.
    pub code: Option<String>,
}

/// What a terminal told once more after its totals differed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadEntry {
    /// DE41.
    pub terminal: String,
    /// DE60.2.
    pub batch: u32,
    /// DE11.
    pub stan: String,
    /// DE4.
    pub amount: i64,
    /// What the books say to it.
    pub finding: UploadFinding,
}

/// The totals of a batch, in minor units, as a settlement compares them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BatchTotals {
    /// Sales, completions and advices that were not reversed.
    pub debit: i64,
    /// How many.
    pub debits: u32,
    /// Voids and refunds that were not reversed.
    pub credit: i64,
    /// How many.
    pub credits: u32,
}

/// The columns of [`TransactionEntry`].
const COLUMNS: &str = "terminal, batch, stan, rrn, kind, asked, approved, code, state, held, net, \
    captures, masked";

impl BankBooks {
    /// Opens the books for reading. The host may be running, in this process or another.
    ///
    /// # Errors
    /// [`AcquirerError::Books`] if there is no such file or it cannot be read,
    /// [`AcquirerError::ForeignBooks`] if it holds something else.
    pub fn open(path: &Path) -> Result<Self, AcquirerError> {
        let at = |source| AcquirerError::Books { path: path.to_owned(), source };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(at)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(at)?;
        if stamp(&connection).map_err(at)? != (FORM.application_id, FORM.version) {
            return Err(AcquirerError::ForeignBooks { path: path.to_owned() });
        }
        Ok(Self { connection, path: path.to_owned() })
    }

    /// What the merchant keeps of the latest transaction of `terminal` with this DE11, in minor
    /// units. None: the books have never heard of it.
    ///
    /// # Errors
    /// [`AcquirerError::Books`] if the file cannot be read.
    pub fn net(&self, terminal: &str, stan: &str) -> Result<Option<i64>, AcquirerError> {
        Ok(self.transaction(terminal, stan)?.map(|entry| entry.net))
    }

    /// The same by DE37.
    ///
    /// # Errors
    /// [`AcquirerError::Books`] if the file cannot be read.
    pub fn net_of_rrn(&self, rrn: &str) -> Result<Option<i64>, AcquirerError> {
        let sql = "SELECT net FROM transaction_sums WHERE rrn = ?1";
        let net = self.connection.query_row(sql, [rrn], |row| row.get(0)).optional();
        net.map_err(|source| self.at(source))
    }

    /// The latest transaction of `terminal` with this DE11.
    ///
    /// # Errors
    /// [`AcquirerError::Books`] if the file cannot be read.
    pub fn transaction(
        &self,
        terminal: &str,
        stan: &str,
    ) -> Result<Option<TransactionEntry>, AcquirerError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM transaction_sums WHERE terminal = ?1 AND stan = ?2 \
             ORDER BY id DESC LIMIT 1"
        );
        let found = self.connection.query_row(&sql, [terminal, stan], transaction_entry);
        found.optional().map_err(|source| self.at(source))
    }

    /// Every transaction, oldest first.
    ///
    /// # Errors
    /// [`AcquirerError::Books`] if the file cannot be read.
    pub fn transactions(&self) -> Result<Vec<TransactionEntry>, AcquirerError> {
        let sql = format!("SELECT {COLUMNS} FROM transaction_sums ORDER BY id");
        self.rows(&sql, [], transaction_entry)
    }

    /// Every message that came, oldest first.
    ///
    /// # Errors
    /// [`AcquirerError::Books`] if the file cannot be read.
    pub fn exchanges(&self) -> Result<Vec<BankExchange>, AcquirerError> {
        let sql = "SELECT at_ms, mti, operation, terminal, stan, serial, fault, code \
            FROM exchanges ORDER BY id";
        self.rows(sql, [], |row| {
            Ok(BankExchange {
                at_ms: row.get(0)?,
                mti: row.get(1)?,
                operation: row.get(2)?,
                terminal: row.get(3)?,
                stan: row.get(4)?,
                serial: row.get(5)?,
                fault: row.get(6)?,
                code: row.get(7)?,
            })
        })
    }

    /// Every upload after a settlement that differed, oldest first.
    ///
    /// # Errors
    /// [`AcquirerError::Books`] if the file cannot be read.
    pub fn uploads(&self) -> Result<Vec<UploadEntry>, AcquirerError> {
        let sql = "SELECT terminal, batch, stan, amount, finding FROM uploads ORDER BY id";
        self.rows(sql, [], |row| {
            Ok(UploadEntry {
                terminal: row.get(0)?,
                batch: row.get(1)?,
                stan: row.get(2)?,
                amount: row.get(3)?,
                finding: row.get(4)?,
            })
        })
    }

    /// The totals of a batch as they stand now.
    ///
    /// # Errors
    /// [`AcquirerError::Books`] if the file cannot be read.
    pub fn batch_totals(&self, terminal: &str, batch: u32) -> Result<BatchTotals, AcquirerError> {
        batch_totals(&self.connection, terminal, batch.into()).map_err(|source| self.at(source))
    }

    fn rows<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, AcquirerError> {
        let all = || -> rusqlite::Result<_> {
            self.connection.prepare(sql)?.query_map(parameters, read)?.collect()
        };
        all().map_err(|source| self.at(source))
    }

    fn at(&self, source: rusqlite::Error) -> AcquirerError {
        AcquirerError::Books { path: self.path.clone(), source }
    }
}

fn batch_totals(
    connection: &Connection,
    terminal: &str,
    batch: i64,
) -> rusqlite::Result<BatchTotals> {
    let sql = "SELECT coalesce(sum(approved) FILTER (WHERE is_debit), 0), \
            count(*) FILTER (WHERE is_debit), \
            coalesce(sum(approved) FILTER (WHERE is_credit), 0), \
            count(*) FILTER (WHERE is_credit) \
        FROM (SELECT approved, kind IN ('sale', 'completion', 'advice') AS is_debit, \
                kind IN ('void', 'refund', 'completion-void') AS is_credit \
            FROM transactions WHERE terminal = ?1 AND batch = ?2 AND state = 'approved')";
    connection.query_row(sql, (terminal, batch), |row| {
        Ok(BatchTotals {
            debit: row.get(0)?,
            debits: row.get(1)?,
            credit: row.get(2)?,
            credits: row.get(3)?,
        })
    })
}

fn transaction_entry(row: &Row<'_>) -> rusqlite::Result<TransactionEntry> {
    Ok(TransactionEntry {
        terminal: row.get(0)?,
        batch: row.get(1)?,
        stan: row.get(2)?,
        rrn: row.get(3)?,
        kind: row.get(4)?,
        asked: row.get(5)?,
        approved: row.get(6)?,
        code: row.get(7)?,
        state: row.get(8)?,
        held: row.get(9)?,
        net: row.get(10)?,
        captures: row.get(11)?,
        masked: row.get(12)?,
    })
}
