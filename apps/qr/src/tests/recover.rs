//! What a story could not end.

use super::fake::FakeTill;
use crate::{PAY, REFUND, SHOW_CODE};

#[derive(Clone, Copy)]
struct Left {
    service: &'static str,
    note: &'static str,
    age_ms: u64,
    is_closed: bool,
}

const ALIPAY: Left = Left {
    service: PAY,
    note: r#"{"language":"en","wallet":"alipay","expires_ms":null}"#,
    age_ms: 0,
    is_closed: false,
};
const WECHAT: Left =
    Left { note: r#"{"language":"zh","wallet":"wechat","expires_ms":null}"#, ..ALIPAY };
const SHOWN: Left = Left {
    service: SHOW_CODE,
    note: r#"{"language":"en","wallet":null,"expires_ms":120000}"#,
    ..ALIPAY
};
const REFUNDED: Left = Left {
    service: REFUND,
    note: r#"{"language":"en","wallet":null,"expires_ms":null}"#,
    ..ALIPAY
};

#[track_caller]
fn check(left: Left, script: &str, expected: &str) {
    let mut till = FakeTill::new(left.service, script).interrupted(left.service, left.note);
    let outcome = till.recover(left.service, left.age_ms, left.is_closed);
    assert_eq!(till.transcript(&outcome), expected);
    assert!(till.script.is_empty(), "never asked: {:?}", till.script);
}

#[test]
fn a_payment_with_a_certain_answer_ends_by_it() {
    check(ALIPAY, "query: paid", "query; approved 12.00 CNY (Alipay, T1)");
    check(WECHAT, "query: paid 700", "query; approved 7.00 CNY (微信支付, T1)");
    check(ALIPAY, "query: not-paid code-expired", "query; declined code-expired");
    check(ALIPAY, "query: undone", "query; cancelled order-closed");
}

#[test]
fn an_open_payment_is_taken_back_as_soon_as_its_wallet_allows() {
    check(ALIPAY, "query: open, cancel: undone", "query; cancel; cancelled customer-waits");
    check(ALIPAY, "query: unreadable, cancel: undone", "query; cancel; cancelled order-closed");
    check(ALIPAY, "query: open, cancel: no-answer", "query; cancel; unknown");
    let young = Left { age_ms: 14_999, ..WECHAT };
    check(young, "query: open", "query; unknown");
    let old = Left { age_ms: 15_000, ..WECHAT };
    check(old, "query: open, cancel: open", "query; cancel; unknown");
    check(old, "query: open, cancel: undone", "query; cancel; cancelled customer-waits");
}

#[test]
fn silence_is_no_ground_to_take_money_back() {
    check(Left { age_ms: 60_000, ..ALIPAY }, "query: no-answer", "query; unknown");
    check(SHOWN, "query: not-sent", "query; unknown");
    check(REFUNDED, "refund-query: no-answer", "refund-query; unknown");
}

#[test]
fn without_a_note_the_longest_patience_is_kept() {
    let lost = Left { note: "?", age_ms: 14_999, ..ALIPAY };
    check(lost, "query: open", "query; unknown");
    check(
        Left { age_ms: 15_000, ..lost },
        "query: open, cancel: undone",
        "query; cancel; cancelled customer-waits",
    );
    check(lost, "query: paid", "query; approved 12.00 CNY (T1)");
}

#[test]
fn an_open_offer_is_closed_and_a_closed_one_only_asked_about() {
    check(SHOWN, "query: open, close: undone", "query; close; cancelled order-closed");
    check(SHOWN, "query: open, close: paid", "query; close; approved 12.00 CNY (T1)");
    check(
        Left { age_ms: 120_000, ..SHOWN },
        "query: open, close: undone",
        "query; close; cancelled offer-expired",
    );
    let closed = Left { is_closed: true, ..SHOWN };
    check(closed, "query: undone", "query; cancelled offer-expired");
    check(closed, "query: paid", "query; approved 12.00 CNY (T1)");
    check(closed, "query: open", "query; unknown");
}

#[test]
fn a_refund_that_the_acquirer_does_not_know_is_asked_for_again_to_the_byte() {
    check(REFUNDED, "refund-query: paid", "refund-query; approved 12.00 CNY (T1)");
    check(REFUNDED, "refund-query: not-paid not-supported", "refund-query; declined not-supported");
    check(
        REFUNDED,
        "refund-query: unreadable, refund: paid",
        "refund-query; refund; approved 12.00 CNY (T1)",
    );
    check(
        REFUNDED,
        "refund-query: unreadable, refund: not-paid refund-exceeds",
        "refund-query; refund; declined refund-exceeds",
    );
    check(REFUNDED, "refund-query: unreadable, refund: no-answer", "refund-query; refund; unknown");
    check(REFUNDED, "refund-query: unreadable, refund: not-sent", "refund-query; refund; unknown");
    check(REFUNDED, "refund-query: open", "refund-query; unknown");
}
