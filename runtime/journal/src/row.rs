//! The projection: one row a payment, a pure function of its entries.

use crate::commit::Recovery;
use crate::entry::{WallTime, signed, time, unsigned};
use crate::fold::Place;
use caisson_core::payment::{Kind, Payment, State};
use caisson_core::{Currency, Money, PaymentKey, Reason};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ValueRef};
use rusqlite::{Connection, Row, params};
use std::str::FromStr;

/// A payment as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRow {
    /// Its key.
    pub key: PaymentKey,
    /// What it does.
    pub kind: Kind,
    /// The app's id.
    pub app: String,
    /// Which of the app's services.
    pub service: String,
    /// Where it stands.
    pub state: State,
    /// How much was asked.
    pub amount: Money,
    /// How much moved; `None` where nothing is known to have.
    pub approved: Option<Money>,
    /// The earlier payment, for a kind that has one.
    pub original: Option<PaymentKey>,
    /// The merchant's own order number.
    pub merchant_order: Option<String>,
    /// Why it stands where it stands.
    pub reason: Option<Reason>,
    /// True while a closed offer is still asked about.
    pub watched: bool,
    /// Number of its first row.
    pub first_seq: u64,
    /// When that was.
    pub first_at: WallTime,
    /// Number of its last row.
    pub last_seq: u64,
    /// When that was.
    pub last_at: WallTime,
}

/// The columns, in the order in which [`PaymentRow::read`] takes them.
pub(crate) const COLUMNS: &str = "key, kind, app, service, state, currency, amount, approved, \
     original, merchant_order, reason, watched, first_seq, first_ms, first_quality, last_seq, \
     last_ms, last_quality, open";

/// How many they are.
pub(crate) const COLUMNS_COUNT: usize = 19;

impl PaymentRow {
    /// What the entries say.
    pub(crate) fn of(payment: &Payment, first: Place, last: Place) -> Self {
        let intent = payment.intent();
        Self {
            key: intent.key.clone(),
            kind: intent.kind,
            app: intent.app.clone(),
            service: intent.service.clone(),
            state: payment.state(),
            amount: intent.amount,
            approved: payment.approved(),
            original: intent.original.clone(),
            merchant_order: intent.merchant_order.clone(),
            reason: payment.reason(),
            watched: payment.is_watched(),
            first_seq: first.seq,
            first_at: first.at,
            last_seq: last.seq,
            last_at: last.at,
        }
    }

    /// True while the terminal must still do something about it: the money is uncertain, is being
    /// given back, a closed offer is still asked about, or the customer was not served yet.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        is_open(self.state, self.watched)
    }

    /// What moved; for a payment that is undecided, all that may have. `None` where nothing moved.
    #[must_use]
    pub fn moved_or_may_have(&self) -> Option<Money> {
        if self.state.has_moved_money() {
            Some(self.approved.unwrap_or(self.amount))
        } else if self.state.is_open() {
            Some(self.amount)
        } else {
            None
        }
    }

    /// What the table says.
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let currency = row.get::<_, Word<Currency>>(5)?.0;
        let money = |minor: u64, index| {
            Money::new(minor, currency)
                .map_err(|_| rusqlite::Error::IntegralValueOutOfRange(index, signed(minor)))
        };
        let found = Self {
            key: row.get::<_, Word<PaymentKey>>(0)?.0,
            kind: row.get::<_, Word<KindName>>(1)?.0.0,
            app: row.get(2)?,
            service: row.get(3)?,
            state: row.get::<_, Word<StateName>>(4)?.0.0,
            amount: money(unsigned(row, 6)?, 6)?,
            approved: match row.get::<_, Option<i64>>(7)? {
                Some(_) => Some(money(unsigned(row, 7)?, 7)?),
                None => None,
            },
            original: row.get::<_, Option<Word<PaymentKey>>>(8)?.map(|word| word.0),
            merchant_order: row.get(9)?,
            reason: row.get::<_, Option<Word<Reason>>>(10)?.map(|word| word.0),
            watched: row.get(11)?,
            first_seq: unsigned(row, 12)?,
            first_at: time(row, 13)?,
            last_seq: unsigned(row, 15)?,
            last_at: time(row, 16)?,
        };
        if row.get::<_, bool>(18)? == found.is_open() {
            Ok(found)
        } else {
            Err(rusqlite::Error::IntegralValueOutOfRange(18, i64::from(!found.is_open())))
        }
    }

    /// Makes the table say this, inside the caller's transaction: a new row where the payment
    /// begins, else in place of the old one.
    pub(crate) fn store(
        &self,
        connection: &Connection,
        begins: bool,
        recovery: Recovery<'_>,
    ) -> rusqlite::Result<()> {
        let sql = match (begins, recovery) {
            (true, _) => {
                "INSERT INTO payments (key, kind, app, service, state, currency, amount, approved,
                   original, merchant_order, reason, watched, first_seq, first_ms, first_quality,
                   last_seq, last_ms, last_quality, open, note)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                   ?17, ?18, ?19, ?20)"
            }
            (false, Recovery::Keep) => {
                "UPDATE payments SET state = ?5, approved = ?8, reason = ?11, watched = ?12,
                   last_seq = ?16, last_ms = ?17, last_quality = ?18, open = ?19
                 WHERE key = ?1"
            }
            (false, Recovery::Store(_) | Recovery::Erase) => {
                "UPDATE payments SET state = ?5, approved = ?8, reason = ?11, watched = ?12,
                   last_seq = ?16, last_ms = ?17, last_quality = ?18, open = ?19, note = ?20
                 WHERE key = ?1"
            }
        };
        let note: Option<&[u8]> = match recovery {
            Recovery::Store(sealed) => Some(sealed),
            Recovery::Keep | Recovery::Erase => None,
        };
        let has_note = begins || recovery != Recovery::Keep;
        let mut statement = connection.prepare_cached(sql)?;
        self.bind(|values| {
            if has_note {
                statement.execute([values, &[&note]].concat().as_slice())
            } else {
                statement.execute(values)
            }
        })
        .map(|_| ())
    }

    /// Calls `run` with the values of [`COLUMNS`], in their order.
    fn bind<R>(
        &self,
        run: impl FnOnce(&[&dyn ToSql]) -> rusqlite::Result<R>,
    ) -> rusqlite::Result<R> {
        run(params![
            self.key.as_str(),
            self.kind.to_string(),
            self.app,
            self.service,
            self.state.name(),
            self.amount.currency().code(),
            signed(self.amount.minor()),
            self.approved.map(|money| signed(money.minor())),
            self.original.as_ref().map(PaymentKey::as_str),
            self.merchant_order,
            self.reason.map(Reason::code),
            self.watched,
            signed(self.first_seq),
            signed(self.first_at.ms),
            self.first_at.quality,
            signed(self.last_seq),
            signed(self.last_at.ms),
            self.last_at.quality,
            self.is_open(),
        ])
    }
}

/// The rule of [`PaymentRow::is_open`].
pub(crate) const fn is_open(state: State, watched: bool) -> bool {
    state.is_open() || watched || matches!(state, State::Approved)
}

/// A column that is one of a closed set of words.
pub(crate) struct Word<T>(pub(crate) T);

impl<T: FromStr> FromSql for Word<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map(Self).map_err(|_| FromSqlError::InvalidType)
    }
}

struct KindName(Kind);

impl FromStr for KindName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Kind::ALL.into_iter().find(|kind| kind.name() == text).map(Self).ok_or(())
    }
}

struct StateName(State);

impl FromStr for StateName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        State::ALL.into_iter().find(|state| state.name() == text).map(Self).ok_or(())
    }
}
