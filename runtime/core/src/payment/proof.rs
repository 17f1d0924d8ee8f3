//! What the acquirer's verified answers prove so far.

use crate::money::Money;
use crate::operation::Reading;
use crate::reason::Reason;

/// The sum of what was heard: the last word counts, but money that was seen to move is forgotten
/// only by an answer that says it was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Nothing that could be read.
    Nothing,
    /// Undecided at the acquirer.
    Open,
    /// Paid.
    Paid {
        /// How much.
        amount: Money,
    },
    /// Not paid, and final.
    NotPaid {
        /// The acquirer's reason.
        reason: Reason,
    },
    /// Taken back.
    Undone,
}

impl Proof {
    /// The proof after one more reading. `asked` bounds a paid amount: an acquirer that says more
    /// was paid than was asked for, or nothing, is not believed, and nothing is certain then.
    #[must_use]
    pub fn after(
        self,
        reading: Reading,
        amount: Option<Money>,
        reason: Option<Reason>,
        asked: Money,
    ) -> Self {
        match (self, reading) {
            (before, Reading::Unreadable) => before,
            (_, Reading::Undone) => Self::Undone,
            (before, Reading::Paid) => {
                let amount = amount.unwrap_or(asked);
                match amount.is_within(asked) {
                    Ok(true) if !amount.is_zero() => Self::Paid { amount },
                    Ok(_) | Err(_) => before.unless_paid(Self::Open),
                }
            }
            (Self::Undone, Reading::NotPaid) => Self::Undone,
            (before, Reading::NotPaid) => before
                .unless_paid(Self::NotPaid { reason: reason.unwrap_or(Reason::DeclinedOther) }),
            (before, Reading::Open) => before.unless_paid(Self::Open),
        }
    }

    /// The proof when the first request goes out again, or a closed offer is asked about again: what
    /// was heard before says nothing about what this request may do, or a customer did since.
    #[must_use]
    pub(super) const fn asked_anew(self) -> Self {
        self.unless_paid(Self::Nothing)
    }

    const fn unless_paid(self, otherwise: Self) -> Self {
        match self {
            Self::Paid { .. } => self,
            Self::Nothing | Self::Open | Self::NotPaid { .. } | Self::Undone => otherwise,
        }
    }
}
