//! What the journal remembers. Appended, never changed; the state is a fold over these.

use super::{Digest, Intent, Rule, State};
use crate::document::is_forbidden_character;
use crate::money::Money;
use crate::reason::Reason;
use serde::{Deserialize, Serialize};

/// Most receipt facts that an app may give with an approval.
pub const FACTS_MAX: usize = 20;
/// Longest name or value of a fact, in characters.
pub const FACT_CHARS_MAX: usize = 60;

/// A line for the receipt that only the app knows: wallet, transaction number, AID, TVR.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is, at most [`FACT_CHARS_MAX`] characters.
    pub name: String,
    /// Its value, at most [`FACT_CHARS_MAX`] characters.
    pub value: String,
}

/// Whether paper and screen can carry the facts.
pub(super) fn check_facts(facts: &[Fact]) -> Result<(), Rule> {
    let plain = |text: &str| {
        !text.is_empty()
            && text.chars().count() <= FACT_CHARS_MAX
            && !text.chars().any(is_forbidden_character)
    };
    let good = facts.len() <= FACTS_MAX
        && facts.iter().all(|fact| plain(&fact.name) && plain(&fact.value));
    if good { Ok(()) } else { Err(Rule::BadFacts) }
}

/// Something that happened to a payment. As JSON its one name is its kind: read without looking
/// ahead for a tag, because every start reads all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// The payment exists. Always in one commit with [`Event::Authorising`].
    Created {
        /// What is to be done.
        intent: Intent,
    },
    /// A request that can move money is about to be handed to the network.
    Authorising {
        /// The operation of the destination.
        operation: String,
        /// True for an offer: what can be paid later.
        offer: bool,
        /// SHA-256 of the request.
        request: Digest,
        /// For an offer: how long it can be paid, in milliseconds.
        expires_ms: Option<u64>,
    },
    /// Certainly nothing left the terminal.
    NotSent {
        /// Why.
        reason: Reason,
    },
    /// It is not known whether money moved.
    Unknown {
        /// Why.
        reason: Reason,
    },
    /// The app said what the record contradicts; its word does not count.
    AppFault {
        /// Which rule it broke.
        rule: Rule,
    },
    /// Money moved, proved by an answer that verifies.
    Approved {
        /// How much; may be less than was asked.
        amount: Money,
        /// Lines for the receipt.
        facts: Vec<Fact>,
    },
    /// The customer signed on the screen. What was drawn is not kept.
    Signed,
    /// The customer was served; the receipt is out, refused or failed.
    Completed,
    /// No money moved, and none will.
    Declined {
        /// Why.
        reason: Reason,
    },
    /// Ended before money moved. A closed offer is asked about until `watch_ms` have passed.
    Cancelled {
        /// Why.
        reason: Reason,
        /// How long a closed offer is still watched, in milliseconds; 0 for none.
        watch_ms: u64,
    },
    /// What moved, or may have moved, is taken back.
    Reversed {
        /// Why.
        reason: Reason,
    },
    /// A closed offer was paid after all; the linked refund starts.
    PaidLate {
        /// How much.
        amount: Money,
    },
    /// A closed offer was watched long enough, and stayed unpaid.
    WatchEnded,
    /// Recovery has used its budget.
    Parked,
    /// An owner, after asking the acquirer, said what became of a parked payment.
    Resolved {
        /// How much moved; `None` where nothing did.
        paid: Option<Money>,
        /// Who told the owner what, at most [`super::WHY_CHARS_MAX`] characters.
        why: String,
    },
    /// A receipt was printed, or could not be. Never decides a payment.
    Printed {
        /// 0 for the first paper, then counting the copies.
        copy: u32,
        /// Why not, where it was not.
        failed: Option<Reason>,
    },
}

impl Event {
    /// Every name that [`Event::kind`] gives.
    pub const KINDS: [&str; 16] = [
        "created",
        "authorising",
        "not-sent",
        "unknown",
        "app-fault",
        "approved",
        "signed",
        "completed",
        "declined",
        "cancelled",
        "reversed",
        "paid-late",
        "watch-ended",
        "parked",
        "resolved",
        "printed",
    ];

    /// The name of the kind, as in the journal's column.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Created { .. } => "created",
            Self::Authorising { .. } => "authorising",
            Self::NotSent { .. } => "not-sent",
            Self::Unknown { .. } => "unknown",
            Self::AppFault { .. } => "app-fault",
            Self::Approved { .. } => "approved",
            Self::Signed => "signed",
            Self::Completed => "completed",
            Self::Declined { .. } => "declined",
            Self::Cancelled { .. } => "cancelled",
            Self::Reversed { .. } => "reversed",
            Self::PaidLate { .. } => "paid-late",
            Self::WatchEnded => "watch-ended",
            Self::Parked => "parked",
            Self::Resolved { .. } => "resolved",
            Self::Printed { .. } => "printed",
        }
    }

    /// The state that the event leads to; `None` where it changes none.
    #[must_use]
    pub const fn leads_to(&self) -> Option<State> {
        match self {
            Self::Created { .. } => Some(State::Created),
            Self::Authorising { .. } => Some(State::Authorising),
            Self::Unknown { .. } => Some(State::Unknown),
            Self::Approved { .. } => Some(State::Approved),
            Self::Completed | Self::Resolved { paid: Some(_), .. } => Some(State::Completed),
            Self::Declined { .. } | Self::Resolved { paid: None, .. } => Some(State::Declined),
            Self::Cancelled { .. } => Some(State::Cancelled),
            Self::Reversed { .. } => Some(State::Reversed),
            Self::PaidLate { .. } => Some(State::Reversing),
            Self::Parked => Some(State::Parked),
            Self::NotSent { .. }
            | Self::AppFault { .. }
            | Self::Signed
            | Self::WatchEnded
            | Self::Printed { .. } => None,
        }
    }
}
