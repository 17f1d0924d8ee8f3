//! One payment's entries, read back.

use crate::entry::{KIND_ERASED, KIND_STORED, WallTime, time, unsigned};
use crate::row::Span;
use caisson_core::PaymentKey;
use caisson_core::payment::{Event, Payment};
use rusqlite::Connection;
use rusqlite::types::FromSqlError;

/// An event with its row number and time.
pub(crate) struct Stamped {
    pub(crate) seq: u64,
    pub(crate) at: WallTime,
    pub(crate) event: Event,
}

/// The events of `key`, oldest first; empty where the journal does not know it.
pub(crate) fn events(connection: &Connection, key: &PaymentKey) -> rusqlite::Result<Vec<Stamped>> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, at_ms, at_quality, kind, body FROM entries WHERE key = ?1 ORDER BY seq",
    )?;
    let mut rows = statement.query([key.as_str()])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        let kind = row.get_ref(3)?.as_str()?;
        if kind == KIND_STORED || kind == KIND_ERASED {
            continue;
        }
        let event = read_event(kind, row.get_ref(4)?.as_str()?).ok_or_else(unreadable)?;
        events.push(Stamped { seq: unsigned(row, 0)?, at: time(row, 1)?, event });
    }
    Ok(events)
}

/// The body of an event's row; `None` where it cannot be read or is of another kind.
pub(crate) fn read_event(kind: &str, body: &str) -> Option<Event> {
    serde_json::from_str::<Event>(body).ok().filter(|event| event.kind() == kind)
}

/// The payment that `events` made; `None` where they do not begin with its creation.
pub(crate) fn fold(events: &[Stamped]) -> Option<(Payment, Span)> {
    let payment = Payment::from_events(events.iter().map(|stamped| &stamped.event))?;
    let (first, last) = (events.first()?, events.last()?);
    Some((payment, Span { first: (first.seq, first.at), last: (last.seq, last.at) }))
}

/// For rows that were verified when the file was opened, and cannot be read now.
pub(crate) fn unreadable() -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(
        0,
        rusqlite::types::Type::Text,
        Box::new(FromSqlError::InvalidType),
    )
}
