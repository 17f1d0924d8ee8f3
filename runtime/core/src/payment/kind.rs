//! What a payment does with money, and which payments go together.
//!
//! Money is taken by a sale, or reserved by a pre-authorisation and taken by its completion. What
//! is reserved counts nowhere as taken. Each is a payment of its own, with its own key and, where it
//! has to do with an earlier one, a link to that.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a payment does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Takes money.
    Sale,
    /// Gives back some or all of what an earlier payment took.
    Refund,
    /// Reserves money. Nothing is taken yet.
    PreAuth,
    /// Takes some or all of what a pre-authorisation reserved; the rest is free again.
    Completion,
    /// Lets all of what a pre-authorisation reserved go.
    Release,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Sale, Self::Refund, Self::PreAuth, Self::Completion, Self::Release];

    /// The name, as in the journal and in a destination's file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sale => "sale",
            Self::Refund => "refund",
            Self::PreAuth => "pre-auth",
            Self::Completion => "completion",
            Self::Release => "release",
        }
    }

    /// True where it has to do with an earlier payment.
    #[must_use]
    pub const fn is_linked(self) -> bool {
        matches!(self, Self::Refund | Self::Completion | Self::Release)
    }

    /// True where the customer's money is the shop's when it is approved.
    #[must_use]
    pub const fn takes_money(self) -> bool {
        matches!(self, Self::Sale | Self::Completion)
    }

    /// True where it may follow a payment of the kind `original`.
    #[must_use]
    pub const fn may_follow(self, original: Self) -> bool {
        match self {
            Self::Refund => original.takes_money(),
            Self::Completion | Self::Release => matches!(original, Self::PreAuth),
            Self::Sale | Self::PreAuth => false,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_follows_another_exactly_where_it_is_linked() {
        for kind in Kind::ALL {
            let follows = Kind::ALL.into_iter().any(|original| kind.may_follow(original));
            assert_eq!(follows, kind.is_linked(), "{kind}");
        }
        assert!(!Kind::Refund.may_follow(Kind::PreAuth));
        assert!(!Kind::Completion.may_follow(Kind::Sale));
        assert!(!Kind::Release.may_follow(Kind::Completion));
    }
}
