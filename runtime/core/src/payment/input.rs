//! What goes into a payment's step, and what comes out of it.

use super::{Digest, Event, Fact, Kind};
use crate::money::Money;
use crate::operation::{OperationKind, Reading};
use crate::reason::Reason;
use std::time::Duration;

/// A request that an app wants to hand to an operation that can move money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The operation's name in the destination.
    pub operation: String,
    /// Its kind, from the signed configuration.
    pub kind: OperationKind,
    /// The kind of payment that it is for, from the signed configuration.
    pub of: Kind,
    /// SHA-256 of the request as it will be sent.
    pub request: Digest,
    /// Length of the request, in bytes.
    pub request_bytes: usize,
    /// Length of the recovery note, in bytes.
    pub recovery_bytes: usize,
    /// True where the configuration says that the acquirer answers a repeat with the same number
    /// and data as it answered the first.
    pub repeatable: bool,
    /// For an offer: how long it can be paid.
    pub expires: Option<Duration>,
}

/// How an app's `start` or `recover` ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The app says: money moved.
    Approved {
        /// How much.
        amount: Money,
        /// Lines for the receipt.
        facts: Vec<Fact>,
    },
    /// The app says: no money moved, and none will.
    Declined {
        /// Why.
        reason: Reason,
    },
    /// The app says: ended before money moved.
    Cancelled {
        /// Why.
        reason: Reason,
    },
    /// The app says: I do not know.
    Unknown {
        /// Why.
        reason: Reason,
    },
    /// The app trapped, ran out of time or memory, or did not come back after a cancel.
    Died,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The app submits. `recovering` is true inside `recover`.
    Submit {
        /// What it wants to send.
        submission: Submission,
        /// True inside `recover`.
        recovering: bool,
    },
    /// The app wants to inquire or undo.
    Ask {
        /// The operation's kind.
        kind: OperationKind,
    },
    /// The app wants to take back what is linked to an earlier payment: a bank's reversal of an
    /// unanswered void or completion. Only by an operation that the acquirer's signed file made for
    /// that; where it has none, a refund is never undone.
    TakeBackRefund,
    /// The network says: the submitted request certainly did not leave. Believed only as the next
    /// thing after the first submit; about an inquiry, undo or repeat it says nothing.
    NotSent {
        /// Why.
        reason: Reason,
    },
    /// A verified answer was read.
    Heard {
        /// What it proves.
        reading: Reading,
        /// The amount in it.
        amount: Option<Money>,
        /// The acquirer's reason in it.
        reason: Option<Reason>,
    },
    /// The app's `start` or `recover` ended.
    Ended(Ending),
    /// The terminal came up again. Only for a payment that was read from the journal.
    Rebooted,
    /// A receipt came out, or could not.
    Printed {
        /// Why not, where it did not.
        failed: Option<Reason>,
    },
    /// The customer signed on the screen. Counts only between approval and receipt.
    Signed,
    /// The customer was served.
    Served,
    /// The linked refund of a late payment was approved.
    GivenBack,
    /// The app is about to be asked about a closed offer: what was heard before says nothing about
    /// what a slow phone did since.
    WatchAgain,
    /// The time to watch a closed offer is over. It goes on where nothing was heard since the last
    /// [`Input::WatchAgain`] (or the close, or a restart) that says how the offer ended.
    WatchOver,
}

/// What to do, after the events beside it are durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Send the request.
    Send,
    /// Call `recover` after this wait.
    RecoverIn(Duration),
    /// The money is certain: tell people, erase the recovery note (beside a [`Effect::Watch`]: when
    /// the watch is over, because asking needs it). Comes again at the restart after an approval
    /// that was not completed.
    Tell,
    /// Ask about the closed offer again, until this much time has passed.
    Watch(Duration),
    /// Start a refund of this amount, linked to this payment, unless one is in the journal already:
    /// the effect comes again at each restart until [`Input::GivenBack`].
    Refund(Money),
    /// Tell the owner that the method is blocked.
    Alarm,
}

/// Events to make durable in one commit, then effects in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Step {
    /// To record, in order; may be empty.
    pub events: Vec<Event>,
    /// To do after that, in order.
    pub effects: Vec<Effect>,
}
