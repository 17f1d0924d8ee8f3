//! The customer's signature: asked for by an app with a fact, given on the screen or on paper.
//!
//! Guarantee: it decides nothing about the money. What was drawn is kept nowhere: the journal holds
//! that somebody signed, and a receipt without that has a line to sign on.

use super::Fact;

/// The name of the fact with which an app says that the cardholder must sign. Its value is for
/// people; the terminal asks once the approval is durable.
pub const SIGNATURE_FACT: &str = "SIGNATURE";

/// What became of the customer's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// Nobody has to sign.
    NotWanted,
    /// Somebody has to sign and has not yet: on the screen while the customer is served, else on
    /// the receipt.
    Missing,
    /// Somebody signed on the screen.
    OnScreen,
}

impl Signature {
    /// What `facts` ask for, and whether it was done on the screen.
    pub(super) fn of(facts: &[Fact], is_signed: bool) -> Self {
        let is_wanted = facts.iter().any(|fact| fact.name == SIGNATURE_FACT);
        match (is_wanted, is_signed) {
            (false, _) => Self::NotWanted,
            (true, false) => Self::Missing,
            (true, true) => Self::OnScreen,
        }
    }
}
