//! One row of the chain: its time, its hash, and how it is appended.

use caisson_core::payment::Event;
use caisson_core::{PaymentKey, hex};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, Row, params_from_iter};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// Latest time that is stored, in milliseconds since 1970: the end of the year 9999. A clock that
/// says more is wrong; its time is cut to this, because a wrong clock must not stop a payment.
pub const TIME_MS_MAX: u64 = 253_402_300_799_999;

/// Kind of the first row.
pub(crate) const KIND_JOURNAL: &str = "journal";
/// Kind of the second row of a journal that took a damaged one's place.
pub(crate) const KIND_ADOPTED: &str = "adopted";
/// Kind of the row that each opening appends.
pub(crate) const KIND_BOOT: &str = "boot";
/// Kind of a row about the desk and no payment.
pub(crate) const KIND_DESK: &str = "desk";
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
        write!(f, "{}:{}", self.seq, hex::text(&self.hash))
    }
}

/// What a payment's row says.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// Something happened to the payment.
    Event(Event),
    /// A sealed note was stored; the row keeps its digest, so that the note can be erased.
    NoteStored(NoteStored),
    /// The sealed note was erased.
    NoteErased,
}

/// Body of a [`Content::NoteStored`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct NoteStored {
    /// SHA-256 of the sealed note, in lower-case hex.
    pub(crate) sha256: String,
    /// Length of the sealed note.
    pub(crate) bytes: u64,
}

impl Content {
    /// The row that remembers `sealed`.
    pub(crate) fn stored(sealed: &[u8]) -> Self {
        let sha256 = hex::text(&Sha256::digest(sealed));
        Self::NoteStored(NoteStored { sha256, bytes: sealed.len() as u64 })
    }

    /// The body of a row of this kind; `None` where it cannot be read or is of another kind.
    pub(crate) fn read(kind: &str, body: &str) -> Option<Self> {
        match kind {
            KIND_STORED => serde_json::from_str(body).ok().map(Self::NoteStored),
            KIND_ERASED => Some(Self::NoteErased),
            _ => {
                let event: Event = serde_json::from_str(body).ok()?;
                (event.kind() == kind).then_some(Self::Event(event))
            }
        }
    }

    /// The row of payment `key` that says this.
    pub(crate) fn draft(&self, key: &PaymentKey) -> serde_json::Result<Draft> {
        let (kind, body) = match self {
            Self::Event(event) => (event.kind(), serde_json::to_string(event)?),
            Self::NoteStored(stored) => (KIND_STORED, serde_json::to_string(stored)?),
            Self::NoteErased => (KIND_ERASED, "{}".to_owned()),
        };
        Ok(Draft { kind, key: Some(key.clone()), body })
    }
}

/// A row that is about to be appended.
pub(crate) struct Draft {
    pub(crate) kind: &'static str,
    pub(crate) key: Option<PaymentKey>,
    pub(crate) body: String,
}

/// Rows that one statement appends: a statement costs more than a row.
const ROWS_A_STATEMENT: usize = 4;

/// Appends `drafts` after `head`, inside the caller's transaction; returns the new head.
pub(crate) fn append(
    connection: &Connection,
    head: Head,
    drafts: &[Draft],
    at: WallTime,
) -> rusqlite::Result<Head> {
    let mut head = head;
    for drafts in drafts.chunks(ROWS_A_STATEMENT) {
        let mut values: Vec<ToSqlOutput<'_>> = Vec::with_capacity(drafts.len() * 7);
        for draft in drafts {
            let key = draft.key.as_ref().map(PaymentKey::as_str);
            head = head.after(draft.kind, key.unwrap_or_default(), at, &draft.body);
            values.extend([
                signed(head.seq).into(),
                draft.kind.into(),
                key.map_or(ToSqlOutput::Owned(Value::Null), Into::into),
                signed(at.ms).into(),
                at.quality.name().into(),
                draft.body.as_str().into(),
                ToSqlOutput::Owned(Value::Blob(head.hash.to_vec())),
            ]);
        }
        connection.prepare_cached(append_sql(drafts.len()))?.execute(params_from_iter(values))?;
    }
    Ok(head)
}

const fn append_sql(rows: usize) -> &'static str {
    match rows {
        1 => "INSERT INTO entries VALUES (?,?,?,?,?,?,?)",
        2 => "INSERT INTO entries VALUES (?,?,?,?,?,?,?), (?,?,?,?,?,?,?)",
        3 => "INSERT INTO entries VALUES (?,?,?,?,?,?,?), (?,?,?,?,?,?,?), (?,?,?,?,?,?,?)",
        _ => {
            "INSERT INTO entries VALUES (?,?,?,?,?,?,?), (?,?,?,?,?,?,?), (?,?,?,?,?,?,?), \
             (?,?,?,?,?,?,?)"
        }
    }
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
