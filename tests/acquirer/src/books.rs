//! The acquirer's books as anyone may read them: the oracle for a terminal's journal.
//!
//! Reading needs no gateway: [`Books::open`] opens a running gateway's file from any process and
//! can change nothing. What an exchange was answered is in the books before the answer leaves.
//! What time brings (a customer confirms, a code runs out) is booked when it is due while the
//! gateway is served, else with the next exchange.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row};

use crate::AcquirerError;
use crate::wallet::Wallet;
use order::{Order, OrderState, Presented};

pub(crate) mod desk;
pub(crate) mod order;
pub(crate) mod writer;

/// `application_id` of the books' file: "CaAq".
const APPLICATION_ID: i64 = 0x4361_4171;
/// `user_version` of the books' file: of `schema.sql`.
const BOOKS_VERSION: i64 = 1;

/// The books, read only.
#[derive(Debug)]
pub struct Books {
    connection: Connection,
    path: PathBuf,
}

/// An order and what moved for it. Amounts are minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderEntry {
    /// The order number that the terminal gave.
    pub order: String,
    /// Who showed the code.
    pub presented: Presented,
    /// The wallet, where one was named.
    pub wallet: Option<Wallet>,
    /// What was asked; 0 for an order that was closed before it was opened.
    pub amount: i64,
    /// ISO 4217; empty for an order that was closed before it was opened.
    pub currency: String,
    /// Where it stands.
    pub state: OrderState,
    /// What was taken from the customer.
    pub captured: i64,
    /// What was refunded or cancelled.
    pub given_back: i64,
    /// How often the customer was charged.
    pub captures: u32,
}

impl OrderEntry {
    /// What the merchant keeps, in minor units.
    #[must_use]
    pub const fn net(&self) -> i64 {
        self.captured - self.given_back
    }
}

/// A refund that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundEntry {
    /// The refund number that the terminal gave.
    pub refund: String,
    /// The order that it named.
    pub order: String,
    /// What was asked, in minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
    /// Why it was declined; none if the money went back.
    pub declined: Option<String>,
}

/// An exchange that was believed, a phone's included. Bodies of requests are not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangeEntry {
    /// When, in ms since 1970 on the gateway's clock.
    pub at_ms: i64,
    /// The operation's name, or the path of the phone.
    pub operation: String,
    /// Order or refund number, where the request could be read.
    pub subject: Option<String>,
    /// What went wrong on purpose.
    pub fault: Option<String>,
    /// The answer's body; none where the request was lost.
    pub answer: Option<String>,
}

/// Sums of one currency, in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// ISO 4217.
    pub currency: String,
    /// Orders that were ever charged.
    pub orders_charged: u32,
    /// How often customers were charged: the same number, or money was doubled.
    pub captures: u32,
    /// What was taken.
    pub captured: i64,
    /// What went back.
    pub given_back: i64,
}

impl Books {
    /// Opens the books for reading. The gateway may be running, in this process or another.
    ///
    /// # Errors
    /// [`AcquirerError::Books`] if there is no such file or it cannot be read,
    /// [`AcquirerError::ForeignBooks`] if it holds something else.
    pub fn open(path: &Path) -> Result<Self, AcquirerError> {
        let at = |source| AcquirerError::Books { path: path.to_owned(), source };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(at)?;
        connection.busy_timeout(writer::BUSY_TIMEOUT).map_err(at)?;
        if stamp(&connection).map_err(at)? != (APPLICATION_ID, BOOKS_VERSION) {
            return Err(AcquirerError::ForeignBooks { path: path.to_owned() });
        }
        Ok(Self { connection, path: path.to_owned() })
    }

    /// What the merchant keeps of an order: captured minus refunded and cancelled, in minor units.
    /// None: the books have never heard of it.
    ///
    /// # Errors
    /// [`AcquirerError::Books`] if the file cannot be read.
    pub fn net(&self, order: &str) -> Result<Option<i64>, AcquirerError> {
        Ok(self.order(order)?.map(|entry| entry.net()))
    }

    /// One order.
    ///
    /// # Errors
    /// [`AcquirerError::Books`] if the file cannot be read.
    pub fn order(&self, order: &str) -> Result<Option<OrderEntry>, AcquirerError> {
        let sql = format!("SELECT {} FROM order_sums WHERE number = ?1", Order::COLUMNS);
        self.connection.query_row(&sql, [order], order_entry).optional().map_err(|e| self.at(e))
    }

    /// Every order, oldest first.
    ///
    /// # Errors
    /// [`AcquirerError::Books`] if the file cannot be read.
    pub fn list(&self) -> Result<Vec<OrderEntry>, AcquirerError> {
        let sql = format!("SELECT {} FROM order_sums ORDER BY id", Order::COLUMNS);
        self.rows(&sql, order_entry)
    }

    /// Every refund that was asked for, oldest first.
    ///
    /// # Errors
    /// [`AcquirerError::Books`] if the file cannot be read.
    pub fn refunds(&self) -> Result<Vec<RefundEntry>, AcquirerError> {
        let sql =
            "SELECT number, order_number, amount, currency, reason FROM refunds ORDER BY rowid";
        self.rows(sql, |row| {
            Ok(RefundEntry {
                refund: row.get(0)?,
                order: row.get(1)?,
                amount: row.get(2)?,
                currency: row.get(3)?,
                declined: row.get(4)?,
            })
        })
    }

    /// Every exchange, oldest first.
    ///
    /// # Errors
    /// [`AcquirerError::Books`] if the file cannot be read.
    pub fn exchanges(&self) -> Result<Vec<ExchangeEntry>, AcquirerError> {
        let sql = "SELECT at_ms, operation, subject, fault, answer FROM exchanges ORDER BY id";
        self.rows(sql, |row| {
            Ok(ExchangeEntry {
                at_ms: row.get(0)?,
                operation: row.get(1)?,
                subject: row.get(2)?,
                fault: row.get(3)?,
                answer: row.get(4)?,
            })
        })
    }

    /// The sums by currency. Empty until someone was charged.
    ///
    /// # Errors
    /// [`AcquirerError::Books`] if the file cannot be read.
    pub fn totals(&self) -> Result<Vec<Totals>, AcquirerError> {
        let sql = "SELECT currency, count(*), sum(captures), sum(captured), sum(given_back) \
            FROM order_sums WHERE captures > 0 GROUP BY currency ORDER BY currency";
        self.rows(sql, |row| {
            Ok(Totals {
                currency: row.get(0)?,
                orders_charged: row.get(1)?,
                captures: row.get(2)?,
                captured: row.get(3)?,
                given_back: row.get(4)?,
            })
        })
    }

    fn rows<T>(
        &self,
        sql: &str,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, AcquirerError> {
        let all = || -> rusqlite::Result<_> {
            self.connection.prepare(sql)?.query_map([], read)?.collect()
        };
        all().map_err(|source| self.at(source))
    }

    fn at(&self, source: rusqlite::Error) -> AcquirerError {
        AcquirerError::Books { path: self.path.clone(), source }
    }
}

fn order_entry(row: &Row<'_>) -> rusqlite::Result<OrderEntry> {
    let order = Order::from_row(row)?;
    Ok(OrderEntry {
        order: order.number,
        presented: order.presented,
        wallet: order.wallet,
        amount: order.amount,
        currency: order.currency,
        state: order.state,
        captured: order.captured,
        given_back: order.given_back,
        captures: order.captures,
    })
}

/// `application_id` and `user_version`: both 0 in a new file.
pub(crate) fn stamp(connection: &Connection) -> rusqlite::Result<(i64, i64)> {
    let read = |name| connection.pragma_query_value(None, name, |row| row.get(0));
    Ok((read("application_id")?, read("user_version")?))
}
