//! The wallets' rules, idempotency, and what is refused.

use serde_json::json;

use crate::till::{Heard, Till, pay};

async fn check(steps: &str, expected: &str) {
    assert_eq!(Till::open().play(steps).await, expected, "{steps}");
}

#[tokio::test(start_paused = true)]
async fn wechat_cancels_no_sooner_than_15_s_and_not_while_its_customer_confirms() {
    check(
        "pay A 12.00 wechat | cancel A | wait 14 s | cancel A | wait 1 s | cancel A | net A",
        "PAID 1200 | TOO_EARLY | TOO_EARLY | CLOSED | net 0",
    )
    .await;
    check(
        "pay A 12.03 wechat | wait 15 s | cancel A | wait 29 s | cancel A | wait 1 s | cancel A",
        "WAITING 1203 | WAITING | WAITING | CLOSED",
    )
    .await;
    check(
        "pay A 12.03 wechat | confirm A pay | wait 15 s | query A | cancel A | query A | net A",
        "WAITING 1203 | PAID 1203 | PAID 1203 | CLOSED | CLOSED | net 0",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn alipay_and_unionpay_cancel_at_once() {
    for wallet in ["alipay", "unionpay"] {
        check(
            &format!("pay A 12.03 {wallet} | cancel A | confirm A pay | wait 300 s | net A"),
            "WAITING 1203 | CLOSED | NOT_FOUND | net 0",
        )
        .await;
        check(
            &format!("pay A 12.00 {wallet} | cancel A | cancel A | net A | query A"),
            "PAID 1200 | CLOSED | CLOSED | net 0 | CLOSED",
        )
        .await;
        check(
            &format!("pay A 12.01 {wallet} | cancel A | wait 60 s | query A | net A"),
            "WAITING 1201 | CLOSED | CLOSED | net 0",
        )
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_customer_confirms_or_refuses_on_the_phone() {
    check(
        "pay A 12.03 alipay | confirm A refuse | query A | confirm A pay",
        "WAITING 1203 | REFUSED 1203 | DECLINED customer-refused 1203 | NOT_FOUND",
    )
    .await;
    let mut till = Till::open();
    let body = pay("A", "12.03", "alipay");
    till.ask("pay", &body).await;
    let confirm = json!({"code": body["code"], "answer": "pay"}).to_string();
    till.post("/wallet/confirm", &[], confirm).await;
    assert_eq!(till.play("net A").await, "net 1203");
}

#[tokio::test(start_paused = true)]
async fn the_same_order_twice_is_charged_once() {
    check(
        "pay A 12.00 alipay | pay A 12.00 alipay | wait 60 s | pay A 12.00 alipay | net A",
        "PAID 1200 | PAID 1200 | PAID 1200 | net 1200",
    )
    .await;
    check(
        "pay A 12.11 alipay | pay A 12.11 alipay | net A",
        "DECLINED balance-short | DECLINED balance-short | net 0",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_known_number_with_other_data_moves_nothing() {
    let differs = "DECLINED duplicate-differs";
    check(
        "pay A 12.00 alipay | pay A 13.00 alipay | net A",
        &format!("PAID 1200 | {differs} | net 1200"),
    )
    .await;
    check(
        "pay A 12.00 alipay | pay A 12.00 wechat | net A",
        &format!("PAID 1200 | {differs} | net 1200"),
    )
    .await;
    check("pay A 12.00 alipay | create A 12.00 60", &format!("PAID 1200 | {differs}")).await;
    check("create A 12.00 60 | pay A 12.00 alipay", &format!("CREATED 1200 | {differs}")).await;
    check("create A 12.00 60 | create A 12.00 61", &format!("CREATED 1200 | {differs}")).await;
    check(
        "pay A 12.00 alipay | refund R A 5.00 | refund R A 4.00 | net A",
        &format!("PAID 1200 | REFUNDED 500 | {differs} | net 700"),
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_order_that_was_closed_before_it_came_stays_closed() {
    check(
        "cancel A | pay A 12.00 alipay | cancel A | query A | net A",
        "CLOSED | DECLINED order-closed | CLOSED | CLOSED | net 0",
    )
    .await;
    check("close A | create A 12.00 60 | close A", "CLOSED | DECLINED order-closed | CLOSED").await;
}

#[tokio::test(start_paused = true)]
async fn a_code_must_be_of_its_wallet_and_new() {
    let mut till = Till::open();
    let mut body = pay("A", "12.00", "alipay");
    body["code"] = "6901234567892".into();
    let Heard::Answer(answer) = till.ask("pay", &body).await else { panic!() };
    assert_eq!(answer, json!({"result": "DECLINED", "order": "A", "reason": "code-invalid"}));
    body = pay("B", "12.00", "wechat");
    body["wallet"] = "alipay".into();
    let Heard::Answer(answer) = till.ask("pay", &body).await else { panic!() };
    assert_eq!(answer["reason"], "code-invalid");

    till.play("pay C 12.00 alipay").await;
    body = pay("C", "12.00", "alipay");
    body["order"] = "D".into();
    let Heard::Answer(answer) = till.ask("pay", &body).await else { panic!() };
    assert_eq!(answer["reason"], "code-used");
    assert_eq!(till.play("net C | net D").await, "net 1200 | net 0");
}

#[tokio::test(start_paused = true)]
async fn a_shown_code_is_paid_until_it_is_closed_or_runs_out() {
    check(
        "create A 12.00 60 | scan A | phone A refuse | phone A pay | phone A pay | close A | net A",
        "CREATED 1200 | SHOWN 1200 | REFUSED 1200 | PAID 1200 | PAID 1200 | PAID 1200 | net 1200",
    )
    .await;
    check(
        "create A 12.00 60 | close A | phone A pay | scan A | wait 100 s | net A",
        "CREATED 1200 | CLOSED | DECLINED order-closed 1200 | DECLINED order-closed | net 0",
    )
    .await;
    check(
        "create A 12.00 60 | wait 60 s | query A | phone A pay | create A 12.00 60",
        "CREATED 1200 | CLOSED | DECLINED order-closed 1200 | DECLINED order-closed",
    )
    .await;
    check(
        "create A 12.00 60 | phone A pay | cancel A | net A",
        "CREATED 1200 | PAID 1200 | CLOSED | net 0",
    )
    .await;
    check(
        "create A 12.32 60 | wait 60 s | query A | wait 5 s | query A | cancel A | wait 9 s | net A",
        "CREATED 1232 | CLOSED | PAID 1232 | CLOSED | net 0",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_scanned_code_is_cancelled_not_closed() {
    check(
        "pay A 12.03 wechat | close A | pay B 12.00 wechat | close B | pay C 12.11 wechat | close C",
        "WAITING 1203 | DECLINED not-supported | PAID 1200 | PAID 1200 | DECLINED balance-short | \
         CLOSED",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn refunds_never_exceed_what_is_left() {
    check(
        "pay A 12.00 alipay | refund R A 5.00 | refund S A 7.01 | refund T A 7.00 | refund U A 0.01 \
         | query A | net A",
        "PAID 1200 | REFUNDED 500 | DECLINED refund-exceeds 701 | REFUNDED 700 | \
         DECLINED refund-exceeds 1 | PAID 1200 refunded 1200 | net 0",
    )
    .await;
    check(
        "refund R A 1.00 | refund-query R | pay A 12.00 alipay | refund R A 1.00 | refund-query Q",
        "DECLINED not-paid 100 | DECLINED not-paid 100 | PAID 1200 | DECLINED not-paid 100 | \
         NOT_FOUND",
    )
    .await;
    check(
        "pay A 12.00 alipay | refund R A 5.00 | cancel A | refund S A 1.00 | net A",
        "PAID 1200 | REFUNDED 500 | CLOSED | DECLINED order-closed 100 | net 0",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_request_that_cannot_be_read_names_its_field() {
    let mut till = Till::open();
    for (name, value, detail) in [
        ("order", json!("a"), "order is not 1 to 32 characters of [0-9A-Z]"),
        ("order", json!("A".repeat(33)), "order is not 1 to 32 characters of [0-9A-Z]"),
        ("amount", json!(0), "amount is not within 1 and 1000000000 minor units"),
        ("amount", json!(-1), "amount is not within 1 and 1000000000 minor units"),
        ("amount", json!(1_000_000_001), "amount is not within 1 and 1000000000 minor units"),
        ("amount", json!(12.5), "amount is not an integer"),
        ("amount", json!("12"), "amount is not an integer"),
        ("currency", json!("cny"), "currency is not three capital letters"),
        ("wallet", json!("cash"), "wallet is not wechat, alipay or unionpay"),
        ("code", json!(""), "code is empty or longer than 512 bytes"),
        ("code", json!(130), "code is not a text"),
    ] {
        let mut body = pay("A", "12.00", "alipay");
        body[name] = value;
        let Heard::Answer(answer) = till.ask("pay", &body).await else { panic!() };
        assert_eq!(answer["reason"], "bad-request");
        assert_eq!(answer["detail"], detail);
    }
    let Heard::Answer(answer) = till.ask("query", &json!({})).await else { panic!() };
    assert_eq!(answer["detail"], "order is missing");
    let Heard::Answer(answer) = till.ask("query", &json!([1])).await else { panic!() };
    assert_eq!(answer["detail"], "the body is not a JSON object");
    assert_eq!(till.play("net A").await, "net none");

    let mut body = pay("A", "12.00", "alipay");
    body["currency"] = "USD".into();
    let Heard::Answer(answer) = till.ask("pay", &body).await else { panic!() };
    assert_eq!(answer["reason"], "not-supported");
}
