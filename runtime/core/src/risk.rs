//! Whether a payment may start: checks in a fixed order, each with its own reason. What refuses
//! comes before what asks, and what asks the cashier before what asks the owner, so that nobody is
//! called for a payment that does not begin anyway.

mod rules;

pub use rules::{Action, Earlier, Hours, NotHours, RULES_MAX, Rule, WITHIN_MAX, When};

use crate::key::PaymentKey;
use crate::money::{Currency, Money};
use crate::payment::{Intent, Kind};
use crate::reason::Reason;

/// What the terminal's owner allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The one currency of this terminal.
    pub currency: Currency,
    /// Largest single payment, in minor units.
    pub payment_max_minor: u64,
    /// What the owner wants held or refused; at most [`RULES_MAX`].
    pub rules: Vec<Rule>,
}

/// What is known of other payments when this one starts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Surroundings {
    /// A payment of this method to this acquirer is parked.
    pub method_parked: bool,
    /// This method's acquirer cannot be reached.
    pub method_down: bool,
    /// A payment with the same merchant order is not certain yet.
    pub same_order_open: bool,
    /// A payment of the same amount and method is not certain yet.
    pub same_amount_open: bool,
    /// The cashier said that this is another sale.
    pub confirmed: bool,
    /// The owner's code was given for this payment.
    pub released: bool,
    /// Payments that the rules count; empty where no rule counts any.
    pub earlier: Vec<Earlier>,
    /// The minute of the shop's day, from 0 to 1439.
    pub minute: u16,
}

/// For a linked payment: the earlier one as the journal knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// Its key.
    pub key: PaymentKey,
    /// What it does.
    pub kind: Kind,
    /// What moved, or was reserved.
    pub approved: Option<Money>,
    /// What approved and undecided payments have done with it since, or may have: given back,
    /// completed, let go.
    pub used: Money,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Allow,
    /// The cashier must say yes first.
    Ask(Reason),
    /// The owner must give a code first.
    Hold(Reason),
    /// Not now.
    Refuse(Reason),
}

/// Checks `intent` against limits and surroundings. `original` is what the journal knows of the
/// payment that a linked one names.
#[must_use]
pub fn check(
    intent: &Intent,
    limits: &Limits,
    around: &Surroundings,
    original: Option<&Original>,
) -> Verdict {
    if intent.amount.currency() != limits.currency {
        return Verdict::Refuse(Reason::WrongCurrency);
    }
    if intent.amount.is_zero() {
        return Verdict::Refuse(Reason::AmountZero);
    }
    if intent.amount.minor() > limits.payment_max_minor {
        return Verdict::Refuse(Reason::AmountTooLarge);
    }
    if around.method_parked {
        return Verdict::Refuse(Reason::MethodParked);
    }
    if around.same_order_open {
        return Verdict::Refuse(Reason::OrderOpen);
    }
    if intent.kind.is_linked()
        && let Some(refusal) = linked(intent, original)
    {
        return Verdict::Refuse(refusal);
    }
    let first = |then| {
        let mut speaking = limits.rules.iter().filter(|rule| rule.then == then);
        speaking.find(|rule| rule.speaks(intent, &around.earlier, around.minute)).map(Rule::reason)
    };
    if let Some(reason) = first(Action::Refuse) {
        return Verdict::Refuse(reason);
    }
    if !intent.kind.is_linked() && around.same_amount_open && !around.confirmed {
        return Verdict::Ask(Reason::SameAmountOpen);
    }
    // Not before the question: who is told to take another way to pay must know of the first.
    if around.method_down {
        return Verdict::Refuse(Reason::MethodDown);
    }
    match first(Action::Hold) {
        Some(reason) if !around.released => Verdict::Hold(reason),
        Some(_) | None => Verdict::Allow,
    }
}

/// Why a linked payment cannot be.
fn linked(intent: &Intent, original: Option<&Original>) -> Option<Reason> {
    let Some(original) = original else {
        return Some(Reason::OriginalNotFound);
    };
    let (is_refund, too_much) = match intent.kind {
        Kind::Refund => (true, Reason::RefundExceeds),
        _ => (false, Reason::ReservedExceeds),
    };
    let approved = match original.approved {
        Some(approved) if intent.kind.may_follow(original.kind) => approved,
        Some(_) if !is_refund => return Some(Reason::TransactionInvalid),
        // What was only reserved took no money.
        Some(_) | None => return Some(Reason::OriginalNotPaid),
    };
    let rest = approved.minus(original.used);
    let fits = rest.is_ok_and(|rest| match intent.kind {
        // All of it or nothing.
        Kind::Release => intent.amount == rest,
        _ => intent.amount.is_within(rest).unwrap_or(false),
    });
    (!fits).then_some(too_much)
}

#[cfg(test)]
mod tests;
