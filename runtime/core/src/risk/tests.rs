use super::*;
use std::time::Duration;

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
        released: None,
    }
}

fn limits(rules: &[Rule]) -> Limits {
    Limits { currency: Currency::Cny, payment_max_minor: 500_000, rules: rules.to_vec() }
}

#[track_caller]
fn check_sale(amount: Money, around: &Surroundings, expected: Verdict) {
    assert_eq!(check(&intent(amount, Kind::Sale), &limits(&[]), around, None), expected);
}

#[track_caller]
fn check_refund(minor: u64, approved: Option<u64>, refunded: u64, expected: Verdict) {
    let original = Original {
        key: "K0".parse().unwrap(),
        kind: Kind::Sale,
        approved: approved.map(yuan),
        used: yuan(refunded),
    };
    let intent = intent(yuan(minor), Kind::Refund);
    let around = Surroundings::default();
    assert_eq!(check(&intent, &limits(&[]), &around, Some(&original)), expected);
}

fn rule(when: When, then: Action) -> Rule {
    Rule { kind: Kind::Sale, app: None, when, then }
}

/// A sale of `minor` that began so many minutes ago.
fn earlier(minor: u64, minutes: u64, is_today: bool) -> Earlier {
    let age = Duration::from_secs(minutes * 60);
    Earlier { kind: Kind::Sale, app: "qr".to_owned(), minor, is_today, age }
}

#[track_caller]
fn check_rules(minor: u64, rules: &[Rule], around: &Surroundings, expected: Verdict) {
    assert_eq!(check(&intent(yuan(minor), Kind::Sale), &limits(rules), around, None), expected);
}

#[test]
fn amounts_outside_the_terminals_limits_are_refused_with_their_own_reason() {
    let none = &Surroundings::default();
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
    check_sale(yuan(1_200), &open, Verdict::Ask(Reason::SameAmountOpen));
    check_sale(yuan(1_200), &Surroundings { confirmed: true, ..open }, Verdict::Allow);
}

#[test]
fn neither_a_yes_nor_the_owner_opens_a_parked_method_or_a_second_payment_of_one_order() {
    let agreed = Surroundings { confirmed: true, released: true, ..Surroundings::default() };
    let parked = Surroundings { method_parked: true, ..agreed.clone() };
    check_sale(yuan(1_200), &parked, Verdict::Refuse(Reason::MethodParked));
    let order = Surroundings { same_order_open: true, ..agreed };
    check_sale(yuan(1_200), &order, Verdict::Refuse(Reason::OrderOpen));
}

#[test]
fn refunds_never_exceed_what_is_left_of_the_sale() {
    check_refund(1_200, Some(1_200), 0, Verdict::Allow);
    check_refund(700, Some(1_200), 500, Verdict::Allow);
    check_refund(701, Some(1_200), 500, Verdict::Refuse(Reason::RefundExceeds));
    check_refund(1, None, 0, Verdict::Refuse(Reason::OriginalNotPaid));
}

/// `kind` of `minor` after a payment of the kind `of` that moved 12.00, of which `used` is gone.
#[track_caller]
fn check_linked(kind: Kind, minor: u64, of: Kind, used: u64, expected: Verdict) {
    let (key, approved) = ("K0".parse().unwrap(), Some(yuan(1_200)));
    let original = Original { key, kind: of, approved, used: yuan(used) };
    let (intent, around) = (intent(yuan(minor), kind), Surroundings::default());
    assert_eq!(check(&intent, &limits(&[]), &around, Some(&original)), expected);
}

#[test]
fn a_completion_takes_at_most_what_is_reserved_and_once() {
    let exceeds = Verdict::Refuse(Reason::ReservedExceeds);
    check_linked(Kind::Completion, 1_200, Kind::PreAuth, 0, Verdict::Allow);
    check_linked(Kind::Completion, 800, Kind::PreAuth, 0, Verdict::Allow);
    check_linked(Kind::Completion, 1_201, Kind::PreAuth, 0, exceeds);
    check_linked(Kind::Completion, 1, Kind::PreAuth, 1_200, exceeds);
}

#[test]
fn what_is_reserved_is_let_go_whole_or_not() {
    let exceeds = Verdict::Refuse(Reason::ReservedExceeds);
    check_linked(Kind::Release, 1_200, Kind::PreAuth, 0, Verdict::Allow);
    check_linked(Kind::Release, 1_199, Kind::PreAuth, 0, exceeds);
    check_linked(Kind::Release, 1_200, Kind::PreAuth, 1_200, exceeds);
}

#[test]
fn a_payment_follows_only_one_of_a_kind_that_fits() {
    let invalid = Verdict::Refuse(Reason::TransactionInvalid);
    for of in [Kind::Sale, Kind::Refund, Kind::Completion, Kind::Release] {
        check_linked(Kind::Completion, 1_200, of, 0, invalid);
        check_linked(Kind::Release, 1_200, of, 0, invalid);
    }
    for of in [Kind::Refund, Kind::PreAuth, Kind::Release] {
        check_linked(Kind::Refund, 1_200, of, 0, Verdict::Refuse(Reason::OriginalNotPaid));
    }
    check_linked(Kind::Refund, 1_200, Kind::Completion, 0, Verdict::Allow);
}

#[test]
fn what_is_reserved_counts_as_sold_for_the_owners_rules_and_its_completion_not_again() {
    let above = [rule(When::PaymentAbove(10_000), Action::Hold)];
    let held = |kind| {
        let intent = intent(yuan(10_001), kind);
        let approved = Some(yuan(20_000));
        let key = "K0".parse().unwrap();
        let original = Original { key, kind: Kind::PreAuth, approved, used: yuan(0) };
        check(&intent, &limits(&above), &Surroundings::default(), Some(&original))
    };
    assert_eq!(held(Kind::PreAuth), Verdict::Hold(Reason::HeldAmount));
    assert_eq!(held(Kind::Completion), Verdict::Allow);
}

#[test]
fn a_rule_speaks_above_its_limit_and_not_at_it() {
    let quiet = &Surroundings::default();
    let above = [rule(When::PaymentAbove(10_000), Action::Hold)];
    check_rules(10_000, &above, quiet, Verdict::Allow);
    check_rules(10_001, &above, quiet, Verdict::Hold(Reason::HeldAmount));
    let refuse = [rule(When::PaymentAbove(10_000), Action::Refuse)];
    check_rules(10_001, &refuse, quiet, Verdict::Refuse(Reason::AmountTooLarge));
}

#[test]
fn a_day_counts_what_was_taken_today_and_this_payment() {
    let day = [rule(When::DayAbove(10_000), Action::Refuse)];
    let around = Surroundings {
        earlier: vec![earlier(6_000, 300, true), earlier(9_999, 1_000, false)],
        ..Surroundings::default()
    };
    check_rules(4_000, &day, &around, Verdict::Allow);
    check_rules(4_001, &day, &around, Verdict::Refuse(Reason::DayLimit));
    let huge = Surroundings { earlier: vec![earlier(u64::MAX, 1, true); 2], ..around };
    check_rules(1, &day, &huge, Verdict::Refuse(Reason::DayLimit));
}

#[test]
fn a_count_looks_back_so_far_and_counts_this_payment() {
    let often = [rule(When::MoreThan { count: 2, within: Duration::from_secs(600) }, Action::Hold)];
    let around = |minutes: &[u64]| Surroundings {
        earlier: minutes.iter().map(|m| earlier(1, *m, true)).collect(),
        ..Surroundings::default()
    };
    check_rules(1, &often, &around(&[9]), Verdict::Allow);
    check_rules(1, &often, &around(&[9, 10]), Verdict::Allow);
    check_rules(1, &often, &around(&[9, 0]), Verdict::Hold(Reason::HeldOften));
}

#[test]
fn a_rule_for_refunds_or_for_another_app_says_nothing_about_this_sale() {
    let quiet = &Surroundings::default();
    let refunds = Rule { kind: Kind::Refund, ..rule(When::PaymentAbove(0), Action::Refuse) };
    let card = Rule { app: Some("card".to_owned()), ..rule(When::PaymentAbove(0), Action::Refuse) };
    check_rules(1, &[refunds, card.clone()], quiet, Verdict::Allow);
    let qr = Rule { app: Some("qr".to_owned()), ..card };
    check_rules(1, &[qr], quiet, Verdict::Refuse(Reason::AmountTooLarge));
}

#[test]
fn closed_hours_refuse_or_hold() {
    let hours = "07:00-22:00".parse().unwrap();
    let at = |minute| Surroundings { minute, ..Surroundings::default() };
    let hold = [rule(When::Outside(hours), Action::Hold)];
    check_rules(1, &hold, &at(420), Verdict::Allow);
    check_rules(1, &hold, &at(1_320), Verdict::Hold(Reason::HeldHours));
    let refuse = [rule(When::Outside(hours), Action::Refuse)];
    check_rules(1, &refuse, &at(0), Verdict::Refuse(Reason::OutsideHours));
}

#[test]
fn the_owner_releases_what_is_held_and_nothing_that_is_refused() {
    let hold = rule(When::PaymentAbove(100), Action::Hold);
    let refuse = rule(When::DayAbove(1_000), Action::Refuse);
    let released = &Surroundings { released: true, ..Surroundings::default() };
    check_rules(101, &[hold.clone(), refuse.clone()], released, Verdict::Allow);
    check_rules(1_001, &[hold, refuse], released, Verdict::Refuse(Reason::DayLimit));
}

#[test]
fn a_method_that_is_down_is_told_after_what_warns_of_a_second_payment() {
    let down = Surroundings { method_down: true, ..Surroundings::default() };
    check_sale(yuan(1_200), &down, Verdict::Refuse(Reason::MethodDown));
    let order = Surroundings { same_order_open: true, ..down.clone() };
    check_sale(yuan(1_200), &order, Verdict::Refuse(Reason::OrderOpen));
    let amount = Surroundings { same_amount_open: true, ..down.clone() };
    check_sale(yuan(1_200), &amount, Verdict::Ask(Reason::SameAmountOpen));
    let hold = [rule(When::PaymentAbove(100), Action::Hold)];
    check_rules(1_200, &hold, &down, Verdict::Refuse(Reason::MethodDown));
}

#[test]
fn the_cashier_is_asked_before_the_owner_is_called() {
    let hold = [rule(When::PaymentAbove(100), Action::Hold)];
    let open = Surroundings { same_amount_open: true, ..Surroundings::default() };
    check_rules(101, &hold, &open, Verdict::Ask(Reason::SameAmountOpen));
    let sure = Surroundings { confirmed: true, ..open };
    check_rules(101, &hold, &sure, Verdict::Hold(Reason::HeldAmount));
}
