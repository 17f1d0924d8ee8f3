//! What people answer reaches the app as they gave it; what does not fit is no answer; and no app
//! says how a payment ended.

use crate::till::{GUEST, Till, play, play_prepared, request};
use caisson_core::view::{Mark, View};
use caisson_devices::screen::{Key, Point};
use std::fs;
use std::time::Duration;
use tokio::time::sleep;

/// The view's kind in a word, for whoever waits for it.
fn kind(view: &View) -> &'static str {
    match view {
        View::Amount { .. } => "amount",
        View::Form { .. } => "form",
        View::Signature { .. } => "signature",
        View::Preview { .. } => "preview",
        View::Result { .. } => "result",
        _ => "other",
    }
}

/// Waits until such a view is on the screen, at most two minutes.
async fn seen(till: &Till, wanted: &str) {
    for _ in 0..6_000 {
        let current = till.screen.current();
        if current.is_some_and(|showing| kind(&showing.view) == wanted) {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("no {wanted} was shown: {}", till.log());
}

fn values(texts: [&str; 2]) -> Key {
    Key::Values(texts.map(str::to_owned).to_vec())
}

/// What the guest says in its log of each answer, the views having got these keys.
async fn answered(till: &mut Till, keys: &[(&str, Vec<Key>)]) -> String {
    let terminal = till.terminal.clone();
    let sale = tokio::spawn(async move { terminal.pay(request(GUEST, "12.00")).await });
    for (view, keys) in keys {
        seen(till, view).await;
        for key in keys {
            assert!(till.screen.press(key.clone()));
        }
    }
    sale.await.unwrap().unwrap();
    let log = till.log();
    let told = log.lines().filter_map(|line| line.split_once("answered ").map(|(_, told)| told));
    let message = |told: &str| told.split(" app=").next().map(str::to_owned);
    told.filter_map(message).collect::<Vec<_>>().join(", ")
}

#[test]
fn what_people_answer_reaches_the_app_and_what_does_not_fit_is_no_answer() {
    play("asks-the-customer", async |till| {
        let inside = vec![vec![Point { x: 1, y: 2 }, Point { x: 1_000, y: 400 }]];
        let outside = vec![vec![Point { x: 1_001, y: 0 }]];
        let keys = [
            (
                "form",
                vec![values(["1234", ""]), values(["12a", ""]), values(["12", "a@b.example"])],
            ),
            ("amount", vec![Key::Amount(0), Key::Amount(501), Key::Ok, Key::Amount(500)]),
            ("signature", vec![Key::Strokes(outside), Key::Strokes(inside)]),
            ("preview", vec![Key::No, Key::Ok]),
        ];
        let told = "form: 12|a@b.example, amount: 500, signature: 1 strokes, 2 points, 1 2 to 1000 \
                    400, preview: shown";
        assert_eq!(answered(till, &keys).await, told);
    });
}

#[test]
fn nobody_acts_and_each_wait_ends_with_timeout() {
    play("asks-the-customer", async |till| {
        let told = "form: Code::Timeout, amount: Code::Timeout, signature: Code::Timeout, preview: \
                    Code::Timeout";
        assert_eq!(answered(till, &[]).await, told);
    });
}

#[test]
fn cancel_ends_the_wait_and_every_later_one() {
    play("asks-the-customer", async |till| {
        let told = "form: Code::Cancelled, amount: Code::Cancelled, signature: Code::Cancelled, \
                    preview: Code::Cancelled";
        assert_eq!(answered(till, &[("form", vec![Key::Cancel])]).await, told);
    });
}

#[test]
fn no_app_says_how_a_payment_ended() {
    play("ends-itself", async |till| {
        till.sale("12.00").await;
        till.settle().await;
        assert_eq!(
            till.facts(0).await,
            "done: Code::Denied, failed: Code::Denied, attention: Code::Denied"
        );
        assert_eq!((till.screen().as_str(), till.kept()), ("approved 12.00", vec![1_200]));
        assert!(till.screen.shown().iter().all(|showing| kind(&showing.view) != "result"));
    });
}

#[test]
fn a_service_that_moves_no_money_says_how_it_ended() {
    play_prepared(
        "honest",
        |folder| {
            let own = folder.join("storage/app.guest");
            fs::create_dir_all(&own).unwrap();
            fs::write(own.join("v.services"), "serves").unwrap();
        },
        async |till| {
            let terminal = till.terminal.clone();
            let served = tokio::spawn(async move { terminal.serve(GUEST, "ends").await });
            seen(till, "result").await;
            let showing = till.screen.current().unwrap();
            let (title, body) = ("1 voucher".to_owned(), "Worth 5.00.".to_owned());
            assert_eq!(showing.view, View::Result { mark: Mark::Done, title, body });
            let app = showing.app.unwrap();
            assert_eq!((app.id.as_str(), app.name.as_str()), (GUEST, "Guest"));
            assert!(till.screen.press(Key::Ok));
            assert!(served.await.unwrap().unwrap().is_done(), "{}", till.log());
        },
    );
}
