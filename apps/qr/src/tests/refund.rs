//! Money goes back.

use super::fake::FakeTill;
use crate::REFUND;

#[track_caller]
fn check(script: &str, cancel_at_wait: Option<usize>, expected: &str) {
    let mut till = FakeTill::new(REFUND, script);
    till.cancel_at_wait = cancel_at_wait;
    let outcome = till.start(REFUND);
    assert_eq!(till.transcript(&outcome), format!("[Refunding]; refund; {expected}"));
    assert!(till.script.is_empty(), "never asked: {:?}", till.script);
}

#[test]
fn a_refund_ends_as_the_acquirer_says() {
    check("refund: paid", None, "approved 12.00 CNY (T1)");
    check("refund: not-paid refund-exceeds", None, "declined refund-exceeds");
    check("refund: not-sent", None, "cancelled offline");
    check(
        "refund: unreadable, refund-query: paid",
        None,
        "+2000 refund-query; approved 12.00 CNY (T1)",
    );
    check(
        "refund: no-answer, refund-query: unreadable x2, refund-query: not-paid not-supported",
        None,
        "+2000 refund-query x3; declined not-supported",
    );
}

#[test]
fn a_refund_without_an_answer_is_unknown_and_never_undone() {
    check("refund: no-answer, refund-query: unreadable x3", None, "+2000 refund-query x3; unknown");
    check("refund: no-answer, refund-query: no-answer x3", None, "+2000 refund-query x3; unknown");
    check("refund: unreadable", Some(1), "cancel; unknown");
}
