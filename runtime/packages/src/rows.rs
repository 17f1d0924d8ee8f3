//! What the registry holds: a row an app, and a row a slot that holds one of its versions.

use crate::error::InstallError;
use crate::publisher::Publisher;
use crate::registry::explain;
use crate::trial::STARTS_MAX;
use caisson_core::payment::Digest;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use std::fmt::{self, Display};
use std::path::Path;

/// The tables. An app whose `active` is empty is not installed; its row keeps the version floor.
pub(crate) const TABLES: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS apps (
  id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 20),
  active TEXT CHECK (active = 'a' OR active = 'b'),
  previous TEXT CHECK (previous = 'a' OR previous = 'b'),
  floor_code INTEGER CHECK (floor_code BETWEEN 0 AND 4294967295),
  floor_package TEXT CHECK (length(floor_package) = 64),
  returned_code INTEGER CHECK (returned_code BETWEEN 0 AND 4294967295),
  returned_why TEXT CHECK (returned_why = 'unconfirmed' OR returned_why = 'failed'
    OR returned_why = 'replaced'),
  returned_word TEXT CHECK (length(returned_word) BETWEEN 1 AND 300),
  CHECK (previous IS NULL OR (active IS NOT NULL AND previous <> active)),
  CHECK ((floor_code IS NULL) = (floor_package IS NULL)),
  CHECK ((returned_code IS NULL) = (returned_why IS NULL)),
  CHECK ((returned_word IS NOT NULL) = (returned_why IS NOT NULL AND returned_why = 'failed'))
) STRICT, WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS slots (
  id TEXT NOT NULL REFERENCES apps (id),
  slot TEXT NOT NULL CHECK (slot = 'a' OR slot = 'b'),
  version_code INTEGER NOT NULL CHECK (version_code BETWEEN 0 AND 4294967295),
  package TEXT NOT NULL CHECK (length(package) = 64),
  manifest TEXT NOT NULL CHECK (length(manifest) = 64),
  component TEXT NOT NULL CHECK (length(component) = 64),
  publisher TEXT CHECK (length(publisher) BETWEEN 1 AND 20),
  publisher_key TEXT CHECK (length(publisher_key) = 44),
  tier TEXT CHECK (tier = 'merchant' OR tier = 'system'),
  confirmed INTEGER NOT NULL CHECK (confirmed BETWEEN 0 AND 1),
  starts INTEGER NOT NULL CHECK (starts BETWEEN 0 AND 255),
  failure TEXT CHECK (length(failure) BETWEEN 1 AND 300),
  PRIMARY KEY (id, slot),
  CHECK ((publisher IS NULL) = (publisher_key IS NULL)),
  CHECK ((publisher IS NULL) = (tier IS NULL))
) STRICT, WITHOUT ROWID",
];

/// Longest word about a failure, in characters.
const WORD_CHARS_MAX: usize = 300;

/// One of an app's two places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    A,
    B,
}

impl Slot {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
        }
    }

    pub(crate) const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

impl Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl TryFrom<String> for Slot {
    type Error = ();

    fn try_from(text: String) -> Result<Self, ()> {
        match text.as_str() {
            "a" => Ok(Self::A),
            "b" => Ok(Self::B),
            _ => Err(()),
        }
    }
}

/// How far a version has proved itself on this terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// New; the version before it comes back where this one fails.
    Trial {
        /// Starts of the terminal with it, counted up to [`STARTS_MAX`].
        starts: u32,
        /// Why it gives way as soon as none of its payments is open.
        failure: Option<String>,
    },
    /// It has proved itself, and stays.
    Confirmed,
}

/// Why a version gave way to the one before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReturnCause {
    /// The terminal was started [`STARTS_MAX`] times with it, and nothing confirmed it.
    Unconfirmed,
    /// It did not start or broke down; in the words of whoever saw it.
    Failed(String),
    /// A newer version was about to be installed; its install did not come to its end.
    Replaced,
}

/// A version that gave way to the one before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// Its version code.
    pub version_code: u32,
    /// Why it gave way.
    pub cause: ReturnCause,
}

/// The highest version that was ever confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Floor {
    pub(crate) version_code: u32,
    pub(crate) package: Digest,
}

/// An app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AppRow {
    pub(crate) id: String,
    pub(crate) active: Option<Slot>,
    pub(crate) previous: Option<Slot>,
    pub(crate) floor: Option<Floor>,
    pub(crate) returned: Option<Returned>,
}

impl AppRow {
    pub(crate) fn new(id: &str) -> Self {
        Self { id: id.to_owned(), active: None, previous: None, floor: None, returned: None }
    }
}

/// A version in a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SlotRow {
    pub(crate) version_code: u32,
    /// Digest of the statement that a signature is over.
    pub(crate) package: Digest,
    pub(crate) manifest: Digest,
    pub(crate) component: Digest,
    pub(crate) publisher: Option<Publisher>,
    pub(crate) health: Health,
}

/// A word about a failure, in one line that the table takes.
pub(crate) fn word(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().filter(|c| !c.is_control()).take(WORD_CHARS_MAX).collect();
    if line.is_empty() { "-".to_owned() } else { line }
}

/// The tables within one transaction.
pub(crate) struct Rows<'a> {
    connection: &'a Connection,
    file: &'a Path,
}

impl<'a> Rows<'a> {
    pub(crate) const fn new(connection: &'a Connection, file: &'a Path) -> Self {
        Self { connection, file }
    }

    pub(crate) fn ask<R>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<R>,
    ) -> Result<R, InstallError> {
        work(self.connection).map_err(|error| explain(self.file, doing, error))
    }

    /// The app `id`, installed or only remembered.
    pub(crate) fn app(&self, id: &str) -> Result<Option<AppRow>, InstallError> {
        self.ask("reading an app", |connection| {
            let sql = format!("SELECT {APP_COLUMNS} FROM apps WHERE id = ?1");
            connection.query_row(&sql, [id], read_app).optional()
        })
    }

    /// Every app that is installed, by id.
    pub(crate) fn apps(&self) -> Result<Vec<AppRow>, InstallError> {
        self.ask("listing the apps", |connection| {
            let sql =
                format!("SELECT {APP_COLUMNS} FROM apps WHERE active IS NOT NULL ORDER BY id");
            connection.prepare(&sql)?.query_map([], read_app)?.collect()
        })
    }

    /// The version in a slot, which the app's row names.
    pub(crate) fn slot(&self, id: &str, slot: Slot) -> Result<SlotRow, InstallError> {
        self.ask("reading a slot", |connection| {
            let sql = "SELECT version_code, package, manifest, component, publisher, publisher_key, \
                       tier, confirmed, starts, failure FROM slots WHERE id = ?1 AND slot = ?2";
            connection.query_row(sql, params![id, Text(slot)], read_slot)
        })
    }

    pub(crate) fn put_app(&self, app: &AppRow) -> Result<(), InstallError> {
        let (why, word) = match app.returned.as_ref().map(|returned| &returned.cause) {
            None => (None, None),
            Some(ReturnCause::Unconfirmed) => (Some("unconfirmed"), None),
            Some(ReturnCause::Failed(word)) => (Some("failed"), Some(word)),
            Some(ReturnCause::Replaced) => (Some("replaced"), None),
        };
        self.ask("writing an app", |connection| {
            connection.execute(
                "INSERT OR REPLACE INTO apps VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    app.id,
                    app.active.map(Text),
                    app.previous.map(Text),
                    app.floor.map(|floor| floor.version_code),
                    app.floor.map(|floor| Text(floor.package)),
                    app.returned.as_ref().map(|returned| returned.version_code),
                    why,
                    word,
                ],
            )
        })?;
        Ok(())
    }

    pub(crate) fn put_slot(&self, id: &str, slot: Slot, row: &SlotRow) -> Result<(), InstallError> {
        let (confirmed, starts, failure) = match &row.health {
            Health::Trial { starts, failure } => (false, *starts, failure.as_deref()),
            Health::Confirmed => (true, 0, None),
        };
        let publisher = row.publisher.as_ref();
        self.ask("writing a slot", |connection| {
            connection.execute(
                "INSERT OR REPLACE INTO slots \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                params![
                    id,
                    Text(slot),
                    row.version_code,
                    Text(row.package),
                    Text(row.manifest),
                    Text(row.component),
                    publisher.map(|publisher| &publisher.name),
                    publisher.map(|publisher| Text(publisher.key)),
                    publisher.map(|publisher| Text(publisher.tier)),
                    confirmed,
                    starts,
                    failure,
                ],
            )
        })?;
        Ok(())
    }

    pub(crate) fn drop_slot(&self, id: &str, slot: Slot) -> Result<(), InstallError> {
        self.ask("emptying a slot", |connection| {
            let sql = "DELETE FROM slots WHERE id = ?1 AND slot = ?2";
            connection.execute(sql, params![id, Text(slot)])
        })?;
        Ok(())
    }
}

/// The columns, in the order in which [`read_app`] takes them.
const APP_COLUMNS: &str = "id, active, previous, floor_code, floor_package, returned_code, \
                           returned_why, returned_word";

fn read_app(row: &Row<'_>) -> rusqlite::Result<AppRow> {
    let slot = |at| Ok::<_, rusqlite::Error>(row.get::<_, Option<Text<Slot>>>(at)?.map(|s| s.0));
    let floor = match (row.get(3)?, row.get::<_, Option<Text<Digest>>>(4)?) {
        (Some(version_code), Some(Text(package))) => Some(Floor { version_code, package }),
        _ => None,
    };
    let why: Option<String> = row.get(6)?;
    let returned = match (row.get(5)?, why.as_deref(), row.get(7)?) {
        (Some(version_code), Some(why), word) => {
            let cause = match (why, word) {
                ("failed", Some(word)) => ReturnCause::Failed(word),
                ("replaced", _) => ReturnCause::Replaced,
                _ => ReturnCause::Unconfirmed,
            };
            Some(Returned { version_code, cause })
        }
        _ => None,
    };
    Ok(AppRow { id: row.get(0)?, active: slot(1)?, previous: slot(2)?, floor, returned })
}

fn read_slot(row: &Row<'_>) -> rusqlite::Result<SlotRow> {
    let digest = |at| Ok::<_, rusqlite::Error>(row.get::<_, Text<Digest>>(at)?.0);
    let publisher = match (row.get(4)?, row.get(5)?, row.get(6)?) {
        (Some(name), Some(Text(key)), Some(Text(tier))) => Some(Publisher { name, key, tier }),
        _ => None,
    };
    let health = if row.get(7)? {
        Health::Confirmed
    } else {
        let starts: u32 = row.get(8)?;
        Health::Trial { starts: starts.min(STARTS_MAX), failure: row.get(9)? }
    };
    Ok(SlotRow {
        version_code: row.get(0)?,
        package: digest(1)?,
        manifest: digest(2)?,
        component: digest(3)?,
        publisher,
        health,
    })
}

/// A value that stands in the tables as its text.
struct Text<T>(T);

impl<T: TryFrom<String>> FromSql for Text<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?.to_owned();
        T::try_from(text).map(Self).map_err(|_| FromSqlError::InvalidType)
    }
}

impl<T: Display> ToSql for Text<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.to_string().into())
    }
}
