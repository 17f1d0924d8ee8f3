//! The batch: its number, its rows, what it comes to.

use super::cards::{CHIP, last};
use super::fake::FakeTill;
use crate::batch;
use crate::service::{REFUND, SALE, VOID};
use caisson_sdk::emv::Decision;
use caisson_sdk::{Outcome, storage};

fn rows(till: &mut FakeTill) -> String {
    let (rows, _) = batch::all(till).unwrap();
    let text =
        rows.iter().map(|row| format!("{} {:?} {} {}", row.row, row.deed, row.stan, row.minor));
    text.collect::<Vec<_>>().join(", ")
}

fn fresh() -> FakeTill {
    let mut till = FakeTill::new(SALE, "");
    till.storage.clear();
    till
}

#[test]
fn without_a_sign_on_no_money_is_taken_where_the_acquirer_wants_one() {
    let outcome = fresh().start(SALE);
    assert_eq!(outcome, Outcome::cancelled("sign-on-needed"));
    let mut till =
        FakeTill::new(SALE, "sale: paid").with_cards([CHIP]).setting_to("sign-on", "none");
    till.storage.clear();
    till.start(SALE);
    assert_eq!(till.message(0).text(60), Some("22000001000"));
    assert_eq!(rows(&mut till), "0 Sale 000042 1200");
}

#[test]
fn an_approval_becomes_a_row_and_nothing_else_does() {
    let check = |script: &str, expected: &str| {
        let mut till = FakeTill::new(SALE, script).with_cards([CHIP]);
        till.start(SALE);
        assert_eq!(rows(&mut till), expected, "{script}");
    };
    check("sale: paid", "3 Sale 000042 1200");
    check("sale: paid 500", "3 Sale 000042 500");
    check("sale: not-paid", "");
    check("sale: not-sent", "");
    check("sale: no-answer, sale-reversal: undone", "");
    check("sale: no-answer, sale-reversal: no-answer", "");
}

#[test]
fn a_refused_approval_has_no_row() {
    let mut till = FakeTill::new(SALE, "sale: paid, sale-reversal: undone").with_cards([CHIP]);
    till.last = Ok(last(Decision::Declined));
    till.start(SALE);
    assert_eq!(rows(&mut till), "");
}

#[test]
fn a_row_whose_payment_is_taken_back_after_a_power_cut_goes_with_it() {
    let mut till =
        FakeTill::new(SALE, "sale: paid, sale-reversal-repeat: undone").with_cards([CHIP]);
    till.start(SALE);
    assert_eq!(rows(&mut till), "3 Sale 000042 1200");
    // The outcome was returned, and the power went before it was durable.
    till.cut();
    till.recover();
    assert_eq!(rows(&mut till), "");
}

#[test]
fn two_payments_never_share_a_row() {
    let mut till = FakeTill::new(SALE, "sale: paid").with_cards([CHIP]);
    till.start(SALE);
    let mut next = FakeTill::new(SALE, "sale: no-answer, sale-reversal: undone").with_cards([CHIP]);
    next.storage = till.storage;
    next.start(SALE);
    let mut third = FakeTill::new(SALE, "sale: paid").with_cards([CHIP]);
    third.storage = next.storage;
    third.start(SALE);
    assert_eq!(rows(&mut third), "3 Sale 000042 1200, 5 Sale 000042 1200");
}

#[test]
fn a_void_and_a_refund_are_given_back_and_the_sales_stay_sales() {
    let page = br#"{"batch":"000007","rows":[
        {"n":0,"d":"sale","s":"000011","m":1000},
        {"n":1,"d":"sale","s":"000012","m":200},
        {"n":2,"d":"pre-auth","s":"000013","m":5000}]}"#;
    let mut till = FakeTill::new(VOID, "void: paid").with_cards([CHIP]);
    till.storage.insert("batch-rows-0".into(), page.to_vec());
    till.start(VOID);
    let mut refund = FakeTill::new(REFUND, "refund: paid").with_cards([CHIP]);
    refund.storage = till.storage;
    refund
        .storage
        .insert("batch".into(), br#"{"number":"000007","next":9,"currency":"CNY"}"#.to_vec());
    refund.start(REFUND);
    let (_, totals) = batch::all(&mut refund).unwrap();
    assert_eq!((totals.taken, totals.taken_minor), (2, 1200));
    assert_eq!((totals.refunded, totals.refunded_minor), (2, 2400));
}

#[test]
fn a_full_batch_and_one_of_another_currency_are_settled_first() {
    let mut till = FakeTill::new(SALE, "");
    assert_eq!(batch::open(&mut till, "CNY").unwrap(), "000007");
    assert_eq!(batch::open(&mut till, "HKD").unwrap_err().reason(), "batch-to-settle");
    let rows = (0..80).map(|n| format!(r#"{{"n":{n},"d":"sale","s":"1","m":1}}"#));
    let rows = rows.collect::<Vec<_>>().join(",");
    for page in 0..12 {
        let text = format!(r#"{{"batch":"000007","rows":[{rows}]}}"#);
        till.storage.insert(format!("batch-rows-{page}"), text.into_bytes());
    }
    assert_eq!(batch::open(&mut till, "CNY").unwrap_err().reason(), "batch-to-settle");
}

#[test]
fn a_batch_of_many_pages_keeps_every_row_and_fits_its_storage() {
    let mut till = fresh();
    batch::begin(&mut till, "000009").unwrap();
    let count = 200;
    for number in 0..count {
        let mut sale = FakeTill::new(SALE, "sale: paid").with_cards([CHIP]);
        sale.storage = till.storage;
        assert!(matches!(sale.start(SALE), Outcome::Approved(_)));
        till = sale;
        assert_eq!(batch::all(&mut till).unwrap().0.len(), number + 1);
    }
    let (_, totals) = batch::all(&mut till).unwrap();
    assert_eq!((totals.taken, totals.taken_minor), (200, 200 * 1200));
}

#[test]
fn a_batch_is_replaced_only_where_nothing_is_in_it() {
    let mut till = fresh();
    assert!(batch::begin(&mut till, "000003").unwrap());
    assert!(batch::begin(&mut till, "000003").unwrap());
    assert!(batch::begin(&mut till, "000004").unwrap());
    let page = br#"{"batch":"000004","rows":[{"n":0,"d":"sale","s":"000011","m":1000}]}"#;
    till.storage.insert("batch-rows-0".into(), page.to_vec());
    assert!(!batch::begin(&mut till, "000005").unwrap());
    assert!(batch::begin(&mut till, "000004").unwrap());
}

#[test]
fn rows_of_a_closed_batch_are_no_rows_of_the_next() {
    let mut till = FakeTill::new(SALE, "sale: paid").with_cards([CHIP]);
    till.start(SALE);
    let (_, totals) = batch::all(&mut till).unwrap();
    assert_eq!(batch::close(&mut till, &totals, None).unwrap(), "000008");
    assert_eq!(rows(&mut till), "");
    let mut last = totals.clone();
    last.number = "999999".into();
    assert_eq!(batch::close(&mut till, &last, None).unwrap(), "000001");
    assert_eq!(batch::close(&mut till, &last, Some("000077")).unwrap(), "000077");
    assert_eq!(batch::close(&mut till, &last, Some("000000")).unwrap(), "000001");
}

#[test]
fn a_storage_that_fails_stops_a_sale_before_the_bank_is_asked() {
    let mut till = FakeTill::new(SALE, "").with_cards([CHIP]);
    till.writes_left = 0;
    let outcome = till.start(SALE);
    assert_eq!(till.transcript(&outcome), "detect cts; first; cancelled storage-full");
    assert_eq!(till.log, Vec::<String>::new());
    let broken = storage::Error { code: storage::Code::Other, detail: String::new() };
    assert_eq!(caisson_sdk::Stop::from(broken).reason(), "app-failed");
}

#[test]
fn a_row_of_a_batch_that_was_closed_meanwhile_goes_to_no_other_batch() {
    let mut till = FakeTill::new(REFUND, "refund: no-answer, refund: paid").with_cards([CHIP]);
    till.start(REFUND);
    till.storage
        .insert("batch".into(), br#"{"number":"000008","next":1,"currency":"CNY"}"#.to_vec());
    let page = br#"{"batch":"000008","rows":[{"n":0,"d":"sale","s":"000050","m":700}]}"#;
    till.storage.insert("batch-rows-0".into(), page.to_vec());
    assert!(matches!(till.recover(), Outcome::Approved(_)));
    assert_eq!(rows(&mut till), "0 Sale 000050 700");
}

#[test]
fn rows_never_come_back_with_a_number_that_is_given_again() {
    let mut till = FakeTill::new(SALE, "");
    let rows_of = |count: usize| {
        let rows = (0..count).map(|n| format!(r#"{{"n":{n},"d":"sale","s":"1","m":1}}"#));
        rows.collect::<Vec<_>>().join(",")
    };
    for page in 0..2 {
        let text = format!(r#"{{"batch":"000007","rows":[{}]}}"#, rows_of(80));
        till.storage.insert(format!("batch-rows-{page}"), text.into_bytes());
    }
    let (_, totals) = batch::all(&mut till).unwrap();
    assert_eq!(totals.taken, 160);
    batch::close(&mut till, &totals, None).unwrap();
    batch::begin(&mut till, "000007").unwrap();
    assert_eq!(rows(&mut till), "");
    let text = format!(r#"{{"batch":"000007","rows":[{}]}}"#, rows_of(80));
    till.storage.insert("batch-rows-0".into(), text.into_bytes());
    assert_eq!(batch::all(&mut till).unwrap().0.len(), 80);
}
