//! The mailbox in front of an app.

use crate::fake::Fake;
use crate::guests::{intent, load, told, wasm};
use caisson_host::{AppActor, CALLS_WAITING_MAX};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

fn actor() -> AppActor {
    AppActor::new(load(wasm()).unwrap())
}

#[tokio::test(start_paused = true)]
async fn four_calls_run_eight_wait_and_one_more_is_refused_at_once() {
    let actor = actor();
    let mut calls = JoinSet::new();
    for _ in 0..4 + CALLS_WAITING_MAX {
        let actor = actor.clone();
        calls.spawn(async move { told(&actor.start(Fake::new(), intent("polls")).await) });
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let refused = actor.start(Fake::new(), intent("echoes")).await;
    assert_eq!(told(&refused), "guest: more than 8 calls are waiting");
    let began = Instant::now();
    assert!(calls.join_all().await.iter().all(|told| told == "Cancelled(NobodyActed)"));
    assert_eq!(began.elapsed().as_secs(), 3 * 590 - 1);
}

#[tokio::test(start_paused = true)]
async fn an_app_that_faults_five_times_in_a_row_rests_until_it_does_well() {
    let actor = actor();
    let timed = async |behaviour: &str| {
        let began = Instant::now();
        let told = told(&actor.start(Fake::new(), intent(behaviour)).await);
        (told.starts_with("approved"), began.elapsed().as_secs())
    };
    for _ in 0..5 {
        assert_eq!(timed("handle-bomb").await, (false, 0));
    }
    assert_eq!(timed("handle-bomb").await, (false, 5));
    assert_eq!(timed("echoes").await, (true, 5));
    assert_eq!(timed("echoes").await, (true, 0));
}
