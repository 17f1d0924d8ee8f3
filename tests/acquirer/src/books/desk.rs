//! The books as one exchange works on them: everything it does is one commit, or nothing.
//!
//! The only place that moves money. It holds no rule of any wallet: those are the exchanges'.

use rusqlite::{OptionalExtension as _, Transaction, params};

use super::order::{CodeDigest, Due, Order, OrderState, Presented};
use crate::amounts::{self, Effect, PAID_LATE_AFTER_S};
use crate::exchange::{Operation, Reason};
use crate::signature::{hex, sha256};

/// What the gateway is to its terminals.
pub(crate) struct House {
    /// The one currency that it takes.
    pub(crate) currency: String,
    /// The name that a customer's phone shows.
    pub(crate) payee: String,
    /// Makes the tokens of shown codes, so that nobody can guess one.
    pub(crate) secret: [u8; 32],
}

/// The open books, at one moment, for one exchange.
pub(crate) struct Desk<'a> {
    pub(crate) transaction: Transaction<'a>,
    pub(crate) house: &'a House,
    pub(crate) now_ms: i64,
}

/// A row for the list of exchanges.
pub(crate) struct Record<'a> {
    /// Key id and nonce; none for a phone.
    pub(crate) signed: Option<(&'a str, &'a str)>,
    pub(crate) operation: &'a str,
    pub(crate) subject: Option<&'a str>,
    pub(crate) request: &'a [u8],
    pub(crate) fault: Option<String>,
    pub(crate) answer: Option<&'a str>,
}

/// A refund as the books hold it.
#[derive(PartialEq, Eq)]
pub(crate) struct Refund {
    pub(crate) number: String,
    pub(crate) order: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    /// Why it was declined; none if it was paid out.
    pub(crate) reason: Option<Reason>,
}

impl Desk<'_> {
    pub(crate) fn order(&self, number: &str) -> rusqlite::Result<Option<Order>> {
        self.find("number = ?1", number)
    }

    pub(crate) fn order_of_token(&self, token: &str) -> rusqlite::Result<Option<Order>> {
        self.find("token = ?1", token)
    }

    pub(crate) fn waiting_order_of(&self, code: &CodeDigest) -> rusqlite::Result<Option<Order>> {
        self.find("state = 'waiting' AND code = ?1", code)
    }

    fn find(&self, which: &str, key: impl rusqlite::ToSql) -> rusqlite::Result<Option<Order>> {
        let sql = format!("SELECT {} FROM order_sums WHERE {which}", Order::COLUMNS);
        self.transaction.prepare_cached(&sql)?.query_row([key], Order::from_row).optional()
    }

    /// Whether an earlier order has used this code.
    pub(crate) fn code_is_used(&self, code: &CodeDigest) -> rusqlite::Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM orders WHERE code = ?1 AND code_counts = 1)";
        self.transaction.prepare_cached(sql)?.query_row([code], |row| row.get(0))
    }

    /// Puts a new order in the books and returns it with its id.
    pub(crate) fn open(&self, mut order: Order) -> rusqlite::Result<Order> {
        let unusable = [Some(Reason::CodeInvalid), Some(Reason::CodeUsed)].contains(&order.reason);
        let sql = "INSERT INTO orders (number, presented, wallet, amount, currency, code, \
            code_counts, token, expires_s, state, reason, opened_at_ms, due, due_at_ms) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
        self.transaction.prepare_cached(sql)?.execute(params![
            order.number,
            order.presented,
            order.wallet.map(|wallet| wallet.name()),
            order.amount,
            order.currency,
            order.code,
            order.code.is_some() && !unusable,
            order.token,
            order.expires_s,
            order.state,
            order.reason.map(Reason::name),
            order.opened_at_ms,
            order.due.map(|(due, _)| due),
            order.due.map(|(_, at_ms)| at_ms),
        ])?;
        order.id = self.transaction.last_insert_rowid();
        Ok(order)
    }

    /// Remembers an order as closed of which nobody has heard before.
    pub(crate) fn open_closed(&self, number: &str) -> rusqlite::Result<()> {
        self.open(Order {
            id: 0,
            number: number.to_owned(),
            presented: Presented::Never,
            wallet: None,
            amount: 0,
            currency: String::new(),
            code: None,
            token: None,
            expires_s: None,
            state: OrderState::Closed,
            reason: None,
            opened_at_ms: self.now_ms,
            due: None,
            captured: 0,
            given_back: 0,
            captures: 0,
        })?;
        Ok(())
    }

    /// Takes the order's money, at `at_ms`. The books refuse a second time.
    pub(crate) fn capture(&self, order: &Order, at_ms: i64) -> rusqlite::Result<()> {
        self.move_money(order, "capture", order.amount, None, at_ms)?;
        self.set(order, OrderState::Paid, None, None)
    }

    /// Gives money back for a refund that is in the books.
    pub(crate) fn give_back(&self, order: &Order, refund: &Refund) -> rusqlite::Result<()> {
        self.move_money(order, "refund", refund.amount, Some(&refund.number), self.now_ms)
    }

    pub(crate) fn decline(&self, order: &Order, reason: Reason) -> rusqlite::Result<()> {
        self.set(order, OrderState::Declined, Some(reason), None)
    }

    /// Closes the order, at `at_ms`; whatever was paid and is left goes back.
    pub(crate) fn close(&self, order: &Order, at_ms: i64) -> rusqlite::Result<()> {
        if order.net() > 0 {
            self.move_money(order, "cancel", order.net(), None, at_ms)?;
        }
        // The customer's payment crosses with the closing of a code that was still payable.
        let crossing = order.state == OrderState::Created
            && amounts::effect(Operation::Create, order.amount) == Effect::PaysLate;
        let due = crossing.then(|| (Due::Pay, at_ms + seconds_ms(PAID_LATE_AFTER_S)));
        self.set(order, OrderState::Closed, None, due)
    }

    fn set(
        &self,
        order: &Order,
        state: OrderState,
        reason: Option<Reason>,
        due: Option<(Due, i64)>,
    ) -> rusqlite::Result<()> {
        let sql =
            "UPDATE orders SET state = ?2, reason = ?3, due = ?4, due_at_ms = ?5 WHERE id = ?1";
        self.transaction.prepare_cached(sql)?.execute(params![
            order.id,
            state,
            reason.map(Reason::name),
            due.map(|(due, _)| due),
            due.map(|(_, at_ms)| at_ms),
        ])?;
        Ok(())
    }

    fn move_money(
        &self,
        order: &Order,
        kind: &str,
        amount: i64,
        refund: Option<&str>,
        at_ms: i64,
    ) -> rusqlite::Result<()> {
        let sql = "INSERT INTO movements (order_id, kind, amount, refund, at_ms) \
            VALUES (?1, ?2, ?3, ?4, ?5)";
        self.transaction
            .prepare_cached(sql)?
            .execute(params![order.id, kind, amount, refund, at_ms])?;
        Ok(())
    }

    pub(crate) fn refund(&self, number: &str) -> rusqlite::Result<Option<Refund>> {
        let sql = "SELECT order_number, amount, currency, reason FROM refunds WHERE number = ?1";
        let read = |row: &rusqlite::Row<'_>| {
            let reason: Option<String> = row.get(3)?;
            Ok(Refund {
                number: number.to_owned(),
                order: row.get(0)?,
                amount: row.get(1)?,
                currency: row.get(2)?,
                reason: reason.as_deref().and_then(Reason::named),
            })
        };
        self.transaction.prepare_cached(sql)?.query_row([number], read).optional()
    }

    pub(crate) fn open_refund(&self, refund: &Refund) -> rusqlite::Result<()> {
        let sql = "INSERT INTO refunds (number, order_number, amount, currency, reason, at_ms) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.transaction.prepare_cached(sql)?.execute(params![
            refund.number,
            refund.order,
            refund.amount,
            refund.currency,
            refund.reason.map(Reason::name),
            self.now_ms,
        ])?;
        Ok(())
    }

    /// Does everything that was due by now, in the order of its time.
    pub(crate) fn settle(&self) -> rusqlite::Result<()> {
        let sql = format!(
            "SELECT {} FROM order_sums WHERE due_at_ms <= ?1 ORDER BY due_at_ms, id LIMIT 1",
            Order::COLUMNS
        );
        let mut next = self.transaction.prepare_cached(&sql)?;
        // Each turn takes one due away; closing may set one more, a payment that comes late.
        while let Some(order) = next.query_row([self.now_ms], Order::from_row).optional()? {
            match order.due {
                Some((Due::Pay, at_ms)) => self.capture(&order, at_ms)?,
                Some((Due::Refuse, _)) => self.decline(&order, Reason::CustomerRefused)?,
                Some((Due::Close, at_ms)) => self.close(&order, at_ms)?,
                None => return Ok(()),
            }
        }
        Ok(())
    }

    /// Whether this operation was asked for this order or refund before.
    pub(crate) fn was_asked(&self, operation: &str, subject: &str) -> rusqlite::Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM exchanges WHERE operation = ?1 AND subject = ?2)";
        self.transaction.prepare_cached(sql)?.query_row([operation, subject], |row| row.get(0))
    }

    pub(crate) fn nonce_is_used(&self, key_id: &str, nonce: &str) -> rusqlite::Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM exchanges WHERE key_id = ?1 AND nonce = ?2)";
        self.transaction.prepare_cached(sql)?.query_row([key_id, nonce], |row| row.get(0))
    }

    pub(crate) fn record(&self, record: &Record<'_>) -> rusqlite::Result<()> {
        let sql = "INSERT INTO exchanges (at_ms, key_id, nonce, operation, subject, \
            request_sha256, fault, answer) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        self.transaction.prepare_cached(sql)?.execute(params![
            self.now_ms,
            record.signed.map(|(key_id, _)| key_id),
            record.signed.map(|(_, nonce)| nonce),
            record.operation,
            record.subject,
            sha256(record.request),
            record.fault,
            record.answer,
        ])?;
        Ok(())
    }

    /// The token of an order's shown code: the same for the same order, guessable by nobody.
    pub(crate) fn token(&self, number: &str) -> String {
        let digest = sha256(&[&self.house.secret, number.as_bytes()].concat());
        hex(digest.get(..16).unwrap_or(&digest))
    }
}

/// Seconds as the books count time.
pub(crate) fn seconds_ms(seconds: u32) -> i64 {
    i64::from(seconds) * 1_000
}
