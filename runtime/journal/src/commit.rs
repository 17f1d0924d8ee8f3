//! One commit: events, their projection and the sealed note, all or nothing.

use crate::database::{is_full, is_taken};
use crate::entry::{Content, Draft, Head, WallTime, append};
use crate::error::JournalError;
use crate::fold::{self, Fold, Place};
use crate::journal::Journal;
use caisson_core::PaymentKey;
use caisson_core::payment::{Event, State};
use caisson_points::Deed;
use rusqlite::{Connection, OptionalExtension as _};
use std::fmt;

/// Most events in one commit: the machine returns at most three; a boot has its own way.
pub const EVENTS_MAX: usize = 16;
/// Largest body of a row, in bytes: an approval with twenty facts of sixty characters, each of
/// four bytes, takes a third of it.
pub const BODY_BYTES_MAX: usize = 32 * 1024;
/// Largest sealed recovery note, in bytes: a note of 4 KiB, its seal, and room to grow.
pub const SEALED_BYTES_MAX: usize = 8 * 1024;

/// For a commit about a payment that nobody has begun.
const WITHOUT_CREATION: &str = "the payment is not in this journal; its first event is created";

/// For a commit about a payment that was begun before.
const CREATED_ONCE: &str = "a payment is created once";

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

/// Everything that one transaction writes.
pub(crate) struct Plan<'a> {
    pub(crate) drafts: Vec<Draft>,
    pub(crate) changes: Vec<Change<'a>>,
    pub(crate) at: WallTime,
}

/// What a transaction makes of one payment.
pub(crate) struct Change<'a> {
    pub(crate) fold: Fold,
    /// True for the payment's first commit.
    pub(crate) begins: bool,
    pub(crate) recovery: Recovery<'a>,
}

impl Plan<'_> {
    /// Puts one more row of `fold` after `head` and everything planned so far.
    pub(crate) fn add(
        &mut self,
        head: Head,
        fold: &mut Fold,
        content: Content,
    ) -> Result<(), JournalError> {
        let draft = draft(&fold.payment.intent().key, &content)?;
        self.drafts.push(draft);
        fold.add(self.last_place(head), content);
        Ok(())
    }

    /// Where the row that was drafted last will stand.
    fn last_place(&self, head: Head) -> Place {
        Place { seq: head.seq + self.drafts.len() as u64, at: self.at }
    }
}

impl Journal {
    /// Makes `commit` durable: on `Ok` it is on the medium, whatever happens next; on `Err` nothing
    /// of it is visible, and after a fatal error the next opening shows all of it or nothing.
    /// Blocks for one flush of the medium. A commit without events and with [`Recovery::Keep`]
    /// touches nothing.
    ///
    /// A commit that begins a payment is refused where the medium was nearly full when it was last
    /// asked, by [`Journal::has_room`] or a checkpoint; every other may use the ballast.
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
        // No look into the table for a payment that begins: one that is there already is refused
        // by the table itself.
        let begins = matches!(commit.events.first(), Some(Event::Created { .. }));
        let before = if begins { None } else { self.fold(commit.key)? };
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
                self.remember(head, plan);
                Ok(())
            }
            Err(error) if begins && is_full(&error) => Err(self.ballast.full()?),
            Err(error) if begins && is_taken(&error) => {
                Err(JournalError::BadCommit { key: commit.key.clone(), what: CREATED_ONCE })
            }
            Err(error) => Err(self.stop_for("commit", error)),
        }
    }

    /// What was written is what is known from here on.
    pub(crate) fn remember(&mut self, head: Head, plan: Plan<'_>) {
        self.head = head;
        self.is_log_used = true;
        for Change { fold, .. } in plan.changes {
            let key = &fold.payment.intent().key;
            if fold.is_open() {
                self.open.insert(key.clone(), fold);
            } else {
                self.open.remove(key);
            }
        }
    }

    fn plan<'a>(
        &self,
        commit: &Commit<'a>,
        before: Option<Fold>,
    ) -> Result<Plan<'a>, JournalError> {
        let refuse = |what| JournalError::BadCommit { key: commit.key.clone(), what };
        check_beginning(commit, before.is_none()).map_err(refuse)?;
        let mut plan = Plan { drafts: Vec::new(), changes: Vec::new(), at: commit.at.cut() };
        let begins = before.is_none();
        let mut recovery = commit.recovery;
        if recovery == Recovery::Erase && before.as_ref().is_none_or(|fold| fold.note.is_none()) {
            recovery = Recovery::Keep;
        }
        let note = match recovery {
            Recovery::Keep => None,
            Recovery::Store(sealed) => Some(Content::stored(sealed)),
            Recovery::Erase => Some(Content::NoteErased),
        };
        let mut contents = commit.events.iter().cloned().map(Content::Event).chain(note);
        let mut fold = match before {
            Some(fold) => fold,
            None => {
                let first = contents.next().ok_or(refuse(WITHOUT_CREATION))?;
                plan.drafts.push(draft(commit.key, &first)?);
                Fold::begin(plan.last_place(self.head), &first).ok_or(refuse(WITHOUT_CREATION))?
            }
        };
        for content in contents {
            plan.add(self.head, &mut fold, content)?;
        }
        check_end(&fold).map_err(refuse)?;
        if !plan.drafts.is_empty() {
            plan.changes.push(Change { fold, begins, recovery });
        }
        Ok(plan)
    }

    /// The payment as its entries make it; `None` where it was never journalled.
    pub(crate) fn fold(&self, key: &PaymentKey) -> Result<Option<Fold>, JournalError> {
        match self.open.get(key) {
            Some(fold) => Ok(Some(fold.clone())),
            None => self.read("reading a payment", |connection| fold::load(connection, key)),
        }
    }

    /// The sealed recovery note of `key`, where there is one.
    ///
    /// # Errors
    /// [`JournalError::Stopped`], or one that stops the journal.
    pub fn recovery(&self, key: &PaymentKey) -> Result<Option<Vec<u8>>, JournalError> {
        self.read("reading a recovery note", |connection| {
            connection
                .prepare_cached("SELECT note FROM payments WHERE key = ?1")?
                .query_row([key.as_str()], |row| row.get(0))
                .optional()
                .map(Option::flatten)
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
    let of = plan.drafts.first().map_or("nothing", |draft| draft.kind);
    caisson_points::before(Deed::Commit, of);
    let transaction = CommitOrRollback::begin(connection)?;
    let head = append(connection, head, &plan.drafts, plan.at)?;
    for change in &plan.changes {
        change.fold.row().store(connection, change.begins, change.recovery)?;
    }
    transaction.commit()?;
    caisson_points::after(Deed::Commit, of);
    Ok(head)
}

/// As rusqlite's transaction, with statements that stay prepared: parsing them anew takes a tenth
/// of a commit.
struct CommitOrRollback<'c> {
    connection: &'c Connection,
}

impl<'c> CommitOrRollback<'c> {
    fn begin(connection: &'c Connection) -> rusqlite::Result<Self> {
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        Ok(Self { connection })
    }

    /// On `Err` the drop rolls back where SQLite has not.
    fn commit(self) -> rusqlite::Result<()> {
        self.connection.prepare_cached("COMMIT")?.execute([]).map(|_| ())
    }
}

impl Drop for CommitOrRollback<'_> {
    fn drop(&mut self) {
        if !self.connection.is_autocommit() {
            // What fails to roll back is found by the next statement, which fails too.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }
}

/// The row that says `content`, where it keeps to the limit.
fn draft(key: &PaymentKey, content: &Content) -> Result<Draft, JournalError> {
    let draft = content.draft(key).map_err(|_| JournalError::BadCommit {
        key: key.clone(),
        what: "an event cannot be written as JSON",
    })?;
    check_size(key, "body bytes", draft.body.len(), BODY_BYTES_MAX)?;
    Ok(draft)
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
            _ => return Err(WITHOUT_CREATION),
        }
    }
    if events.any(|event| matches!(event, Event::Created { .. })) {
        return Err(CREATED_ONCE);
    }
    Ok(())
}

/// What no commit may leave behind.
fn check_end(fold: &Fold) -> Result<(), &'static str> {
    if fold.payment.state() == State::Created {
        return Err("created without authorising: nothing to remember yet");
    }
    let asked = fold.payment.intent().amount.currency();
    if fold.payment.approved().is_some_and(|money| money.currency() != asked) {
        return Err("approved in another currency than asked");
    }
    Ok(())
}
