//! What the acquirer's verified answers prove so far.

use crate::money::Money;
use crate::operation::Reading;
use crate::reason::Reason;

/// The sum of what was heard. Money that was seen to move is never forgotten by a later answer,
/// except by one that says it was taken back.
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
    /// was paid than was asked for is not believed.
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
                    Ok(_) | Err(_) => before,
                }
            }
            (before @ (Self::Paid { .. } | Self::Undone), Reading::NotPaid | Reading::Open) => {
                before
            }
            (_, Reading::NotPaid) => {
                Self::NotPaid { reason: reason.unwrap_or(Reason::DeclinedOther) }
            }
            (before @ Self::NotPaid { .. }, Reading::Open) => before,
            (Self::Nothing | Self::Open, Reading::Open) => Self::Open,
        }
    }
}
