//! What the terminal asks. Each question is answered by an index, and never by reading all rows.

use crate::entry::{WallTime, signed};
use crate::error::JournalError;
use crate::journal::Journal;
use crate::load;
use crate::row::{COLUMNS, PaymentRow, Word};
use caisson_core::payment::{Event, Kind, Payment, State};
use caisson_core::{Money, PaymentKey};
use rusqlite::{OptionalExtension as _, Params, params};

/// Most rows of one list: what a screen or an upload takes at a time.
pub const LIST_ROWS_MAX: u32 = 1000;

/// Payments of which nobody knows yet whether money moved.
const UNDECIDED: &str = "open = 1 AND state IN ('authorising', 'unknown', 'parked')";

/// In which order a list comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The last change last: for reading on from `since_seq`.
    #[default]
    OldestFirst,
    /// The last change first: for people.
    NewestFirst,
}

/// Which payments a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filter {
    /// Only those for which [`PaymentRow::is_open`] holds.
    pub open_only: bool,
    /// Only those whose last change has a greater row number.
    pub since_seq: u64,
    /// At most so many, and never more than [`LIST_ROWS_MAX`].
    pub limit: u32,
    /// In which order.
    pub order: Order,
}

/// One event of a payment, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Row number.
    pub seq: u64,
    /// When.
    pub at: WallTime,
    /// What; its name is [`Event::kind`].
    pub event: Event,
    /// Where the payment stood after it.
    pub state: State,
}

impl Journal {
    /// The payment, folded from its events; `None` where it was never journalled.
    ///
    /// # Errors
    /// [`JournalError::Stopped`], or one that stops the journal; so for every query.
    pub fn payment(&self, key: &PaymentKey) -> Result<Option<Payment>, JournalError> {
        let events = self.read("reading a payment", |connection| load::events(connection, key))?;
        Ok(load::fold(&events).map(|(payment, _)| payment))
    }

    /// The events of a payment, oldest first; empty where it was never journalled.
    ///
    /// # Errors
    /// As [`Journal::payment`].
    pub fn history(&self, key: &PaymentKey) -> Result<Vec<Entry>, JournalError> {
        let events = self.read("reading a payment", |connection| load::events(connection, key))?;
        let mut state = State::Created;
        let entries = events.into_iter().map(|stamped| {
            state = stamped.event.leads_to().unwrap_or(state);
            Entry { seq: stamped.seq, at: stamped.at, event: stamped.event, state }
        });
        Ok(entries.collect())
    }

    /// The payments that `filter` lets through.
    ///
    /// # Errors
    /// As [`Journal::payment`].
    pub fn list(&self, filter: Filter) -> Result<Vec<PaymentRow>, JournalError> {
        let open = if filter.open_only { "open = 1 AND" } else { "" };
        let order = match filter.order {
            Order::OldestFirst => "ASC",
            Order::NewestFirst => "DESC",
        };
        let sql = format!(
            "SELECT {COLUMNS} FROM payments WHERE {open} last_seq > ?1
             ORDER BY last_seq {order} LIMIT ?2"
        );
        let limit = filter.limit.min(LIST_ROWS_MAX);
        self.read("listing payments", |connection| {
            connection
                .prepare_cached(&sql)?
                .query_map(params![signed(filter.since_seq), limit], PaymentRow::read)?
                .collect()
        })
    }

    /// One row of the projection; `None` where the payment was never journalled.
    ///
    /// # Errors
    /// As [`Journal::payment`].
    pub fn row(&self, key: &PaymentKey) -> Result<Option<PaymentRow>, JournalError> {
        self.read("reading a payment", |connection| {
            connection
                .prepare_cached(&format!("SELECT {COLUMNS} FROM payments WHERE key = ?1"))?
                .query_row([key.as_str()], PaymentRow::read)
                .optional()
        })
    }

    /// What was given back of a sale, or may have been: the approved amounts of its refunds, and
    /// the whole amounts of those that are undecided.
    ///
    /// # Errors
    /// [`JournalError::NoPayment`] where the sale is not in this journal; as [`Journal::payment`].
    pub fn refunded(&self, original: &PaymentKey) -> Result<Money, JournalError> {
        let sale =
            self.row(original)?.ok_or_else(|| JournalError::NoPayment { key: original.clone() })?;
        let refunds: Vec<PaymentRow> = self.read("listing refunds", |connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM payments WHERE original = ?1 AND kind = 'refund'"
                ))?
                .query_map([original.as_str()], PaymentRow::read)?
                .collect()
        })?;
        let mut total = Money::zero(sale.amount.currency());
        for refund in refunds {
            let Some(moved) = moved_or_may_have(&refund) else { continue };
            total = total.plus(moved).map_err(|_| JournalError::BadCommit {
                key: refund.key,
                what: "a refund in another currency than its sale, or above the largest amount",
            })?;
        }
        Ok(total)
    }

    /// A refund of this sale that is undecided.
    ///
    /// # Errors
    /// As [`Journal::payment`].
    pub fn linked_refund_open(
        &self,
        original: &PaymentKey,
    ) -> Result<Option<PaymentKey>, JournalError> {
        let condition = format!("original = ?1 AND kind = 'refund' AND {UNDECIDED}");
        self.first(&condition, [original.as_str()])
    }

    /// An undecided sale of the same service and amount: the cashier is asked before another.
    ///
    /// # Errors
    /// As [`Journal::payment`].
    pub fn same_amount_open(
        &self,
        app: &str,
        service: &str,
        amount: Money,
    ) -> Result<Option<PaymentKey>, JournalError> {
        let condition = format!(
            "kind = 'sale' AND app = ?1 AND service = ?2 AND amount = ?3 AND currency = ?4
             AND {UNDECIDED}"
        );
        let currency = amount.currency().code();
        self.first(&condition, params![app, service, signed(amount.minor()), currency])
    }

    /// An undecided sale for the same merchant order: another cannot begin.
    ///
    /// # Errors
    /// As [`Journal::payment`].
    pub fn same_order_open(&self, order: &str) -> Result<Option<PaymentKey>, JournalError> {
        self.first(&format!("kind = 'sale' AND merchant_order = ?1 AND {UNDECIDED}"), [order])
    }

    /// A parked payment of this app: its method takes no new payment.
    ///
    /// # Errors
    /// As [`Journal::payment`].
    pub fn method_parked(&self, app: &str) -> Result<Option<PaymentKey>, JournalError> {
        self.first("app = ?1 AND open = 1 AND state = 'parked'", [app])
    }

    /// The oldest payment for which `condition` holds.
    fn first(
        &self,
        condition: &str,
        values: impl Params,
    ) -> Result<Option<PaymentKey>, JournalError> {
        let sql = format!("SELECT key FROM payments WHERE {condition} ORDER BY last_seq LIMIT 1");
        self.read("looking for an open payment", |connection| {
            connection
                .prepare_cached(&sql)?
                .query_row(values, |row| row.get::<_, Word<PaymentKey>>(0))
                .optional()
                .map(|found| found.map(|word| word.0))
        })
    }
}

fn moved_or_may_have(refund: &PaymentRow) -> Option<Money> {
    debug_assert_eq!(refund.kind, Kind::Refund, "the query asks for refunds alone");
    if refund.state.has_moved_money() {
        Some(refund.approved.unwrap_or(refund.amount))
    } else if refund.state.is_open() {
        Some(refund.amount)
    } else {
        None
    }
}
