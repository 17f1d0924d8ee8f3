//! What the acquirer says, for people.

use super::fake::FakeTill;
use crate::{QUERY, lookup};
use caisson_sdk::{Outcome, camera, network};
use serde_json::{Value, json};

#[track_caller]
fn check(found: Result<Value, network::Code>, expected: &str) {
    let mut till = FakeTill::new(QUERY, "").scanning(Ok("A1B2C3"));
    till.found = found;
    lookup::serve(&mut till).unwrap();
    assert_eq!(
        till.transcript(&Outcome::Unknown),
        format!("scan; [Looking up]; lookup A1B2C3; message Order: A1B2C3//{expected}; unknown")
    );
}

#[test]
fn each_answer_is_told_in_words() {
    let money = json!({ "result": "PAID", "amount": 1200, "refunded": 500, "currency": "CNY" });
    check(Ok(money), "Paid: 12.00 CNY/Of this given back: 5.00 CNY");
    let numbered = json!({
        "result": "PAID", "amount": 1200, "refunded": 0, "currency": "CNY", "transaction": "T9",
    });
    check(Ok(numbered), "Paid: 12.00 CNY/Transaction: T9");
    check(Ok(json!({ "result": "NOT_FOUND" })), "The acquirer does not know this order.");
    check(
        Ok(json!({ "result": "CLOSED" })),
        "The order is closed: not charged, or given back in full.",
    );
    let unclear = "The acquirer's answer could not be understood. Ask again later.";
    check(Ok(json!({ "result": "PAID" })), unclear);
    check(Ok(json!({ "result": "PAID", "amount": -1, "currency": "CNY" })), unclear);
    check(Ok(json!([])), unclear);
    check(
        Err(network::Code::NoAnswer),
        "The acquirer did not answer. Check the network and ask again.",
    );
}

#[test]
fn what_is_no_order_number_goes_nowhere() {
    for text in ["https://example.com", "a1b2", "", "A1B2C3A1B2C3A1B2C3A1B2C3A1B2C3A1B"] {
        let mut till = FakeTill::new(QUERY, "").scanning(Ok(text));
        lookup::serve(&mut till).unwrap();
        assert_eq!(
            till.transcript(&Outcome::Unknown),
            "scan; message Order: That is no order number. Scan the code on the receipt.; unknown"
        );
    }
}

#[test]
fn a_cancelled_scan_ends_quietly() {
    let mut till = FakeTill::new(QUERY, "").scanning(Err(camera::Code::Cancelled));
    let stop = lookup::serve(&mut till).unwrap_err();
    assert_eq!(stop.reason(), "cancelled-by-cashier");
}

#[test]
fn every_text_fits_its_place_in_both_languages() {
    use crate::words::Words;
    for words in [&Words::ZH, &Words::EN] {
        let short = [words.show_payment_code, words.show_receipt, words.scan_to_pay, words.order];
        let views = [
            &words.paying,
            &words.confirming,
            &words.taking_back,
            &words.making_code,
            &words.refunding,
            &words.looking_up,
        ];
        for text in short.into_iter().chain(views.map(|view| view.title)) {
            assert!((1..=60).contains(&text.chars().count()), "{text}");
        }
        for view in views {
            assert!((1..=2000).contains(&view.body.chars().count()), "{}", view.title);
        }
    }
}
