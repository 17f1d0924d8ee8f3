//! One row of the chain: its time, its hash, and how it is appended.

use caisson_core::PaymentKey;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// Latest time that is stored, in milliseconds since 1970: the end of the year 9999. A clock that
/// says more is wrong; its time is cut to this, because a wrong clock must not stop a payment.
pub const TIME_MS_MAX: u64 = 253_402_300_799_999;

/// Kind of the first row.
pub(crate) const KIND_JOURNAL: &str = "journal";
/// Kind of the row that each opening appends.
pub(crate) const KIND_BOOT: &str = "boot";
/// Kind of the row that remembers the digest of a sealed note.
pub(crate) const KIND_STORED: &str = "recovery-stored";
/// Kind of the row that remembers that the note was erased.
pub(crate) const KIND_ERASED: &str = "recovery-erased";

/// Who said what time it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quality {
    /// The host, or a time server that is trusted.
    Host,
    /// A person.
    User,
    /// Nobody: the clock as it came up.
    Guessed,
}

impl Quality {
    /// The name in the journal.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::User => "user",
            Self::Guessed => "guessed",
        }
    }
}

impl ToSql for Quality {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}

impl FromSql for Quality {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_str()? {
            "host" => Ok(Self::Host),
            "user" => Ok(Self::User),
            "guessed" => Ok(Self::Guessed),
            _ => Err(FromSqlError::InvalidType),
        }
    }
}

/// A time for people. Orders nothing: the order is that of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WallTime {
    /// Milliseconds since 1970-01-01T00:00:00Z; above [`TIME_MS_MAX`] it is cut.
    pub ms: u64,
    /// How far it can be trusted.
    pub quality: Quality,
}

impl WallTime {
    pub(crate) fn cut(self) -> Self {
        Self { ms: self.ms.min(TIME_MS_MAX), ..self }
    }
}

/// The last row of the chain. Who keeps it elsewhere (a host that acknowledges) can prove later
/// that no tail was cut off, which the chain alone cannot.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Number of the row; 0 before the first.
    pub seq: u64,
    /// Its hash.
    pub hash: [u8; 32],
}

impl Head {
    /// Before the first row.
    pub(crate) const START: Self = Self { seq: 0, hash: [0; 32] };

    /// The head after a row with these columns.
    pub(crate) fn after(self, kind: &str, key: &str, at: WallTime, body: &str) -> Self {
        let seq = self.seq.saturating_add(1);
        let mut hasher = Sha256::new();
        hasher.update(self.hash);
        hasher.update(seq.to_be_bytes());
        hasher.update(at.ms.to_be_bytes());
        for field in [at.quality.name(), kind, key, body] {
            // Lengths first, so that no two rows give the same input. A body has a limit far below
            // what 64 bits can count.
            hasher.update((field.len() as u64).to_be_bytes());
            hasher.update(field.as_bytes());
        }
        Self { seq, hash: hasher.finalize().into() }
    }
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, hex(&self.hash))
    }
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        for nibble in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(u32::from(nibble), 16));
        }
        text
    })
}

/// A row that is about to be appended.
pub(crate) struct Draft {
    pub(crate) kind: &'static str,
    pub(crate) key: Option<PaymentKey>,
    pub(crate) body: String,
}

/// Appends `draft` after `head`, inside the caller's transaction.
pub(crate) fn append(
    connection: &Connection,
    head: Head,
    draft: &Draft,
    at: WallTime,
) -> rusqlite::Result<Head> {
    let key = draft.key.as_ref().map(PaymentKey::as_str);
    let next = head.after(draft.kind, key.unwrap_or_default(), at, &draft.body);
    connection
        .prepare_cached(
            "INSERT INTO entries (seq, kind, key, at_ms, at_quality, body, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            signed(next.seq),
            draft.kind,
            key,
            signed(at.ms),
            at.quality,
            draft.body,
            next.hash,
        ])?;
    Ok(next)
}

/// For SQLite, whose integers are signed. Row numbers and times stay far below the limit.
pub(crate) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Column `index` as a number that cannot be negative.
pub(crate) fn unsigned(row: &Row<'_>, index: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(index)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(index, value))
}

/// Columns `index` and the next as a time.
pub(crate) fn time(row: &Row<'_>, index: usize) -> rusqlite::Result<WallTime> {
    Ok(WallTime { ms: unsigned(row, index)?, quality: row.get(index + 1)? })
}
