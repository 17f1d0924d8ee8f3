//! Voids, refunds and completions: which payment, which card, which batch.

use super::cards::{CHIP, Card, STRIPE};
use super::fake::FakeTill;
use crate::service::{COMPLETION, REFUND, RELEASE, VOID};
use caisson_sdk::card_reader::Code;

#[track_caller]
fn check(service: &str, mut till: FakeTill, expected: &str) {
    let outcome = till.start(service);
    assert_eq!(till.transcript(&outcome), expected);
    assert!(till.script.is_empty(), "never asked: {:?}", till.script);
    assert!(till.cards.is_empty(), "never taken: {:?}", till.cards);
}

fn with_card(service: &str, script: &str) -> FakeTill {
    FakeTill::new(service, script).with_cards([CHIP])
}

#[test]
fn a_void_ends_as_the_bank_says_and_is_no_business_of_the_chip() {
    let read = "detect cts; first; [Asking the bank]; void";
    check(VOID, with_card(VOID, "void: paid"), &format!("{read}; approved 12.00 CNY"));
    check(
        VOID,
        with_card(VOID, "void: not-paid out-of-days/22"),
        &format!("{read}; declined out-of-days"),
    );
    check(
        VOID,
        with_card(VOID, "void: no-answer, void-reversal: undone"),
        &format!("{read}; [Taking it back]; void-reversal; cancelled bank-unavailable"),
    );
}

#[test]
fn another_card_than_the_receipts_is_refused_before_the_bank_is_asked() {
    let other = |service: &str| with_card(service, "").original_to("CARD", "622848******0001");
    check(VOID, other(VOID), "detect cts; first; declined card-invalid");
    check(REFUND, other(REFUND), "detect cts; first; declined card-invalid");
}

#[test]
fn a_stripe_will_do_for_a_void_and_needs_no_pin() {
    let till = FakeTill::new(VOID, "void: paid").with_cards([STRIPE]);
    check(VOID, till, "detect cts; [Asking the bank]; void; approved 12.00 CNY");
}

#[test]
fn the_acquirer_may_do_without_the_card() {
    let without = |service: &str, name: &str, script: &str| {
        FakeTill::new(service, script).setting_to(name, "absent")
    };
    let till = without(VOID, "void.card", "void: paid");
    check(VOID, till, "[Asking the bank]; void; approved 12.00 CNY");
    let mut till = without(REFUND, "refund.card", "refund: paid");
    till.start(REFUND);
    let message = till.message(0);
    assert!(!message.has(2) && !message.has(14));
    assert_eq!(message.text(22), Some("012"));
    assert_eq!(message.text(37), Some("030500000011"));
}

#[test]
fn what_names_no_original_is_refused() {
    let lost = |service: &str, fact: &str| FakeTill::new(service, "").original_to(fact, "?");
    for service in [VOID, REFUND, COMPLETION] {
        check(service, lost(service, "STAN"), "declined original-not-found");
        check(service, lost(service, "BATCH"), "declined original-not-found");
    }
    check(VOID, lost(VOID, "TYPE"), "declined transaction-invalid");
    check(COMPLETION, FakeTill::new(COMPLETION, ""), "declined transaction-invalid");
    let void_of_a_void = FakeTill::new(VOID, "").original_to("TYPE", "void");
    check(VOID, void_of_a_void, "declined transaction-invalid");
}

#[test]
fn after_its_batch_a_sale_is_refunded_not_voided() {
    let till = FakeTill::new(VOID, "").original_to("BATCH", "000006");
    check(VOID, till, "declined out-of-days");
    let till = with_card(REFUND, "refund: paid").original_to("BATCH", "000006");
    check(REFUND, till, "detect cts; first; [Asking the bank]; refund; approved 12.00 CNY");
    let till = with_card(RELEASE, "pre-auth-void: paid")
        .original_to("BATCH", "000006")
        .original_to("TYPE", "pre-auth");
    check(RELEASE, till, "detect cts; first; [Asking the bank]; pre-auth-void; approved 12.00 CNY");
}

#[test]
fn a_cancel_at_the_reader_ends_a_refund_for_nothing() {
    let till = FakeTill::new(REFUND, "").with_cards([Card::Trouble(Code::Cancelled)]);
    check(REFUND, till, "detect cts; cancelled cancelled-by-cashier");
}

#[test]
fn a_refund_that_proves_nothing_stays_unknown() {
    for said in ["no-answer", "unreadable", "open"] {
        let till = with_card(REFUND, &format!("refund: {said}"));
        check(REFUND, till, "detect cts; first; [Asking the bank]; refund; unknown");
    }
}

#[test]
fn a_sale_that_was_voided_has_a_receipt_of_which_no_void_is_made() {
    let mut till = with_card(VOID, "void: paid");
    let caisson_sdk::Outcome::Approved(approval) = till.start(VOID) else { panic!("not approved") };
    let value = |name: &str| {
        approval.facts.iter().find(|fact| fact.name == name).map(|fact| fact.value.as_str())
    };
    assert_eq!(value("TYPE"), Some("void"));
    assert_eq!(value("STAN"), Some("000042"));
}
