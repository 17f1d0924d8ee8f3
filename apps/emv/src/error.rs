//! Why a call could not run at all. (How a transaction ended is an [`crate::Outcome`].)

use crate::configuration::Wrong;

/// The caller's or the configuration's fault; the card has none of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The caller: correct the field.
    #[error("{field} is out of its range: {rule}")]
    BadInput {
        /// The field's name in the contract.
        field: &'static str,
        /// What it must be.
        rule: &'static str,
    },
    /// The acquirer: correct the file. No card sale is possible until then.
    #[error(transparent)]
    BadConfiguration(#[from] Wrong),
    /// The caller: `first` once, then `complete` once, and that only after `go-online`.
    #[error("{call} does not come in its order: {rule}")]
    WrongOrder {
        /// What was called.
        call: &'static str,
        /// When it may be called.
        rule: &'static str,
    },
}
