//! What becomes of an app's message: the host's fields go in, and nothing of the app's in their
//! place goes out.

use super::host::{BODY, Bench, Does, PAN, STAN, body, example, mti, plain, sale, sale_body};
use caisson_core::{Currency, Money};
use caisson_iso8583::Message;
use caisson_network::{Binding, Destination, PinUse};
use proptest::prelude::*;

fn refund() -> Binding {
    Binding { original: Some("SALE1".parse().unwrap()), ..sale(1_200) }
}

#[track_caller]
fn check(operation: &str, body: &[u8], binding: &Binding, expected: &str) {
    let shown = match example().prepare(operation, body, binding) {
        Ok(prepared) => {
            let message = Message::unpack(&BODY, prepared.bytes()).unwrap();
            let fields = message
                .numbers()
                .map(|number| format!("{number}={}", message.text(number).unwrap_or("bytes")));
            format!("{} {}", message.mti(), fields.collect::<Vec<_>>().join(" "))
        }
        Err(error) => error.to_string(),
    };
    assert_eq!(shown, expected);
}

#[test]
fn the_host_writes_amount_trace_number_terminal_merchant_and_currency() {
    let hosts = "11=000123 41=10000001 42=898310000000001";
    check(
        "sale",
        &body("0200", &[(2, PAN), (22, "051")]),
        &sale(1_200),
        &format!(
            "0200 2={PAN} 3=000000 4=000000001200 11={STAN} 22=051 41=10000001 42=898310000000001 \
             49=156"
        ),
    );
    check(
        "sale-reversal",
        &body("0400", &[(39, "98")]),
        &sale(1_200),
        "0400 3=000000 4=000000001200 11=000123 39=98 41=10000001 42=898310000000001 49=156",
    );
    check(
        "sign-off",
        &body("0820", &[]),
        &Binding { amount: None, ..sale(1) },
        &format!("0820 {hosts}"),
    );
    check(
        "upload",
        &body("0320", &[(3, "000000"), (4, "000000000700")]),
        &Binding { amount: None, ..sale(1) },
        "0320 3=000000 4=000000000700 11=000123 41=10000001 42=898310000000001",
    );
}

#[test]
fn an_app_that_writes_a_field_of_the_hosts_is_told_its_number_and_name() {
    let taken = |field: &str| {
        format!("the request to `sale` sets field {field}, which the terminal writes; leave it out")
    };
    for (number, text, name) in [
        (4, "000000000001", "4 (amount)"),
        (11, "000001", "11 (system trace audit number)"),
        (41, "10000002", "41 (terminal)"),
        (42, "898310000000002", "42 (merchant)"),
        (49, "840", "49 (currency)"),
        (52, "\0\0\0\0\0\0\0\0", "52 (PIN block)"),
        (64, "\0\0\0\0\0\0\0\0", "64 (MAC)"),
        (128, "\0\0\0\0\0\0\0\0", "128 (MAC)"),
    ] {
        check("sale", &body("0200", &[(number, text)]), &sale(1_200), &taken(name));
    }
    check(
        "sale",
        &body("0200", &[(90, &"0".repeat(42))]),
        &sale(1_200),
        "the request to `sale` sets field 90 (original data elements), which the destination's file \
         does not list; leave it out",
    );
}

#[test]
fn a_message_of_another_kind_is_refused() {
    check(
        "sale",
        &body("0400", &[]),
        &sale(1_200),
        "the request to `sale` must have the message type 0200; change it",
    );
    check(
        "sale",
        &body("0200", &[(3, "200000")]),
        &sale(1_200),
        "the request to `sale` must have the processing code 000000 in field 3, or none; change it",
    );
    check(
        "settle",
        &body("0500", &[(3, "000000")]),
        &sale(1_200),
        "the request to `settle` sets field 3 (processing code), which the destination's file does \
         not list; leave it out",
    );
    check(
        "sale",
        b"{}",
        &sale(1_200),
        "the request to `sale` is no message of ISO 8583: offset 0: the message type 7B7D is not \
         four digits",
    );
    let mut long = body("0200", &[(22, "051")]);
    long.push(0);
    check(
        "sale",
        &long,
        &sale(1_200),
        "the request to `sale` is no message of ISO 8583: offset 12: 1 bytes after the last field",
    );
}

#[test]
fn a_refund_never_takes_money_and_a_sale_never_gives_it_back() {
    check(
        "sale",
        &sale_body(),
        &refund(),
        "`sale` takes money, and this payment is a refund; use another operation",
    );
    check(
        "refund",
        &body("0220", &[]),
        &sale(1_200),
        "`refund` gives back an earlier sale, and this payment is no refund; use another operation",
    );
    let refunds = example().prepare("refund", &body("0220", &[]), &refund()).unwrap();
    assert!(refunds.is_repeatable());
}

#[test]
fn a_reversal_names_no_other_payment_as_its_original() {
    let original = |stan: &str| format!("0200{stan}{}", "0".repeat(32));
    let reversal = |stan: &str| body("0400", &[(90, &original(stan))]);
    assert!(example().prepare("sale-reversal", &reversal(STAN), &sale(1_200)).is_ok());
    check(
        "sale-reversal",
        &reversal("000122"),
        &sale(1_200),
        "the request to `sale-reversal` names another trace number in field 90 (original data \
         elements) than this payment's; correct it, or leave the field out",
    );
}

#[test]
fn what_the_terminal_must_give_is_asked_for() {
    check(
        "sale",
        &sale_body(),
        &Binding { stan: None, ..sale(1_200) },
        "`sale` needs the payment's trace number",
    );
    check(
        "sale",
        &sale_body(),
        &Binding { amount: None, ..sale(1_200) },
        "`sale` needs the payment's amount; only a service does without",
    );
    let yen = Some(Money::new(1_200, Currency::Jpy).unwrap());
    check(
        "sale",
        &sale_body(),
        &Binding { amount: yen, ..sale(1_200) },
        "`sale` cannot carry JPY: the destination's file has no code for it; use another way to pay",
    );
}

#[tokio::test]
async fn a_pin_goes_only_where_one_is_wanted() {
    let bench = Bench::that(Does::Silent);
    let with_pin = Binding { pin: Some(bench.pin()), ..sale(1_200) };
    let usage = |name: &str| example().operation(name).unwrap().pin();
    assert_eq!(usage("sale"), PinUse::Optional);
    assert_eq!(usage("balance"), PinUse::Optional);
    assert_eq!(usage("sale-reversal"), PinUse::None);
    let optional = "pin = \"optional\"\n\n# The batch: its totals";
    let required = plain().replace(optional, &optional.replace("optional", "required"));
    let required = Destination::parse("bank.toml", &required).unwrap();
    let asked = Binding { amount: None, ..sale(1) };
    let refused = required.prepare("balance", &body("0200", &[(2, PAN)]), &asked).unwrap_err();
    assert_eq!(refused.to_string(), "`balance` needs a PIN; ask the cardholder for it first");
    check(
        "sale-reversal",
        &body("0400", &[]),
        &with_pin,
        "`sale-reversal` takes no PIN; do not ask for one, or use another operation",
    );
    let long = plain().replace("\"iso-0\"", "\"iso-4\"");
    let long = Destination::parse("bank.toml", &long).unwrap();
    assert_eq!(
        long.prepare("sale", &sale_body(), &with_pin).unwrap_err().to_string(),
        "the PIN for `sale` was enciphered under another scheme, or in another format, than its \
         destination's"
    );
    let digest = |binding| example().prepare("sale", &sale_body(), binding).unwrap().digest();
    assert_eq!(digest(&sale(1_200)), digest(&with_pin), "the PIN block is not of the digest");
}

#[test]
fn the_same_message_in_any_order_is_the_same_request() {
    let digest = |fields: &[(u8, &str)]| {
        example().prepare("sale", &body("0200", fields), &sale(1_200)).unwrap().digest()
    };
    assert_eq!(digest(&[(2, PAN), (22, "051")]), digest(&[(22, "051"), (3, "000000"), (2, PAN)]));
    assert_ne!(digest(&[(22, "051")]), digest(&[(22, "071")]));
}

#[test]
fn a_request_that_another_destination_prepared_is_not_sent() {
    let wallet = crate::gateway::example();
    let prepared = wallet.prepare("query", b"{}", &crate::gateway::sale(1)).unwrap();
    let heard = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(async { Bench::that(Does::Silent).client.exchange(&prepared).await });
    assert_eq!(
        crate::exchange::told(&heard),
        "not sent, tls-failed: the request could not be made; report this with the steps that led \
         to it"
    );
}

proptest! {
    #[test]
    fn preparing_takes_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
        let destination = example();
        for operation in destination.operations() {
            let _ = destination.prepare(operation.name(), &bytes, &sale(1));
        }
    }

    #[test]
    fn no_app_gets_its_own_amount_or_number_through(
        numbers in proptest::collection::btree_set(2_u8..=128, 0..8),
        digits in "[0-9]{42}",
        minor in 1_u64..1_000_000,
    ) {
        let mut message = Message::new(&BODY, mti("0200"));
        for number in numbers {
            for length in [3, 6, 8, 12, 15, 42] {
                let _ = message.set(number, &digits[..length]);
            }
        }
        let packed = message.pack().unwrap();
        if let Ok(prepared) = example().prepare("sale", &packed, &sale(minor)) {
            let sent = Message::unpack(&BODY, prepared.bytes()).unwrap();
            prop_assert_eq!(sent.number(4), Some(minor));
            prop_assert_eq!(sent.text(11), Some(STAN));
            prop_assert_eq!(sent.text(41), Some("10000001"));
            prop_assert_eq!(sent.text(49), Some("156"));
            prop_assert!(!sent.has(52) && !sent.has(64) && !sent.has(128));
        }
    }
}
