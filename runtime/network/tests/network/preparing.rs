//! What becomes of an app's request: the host's fields go in, and nothing of the app's in their
//! place goes out.

use crate::gateway::{ORDER, example, sale};
use caisson_core::operation::OperationKind;
use caisson_core::payment::{Digest, REQUEST_BYTES_MAX};
use caisson_network::Binding;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn refund() -> Binding {
    Binding { original: Some("SALE1".parse().unwrap()), ..sale(1_200) }
}

#[track_caller]
fn check(operation: &str, body: &str, binding: &Binding, expected: &str) {
    let shown = match example().prepare(operation, body.as_bytes(), binding) {
        Ok(prepared) => String::from_utf8(prepared.bytes().to_vec()).unwrap(),
        Err(error) => error.to_string(),
    };
    assert_eq!(shown, expected);
}

#[test]
fn the_host_writes_number_amount_and_currency() {
    let order = format!(r#""order":"{ORDER}""#);
    let money = r#""amount":1200,"currency":"CNY""#;
    check("pay", "{}", &sale(1_200), &format!("{{{money},{order}}}"));
    check("query", "{}", &sale(1_200), &format!("{{{order}}}"));
    check("refund", "{}", &refund(), &format!(r#"{{{money},"order":"SALE1","refund":"{ORDER}"}}"#));
    check("refund-query", "{}", &refund(), &format!(r#"{{"refund":"{ORDER}"}}"#));
    check("lookup", "{}", &Binding { amount: None, ..sale(1) }, &format!("{{{order}}}"));
}

#[test]
fn an_app_that_writes_a_host_field_in_any_case_of_letters_is_told_which() {
    let taken = |operation: &str, pointer: &str| {
        format!(
            "the request to `{operation}` sets {pointer}, which the terminal writes; leave it out"
        )
    };
    check("pay", r#"{"amount":1}"#, &sale(1_200), &taken("pay", "/amount"));
    check("pay", r#"{"Amount":1}"#, &sale(1_200), &taken("pay", "/amount"));
    check("pay", r#"{"ORDER":null}"#, &sale(1_200), &taken("pay", "/order"));
    check("pay", r#"{"\u006frder":"X"}"#, &sale(1_200), &taken("pay", "/order"));
    check("pay", r#"{"currency":"CNY"}"#, &sale(1_200), &taken("pay", "/currency"));
    check("refund", r#"{"order":"SALE2"}"#, &refund(), &taken("refund", "/order"));
    check("lookup", r#"{"order":"A"}"#, &sale(1), &taken("lookup", "/order"));
    let name = "the request to `pay` has a field name that is not 1 to 64 visible ASCII \
        characters; rename it";
    check("pay", r#"{"amo\u017fnt":1}"#, &sale(1_200), name);
    check("pay", r#"{"a":[{"b c":1}]}"#, &sale(1_200), name);
    check("pay", r#"{"":1}"#, &sale(1_200), name);
}

#[test]
fn a_refund_never_takes_money_and_a_sale_never_gives_it_back() {
    let takes = "takes money, and this payment is a refund; use another operation";
    check("pay", "{}", &refund(), &format!("`pay` {takes}"));
    check("create", r#"{"expires_s":60}"#, &refund(), &format!("`create` {takes}"));
    check(
        "refund",
        "{}",
        &sale(1_200),
        "`refund` gives back an earlier sale, and this payment is no refund; use another operation",
    );
}

#[test]
fn an_offer_says_how_long_it_can_be_paid_within_its_limit() {
    let wrong = "the request to `create` must say in /expires_s for how long it can be paid: whole \
        seconds, 1 to 7200";
    for body in ["{}", r#"{"expires_s":0}"#, r#"{"expires_s":7201}"#, r#"{"expires_s":"60"}"#] {
        check("create", body, &sale(1_200), wrong);
    }
    let prepared = example().prepare("create", br#"{"expires_s":7200}"#, &sale(1_200)).unwrap();
    assert_eq!(prepared.expires().map(|expires| expires.as_secs()), Some(7_200));
    assert_eq!(prepared.kind(), OperationKind::Offer);
}

#[test]
fn what_is_no_request_is_refused_with_its_reason() {
    check("pay", "[]", &sale(1), "the request to `pay` is JSON, but not an object; write { ... }");
    for body in [
        "{\"code\":281235567890123456300}",
        "{\"a\":[{\"b\":1.5}]}",
        "{\"a\":-9223372036854775809}",
    ] {
        check(
            "pay",
            body,
            &sale(1),
            "the request to `pay` has a number with a fraction or beyond 64 bits, which loses \
             digits on its way; write it as a string",
        );
    }
    check(
        "steal",
        "{}",
        &sale(1),
        "destination `wallet` has no operation `steal`; it has cancel, close, create, lookup, notice, pay, \
         query, refund, refund-query",
    );
    check(
        "query",
        "{}",
        &Binding { amount: None, ..sale(1) },
        "`query` needs the payment's amount; only a service does without",
    );
}

#[test]
fn the_limit_counts_what_is_sent() {
    let fill = |bytes: usize| format!(r#"{{"x":"{}"}}"#, "y".repeat(bytes - 8));
    let too_large =
        |bytes: usize| format!("a request of {bytes} bytes to `query`, limit 65536; shorten it");
    let host_fields = format!(r#""order":"{ORDER}","#).len();
    let longest = fill(REQUEST_BYTES_MAX - host_fields);
    let prepared = example().prepare("query", longest.as_bytes(), &sale(1)).unwrap();
    assert_eq!(prepared.bytes().len(), REQUEST_BYTES_MAX);
    let one_more = fill(REQUEST_BYTES_MAX - host_fields + 1);
    check("query", &one_more, &sale(1), &too_large(REQUEST_BYTES_MAX + 1));
    let huge = fill(REQUEST_BYTES_MAX + 1);
    check("query", &huge, &sale(1), &too_large(REQUEST_BYTES_MAX + 1));
}

#[test]
fn the_same_object_in_another_order_is_the_same_request() {
    let digest = |body: &str| {
        let prepared = example().prepare("refund", body.as_bytes(), &refund()).unwrap();
        assert_eq!(prepared.digest(), Digest::of(prepared.bytes()));
        assert!(prepared.is_repeatable());
        prepared.digest()
    };
    assert_eq!(
        digest(r#"{"a":1,"b":{"d":2,"c":3}}"#),
        digest("{ \"b\":{\"c\":3,\"d\":2}, \"a\":1 }")
    );
    assert_ne!(digest(r#"{"a":1}"#), digest(r#"{"a":2}"#));
}

fn any_json() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    let name = "order|Order|amount|AMOUNT|currency|refund|expires_s|code|[a-z]{1,3}|.{0,2}";
    scalar.prop_recursive(3, 24, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((name, inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn no_app_gets_its_own_order_or_amount_through(body in any_json()) {
        let destination = example();
        for operation in destination.operations() {
            let refunds = operation.name().starts_with("refund");
            let binding = if refunds { refund() } else { sale(1_200) };
            let text = body.to_string();
            let Ok(prepared) = destination.prepare(operation.name(), text.as_bytes(), &binding)
            else { continue };
            let sent: Value = serde_json::from_slice(prepared.bytes()).unwrap();
            let field = |name: &str| sent.get(name).cloned();
            let (order, refund) = match operation.name() {
                "refund" => (Some(json!("SALE1")), Some(json!(ORDER))),
                "refund-query" => (body.get("order").cloned(), Some(json!(ORDER))),
                _ => (Some(json!(ORDER)), body.get("refund").cloned()),
            };
            prop_assert_eq!(field("order"), order);
            prop_assert_eq!(field("refund"), refund);
            if operation.kind().moves_money() {
                prop_assert_eq!(field("amount"), Some(json!(1_200)));
                prop_assert_eq!(field("currency"), Some(json!("CNY")));
                let folded = |name: &str| sent.as_object().unwrap().keys()
                    .filter(|key| key.eq_ignore_ascii_case(name)).count();
                prop_assert_eq!((folded("amount"), folded("currency"), folded("order")), (1, 1, 1));
            }
        }
    }

    #[test]
    fn preparing_takes_any_bytes(body in proptest::collection::vec(any::<u8>(), 0..256)) {
        prop_assert!(example().prepare("pay", &body, &sale(1)).is_err());
    }
}
