//! Rows about the desk: who signed in and out, whose code was wrong, who was refused what.
//!
//! Guarantees: durable on return, hashed, verified and exported as every other row. They are no
//! payment's, so the projection does not know them; what a start needs of them, the last word about
//! each operator's codes, is gathered on the way by the verification that reads every row anyway.

use crate::commit::{self, BODY_BYTES_MAX, Plan};
use crate::database::is_full;
use crate::entry::{Draft, KIND_DESK, WallTime};
use crate::error::JournalError;
use crate::journal::Journal;
use caisson_core::desk::DeskEvent;
use std::collections::BTreeMap;

impl Journal {
    /// Makes `event` durable: on `Ok` it is on the medium. Blocks for one flush.
    ///
    /// # Errors
    /// [`JournalError::StorageFull`] where the medium is nearly full: what is left is for payments.
    /// [`JournalError::DeskEvent`]: the caller's fault. In both cases nothing was written. All
    /// others stop the journal for good ([`JournalError::is_fatal`]).
    pub fn record(&mut self, event: &DeskEvent, at: WallTime) -> Result<(), JournalError> {
        self.usable()?;
        self.ballast.check_room()?;
        let body = serde_json::to_string(event).unwrap_or_default();
        if body.is_empty() || body.len() > BODY_BYTES_MAX {
            return Err(JournalError::DeskEvent { size: body.len(), max: BODY_BYTES_MAX });
        }
        let draft = Draft { kind: KIND_DESK, key: None, body };
        let plan = Plan { drafts: vec![draft], changes: Vec::new(), at: at.cut() };
        match commit::write(&self.database.connection, self.head, &plan) {
            Ok(head) => {
                self.remember(head, plan);
                Ok(())
            }
            Err(error) if is_full(&error) => Err(self.ballast.full()?),
            Err(error) => Err(self.stop_for("a row of the desk", error)),
        }
    }
}

/// The body of a row; `None` where it cannot be read.
pub(crate) fn read(body: &str) -> Option<DeskEvent> {
    serde_json::from_str(body).ok()
}

/// The last event about the codes of each operator.
#[derive(Default)]
pub(crate) struct Codes(BTreeMap<String, DeskEvent>);

impl Codes {
    /// One more event, in the order of the rows.
    pub(crate) fn note(&mut self, event: &DeskEvent) {
        if let Some(operator) = event.operator().filter(|_| event.is_about_codes()) {
            self.0.insert(operator.name.clone(), event.clone());
        }
    }

    /// The last of each, by name.
    pub(crate) fn last(self) -> Vec<DeskEvent> {
        self.0.into_values().collect()
    }
}
