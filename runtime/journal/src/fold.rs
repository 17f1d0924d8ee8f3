//! One payment, folded from its rows as they come.
//!
//! The one way from entries to a payment: verifying, committing and asking all go through here, so
//! that none of them can read the journal differently.

use crate::entry::{Content, WallTime, time, unsigned};
use crate::row::{PaymentRow, is_open};
use caisson_core::PaymentKey;
use caisson_core::payment::{Event, Payment};
use rusqlite::Connection;
use rusqlite::types::FromSqlError;

/// Where in the journal, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) seq: u64,
    pub(crate) at: WallTime,
}

/// A payment as its rows make it.
#[derive(Debug, Clone)]
pub(crate) struct Fold {
    pub(crate) payment: Payment,
    pub(crate) first: Place,
    pub(crate) last: Place,
    /// Digest of the sealed note, in hex, where one is stored and was not erased.
    pub(crate) note: Option<String>,
}

impl Fold {
    /// From the first row, which must be the creation.
    pub(crate) fn begin(place: Place, content: &Content) -> Option<Self> {
        let Content::Event(event) = content else { return None };
        let payment = Payment::from_events([event])?;
        Some(Self { payment, first: place, last: place, note: None })
    }

    /// One more row.
    pub(crate) fn add(&mut self, place: Place, content: Content) {
        self.last = place;
        match content {
            Content::Event(event) => self.payment.replay(&event),
            Content::NoteStored(stored) => self.note = Some(stored.sha256),
            Content::NoteErased => self.note = None,
        }
    }

    /// What the projection says of it.
    pub(crate) fn row(&self) -> PaymentRow {
        PaymentRow::of(&self.payment, self.first, self.last)
    }

    /// As [`PaymentRow::is_open`].
    pub(crate) const fn is_open(&self) -> bool {
        is_open(self.payment.state(), self.payment.is_watched())
    }
}

/// The payment `key`, read from its rows; `None` where the journal does not know it.
pub(crate) fn load(connection: &Connection, key: &PaymentKey) -> rusqlite::Result<Option<Fold>> {
    let mut fold: Option<Fold> = None;
    each_row(connection, key, |place, content| match &mut fold {
        Some(fold) => fold.add(place, content),
        none => *none = Fold::begin(place, &content),
    })?;
    Ok(fold)
}

/// The events of `key` with their places, oldest first.
pub(crate) fn events(
    connection: &Connection,
    key: &PaymentKey,
) -> rusqlite::Result<Vec<(Place, Event)>> {
    let mut events = Vec::new();
    each_row(connection, key, |place, content| {
        if let Content::Event(event) = content {
            events.push((place, event));
        }
    })?;
    Ok(events)
}

/// Between a payment's first and last row stand its own and those of payments beside it: few, as
/// a payment lasts minutes.
fn each_row(
    connection: &Connection,
    key: &PaymentKey,
    mut take: impl FnMut(Place, Content),
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, at_ms, at_quality, kind, body FROM entries
         WHERE seq BETWEEN (SELECT first_seq FROM payments WHERE key = ?1)
           AND (SELECT last_seq FROM payments WHERE key = ?1)
           AND key = ?1 ORDER BY seq",
    )?;
    let mut rows = statement.query([key.as_str()])?;
    while let Some(row) = rows.next()? {
        let place = Place { seq: unsigned(row, 0)?, at: time(row, 1)? };
        let content = Content::read(row.get_ref(3)?.as_str()?, row.get_ref(4)?.as_str()?);
        take(place, content.ok_or_else(unreadable)?);
    }
    Ok(())
}

/// For a row that was verified when the file was opened, and cannot be read now.
fn unreadable() -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(
        0,
        rusqlite::types::Type::Text,
        FromSqlError::InvalidType.into(),
    )
}
