//! The customer scans a code.

use super::fake::FakeTill;
use crate::SHOW_CODE;
use crate::emvco::{MerchantPresented, Value};
use crate::show_code::code_in;
use caisson_core::payment::State;

const URL: &str = "https://pay.example/q/ABC123";
const SHOWN: &str = "[Making the code]; create; [Scan to pay]";

fn shown(script: &str) -> FakeTill {
    FakeTill::new(SHOW_CODE, &format!("create: code {URL}, {script}"))
}

#[track_caller]
fn check(mut till: FakeTill, expected: &str) {
    let outcome = till.start(SHOW_CODE);
    assert_eq!(till.transcript(&outcome), expected);
    assert!(till.script.is_empty(), "never asked: {:?}", till.script);
}

#[test]
fn a_shown_code_is_asked_about_until_it_is_paid() {
    check(
        shown("query: open x4, query: paid"),
        &format!("{SHOWN}; +2000 query x5; approved 12.00 CNY (T1)"),
    );
    check(
        shown("query: no-answer x2, query: paid").setting_to("show-code.poll-ms", "700"),
        &format!("{SHOWN}; +700 query x3; approved 12.00 CNY (T1)"),
    );
    check(
        shown("query: open, query: not-paid customer-refused"),
        &format!("{SHOWN}; +2000 query x2; declined customer-refused"),
    );
    check(shown("query: no-answer x3"), &format!("{SHOWN}; +2000 query x3; unknown"));
}

#[test]
fn an_offer_is_closed_before_it_ends() {
    let short = |script: &str| shown(script).setting_to("show-code.expires-ms", "10000");
    let closing = format!("{SHOWN}; +2000 query x5; [Taking the order back]; close");
    check(short("query: open x5, close: undone"), &format!("{closing}; cancelled offer-expired"));
    check(short("query: open x5, close: paid"), &format!("{closing}; approved 12.00 CNY (T1)"));
    check(
        short("query: open x5, close: no-answer, query: undone"),
        &format!("{closing}; +2000 query; cancelled offer-expired"),
    );
    check(
        shown("query: open, close: undone").cancelling_at_wait(2),
        &format!(
            "{SHOWN}; +2000 query; cancel; [Taking the order back]; close; \
             cancelled cancelled-by-cashier"
        ),
    );
    check(
        shown("query: open, close: no-answer").cancelling_at_wait(2),
        &format!("{SHOWN}; +2000 query; cancel; [Taking the order back]; close; unknown"),
    );
    check(shown("query: undone"), &format!("{SHOWN}; +2000 query; cancelled offer-expired"));
}

#[test]
fn an_order_that_cannot_be_shown_is_closed() {
    let check = |script: &str, expected: &str| {
        check(FakeTill::new(SHOW_CODE, script), &format!("[Making the code]; create; {expected}"));
    };
    check("create: not-sent", "cancelled offline");
    check("create: not-paid not-supported", "declined not-supported");
    check(
        "create: no-answer, close: undone",
        "[Taking the order back]; close; cancelled order-closed",
    );
    check("create: open, close: paid", "[Taking the order back]; close; approved 12.00 CNY (T1)");
}

#[test]
fn a_closed_offer_is_watched_by_the_terminal() {
    let mut till = shown("query: open, close: undone").cancelling_at_wait(2);
    till.start(SHOW_CODE);
    assert_eq!(till.state(), State::Cancelled);
}

fn emvco(script: &str) -> FakeTill {
    shown(script)
        .setting_to("show-code.format", "emvco")
        .setting_to("emvco.account-id", "cn.acquirer")
        .setting_to("emvco.category", "5411")
        .setting_to("emvco.merchant-name", "茶馆")
        .setting_to("emvco.city", "Beijing")
}

#[test]
fn an_emvco_payload_carries_the_wallets_code_and_the_amount() {
    let mut till = emvco("query: paid");
    till.start(SHOW_CODE);
    let [text] = till.shown.as_slice() else { panic!("{:?}", till.shown) };
    let read = MerchantPresented::parse(text).unwrap();
    assert_eq!(read.value(54), Some(&Value::Text("12.00".into())));
    assert_eq!(read.value(53), Some(&Value::Text("156".into())));
    assert_eq!(read.value(59), Some(&Value::Text("茶馆".into())));
    assert_eq!(read.member(26, 0), Some("cn.acquirer"));
    assert_eq!(code_in(text).as_deref(), Some(URL));
    assert_eq!(code_in(URL).as_deref(), Some(URL));
}

#[test]
fn what_does_not_fit_into_emvco_is_shown_as_the_wallets_own_code() {
    let shows_url = |mut till: FakeTill, log: &str| {
        till.start(SHOW_CODE);
        assert!(code_in(&till.shown[0]).is_some_and(|url| url.starts_with("https://")));
        assert_eq!(till.shown[0], code_in(&till.shown[0]).unwrap());
        assert_eq!(till.log, [log]);
    };
    let mut till = emvco("query: paid");
    till.settings.remove("emvco.city");
    shows_url(
        till,
        "show-code.format emvco: the setting emvco.city is missing; the wallet's own code is \
         shown",
    );
    let mut till = emvco("query: paid");
    till.script[0].1 = super::fake::Said::parse(&format!("code {URL}{}", "x".repeat(90)));
    shows_url(
        till,
        "show-code.format emvco: data object 01: value of 118 characters, allowed 1 to 99; the \
         wallet's own code is shown",
    );
    shows_url(
        shown("query: paid").setting_to("show-code.format", "picture"),
        "setting show-code.format: neither url nor emvco; url is used",
    );
}
