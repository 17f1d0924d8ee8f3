//! One commit: events, their projection and the sealed note, all or nothing.

use crate::database::is_full;
use crate::entry::{Draft, Head, KIND_ERASED, KIND_STORED, WallTime, append, hex};
use crate::error::JournalError;
use crate::journal::Journal;
use crate::load::{self, Stamped};
use crate::row::PaymentRow;
use caisson_core::PaymentKey;
use caisson_core::payment::{Event, State};
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use sha2::Digest as _;
use std::fmt;

/// Most events in one commit: the machine returns at most three; a boot has its own way.
pub const EVENTS_MAX: usize = 16;
/// Largest body of a row, in bytes: an approval with twenty facts of sixty characters, each of
/// four bytes, takes a third of it.
pub const BODY_BYTES_MAX: usize = 32 * 1024;
/// Largest sealed recovery note, in bytes: a note of 4 KiB, its seal, and room to grow.
pub const SEALED_BYTES_MAX: usize = 8 * 1024;

const _: () = assert!(SEALED_BYTES_MAX >= caisson_core::payment::RECOVERY_BYTES_MAX + 1024);

/// What becomes of the payment's sealed recovery note.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Recovery<'a> {
    /// It stays as it is.
    Keep,
    /// It becomes these sealed bytes, 1 to [`SEALED_BYTES_MAX`].
    Store(&'a [u8]),
    /// It goes; harmless where there is none. Its bytes leave the files with the next checkpoint.
    Erase,
}

impl fmt::Debug for Recovery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keep => f.write_str("Keep"),
            Self::Store(sealed) => write!(f, "Store({} bytes)", sealed.len()),
            Self::Erase => f.write_str("Erase"),
        }
    }
}

/// What is to be made durable about one payment.
#[derive(Debug, Clone, Copy)]
pub struct Commit<'a> {
    /// Which payment.
    pub key: &'a PaymentKey,
    /// What happened, in order, at most [`EVENTS_MAX`]. The first commit of a payment begins with
    /// [`Event::Created`] and holds [`Event::Authorising`].
    pub events: &'a [Event],
    /// What becomes of the recovery note.
    pub recovery: Recovery<'a>,
    /// When, for people.
    pub at: WallTime,
}

/// What becomes of a note, inside a [`Plan`].
pub(crate) enum Note<'a> {
    Store(&'a PaymentKey, &'a [u8]),
    Erase(&'a PaymentKey),
}

/// Everything that one transaction writes.
pub(crate) struct Plan<'a> {
    pub(crate) drafts: Vec<Draft>,
    pub(crate) rows: Vec<PaymentRow>,
    pub(crate) notes: Vec<Note<'a>>,
    pub(crate) at: WallTime,
}

impl Journal {
    /// Makes `commit` durable: on `Ok` it is on the medium, whatever happens next; on `Err` nothing
    /// of it is visible, and after a fatal error the next opening shows all of it or nothing.
    /// Blocks for one flush of the medium. A commit without events and with [`Recovery::Keep`]
    /// touches nothing.
    ///
    /// A commit that begins a payment is refused while the medium is nearly full; every other may
    /// use the ballast.
    ///
    /// # Errors
    /// [`JournalError::StorageFull`] for a new payment: refuse it. [`JournalError::BadCommit`] and
    /// [`JournalError::TooLarge`]: the caller's fault, nothing was written. All others stop the
    /// journal for good ([`JournalError::is_fatal`]).
    pub fn commit(&mut self, commit: &Commit<'_>) -> Result<(), JournalError> {
        self.usable()?;
        if commit.events.is_empty() && commit.recovery == Recovery::Keep {
            return Ok(());
        }
        check_limits(commit)?;
        let before =
            self.read("reading the payment", |connection| load::events(connection, commit.key))?;
        let begins = before.is_empty();
        let plan = self.plan(commit, before)?;
        if begins {
            self.ballast.check_room()?;
        }
        let mut written = write(&self.database.connection, self.head, &plan);
        let may_use_ballast = !begins && written.as_ref().is_err_and(is_full);
        if may_use_ballast && self.ballast.release().is_ok() {
            written = write(&self.database.connection, self.head, &plan);
        }
        match written {
            Ok(head) => {
                self.head = head;
                self.is_log_used = true;
                Ok(())
            }
            Err(error) if begins && is_full(&error) => Err(self.ballast.full()?),
            Err(error) => Err(self.stop_for("commit", error)),
        }
    }

    fn plan<'a>(
        &self,
        commit: &Commit<'a>,
        mut events: Vec<Stamped>,
    ) -> Result<Plan<'a>, JournalError> {
        let refuse = |what| JournalError::BadCommit { key: commit.key.clone(), what };
        check_beginning(commit, events.is_empty()).map_err(refuse)?;
        let at = commit.at.cut();
        let mut plan = Plan { drafts: Vec::new(), rows: Vec::new(), notes: Vec::new(), at };
        for (seq, event) in (self.head.seq + 1..).zip(commit.events) {
            plan.drafts.push(draft(commit.key, event)?);
            events.push(Stamped { seq, at, event: event.clone() });
        }
        let (payment, span) =
            load::fold(&events).ok_or(refuse("the payment does not begin with its creation"))?;
        if payment.state() == State::Created {
            return Err(refuse("created without authorising: nothing to remember yet"));
        }
        let row = PaymentRow::of(&payment, span);
        if row.approved.is_some_and(|money| money.currency() != row.amount.currency()) {
            return Err(refuse("approved in another currency than asked"));
        }
        if !commit.events.is_empty() {
            plan.rows.push(row);
        }
        self.plan_note(commit, &mut plan)?;
        Ok(plan)
    }

    fn plan_note<'a>(&self, commit: &Commit<'a>, plan: &mut Plan<'a>) -> Result<(), JournalError> {
        match commit.recovery {
            Recovery::Keep => {}
            Recovery::Store(sealed) => {
                plan.drafts.push(stored(commit.key, sealed));
                plan.notes.push(Note::Store(commit.key, sealed));
            }
            Recovery::Erase if self.recovery(commit.key)?.is_some() => {
                plan.drafts.push(erased(commit.key));
                plan.notes.push(Note::Erase(commit.key));
            }
            Recovery::Erase => {}
        }
        Ok(())
    }

    /// The sealed recovery note of `key`, where there is one.
    ///
    /// # Errors
    /// [`JournalError::Stopped`], or one that stops the journal.
    pub fn recovery(&self, key: &PaymentKey) -> Result<Option<Vec<u8>>, JournalError> {
        self.read("reading a recovery note", |connection| {
            connection
                .prepare_cached("SELECT sealed FROM recoveries WHERE key = ?1")?
                .query_row([key.as_str()], |row| row.get(0))
                .optional()
        })
    }
}

/// Writes `plan` after `head` in one transaction, and returns the new head. On `Err` SQLite has
/// rolled back, or the drop of the transaction does.
pub(crate) fn write(
    connection: &Connection,
    head: Head,
    plan: &Plan<'_>,
) -> rusqlite::Result<Head> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    let mut head = head;
    for draft in &plan.drafts {
        head = append(&transaction, head, draft, plan.at)?;
    }
    for row in &plan.rows {
        row.store(&transaction)?;
    }
    for note in &plan.notes {
        match note {
            Note::Store(key, sealed) => transaction
                .prepare_cached("INSERT OR REPLACE INTO recoveries (key, sealed) VALUES (?1, ?2)")?
                .execute(params![key.as_str(), sealed])?,
            Note::Erase(key) => transaction
                .prepare_cached("DELETE FROM recoveries WHERE key = ?1")?
                .execute([key.as_str()])?,
        };
    }
    transaction.commit()?;
    Ok(head)
}

/// The row of `event`.
pub(crate) fn draft(key: &PaymentKey, event: &Event) -> Result<Draft, JournalError> {
    let body = serde_json::to_string(event).map_err(|_| JournalError::BadCommit {
        key: key.clone(),
        what: "an event cannot be written as JSON",
    })?;
    check_size(key, "body bytes", body.len(), BODY_BYTES_MAX)?;
    Ok(Draft { kind: event.kind(), key: Some(key.clone()), body })
}

/// The row that remembers a note's digest, so that the note itself can be erased.
fn stored(key: &PaymentKey, sealed: &[u8]) -> Draft {
    let digest = hex(&sha2::Sha256::digest(sealed));
    let body = format!(r#"{{"sha256":"{digest}","bytes":{}}}"#, sealed.len());
    Draft { kind: KIND_STORED, key: Some(key.clone()), body }
}

/// The row that remembers that a note was erased.
pub(crate) fn erased(key: &PaymentKey) -> Draft {
    Draft { kind: KIND_ERASED, key: Some(key.clone()), body: "{}".to_owned() }
}

fn check_limits(commit: &Commit<'_>) -> Result<(), JournalError> {
    check_size(commit.key, "events", commit.events.len(), EVENTS_MAX)?;
    match commit.recovery {
        Recovery::Store([]) => Err(JournalError::BadCommit {
            key: commit.key.clone(),
            what: "a sealed note is never empty",
        }),
        Recovery::Store(sealed) => {
            check_size(commit.key, "sealed bytes", sealed.len(), SEALED_BYTES_MAX)
        }
        Recovery::Keep | Recovery::Erase => Ok(()),
    }
}

fn check_size(
    key: &PaymentKey,
    what: &'static str,
    size: usize,
    max: usize,
) -> Result<(), JournalError> {
    if size <= max {
        Ok(())
    } else {
        Err(JournalError::TooLarge { key: key.clone(), what, size, max })
    }
}

/// A payment is created once, first of all, under its own key.
fn check_beginning(commit: &Commit<'_>, is_new: bool) -> Result<(), &'static str> {
    let mut events = commit.events.iter();
    if is_new {
        match events.next() {
            Some(Event::Created { intent }) if intent.key == *commit.key => {}
            Some(Event::Created { .. }) => return Err("the intent has another key"),
            _ => return Err("the payment is not in this journal; its first event is created"),
        }
    }
    if events.any(|event| matches!(event, Event::Created { .. })) {
        return Err("a payment is created once");
    }
    Ok(())
}
