//! What happens at the desk and belongs to no payment: who came and went, who was refused what.

use super::{Act, Operator};
use crate::key::PaymentKey;
use serde::{Deserialize, Serialize};

/// Something that the journal remembers of the desk. Names and roles only, never a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeskEvent {
    /// Somebody keyed the right code.
    SignedIn {
        /// Who.
        operator: Operator,
    },
    /// Somebody left, or was away for long.
    SignedOut {
        /// Who.
        operator: Operator,
    },
    /// A code was wrong.
    WrongCode {
        /// Whose it should have been.
        operator: Operator,
        /// How many more may be wrong.
        left: u32,
    },
    /// Too many wrong codes in a row: none of this operator's is taken for a while.
    Locked {
        /// Whose.
        operator: Operator,
    },
    /// That while is over.
    Unlocked {
        /// Whose.
        operator: Operator,
    },
    /// Somebody may not do that.
    Denied {
        /// Who.
        operator: Operator,
        /// What.
        act: Act,
    },
    /// A payment was held for the owner, and the code that was keyed was not the owner's.
    NotReleased {
        /// The payment, which has not begun.
        key: PaymentKey,
        /// How many more codes may be wrong.
        left: u32,
    },
    /// A request that belongs to no payment got a trace number (STAN), or a journal was adopted whose
    /// lost rows may have held as many: nothing gets this number again, nor one below it.
    Traced {
        /// The count that the number comes from, which payments count on.
        sequence: u64,
    },
}

impl DeskEvent {
    /// Whom it is about; `None` for what is about the shop's owner or nobody.
    #[must_use]
    pub const fn operator(&self) -> Option<&Operator> {
        match self {
            Self::SignedIn { operator }
            | Self::SignedOut { operator }
            | Self::WrongCode { operator, .. }
            | Self::Locked { operator }
            | Self::Unlocked { operator }
            | Self::Denied { operator, .. } => Some(operator),
            Self::NotReleased { .. } | Self::Traced { .. } => None,
        }
    }

    /// True where it changes how many codes of its operator may be wrong: the last one says how
    /// that stands.
    #[must_use]
    pub const fn is_about_codes(&self) -> bool {
        match self {
            Self::SignedIn { .. }
            | Self::WrongCode { .. }
            | Self::Locked { .. }
            | Self::Unlocked { .. } => true,
            Self::SignedOut { .. }
            | Self::Denied { .. }
            | Self::NotReleased { .. }
            | Self::Traced { .. } => false,
        }
    }
}
