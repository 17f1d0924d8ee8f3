//! Time: a loop is stopped by its processor budget, a wait by its time in all or by Cancel, and
//! whoever only waits is left alone.

use crate::fake::Fake;
use crate::guests::{app, intent, load, start, ticket, told};
use crate::text_form;
use std::time::Duration;
use tokio::time::Instant;

/// What is said of a loop.
pub(crate) const LOOPED: &str =
    "used up its processor time; wait in a call of the terminal, not in a loop";
/// What is said of a sleep without end.
const SLEPT: &str = "guest: start did not return in time; give its waits an end";

#[tokio::test(start_paused = true)]
async fn a_loop_is_stopped_by_its_processor_budget_and_others_go_on_meanwhile() {
    let looping = async {
        let report = app().recover(Fake::new(), ticket("loops")).await;
        (told(&report), std::time::Instant::now())
    };
    let working = async {
        for _ in 0..20 {
            assert_eq!(app().serve(Fake::new(), "work").await.result, Ok(Ok(())));
        }
        std::time::Instant::now()
    };
    let ((told, stopped), worked) = tokio::join!(looping, working);
    assert_eq!(told, format!("guest: recover {LOOPED}"));
    assert!(worked < stopped);
}

#[tokio::test(start_paused = true)]
async fn a_loop_before_the_first_call_is_stopped_as_well() {
    let wasm = text_form::component("(func $loop (loop (br 0))) (start $loop)");
    let report = load(&wasm).unwrap().services(Fake::new()).await;
    assert_eq!(report.result.unwrap_err().to_string(), format!("guest: services {LOOPED}"));
}

#[tokio::test(start_paused = true)]
async fn an_app_that_looks_again_each_second_for_ten_minutes_is_left_alone() {
    let report = start(app(), "polls").await;
    assert_eq!(told(&report), "Cancelled(NobodyActed)");
}

#[tokio::test(start_paused = true)]
async fn a_sleep_that_no_cancel_reaches_ends_with_the_time_in_all() {
    let began = Instant::now();
    assert_eq!(told(&start(app(), "sleeps").await), SLEPT);
    let took = began.elapsed();
    assert!((600..602).contains(&took.as_secs()), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn after_cancel_an_app_has_twenty_seconds() {
    let session = Fake::cancelling_after(Duration::from_secs(5));
    let began = Instant::now();
    let report = app().start(session, intent("ignores-cancel")).await;
    assert_eq!(
        told(&report),
        "guest: start did not return within 20 seconds after Cancel; return when a wait ends with \
         cancelled"
    );
    assert_eq!(began.elapsed().as_secs(), 25);
}
