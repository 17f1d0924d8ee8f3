//! What an owner does about a parked payment, after asking the acquirer.

use super::{Effect, Event, Payment, State, Step};
use crate::document::is_forbidden_character;
use crate::money::Money;

/// Longest reason of an owner, in characters.
pub const WHY_CHARS_MAX: usize = 200;

/// Why an owner cannot resolve a payment so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// The terminal is still finding out by itself, or knows.
    #[error("the payment is {0}; only a parked one is resolved by hand")]
    NotParked(State),
    /// The journal must say why.
    #[error("the reason must have 1 to {WHY_CHARS_MAX} plain characters; say who told you what")]
    Why,
    /// More than was asked, nothing, or another currency.
    #[error("{paid} does not fit a payment of {asked}; give what the acquirer confirmed")]
    Amount {
        /// What the owner says.
        paid: Money,
        /// What was asked.
        asked: Money,
    },
}

/// True where `why` can be kept as an owner's reason: 1 to [`WHY_CHARS_MAX`] characters, not all
/// blank, none that a screen or paper may not carry.
#[must_use]
pub fn is_owners_reason(why: &str) -> bool {
    !why.trim().is_empty()
        && !why.chars().any(is_forbidden_character)
        && why.chars().count() <= WHY_CHARS_MAX
}

impl Payment {
    /// An owner says what became of a parked payment: so much moved, or nothing. The owner's word
    /// stands in the journal with its reason; whoever compares it with the acquirer finds a wrong
    /// one.
    ///
    /// # Errors
    /// [`ResolveError`]; the payment is as before.
    pub fn resolve(&mut self, paid: Option<Money>, why: &str) -> Result<Step, ResolveError> {
        if self.state() != State::Parked {
            return Err(ResolveError::NotParked(self.state()));
        }
        if !is_owners_reason(why) {
            return Err(ResolveError::Why);
        }
        let asked = self.intent().amount;
        if let Some(paid) = paid
            && (paid.is_zero() || !paid.is_within(asked).unwrap_or(false))
        {
            return Err(ResolveError::Amount { paid, asked });
        }
        let event = Event::Resolved { paid, why: why.to_owned() };
        self.replay(&event);
        Ok(Step { events: vec![event], effects: vec![Effect::Tell] })
    }
}
