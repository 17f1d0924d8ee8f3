//! The customer shows a code.

use super::fake::{ALIPAY, FakeTill, UNIONPAY, WECHAT};
use crate::PAY;
use caisson_sdk::camera;

#[track_caller]
fn check(mut till: FakeTill, expected: &str) {
    let outcome = till.start(PAY);
    assert_eq!(till.transcript(&outcome), expected);
    assert!(till.script.is_empty(), "never asked: {:?}", till.script);
}

fn alipay(script: &str) -> FakeTill {
    FakeTill::new(PAY, script)
}

fn wechat(script: &str) -> FakeTill {
    FakeTill::new(PAY, script).scanning(Ok(WECHAT))
}

#[test]
fn what_ends_before_a_request_ends_with_the_cashiers_reason() {
    let check = |scan, expected: &str| check(alipay("").scanning(scan), expected);
    check(Err(camera::Code::Cancelled), "scan; cancelled cancelled-by-cashier");
    check(Err(camera::Code::Timeout), "scan; cancelled code-unreadable");
    check(Err(camera::Code::Offline), "scan; cancelled camera-offline");
    check(Err(camera::Code::Busy), "scan; cancelled app-failed");
    check(Ok("6901234567892"), "scan; declined not-a-payment-code");
    check(Ok("https://example.com"), "scan; declined not-a-payment-code");
}

#[test]
fn a_first_answer_that_is_certain_ends_the_payment() {
    let check = |said: &str, expected: &str| {
        let expected = format!("scan; [Taking the payment]; pay; {expected}");
        check(alipay(&format!("pay: {said}")), &expected);
    };
    check("paid", "approved 12.00 CNY (Alipay, T1)");
    check("paid 500", "approved 5.00 CNY (Alipay, T1)");
    check("not-paid balance-short", "declined balance-short");
    check("not-paid", "declined declined-other");
    check("not-sent", "cancelled offline");
    check("undone", "cancelled order-closed");
}

#[test]
fn a_receipt_names_wallet_and_transaction_in_the_cashiers_language() {
    let mut till = wechat("pay: paid").setting_to("subject", "Tea");
    till.language = "zh";
    check(till, "scan; [正在收款]; pay; approved 12.00 CNY (微信支付, T1)");
    let till = alipay("pay: paid").scanning(Ok(UNIONPAY));
    check(till, "scan; [Taking the payment]; pay; approved 12.00 CNY (UnionPay, T1)");
}

const ASKED: &str = "scan; [Taking the payment]; pay; [Waiting for the wallet]";

#[test]
fn while_the_customer_confirms_each_wallet_is_asked_at_its_own_pace() {
    check(
        alipay("pay: open, query: open x3, query: paid"),
        &format!("{ASKED}; +3000 query x4; approved 12.00 CNY (Alipay, T1)"),
    );
    check(
        wechat("pay: open, query: open, query: not-paid customer-refused"),
        &format!("{ASKED}; +5000 query x2; declined customer-refused"),
    );
    check(
        alipay("pay: open, query: paid").setting_to("alipay.poll-ms", "500"),
        &format!("{ASKED}; +500 query; approved 12.00 CNY (Alipay, T1)"),
    );
    check(
        alipay("pay: open, query: undone"),
        &format!("{ASKED}; +3000 query; cancelled order-closed"),
    );
}

#[test]
fn a_lost_answer_is_asked_for_and_never_taken_for_a_refusal() {
    check(
        alipay("pay: no-answer, query: paid"),
        &format!("{ASKED}; +3000 query; approved 12.00 CNY (Alipay, T1)"),
    );
    check(
        alipay("pay: unreadable, query: unreadable, query: paid"),
        &format!("{ASKED}; +3000 query x2; approved 12.00 CNY (Alipay, T1)"),
    );
    check(
        alipay("pay: no-answer, query: no-answer x3"),
        &format!("{ASKED}; +3000 query x3; unknown"),
    );
    check(
        alipay("pay: no-answer, query: not-sent x3"),
        &format!("{ASKED}; +3000 query x3; unknown"),
    );
}

#[test]
fn more_than_was_asked_for_proves_nothing() {
    check(
        alipay("pay: paid 1201, query: paid 1200"),
        &format!("{ASKED}; +3000 query; approved 12.00 CNY (Alipay, T1)"),
    );
    check(
        alipay("pay: paid 0, query: paid"),
        &format!("{ASKED}; +3000 query; approved 12.00 CNY (Alipay, T1)"),
    );
}

#[test]
fn alipay_is_cancelled_right_behind_the_last_query() {
    check(
        alipay("pay: open, query: open x20, cancel: undone"),
        &format!(
            "{ASKED}; +3000 query x20; [Taking the order back]; cancel; cancelled customer-waits"
        ),
    );
    check(
        alipay("pay: unreadable, query: unreadable x20, cancel: undone"),
        &format!(
            "{ASKED}; +3000 query x20; [Taking the order back]; cancel; cancelled order-closed"
        ),
    );
    check(
        alipay("pay: open, query: open x20, cancel: no-answer, query: open, cancel: undone"),
        &format!(
            "{ASKED}; +3000 query x20; [Taking the order back]; cancel; +3000 query; cancel; \
             cancelled customer-waits"
        ),
    );
}

#[test]
fn wechat_is_asked_on_while_it_will_not_take_the_order_back() {
    check(
        wechat("pay: open, query: open x6, cancel: open, query: open, cancel: undone"),
        &format!(
            "{ASKED}; +5000 query x6; [Taking the order back]; cancel; +5000 query; cancel; \
             cancelled customer-waits"
        ),
    );
    check(
        wechat("pay: open, query: open x6, cancel: open, query: paid"),
        &format!(
            "{ASKED}; +5000 query x6; [Taking the order back]; cancel; +5000 query; \
             approved 12.00 CNY (WeChat Pay, T1)"
        ),
    );
}

#[test]
fn wechat_is_never_taken_back_before_15_s() {
    check(
        wechat("pay: open, query: open x2, cancel: undone").setting_to("wechat.total-ms", "6000"),
        &format!(
            "{ASKED}; +5000 query; +1000 query; [Taking the order back]; +9000 cancel; \
             cancelled customer-waits"
        ),
    );
    check(
        wechat("pay: open, query: open x2").cancelling_at_wait(3),
        &format!("{ASKED}; +5000 query x2; cancel; unknown"),
    );
    check(
        wechat("pay: open, query: open x3, cancel: undone").cancelling_at_wait(4),
        &format!(
            "{ASKED}; +5000 query x3; cancel; [Taking the order back]; cancel; \
             cancelled cancelled-by-cashier"
        ),
    );
}

#[test]
fn a_cancel_takes_back_once_and_leaves_the_rest_to_recovery() {
    let check = |said: &str, expected: &str| {
        let script = format!("pay: open, query: open, cancel: {said}");
        check(
            alipay(&script).cancelling_at_wait(2),
            &format!("{ASKED}; +3000 query; cancel; [Taking the order back]; cancel; {expected}"),
        );
    };
    check("undone", "cancelled cancelled-by-cashier");
    check("paid", "approved 12.00 CNY (Alipay, T1)");
    check("not-paid customer-refused", "declined customer-refused");
    check("open", "unknown");
    check("no-answer", "unknown");
    check("not-sent", "unknown");
}

#[test]
fn an_order_that_is_never_taken_back_ends_unknown_in_bounded_time() {
    let mut till = alipay("pay: open, query: open x20, *: open x10");
    let outcome = till.start(PAY);
    assert!(till.transcript(&outcome).ends_with("; unknown"));
    assert_eq!(till.waited().as_secs(), 75);
}

#[test]
fn a_setting_that_cannot_be_used_is_named_in_the_log_and_stops_nothing() {
    let used = |value: &str, poll_ms: u64, lines: usize| {
        let mut till = alipay("pay: open, query: paid").setting_to("alipay.poll-ms", value);
        let outcome = till.start(PAY);
        assert!(till.transcript(&outcome).contains(&format!("; +{poll_ms} query; ")), "{value}");
        assert_eq!(till.log.len(), lines, "{:?}", till.log);
        if let Some(line) = till.log.first() {
            assert!(line.starts_with("setting alipay.poll-ms: not a whole number of milli"));
        }
    };
    used("1500", 1500, 0);
    used("200", 200, 0);
    used("199", 200, 1);
    used("15001", 15_000, 1);
    used("soon", 3000, 1);
    used("-1", 3000, 1);
}

#[test]
fn the_note_has_no_code_and_is_enough_for_a_fresh_instance() {
    let mut till = alipay("pay: no-answer, query: no-answer x3");
    till.start(PAY);
    assert_eq!(
        String::from_utf8_lossy(&till.note),
        r#"{"language":"en","wallet":"alipay","expires_ms":null}"#
    );
    assert!(!format!("{:?}", crate::wallet::PaymentCode::recognise(ALIPAY)).contains(ALIPAY));
}
