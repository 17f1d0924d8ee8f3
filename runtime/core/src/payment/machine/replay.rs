//! A payment out of the events that the journal kept of it.

use super::{Handed, Payment};
use crate::payment::{Event, Proof};
use crate::reason::Reason;
use std::time::Duration;

impl Payment {
    /// The payment that these events of the journal made. `None` where they do not begin with
    /// [`Event::Created`].
    #[must_use]
    pub fn from_events<'e>(events: impl IntoIterator<Item = &'e Event>) -> Option<Self> {
        let mut events = events.into_iter();
        let Some(Event::Created { intent }) = events.next() else {
            return None;
        };
        let mut payment = Self::new(intent.clone());
        events.for_each(|event| payment.replay(event));
        Some(payment)
    }

    /// Takes one more event of the journal, as [`Payment::from_events`] takes them all. Decides
    /// nothing: what may happen is [`Payment::step`]'s to say.
    pub fn replay(&mut self, event: &Event) {
        if let Some(state) = event.leads_to() {
            self.state = state;
        }
        match event {
            Event::Authorising { offer, request, expires_ms, .. } => {
                self.handed = Handed::Sent {
                    offer: *offer,
                    request: *request,
                    expires: Duration::from_millis(expires_ms.unwrap_or(0)),
                };
            }
            Event::NotSent { reason } => self.handed = Handed::NotSent { reason: *reason },
            Event::Approved { amount, facts } => {
                self.approved = Some(*amount);
                self.facts.clone_from(facts);
                self.reason = None;
            }
            Event::Signed => self.signed = true,
            Event::PaidLate { amount } => {
                self.approved = Some(*amount);
                self.reason = Some(Reason::PaidLate);
                self.watched = false;
            }
            Event::Unknown { reason } | Event::Declined { reason } => self.reason = Some(*reason),
            Event::Reversed { reason } => {
                self.reason = Some(*reason);
                self.approved = None;
            }
            Event::Cancelled { reason, watch_ms } => {
                self.reason = Some(*reason);
                self.watched = *watch_ms > 0;
                // What counts from here on is what is heard about the closed offer.
                self.proof = Proof::Nothing;
            }
            Event::WatchEnded => self.watched = false,
            Event::Parked => self.reason = Some(Reason::Parked),
            Event::Resolved { paid, .. } => {
                self.approved = *paid;
                let reason = paid.map_or(Reason::ResolvedNotPaid, |_| Reason::ResolvedPaid);
                self.reason = Some(reason);
            }
            Event::AppFault { rule } => self.fault = Some(*rule),
            // A sheet that certainly did not come out whole counts as no copy: the next one is
            // not a duplicate of anything that a customer holds.
            Event::Printed { failed: Some(Reason::PaperOut | Reason::PrinterFailed), .. } => {}
            Event::Printed { copy, .. } => self.copies = copy.saturating_add(1),
            Event::Created { .. } | Event::Completed => {}
        }
    }
}
