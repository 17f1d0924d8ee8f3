//! What each answer of the wallet gateway proves, by the example's file; and that no bytes at all
//! can make reading fail.

use crate::gateway::{ORDER, example, sale};
use caisson_core::{Currency, Money};
use caisson_network::{Binding, read};
use proptest::prelude::*;

fn binding(operation: &str) -> Binding {
    let original = operation.starts_with("refund").then(|| "SALE1".parse().unwrap());
    Binding { original, ..sale(1_200) }
}

/// `fields`: what follows the order (or refund) number in the answer.
#[track_caller]
fn check(operation: &str, fields: &str, expected: &str) {
    let number = if operation.starts_with("refund") { "refund" } else { "order" };
    let fields = fields.replace('\'', "\"");
    check_body(operation, &format!(r#"{{"{number}":"{ORDER}",{fields}}}"#), expected);
}

#[track_caller]
fn check_body(operation: &str, body: &str, expected: &str) {
    let destination = example();
    let found = destination.operation(operation).unwrap();
    let read = read(found, &binding(operation), body.as_bytes());
    let mut shown = format!("{:?}", read.reading);
    for part in [
        read.amount.map(|amount| format!("{amount}")),
        read.reason.map(|reason| format!("{reason}")),
        read.flaw.map(|flaw| format!("{flaw}")),
    ] {
        shown.extend(part.map(|part| format!(", {part}")));
    }
    assert_eq!(shown, expected);
}

const PAID: &str = "'result':'PAID','amount':1200,'currency':'CNY'";
const UNLISTED: &str = "Unreadable, the answer's result is none that the destination's file lists";
const UNPROVED: &str = "the answer refuses this request, which proves nothing about an earlier one";

#[test]
fn pay_is_paid_waiting_declined_or_unknown() {
    check("pay", PAID, "Paid, 12.00");
    check("pay", "'result':'PAID','amount':700,'currency':'CNY'", "Paid, 7.00");
    check("pay", "'result':'WAITING'", "Open");
    check("pay", "'result':'BUSY'", UNLISTED);
    check("pay", "'result':'DECLINED','reason':'balance-short'", "NotPaid, balance-short");
    check("pay", "'result':'DECLINED','reason':'risk'", "NotPaid, risk-refused");
    check("pay", "'result':'DECLINED','reason':'new-word'", "NotPaid");
    check("pay", "'result':'DECLINED','reason':'bad-request'", "NotPaid, bad-request");
}

#[test]
fn a_refusal_of_differing_data_says_nothing_about_the_first_request() {
    for operation in ["pay", "create", "query", "refund", "refund-query"] {
        let expected = format!("Unreadable, duplicate-differs, {UNPROVED}");
        check(operation, "'result':'DECLINED','reason':'duplicate-differs'", &expected);
    }
    for operation in ["query", "refund", "refund-query"] {
        let expected = format!("Unreadable, bad-request, {UNPROVED}");
        check(operation, "'result':'DECLINED','reason':'bad-request'", &expected);
    }
    check(
        "refund",
        "'result':'DECLINED'",
        "Unreadable, the answer refuses without the reason that tells whether the refusal is final",
    );
}

#[test]
fn an_order_that_is_not_found_may_still_be_on_its_way() {
    check("query", "'result':'NOT_FOUND'", UNLISTED);
    check("refund-query", "'result':'NOT_FOUND'", UNLISTED);
}

#[test]
fn a_query_tells_paid_open_declined_closed_and_given_back() {
    let paid = |refunded: u32| format!("{PAID},'refunded':{refunded}");
    check("query", &paid(0), "Paid, 12.00");
    check("query", &paid(1_200), "Undone");
    let partly = "Unreadable, the answer says paid and given back in part; a person must look at \
        the order";
    check("query", &paid(500), partly);
    check("query", &paid(1_300), partly);
    let missing = "Unreadable, the answer says paid without an amount in whole minor units";
    check("query", PAID, missing);
    check("query", "'result':'WAITING'", "Open");
    check("query", "'result':'CREATED'", "Open");
    check("query", "'result':'CLOSED'", "Undone");
    check("query", "'result':'DECLINED','reason':'customer-refused'", "NotPaid, customer-refused");
}

#[test]
fn an_undo_is_done_or_to_be_asked_again_and_a_close_can_find_it_paid() {
    check("cancel", "'result':'CLOSED'", "Undone");
    check("cancel", "'result':'TOO_EARLY'", "Open");
    check("cancel", "'result':'WAITING'", "Open");
    check("cancel", "'result':'DECLINED','reason':'bad-request'", UNLISTED);
    check("close", "'result':'CLOSED'", "Undone");
    check("close", PAID, "Paid, 12.00");
}

#[test]
fn an_offer_is_open_until_it_is_paid_or_closed() {
    check("create", "'result':'CREATED','code_url':'https://x'", "Open");
    check("create", PAID, "Paid, 12.00");
    check("create", "'result':'CLOSED'", "Undone");
}

#[test]
fn a_refund_is_read_by_its_own_number() {
    let refunded = "'result':'REFUNDED','amount':1200,'currency':'CNY','order':'SALE1'";
    check("refund", refunded, "Paid, 12.00");
    check("refund-query", refunded, "Paid, 12.00");
    check("refund", "'result':'BUSY'", UNLISTED);
    check("refund", "'result':'DECLINED','reason':'refund-exceeds'", "NotPaid, refund-exceeds");
    check("refund", "'result':'DECLINED','reason':'not-paid'", "NotPaid, original-not-paid");
    check_body(
        "refund",
        r#"{"result":"REFUNDED","refund":"OTHER","amount":1200,"currency":"CNY"}"#,
        "Unreadable, the answer names another order than the one that was asked about",
    );
}

#[test]
fn paid_without_a_sane_amount_proves_nothing() {
    let paid = |amount: &str| format!("'result':'PAID','currency':'CNY','amount':{amount}");
    let missing = "Unreadable, the answer says paid without an amount in whole minor units";
    for amount in ["null", "'1200'", "12.00", "-1", "[1200]"] {
        check("pay", &paid(amount), missing);
    }
    let differs = "Unreadable, the answer says paid with an amount of nothing, or above what was \
        asked for";
    for amount in ["0", "1201", "1000000000000", "18446744073709551615"] {
        check("pay", &paid(amount), differs);
    }
    let currency = "Unreadable, the answer says paid in another currency than was asked for, or \
        in none";
    check("pay", "'result':'PAID','amount':1200,'currency':'USD'", currency);
    check("pay", "'result':'PAID','amount':1200", currency);
}

#[test]
fn what_has_no_order_or_no_result_proves_nothing() {
    let order = "Unreadable, the answer names no order where the destination's file expects it";
    check_body("pay", r#"{"result":"PAID"}"#, order);
    check_body("pay", r#"{"result":"PAID","order":1200}"#, order);
    let result = "Unreadable, the answer has no result where the destination's file expects it";
    check("pay", "'result':1", result);
    check_body("pay", "[]", "Unreadable, the answer is JSON, but not an object; write { ... }");
    check(
        "pay",
        &format!("'result':'DECLINED',{PAID}"),
        "Unreadable, the answer is a field stands twice in one object at line 1, column 66; keep \
         one",
    );
}

#[test]
fn a_service_proves_nothing_whatever_it_says() {
    check("lookup", PAID, "Unreadable");
}

proptest! {
    #[test]
    fn reading_takes_any_bytes(body in proptest::collection::vec(any::<u8>(), 0..512)) {
        let destination = example();
        for operation in destination.operations() {
            let read = read(operation, &binding(operation.name()), &body);
            prop_assert_eq!(read.reading, caisson_core::operation::Reading::Unreadable);
        }
    }

    #[test]
    fn paid_is_never_more_than_was_asked_nor_for_another_order(
        word in "PAID|REFUNDED|DECLINED|CLOSED|WAITING|X",
        order in "[0-9A-Z]{1,32}",
        ours in any::<bool>(),
        amount in any::<u64>(),
        refunded in 0_u64..2_000,
        currency in "CNY|USD",
        asked in 1_u64..2_000,
    ) {
        let order = if ours { ORDER.to_owned() } else { order };
        let body = format!(
            r#"{{"result":"{word}","order":"{order}","refund":"{order}","amount":{},
                "currency":"{currency}","refunded":{refunded},"reason":"risk"}}"#,
            amount % 2_000,
        );
        let destination = example();
        for operation in destination.operations() {
            let asked = Money::new(asked, Currency::Cny).unwrap();
            let sent = Binding { amount: Some(asked), ..binding(operation.name()) };
            let read = read(operation, &sent, body.as_bytes());
            if let Some(paid) = read.amount {
                prop_assert!(ours && currency == "CNY");
                prop_assert!(!paid.is_zero() && paid.is_within(asked).unwrap());
            }
        }
    }
}
