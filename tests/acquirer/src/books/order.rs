//! An order as the books hold it.

use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use crate::exchange::Reason;
use crate::wallet::Wallet;

/// Who showed the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presented {
    /// The customer; the terminal scanned it.
    Customer,
    /// The terminal; the customer's phone scans it.
    Merchant,
    /// Nobody: the order was closed before it was ever opened.
    Never,
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderState {
    /// The customer must confirm on the phone.
    Waiting,
    /// A shown code that can be paid.
    Created,
    /// Paid; refunds do not change it.
    Paid,
    /// Refused for good.
    Declined,
    /// Cancelled, closed or run out; what was paid is given back.
    Closed,
}

/// What an order does by itself when its time has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    Pay,
    Refuse,
    Close,
}

/// Gives an enum its names in the books.
macro_rules! names {
    ($shown:vis $of:ident { $($case:ident = $name:literal),+ $(,)? }) => {
        impl $of {
            /// The name in the books.
            #[must_use]
            $shown const fn name(self) -> &'static str {
                match self { $(Self::$case => $name),+ }
            }
        }
        impl ToSql for $of {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(self.name()))
            }
        }
        impl FromSql for $of {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                match value.as_str()? {
                    $($name => Ok(Self::$case),)+
                    _ => Err(FromSqlError::InvalidType),
                }
            }
        }
    };
}

names!(pub Presented { Customer = "customer", Merchant = "merchant", Never = "never" });
names!(pub OrderState {
    Waiting = "waiting",
    Created = "created",
    Paid = "paid",
    Declined = "declined",
    Closed = "closed",
});
names!(pub(crate) Due { Pay = "pay", Refuse = "refuse", Close = "close" });

/// SHA-256 of a customer's code.
pub(crate) type CodeDigest = [u8; 32];

/// An order and what has moved for it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Order {
    /// 0 until it is in the books.
    pub(crate) id: i64,
    pub(crate) number: String,
    pub(crate) presented: Presented,
    pub(crate) wallet: Option<Wallet>,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) code: Option<CodeDigest>,
    pub(crate) token: Option<String>,
    pub(crate) expires_s: Option<u32>,
    pub(crate) state: OrderState,
    pub(crate) reason: Option<Reason>,
    pub(crate) opened_at_ms: i64,
    pub(crate) due: Option<(Due, i64)>,
    pub(crate) captured: i64,
    pub(crate) given_back: i64,
    pub(crate) captures: u32,
}

impl Order {
    /// The columns that [`Self::from_row`] reads.
    pub(crate) const COLUMNS: &'static str = "id, number, presented, wallet, amount, currency, \
        code, token, expires_s, state, reason, opened_at_ms, due, due_at_ms, captured, \
        given_back, captures";

    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let wallet: Option<String> = row.get("wallet")?;
        let reason: Option<String> = row.get("reason")?;
        let due: Option<Due> = row.get("due")?;
        let due_at_ms: Option<i64> = row.get("due_at_ms")?;
        Ok(Self {
            id: row.get("id")?,
            number: row.get("number")?,
            presented: row.get("presented")?,
            wallet: wallet.as_deref().and_then(Wallet::named),
            amount: row.get("amount")?,
            currency: row.get("currency")?,
            code: row.get("code")?,
            token: row.get("token")?,
            expires_s: row.get("expires_s")?,
            state: row.get("state")?,
            reason: reason.as_deref().and_then(Reason::named),
            opened_at_ms: row.get("opened_at_ms")?,
            due: due.zip(due_at_ms),
            captured: row.get("captured")?,
            given_back: row.get("given_back")?,
            captures: row.get("captures")?,
        })
    }

    /// What is left of the payment.
    pub(crate) const fn net(&self) -> i64 {
        self.captured - self.given_back
    }

    /// The wallet's own number for it.
    pub(crate) fn transaction(&self) -> String {
        format!("W{:015}", self.id)
    }
}
