//! Whether a payment may start: checks in a fixed order, each with its own reason.

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
}

/// What is known of other payments when this one starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Surroundings {
    /// A payment of this method to this acquirer is parked.
    pub method_parked: bool,
    /// A payment with the same merchant order is not certain yet.
    pub same_order_open: bool,
    /// A payment of the same amount and method is not certain yet.
    pub same_amount_open: bool,
    /// The cashier said that this is another sale.
    pub confirmed: bool,
}

/// For a refund: the sale as the journal knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// Its key.
    pub key: PaymentKey,
    /// What moved.
    pub approved: Option<Money>,
    /// What approved and undecided refunds have given back or may have.
    pub refunded: Money,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Allow,
    /// The cashier must say yes first.
    Ask(Reason),
    /// Not now.
    Refuse(Reason),
}

/// Checks `intent` against limits and surroundings. `original` is what the journal knows of the
/// sale that a refund names.
#[must_use]
pub fn check(
    intent: &Intent,
    limits: &Limits,
    around: Surroundings,
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
    match intent.kind {
        Kind::Refund => refund(intent, original),
        Kind::Sale if around.same_amount_open && !around.confirmed => {
            Verdict::Ask(Reason::SameAmountOpen)
        }
        Kind::Sale => Verdict::Allow,
    }
}

fn refund(intent: &Intent, original: Option<&Original>) -> Verdict {
    let Some(original) = original else {
        return Verdict::Refuse(Reason::OriginalNotFound);
    };
    let Some(approved) = original.approved else {
        return Verdict::Refuse(Reason::OriginalNotPaid);
    };
    let within = approved
        .minus(original.refunded)
        .and_then(|rest| intent.amount.is_within(rest))
        .unwrap_or(false);
    if within { Verdict::Allow } else { Verdict::Refuse(Reason::RefundExceeds) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yuan(minor: u64) -> Money {
        Money::new(minor, Currency::Cny).unwrap()
    }

    fn intent(amount: Money, kind: Kind) -> Intent {
        Intent {
            key: "K1".parse().unwrap(),
            kind,
            app: "qr".to_owned(),
            service: "pay".to_owned(),
            amount,
            original: None,
            merchant_order: None,
        }
    }

    #[track_caller]
    fn check_sale(amount: Money, around: Surroundings, expected: Verdict) {
        let limits = Limits { currency: Currency::Cny, payment_max_minor: 500_000 };
        assert_eq!(check(&intent(amount, Kind::Sale), &limits, around, None), expected);
    }

    #[track_caller]
    fn check_refund(minor: u64, approved: Option<u64>, refunded: u64, expected: Verdict) {
        let limits = Limits { currency: Currency::Cny, payment_max_minor: 500_000 };
        let original = Original {
            key: "K0".parse().unwrap(),
            approved: approved.map(yuan),
            refunded: yuan(refunded),
        };
        let intent = intent(yuan(minor), Kind::Refund);
        assert_eq!(check(&intent, &limits, Surroundings::default(), Some(&original)), expected);
    }

    #[test]
    fn amounts_outside_the_terminals_limits_are_refused_with_their_own_reason() {
        let none = Surroundings::default();
        check_sale(yuan(1_200), none, Verdict::Allow);
        check_sale(yuan(0), none, Verdict::Refuse(Reason::AmountZero));
        check_sale(yuan(500_000), none, Verdict::Allow);
        check_sale(yuan(500_001), none, Verdict::Refuse(Reason::AmountTooLarge));
        let dollars = Money::new(1_200, Currency::Usd).unwrap();
        check_sale(dollars, none, Verdict::Refuse(Reason::WrongCurrency));
    }

    #[test]
    fn the_same_amount_while_one_is_unknown_needs_a_yes() {
        let open = Surroundings { same_amount_open: true, ..Surroundings::default() };
        check_sale(yuan(1_200), open, Verdict::Ask(Reason::SameAmountOpen));
        check_sale(yuan(1_200), Surroundings { confirmed: true, ..open }, Verdict::Allow);
    }

    #[test]
    fn a_yes_never_opens_a_parked_method_or_a_second_payment_of_one_order() {
        let parked =
            Surroundings { method_parked: true, confirmed: true, ..Surroundings::default() };
        check_sale(yuan(1_200), parked, Verdict::Refuse(Reason::MethodParked));
        let order =
            Surroundings { same_order_open: true, confirmed: true, ..Surroundings::default() };
        check_sale(yuan(1_200), order, Verdict::Refuse(Reason::OrderOpen));
    }

    #[test]
    fn refunds_never_exceed_what_is_left_of_the_sale() {
        check_refund(1_200, Some(1_200), 0, Verdict::Allow);
        check_refund(700, Some(1_200), 500, Verdict::Allow);
        check_refund(701, Some(1_200), 500, Verdict::Refuse(Reason::RefundExceeds));
        check_refund(1, None, 0, Verdict::Refuse(Reason::OriginalNotPaid));
    }
}
