//! What the terminal asks. What is asked before each payment is answered from memory; the rest by
//! an index, and never by reading all rows.

use crate::entry::WallTime;
use crate::error::JournalError;
use crate::fold::{self, Fold};
use crate::journal::Journal;
use crate::row::{COLUMNS, PaymentRow};
use caisson_core::payment::{Event, Intent, Kind, Payment, State};
use caisson_core::{Money, PaymentKey};
use rusqlite::OptionalExtension as _;

/// Most rows of one list: what a screen or an upload takes at a time.
pub const LIST_ROWS_MAX: u32 = 1000;

/// In which order a list comes. Keys are given out in the order in which payments begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The payment that began last comes last.
    #[default]
    OldestFirst,
    /// The payment that began last comes first: for people.
    NewestFirst,
}

/// Which payments a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filter {
    /// Only those for which [`PaymentRow::is_open`] holds.
    pub open_only: bool,
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
        Ok(self.fold(key)?.map(|fold| fold.payment))
    }

    /// The events of a payment, oldest first; empty where it was never journalled.
    ///
    /// # Errors
    /// As [`Journal::payment`].
    pub fn history(&self, key: &PaymentKey) -> Result<Vec<Entry>, JournalError> {
        let events = self.read("reading a payment", |connection| fold::events(connection, key))?;
        let mut state = State::Created;
        let entries = events.into_iter().map(|(place, event)| {
            state = event.leads_to().unwrap_or(state);
            Entry { seq: place.seq, at: place.at, event, state }
        });
        Ok(entries.collect())
    }

    /// The payments that `filter` lets through.
    ///
    /// # Errors
    /// As [`Journal::payment`].
    pub fn list(&self, filter: Filter) -> Result<Vec<PaymentRow>, JournalError> {
        let limit = filter.limit.min(LIST_ROWS_MAX);
        if filter.open_only {
            self.usable()?;
            let rows = self.open.values().map(Fold::row);
            return Ok(match filter.order {
                Order::OldestFirst => rows.take(limit as usize).collect(),
                Order::NewestFirst => rows.rev().take(limit as usize).collect(),
            });
        }
        let order = match filter.order {
            Order::OldestFirst => "ASC",
            Order::NewestFirst => "DESC",
        };
        let sql = format!("SELECT {COLUMNS} FROM payments ORDER BY key {order} LIMIT ?1");
        self.read("listing payments", |connection| {
            connection.prepare_cached(&sql)?.query_map([limit], PaymentRow::read)?.collect()
        })
    }

    /// Hands `take` one payment after the other, the one that began last first, until it returns
    /// false.
    ///
    /// # Errors
    /// As [`Journal::payment`].
    pub fn newest_first(
        &self,
        mut take: impl FnMut(PaymentRow) -> bool,
    ) -> Result<(), JournalError> {
        let sql = format!("SELECT {COLUMNS} FROM payments ORDER BY key DESC");
        self.read("reading back", |connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                if !take(PaymentRow::read(row)?) {
                    break;
                }
            }
            Ok(())
        })
    }

    /// The number of the last key of this journal that a payment was journalled under; 0 where there
    /// is none. Adopted payments have keys of another journal, which do not count.
    pub(crate) fn last_sequence(&self) -> Result<u64, JournalError> {
        let first = PaymentKey::derive(self.id, "0", 0, 0)?;
        let last: Option<String> = self.read("looking for the last key", |connection| {
            connection
                .prepare_cached(
                    "SELECT max(key) FROM payments
                     WHERE key >= ?1 AND substr(key, 1, 8) = substr(?1, 1, 8)",
                )?
                .query_row([first.as_str()], |row| row.get(0))
        })?;
        let last = last.and_then(|key| key.parse::<PaymentKey>().ok()?.sequence());
        Ok(last.unwrap_or(0))
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
        let mut total = Money::zero(sale.amount.currency());
        for refund in self.linked(original)?.into_iter().filter(|row| row.kind == Kind::Refund) {
            let Some(moved) = refund.moved_or_may_have() else { continue };
            total = total.plus(moved).map_err(|_| JournalError::BadCommit {
                key: refund.key,
                what: "a refund in another currency than its sale, or above the largest amount",
            })?;
        }
        Ok(total)
    }

    /// What later payments have done with this one, or may have: of what was taken, what was given
    /// back; of what was reserved all, once some of it was completed or it was let go. A completion
    /// that certainly went back whole counts no more: the acquirer says whether it reserves again.
    ///
    /// # Errors
    /// As [`Journal::refunded`].
    pub fn used(&self, original: &PaymentKey) -> Result<Money, JournalError> {
        let row =
            self.row(original)?.ok_or_else(|| JournalError::NoPayment { key: original.clone() })?;
        if row.kind != Kind::PreAuth {
            return self.refunded(original);
        }
        for later in self.linked(original)? {
            if later.moved_or_may_have().is_some() && !self.went_back(&later)? {
                return Ok(row.approved.unwrap_or(row.amount));
            }
        }
        Ok(Money::zero(row.amount.currency()))
    }

    /// True where all that `row` took was given back for certain.
    fn went_back(&self, row: &PaymentRow) -> Result<bool, JournalError> {
        let Some(taken) = row.approved.filter(|_| row.state.has_moved_money()) else {
            return Ok(false);
        };
        let mut back = Money::zero(taken.currency());
        for refund in self.linked(&row.key)? {
            let moved = refund.approved.filter(|_| refund.state.has_moved_money());
            back = moved.and_then(|moved| back.plus(moved).ok()).unwrap_or(back);
        }
        Ok(back == taken)
    }

    /// The payments that name `original`.
    fn linked(&self, original: &PaymentKey) -> Result<Vec<PaymentRow>, JournalError> {
        self.read("listing linked payments", |connection| {
            connection
                .prepare_cached(&format!("SELECT {COLUMNS} FROM payments WHERE original = ?1"))?
                .query_map([original.as_str()], PaymentRow::read)?
                .collect()
        })
    }

    /// A refund of this sale that is undecided.
    ///
    /// # Errors
    /// As [`Journal::payment`].
    pub fn linked_refund_open(
        &self,
        original: &PaymentKey,
    ) -> Result<Option<PaymentKey>, JournalError> {
        let is_linked = |intent: &Intent| {
            intent.kind == Kind::Refund && intent.original.as_ref() == Some(original)
        };
        self.undecided(is_linked)
    }

    /// An undecided payment of the same service and amount, linked to no other: the cashier is asked before another.
    ///
    /// # Errors
    /// As [`Journal::payment`].
    pub fn same_amount_open(
        &self,
        app: &str,
        service: &str,
        amount: Money,
    ) -> Result<Option<PaymentKey>, JournalError> {
        self.undecided(|intent| {
            !intent.kind.is_linked()
                && intent.app == app
                && intent.service == service
                && intent.amount == amount
        })
    }

    /// An undecided payment for the same merchant order: another cannot begin.
    ///
    /// # Errors
    /// As [`Journal::payment`].
    pub fn same_order_open(&self, order: &str) -> Result<Option<PaymentKey>, JournalError> {
        self.undecided(|intent| {
            !intent.kind.is_linked() && intent.merchant_order.as_deref() == Some(order)
        })
    }

    /// A parked payment of this app: its method takes no new payment.
    ///
    /// # Errors
    /// As [`Journal::payment`].
    pub fn method_parked(&self, app: &str) -> Result<Option<PaymentKey>, JournalError> {
        self.first_open(|payment| payment.state() == State::Parked && payment.intent().app == app)
    }

    /// The oldest payment of which nobody knows yet whether money moved, and which is as asked.
    fn undecided(
        &self,
        is_asked: impl Fn(&Intent) -> bool,
    ) -> Result<Option<PaymentKey>, JournalError> {
        self.first_open(|payment| {
            matches!(payment.state(), State::Authorising | State::Unknown | State::Parked)
                && is_asked(payment.intent())
        })
    }

    fn first_open(
        &self,
        is_asked: impl Fn(&Payment) -> bool,
    ) -> Result<Option<PaymentKey>, JournalError> {
        self.usable()?;
        let found = self.open.iter().find(|(_, fold)| is_asked(&fold.payment));
        Ok(found.map(|(key, _)| key.clone()))
    }
}
