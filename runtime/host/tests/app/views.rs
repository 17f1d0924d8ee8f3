//! Each kind of view through the whole contract: at its caps it is shown, over one it is a code.

use crate::fake::Fake;
use crate::guests::{app, intent, told};

async fn check(behaviour: &str, shown: usize, expected: &[&str]) {
    let session = Fake::new();
    let report = app().start(session.clone(), intent(behaviour)).await;
    let facts = told(&report);
    let facts = facts.strip_prefix("approved 1 CNY [").and_then(|facts| facts.strip_suffix(']'));
    assert_eq!(facts.map(|facts| facts.split(", ").collect()), Some(expected.to_vec()));
    assert_eq!(session.asked(), vec!["show"; shown], "{behaviour}");
}

#[tokio::test(start_paused = true)]
async fn every_view_at_its_caps_is_shown_and_its_answer_comes_back_whole() {
    let expected = [
        "message: shown",
        "progress: shown",
        "qr: shown",
        "menu: row 199",
        "amount: 999999999999",
        "form: 5 values of 600 characters",
        "present-card: shown",
        "signature: 1 strokes",
        "4000 points",
        "0 0 to 1000 400",
        "done: shown",
        "failed: shown",
        "attention: shown",
        "preview: shown",
        "longest wait: shown",
    ];
    check("views-at-caps", 13, &expected).await;
}

#[tokio::test(start_paused = true)]
async fn every_view_over_a_cap_is_a_code_and_nothing_is_shown() {
    let expected = [
        "message: Code::TooLarge",
        "progress: Code::TooLarge",
        "qr: Code::TooLarge",
        "menu: Code::TooLarge",
        "amount: Code::TooLarge",
        "form: Code::TooLarge",
        "present-card: Code::TooLarge",
        "signature: Code::TooLarge",
        "done: Code::TooLarge",
        "failed: Code::TooLarge",
        "attention: Code::TooLarge",
        "preview: Code::BadText",
        "longest wait: Code::TooLarge",
        "body: Code::TooLarge",
        "row: Code::TooLarge",
        "label: Code::TooLarge",
        "value: Code::TooLarge",
        "no value: Code::BadText",
        "no field: Code::BadText",
        "no amount: Code::BadText",
    ];
    check("views-over-caps", 0, &expected).await;
}

#[tokio::test(start_paused = true)]
async fn nothing_that_can_be_answered_asks_for_a_secret() {
    let expected = [
        "amount: Code::BadText",
        "menu: Code::BadText",
        "signature: Code::BadText",
        "digits: Code::BadText",
        "text: Code::BadText",
        "phone: Code::BadText",
        "email: Code::BadText",
        "title: Code::BadText",
        "form: 1",
    ];
    check("asks-for-secrets", 1, &expected).await;
}

#[tokio::test(start_paused = true)]
async fn forms_end_at_their_limit() {
    let report = app().start(Fake::new(), intent("hoards-forms")).await;
    assert_eq!(told(&report), "guest: start trapped: more than 4 forms are alive at once");
    assert_eq!(app().serve(Fake::new(), "next").await.result, Ok(Ok(())));
}
