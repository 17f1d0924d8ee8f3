//! Trace numbers (STAN): a payment's from its key, and those of requests that belong to no payment.
//!
//! Guarantee: none comes twice within the 999,999 that follow, whatever restarts lie between: a bank
//! that books inquiries answers a sale of the same number as a duplicate (94).

use crate::error::TerminalError;
use crate::terminal::Inner;
use caisson_core::Stan;
use caisson_core::desk::DeskEvent;
use caisson_journal::JournalError;

/// The trace number of the payment of this number in its journal, which counts from 1.
pub(crate) fn stan(sequence: u64) -> Stan {
    Stan::nth(sequence.saturating_sub(1))
}

impl Inner {
    /// A trace number for a request that moves no money, durable before anybody sees it. Nothing may
    /// be sent without one.
    pub(crate) async fn next_stan(&self) -> Result<Stan, TerminalError> {
        let (terminal, at) = (self.merchant.terminal_id.clone(), self.clock.now());
        let counted = self.journal.with(move |journal| {
            let sequence = journal.next_key(&terminal)?.sequence().unwrap_or_default();
            journal.record(&DeskEvent::Traced { sequence }, at)?;
            Ok::<_, JournalError>(sequence)
        });
        Ok(stan(self.heard(counted.await?)?))
    }
}
