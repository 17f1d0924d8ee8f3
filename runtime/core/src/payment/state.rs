//! The states of a payment and what each means for the money.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a payment stands. Names are those of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Amount, method and key are fixed; nothing is at risk.
    Created,
    /// The intent is durable; bytes may or may not have left.
    Authorising,
    /// It is not known whether money moved; the terminal is finding out.
    Unknown,
    /// Money has moved; durable before anybody was told.
    Approved,
    /// Approved, and the customer was served: goods may leave.
    Completed,
    /// Money that moved is being given back by a linked refund or a reversal.
    Reversing,
    /// Recovery has used its budget; the method is blocked until somebody resolves it.
    Parked,
    /// Refused by the acquirer: no money moved.
    Declined,
    /// Taken back: money moved and went back, or was stopped by an undo.
    Reversed,
    /// Ended before money moved.
    Cancelled,
}

impl State {
    /// Every state, for lists and CHECKs.
    pub const ALL: [Self; 10] = [
        Self::Created,
        Self::Authorising,
        Self::Unknown,
        Self::Approved,
        Self::Completed,
        Self::Reversing,
        Self::Parked,
        Self::Declined,
        Self::Reversed,
        Self::Cancelled,
    ];

    /// The name in the journal.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Authorising => "authorising",
            Self::Unknown => "unknown",
            Self::Approved => "approved",
            Self::Completed => "completed",
            Self::Reversing => "reversing",
            Self::Parked => "parked",
            Self::Declined => "declined",
            Self::Reversed => "reversed",
            Self::Cancelled => "cancelled",
        }
    }

    /// True where the money is certain.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Approved | Self::Completed | Self::Declined | Self::Reversed | Self::Cancelled
        )
    }

    /// True where it has done what its kind does: taken, given back, reserved or let go.
    #[must_use]
    pub const fn has_moved_money(self) -> bool {
        matches!(self, Self::Approved | Self::Completed)
    }

    /// True where the terminal must still find out.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::Created | Self::Authorising | Self::Unknown | Self::Reversing | Self::Parked
        )
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
