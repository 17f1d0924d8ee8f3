//! Opening the journal after a start: lock, verify, and one commit that ends what the last run of
//! the terminal left in the air.

use crate::ballast::Ballast;
use crate::checkpoint;
use crate::commit::{self, Change, Plan, Recovery};
use crate::database::Database;
use crate::entry::{Content, Draft, KIND_BOOT, WallTime};
use crate::error::JournalError;
use crate::journal::Journal;
use crate::verify;
use caisson_core::PaymentKey;
use caisson_core::desk::DeskEvent;
use caisson_core::payment::{Effect, Input};
use std::cell::OnceCell;
use std::path::Path;

/// What an opening found and did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boot {
    /// Counts the openings, from 1; part of every key of this run.
    pub number: u64,
    /// The journal's id.
    pub journal_id: u64,
    /// Rows whose hashes were verified, and whose events give the projection.
    pub rows_verified: u64,
    /// What is to be done for each payment that is not over, in the order of their keys. The
    /// events behind it are durable.
    pub open: Vec<(PaymentKey, Vec<Effect>)>,
    /// The last event about the codes of each operator that the desk knew.
    pub codes: Vec<DeskEvent>,
}

impl Journal {
    /// Opens the journal in `dir` for this process alone, and verifies all of it: SQLite's own
    /// check, every hash of the chain, every row of the projection, every sealed note. Then, in
    /// one commit, records the boot and makes each payment that was authorising unknown.
    ///
    /// # Errors
    /// [`JournalError::Missing`], [`JournalError::InUse`], [`JournalError::OtherFormat`]: nothing
    /// was changed. [`JournalError::Damaged`], [`JournalError::ChainBroken`] and the others that
    /// [`JournalError::is_fatal`] names: take no money, keep the files as they are.
    pub fn open(dir: &Path, at: WallTime) -> Result<(Self, Boot), JournalError> {
        let database = Database::open(dir)?;
        let walk = verify::walk(&database)?;
        checkpoint_if_room(&database, dir)?;
        let ballast = Ballast::new(dir);
        ballast.restore()?;

        let (found, codes) = (walk.verification, walk.codes.last());
        let number = found.boots.saturating_add(1);
        let mut journal = Self {
            database,
            dir: dir.to_owned(),
            ballast,
            id: found.journal_id,
            boot: number,
            head: found.head,
            open: walk.open,
            is_log_used: true,
            sequence: 0, // until it is read below
            stopped: OnceCell::new(),
        };
        journal.sequence = journal.last_sequence()?.max(walk.traced);
        let open = journal.record_boot(number, found.rows, at.cut())?;
        let boot =
            Boot { number, journal_id: found.journal_id, rows_verified: found.rows, open, codes };
        Ok((journal, boot))
    }

    fn record_boot(
        &mut self,
        number: u64,
        rows: u64,
        at: WallTime,
    ) -> Result<Vec<(PaymentKey, Vec<Effect>)>, JournalError> {
        let mut plan = Plan { drafts: vec![boot_row(number, rows)], changes: vec![], at };
        let mut effects = Vec::new();
        for (key, fold) in &self.open {
            let mut fold = fold.clone();
            // No app speaks here, so no rule can refuse it.
            let step = fold.payment.clone().step(Input::Rebooted).unwrap_or_default();
            let before = plan.drafts.len();
            for event in step.events {
                plan.add(self.head, &mut fold, Content::Event(event))?;
            }
            let mut recovery = Recovery::Keep;
            if !fold.is_open() && fold.note.is_some() {
                plan.add(self.head, &mut fold, Content::NoteErased)?;
                recovery = Recovery::Erase;
            }
            if plan.drafts.len() > before {
                plan.changes.push(Change { fold, begins: false, recovery });
            }
            if !step.effects.is_empty() {
                effects.push((key.clone(), step.effects));
            }
        }
        let head = self.write_boot(&plan)?;
        self.remember(head, plan);
        Ok(effects)
    }

    /// The boot's commit moves no money, but payments wait for it: it may use the ballast.
    fn write_boot(&self, plan: &Plan<'_>) -> Result<crate::Head, JournalError> {
        let mut written = commit::write(&self.database.connection, self.head, plan);
        let is_full = written.as_ref().is_err_and(crate::database::is_full);
        if is_full && self.ballast.release().is_ok() {
            written = commit::write(&self.database.connection, self.head, plan);
        }
        written.map_err(|error| self.stop_for("recording the boot", error))
    }
}

fn boot_row(number: u64, rows: u64) -> Draft {
    let body = format!(
        r#"{{"number":{number},"runtime":"{}","sqlite":"{}","rows":{rows}}}"#,
        env!("CARGO_PKG_VERSION"),
        rusqlite::version(),
    );
    Draft { kind: KIND_BOOT, key: None, body }
}

/// A start is idle time: the log of the last run goes into the database. A full medium only puts
/// it off.
fn checkpoint_if_room(database: &Database, dir: &Path) -> Result<(), JournalError> {
    match checkpoint::run(database, dir) {
        Err(JournalError::Database { source, .. }) if crate::database::is_full(&source) => Ok(()),
        other => other,
    }
}
