//! What an operation of a destination can do to money, and what an answer to it proves.

use serde::{Deserialize, Serialize};

/// What an operation may do. Fixed by the destination's signed configuration, never by an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OperationKind {
    /// May move money: pay, refund.
    Financial,
    /// Opens what can be paid later, such as a code that the customer scans.
    Offer,
    /// Asks what became of the payment. May repeat.
    Inquiry,
    /// Takes back or closes: cancel, close, reversal. May repeat.
    Undo,
    /// Moves nothing: sign-on, balance, a look-up for people.
    Service,
}

impl OperationKind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Financial, Self::Offer, Self::Inquiry, Self::Undo, Self::Service];

    /// The name, as in a destination's file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Financial => "financial",
            Self::Offer => "offer",
            Self::Inquiry => "inquiry",
            Self::Undo => "undo",
            Self::Service => "service",
        }
    }

    /// True where the first byte sent puts money at risk.
    #[must_use]
    pub const fn moves_money(self) -> bool {
        matches!(self, Self::Financial | Self::Offer)
    }
}

/// What a verified answer proves about the payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// The money has moved.
    Paid,
    /// The money has not moved and will not.
    NotPaid,
    /// Undecided: a wallet waits for its user, an order can still be paid.
    Open,
    /// What was moved or offered is taken back.
    Undone,
    /// An answer that proves nothing: unknown result, contradiction, error.
    Unreadable,
}
