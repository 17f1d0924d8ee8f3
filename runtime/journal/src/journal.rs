//! The open journal: what every call goes through.

use crate::ballast::Ballast;
use crate::checkpoint;
use crate::database::{Database, explain};
use crate::entry::Head;
use crate::error::JournalError;
use crate::fold::Fold;
use caisson_core::PaymentKey;
use rusqlite::Connection;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The one open journal of a terminal. Dropping it writes nothing: what was committed is durable,
/// and the next opening reads the log.
pub struct Journal {
    pub(crate) database: Database,
    pub(crate) dir: PathBuf,
    pub(crate) ballast: Ballast,
    pub(crate) id: u64,
    pub(crate) boot: u64,
    pub(crate) head: Head,
    /// Every payment for which [`crate::PaymentRow::is_open`] holds, as its entries make it: what
    /// stands in the way of a new payment is asked before each, and must cost nothing.
    pub(crate) open: BTreeMap<PaymentKey, Fold>,
    /// True where the log holds what the database does not.
    pub(crate) is_log_used: bool,
    /// Number of the last key that was given out.
    pub(crate) sequence: u64,
    /// The first failure for good; nothing works after it.
    pub(crate) stopped: OnceCell<String>,
}

impl Journal {
    /// A key that no payment has had and none will have. The sequence counts in memory: what makes
    /// the key new after a restart is the boot counter, which is durable. After a restart the
    /// sequence goes on behind the last payment and the last [`DeskEvent::Traced`] that were
    /// journalled, so the number of a payment that never began is given out again: nobody outside
    /// has seen it, and a bank's trace numbers (STAN) have no gap there.
    ///
    /// [`DeskEvent::Traced`]: caisson_core::desk::DeskEvent::Traced
    ///
    /// # Errors
    /// [`JournalError::Key`] for a terminal id that does not fit, or beyond 60 million payments in
    /// one journal; [`JournalError::Stopped`].
    pub fn next_key(&mut self, terminal_id: &str) -> Result<PaymentKey, JournalError> {
        self.usable()?;
        let sequence = self.sequence.saturating_add(1);
        let key = PaymentKey::derive(self.id, terminal_id, self.boot, sequence)?;
        self.sequence = sequence;
        Ok(key)
    }

    /// The last row of the chain, for a host that acknowledges it.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// True while a new payment may begin. [`Journal::commit`] refuses one all the same.
    ///
    /// # Errors
    /// [`JournalError::Storage`] where the medium does not say how full it is;
    /// [`JournalError::Stopped`].
    pub fn has_room(&self) -> Result<bool, JournalError> {
        self.usable()?;
        match self.ballast.ask_room() {
            Ok(()) => Ok(true),
            Err(JournalError::StorageFull { .. }) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// Moves the log into the database, removes what was erased from it, warms it, and lays the
    /// ballast down again where it was used and there is room. Takes tens of milliseconds on slow
    /// flash: call it between payments, never inside one. Does nothing where nothing was committed
    /// since the last time; repeating it is harmless.
    ///
    /// # Errors
    /// [`JournalError::StorageFull`] where the medium has no room for it: nothing is lost, call it
    /// again later. [`JournalError::Database`] and every other stop the journal for good.
    pub fn checkpoint_when_idle(&mut self) -> Result<(), JournalError> {
        self.usable()?;
        if self.is_log_used {
            checkpoint::run(&self.database, &self.dir).map_err(|error| self.full_or_stop(error))?;
            self.is_log_used = false;
        }
        self.ballast.restore()
    }

    /// Runs a query. Its failure stops the journal: what cannot be read cannot be trusted.
    pub(crate) fn read<R>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<R>,
    ) -> Result<R, JournalError> {
        self.usable()?;
        self.database.ask(doing, work).map_err(|error| self.stop(error))
    }

    /// `Ok` unless the journal was stopped.
    pub(crate) fn usable(&self) -> Result<(), JournalError> {
        match self.stopped.get() {
            None => Ok(()),
            Some(cause) => Err(JournalError::Stopped {
                file: self.database.file.clone(),
                cause: cause.clone(),
            }),
        }
    }

    /// Remembers a failure for good, and passes it on.
    pub(crate) fn stop(&self, error: JournalError) -> JournalError {
        // The first cause is the one that helps; later ones follow from it.
        self.stopped.get_or_init(|| error.to_string());
        error
    }

    /// As [`Journal::stop`], for SQLite's own error.
    pub(crate) fn stop_for(&self, doing: &'static str, error: rusqlite::Error) -> JournalError {
        self.stop(explain(&self.database.file, doing, error))
    }

    /// A full medium is reported and survived, everything else stops the journal.
    fn full_or_stop(&self, error: JournalError) -> JournalError {
        match &error {
            JournalError::Database { source, .. } if crate::database::is_full(source) => {
                self.ballast.full().unwrap_or(error)
            }
            _ => self.stop(error),
        }
    }
}
