//! What moves no money: sign-on, balance, settlement, totals.

use super::cards::{CHIP, Card};
use super::fake::FakeTill;
use super::script::answer;
use crate::service::{BALANCE, SALE, SETTLE, SIGN_ON, TOTALS};
use crate::{batch, serve};
use caisson_iso8583::Mti;
use caisson_sdk::card_reader::Code;
use caisson_sdk::{Outcome, network};

fn till() -> FakeTill {
    FakeTill::new(SALE, "")
}

type Call<'c> = (&'c str, Result<Vec<u8>, network::Code>);

/// Runs the service and returns what happened.
#[track_caller]
fn served(till: &mut FakeTill, service: &str, calls: Vec<Call<'_>>) -> String {
    till.calls = calls.into_iter().map(|(name, said)| (name.to_owned(), said)).collect();
    serve(till, service).unwrap();
    assert!(till.calls.is_empty(), "never asked: {:?}", till.calls);
    till.transcript(&Outcome::Unknown).replace("; unknown", "")
}

fn said(mti: u16, code: &str, more: &[(u8, &str)]) -> Result<Vec<u8>, network::Code> {
    Ok(answer(Mti::new(mti).unwrap(), code, more))
}

/// The rows of a batch with two sales, one of them voided, and a refund.
fn with_rows(mut till: FakeTill) -> FakeTill {
    let page = br#"{"batch":"000007","rows":[
        {"n":0,"d":"sale","s":"000011","r":"030500000011","a":"A11111","m":1000},
        {"n":1,"d":"sale","s":"000012","m":200},
        {"n":2,"d":"void","s":"000013","m":200},
        {"n":3,"d":"refund","s":"000014","m":300}]}"#;
    till.storage.insert("batch-rows-0".into(), page.to_vec());
    till
}

#[test]
fn the_terminal_takes_every_service_and_finds_the_refund_first() {
    let services = <crate::CardApp as caisson_sdk::PaymentApp>::services();
    assert!(services.len() <= 16);
    for service in &services {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        assert!((1..=20).contains(&service.id.len()) && service.id.bytes().all(plain));
        assert!(!service.zh.is_empty() && !service.en.is_empty());
    }
    let of = |kind: &str| services.iter().find(|service| service.kind == kind).unwrap();
    assert_eq!((of("sale").id.as_str(), of("refund").id.as_str()), (SALE, "refund"));
}

#[test]
fn a_sign_on_opens_the_banks_batch() {
    let mut till = till();
    till.storage.clear();
    let calls = vec![("sign-on", said(0x0810, "00", &[(60, "00000123003")]))];
    assert_eq!(
        served(&mut till, SIGN_ON, calls),
        "[Sign on]; sign-on; done Sign on: Signed on. Batch 000123"
    );
    assert_eq!(batch::open(&mut till, "CNY").unwrap(), "000123");
    let message = till.message(0);
    assert_eq!(message.mti().to_string(), "0800");
    assert_eq!(message.text(60), Some("00000000003"));
}

#[test]
fn a_sign_on_that_fails_says_why_and_changes_nothing() {
    let check = |call: Result<Vec<u8>, network::Code>, expected: &str| {
        let mut till = till();
        let text = served(&mut till, SIGN_ON, vec![("sign-on", call)]);
        assert_eq!(text, format!("[Sign on]; sign-on; failed Sign on: {expected}"));
        assert_eq!(batch::open(&mut till, "CNY").unwrap(), "000007");
    };
    check(said(0x0810, "97", &[]), "The bank refused, code 97");
    let silent = "The bank did not answer. Check the network and try again.";
    check(Err(network::Code::NoAnswer), silent);
    check(Err(network::Code::NotSent), silent);
    check(Ok(vec![1, 2, 3]), silent);
    check(said(0x0810, "00", &[]), silent);
    check(said(0x0810, "00", &[(60, "00000000003")]), silent);
}

#[test]
fn a_batch_with_rows_is_not_lost_to_a_sign_on() {
    let mut till = with_rows(till());
    let calls = vec![("sign-on", said(0x0810, "00", &[(60, "00000123003")]))];
    assert_eq!(
        served(&mut till, SIGN_ON, calls),
        "[Sign on]; sign-on; failed Sign on: The batch is still open. Settle again later."
    );
    assert_eq!(batch::open(&mut till, "CNY").unwrap(), "000007");
}

#[test]
fn a_balance_is_shown_and_the_chip_is_told() {
    let mut till = till().with_cards([CHIP]);
    let amounts = "1001156C0000000999991002156C000000012345";
    let calls = vec![("balance", said(0x0210, "00", &[(54, amounts)]))];
    assert_eq!(
        served(&mut till, BALANCE, calls),
        "detect cts; first; [Balance]; balance; last yes 00; done Balance: Available: 123.45 CNY"
    );
    let message = till.message(0);
    assert!(!message.has(4) && message.has(55) && message.has(35));
    assert_eq!(message.text(60), Some("01000007000"));
}

#[test]
fn a_balance_that_is_not_told_is_not_guessed() {
    let check = |more: &[(u8, &str)], expected: &str| {
        let mut till = till().with_cards([CHIP]);
        let text = served(&mut till, BALANCE, vec![("balance", said(0x0210, "00", more))]);
        assert!(text.ends_with(expected), "{text}");
    };
    let none = "done Balance: The bank named no balance.";
    check(&[], none);
    check(&[(54, "1002156D000000012345")], none);
    check(&[(54, "1002999C000000012345")], none);
    check(&[(54, "1002156C00000001234")], none);
    let mut till = till().with_cards([CHIP]);
    let text = served(&mut till, BALANCE, vec![("balance", Err(network::Code::NoAnswer))]);
    assert!(text.contains("last unable; failed Balance"), "{text}");
    let mut cancelled = self::till().with_cards([Card::Trouble(Code::Cancelled)]);
    assert_eq!(serve(&mut cancelled, BALANCE).unwrap_err().reason(), "cancelled-by-cashier");
}

#[test]
fn a_batch_whose_totals_agree_is_closed() {
    let mut till = with_rows(till());
    let calls = vec![("settle", said(0x0510, "00", &[]))];
    assert_eq!(
        served(&mut till, SETTLE, calls),
        "[Settlement]; settle; done Settlement: The totals agree. The batch is settled./\
         Batch: 000007/Sales (2): 12.00 CNY/Refunds and voids (2): 5.00 CNY/Signed on. Batch 000008"
    );
    let message = till.message(0);
    assert_eq!(message.mti().to_string(), "0500");
    assert_eq!(message.text(60), Some("00000007201"));
    let field_48 = format!("000000001200002000000000500002{}", "0".repeat(32));
    assert_eq!(message.text(48), Some(field_48.as_str()));
    assert_eq!(batch::open(&mut till, "CNY").unwrap(), "000008");
}

#[test]
fn a_batch_whose_totals_differ_is_sent_row_by_row_and_then_closed() {
    let mut till = with_rows(till());
    let calls = vec![
        ("settle", said(0x0510, "95", &[])),
        ("upload", said(0x0330, "00", &[])),
        ("upload", said(0x0330, "00", &[])),
        ("upload", said(0x0330, "00", &[])),
        ("upload", said(0x0330, "00", &[])),
        ("upload-end", said(0x0330, "00", &[(60, "00000020207")])),
    ];
    let text = served(&mut till, SETTLE, calls);
    assert!(
        text.starts_with(
            "[Settlement]; settle; [Sending the batch line by line]; upload; upload; upload; upload; \
             upload-end; \
             done Settlement: The totals differed;"
        ),
        "{text}"
    );
    let fields = |at: usize, numbers: &[u8]| -> Vec<String> {
        let message = till.message(at);
        numbers.iter().map(|n| message.text(*n).unwrap_or("-").to_owned()).collect()
    };
    let numbers = [4, 37, 38, 60, 61];
    assert_eq!(
        fields(1, &numbers),
        ["000000001000", "030500000011", "A11111", "22000007201", "000007000011"]
    );
    assert_eq!(fields(2, &numbers), ["000000000200", "-", "-", "22000007201", "000007000012"]);
    assert_eq!(fields(3, &numbers), ["000000000200", "-", "-", "23000007201", "000007000013"]);
    assert_eq!(fields(4, &numbers), ["000000000300", "-", "-", "25000007201", "000007000014"]);
    assert_eq!(fields(5, &[48, 60]), ["0004", "00000007207"]);
    assert_eq!(batch::open(&mut till, "CNY").unwrap(), "000020");
}

#[test]
fn row_13_a_settlement_that_was_interrupted_is_done_again_under_its_number() {
    let interrupted: Vec<Vec<Call<'_>>> = vec![
        vec![("settle", Err(network::Code::NoAnswer))],
        vec![("settle", said(0x0510, "96", &[]))],
        vec![("settle", said(0x0510, "95", &[])), ("upload", Err(network::Code::NoAnswer))],
        vec![
            ("settle", said(0x0510, "95", &[])),
            ("upload", said(0x0330, "00", &[])),
            ("upload", said(0x0330, "00", &[])),
            ("upload", said(0x0330, "00", &[])),
            ("upload", said(0x0330, "00", &[])),
            ("upload-end", Err(network::Code::NotSent)),
        ],
    ];
    for calls in interrupted {
        let mut till = with_rows(till());
        let text = served(&mut till, SETTLE, calls);
        assert!(text.ends_with("/The batch is still open. Settle again later."), "{text}");
        assert_eq!(batch::open(&mut till, "CNY").unwrap(), "000007");
        assert_eq!(batch::all(&mut till).unwrap().0.len(), 4);
        let mut again = self::till();
        again.storage = till.storage;
        served(&mut again, SETTLE, vec![("settle", said(0x0510, "00", &[]))]);
        assert_eq!(again.message(0).text(60), Some("00000007201"));
    }
}

#[test]
fn an_empty_batch_is_not_sent() {
    assert_eq!(
        served(&mut till(), SETTLE, vec![]),
        "done Settlement: There is nothing in this batch."
    );
}

#[test]
fn the_totals_of_the_last_batch_are_printed_again_and_again() {
    let mut till = till();
    assert_eq!(
        served(&mut till, TOTALS, vec![]),
        "message Settlement totals: No batch was settled yet."
    );
    let mut till = with_rows(till);
    served(&mut till, SETTLE, vec![("settle", said(0x0510, "00", &[]))]);
    let sheet = [
        "Settlement totals",
        "Batch: 000007",
        "Sales (2): 12.00 CNY",
        "Refunds and voids (2): 5.00 CNY",
    ];
    served(&mut till, TOTALS, vec![]);
    assert_eq!(till.printed, sheet);
    served(&mut till, TOTALS, vec![]);
    assert_eq!(till.printed, [sheet, sheet].concat());
}

#[test]
fn a_terminal_that_refuses_a_request_ends_the_service() {
    let mut till = with_rows(till());
    till.calls = [("settle".to_owned(), Err(network::Code::UnknownOperation))].into();
    assert_eq!(serve(&mut till, SETTLE).unwrap_err().reason(), "app-failed");
    assert!(serve(&mut till, "sale").is_err());
}

#[test]
fn every_text_fits_its_place_in_both_languages() {
    use crate::words::Words;
    for words in [&Words::ZH, &Words::EN] {
        let prompt = &words.prompt;
        let short = [
            prompt.any,
            prompt.insert,
            prompt.swipe,
            prompt.not_tap,
            prompt.again,
            prompt.one,
            words.keep_part,
            words.give_back,
            words.totals,
        ];
        let views = [
            &words.asking,
            &words.taking_back,
            &words.sign_on,
            &words.balance,
            &words.settle,
            &words.uploading,
        ];
        // An amount of at most 20 characters follows.
        assert!((1..=38).contains(&words.partial.chars().count()));
        for text in short.into_iter().chain(views.map(|view| view.title)) {
            assert!((1..=60).contains(&text.chars().count()), "{text}");
        }
        for view in views {
            assert!((1..=2000).contains(&view.body.chars().count()), "{}", view.title);
        }
    }
}
