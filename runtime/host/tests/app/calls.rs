//! What works, passes through intact; what is written goes to the log, without card numbers.

use crate::fake::Fake;
use crate::guests::{app, intent, load, start, ticket, told, wasm};
use caisson_core::permission::{Audit, Permission};
use caisson_host::ServiceKind;

#[tokio::test(start_paused = true)]
async fn services_are_told_as_the_app_says_them() {
    let report = app().services(Fake::new()).await;
    let services = report.result.unwrap();
    let [service] = services.as_slice() else { panic!("{services:?}") };
    assert_eq!((service.id.as_str(), service.kind), ("pay", ServiceKind::Sale));
    assert_eq!((service.zh.as_str(), service.en.as_str()), ("收款", "Take money"));
    assert_eq!(report.log, "services\n");
}

#[tokio::test(start_paused = true)]
async fn an_intent_and_an_answer_reach_the_app_and_its_outcome_comes_back_intact() {
    let session = Fake::new();
    let report = app().start(session.clone(), intent("echoes")).await;
    assert_eq!(
        told(&report),
        "approved 1150 CNY [service: echoes, greeting: 你好, no such setting: None, \
         reading: Reading::Paid, body: {\"state\":\"PAID\"}]"
    );
    assert_eq!(session.asked(), ["submit pay {\"greeting\":\"你好\"}", "note 你好"]);
}

#[tokio::test(start_paused = true)]
async fn a_ticket_reaches_a_fresh_instance_with_its_note() {
    let report = app().recover(Fake::new(), ticket("echoes")).await;
    assert_eq!(
        told(&report),
        "approved 1200 CNY [service: echoes, greeting: 你好, note: noted, age: 15001, closed: true]"
    );
}

#[tokio::test(start_paused = true)]
async fn a_guest_that_trapped_after_sending_recovers_by_asking() {
    let session = Fake::new();
    let report = app().start(session.clone(), intent("traps-after-send")).await;
    assert_eq!(
        told(&report),
        "guest: start trapped: wasm trap: wasm `unreachable` instruction executed"
    );
    let code = "{\"code\":\"134567890123456789\",\"wallet\":\"wechat\"}";
    assert_eq!(
        session.asked(),
        ["scan Show your code".to_owned(), format!("submit pay {code}"), "note trapped".to_owned()]
    );
    let session = Fake::new();
    let report = app().recover(session.clone(), ticket("traps-after-send")).await;
    assert_eq!(told(&report), "approved 1150 CNY []");
    assert_eq!(session.asked(), ["inquire query {}"]);
}

#[tokio::test(start_paused = true)]
async fn a_guest_that_traps_before_sending_has_sent_nothing() {
    let session = Fake::new();
    let report = app().start(session.clone(), intent("traps-before-send")).await;
    assert!(report.result.is_err());
    assert_eq!(session.asked(), ["scan Show your code"]);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_moves_no_money_runs_and_says_so() {
    let report = app().serve(Fake::new(), "查询").await;
    assert_eq!(report.result, Ok(Ok(())));
    assert_eq!(report.log, "serve 查询\n");
}

#[tokio::test(start_paused = true)]
async fn a_card_number_in_the_log_is_told_by_its_length_only() {
    let report = start(app(), "log-leak").await;
    assert_eq!(report.log, "card [16 digits] seen\ncard [16 digits] seen\n");
}

#[tokio::test(start_paused = true)]
async fn an_amount_without_a_currency_is_a_return_that_breaks_the_contract() {
    assert_eq!(
        told(&start(app(), "lies-about-currency").await),
        "guest: start returned no amount: \"€uro\" is not a currency of this terminal (CNY, HKD, MOP, \
         USD, EUR, GBP, JPY, KWD)"
    );
}

#[tokio::test(start_paused = true)]
async fn each_use_of_a_permission_is_counted_for_the_app() {
    let app = load(wasm()).unwrap();
    start(&app, "echoes").await;
    start(&app, "echoes").await;
    assert_eq!(app.audit(), [(Permission::Payment, Audit { allowed: 2, refused: 0 })]);
}
