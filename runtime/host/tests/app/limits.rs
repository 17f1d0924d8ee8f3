//! Each limit is met by a guest that wants more. The host stays, and the next call works.

use crate::fake::Fake;
use crate::guests::{app, app_of_its_own, engine, load, load_with, start, told, wasm};
use crate::text_form;
use std::sync::Arc;

async fn check(behaviour: &str, expected: &str) {
    assert_eq!(told(&start(app(), behaviour).await), expected, "{behaviour}");
    assert_eq!(app().serve(Fake::new(), "next").await.result, Ok(Ok(())), "after {behaviour}");
}

#[tokio::test(start_paused = true)]
async fn memory_ends_at_its_limit_which_the_fault_names() {
    check(
        "memory-bomb",
        "guest: start trapped: wasm trap: wasm `unreachable` instruction executed (refused before: \
         memory over 32 MiB)",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn handles_texts_and_stack_end_at_their_limits() {
    check("handle-bomb", "guest: start trapped: more than 4 documents are alive at once").await;
    check(
        "string-bomb",
        "guest: start trapped: too much data is being copied between the host and the guest: fuel \
         allocated for hostcalls has been exhausted",
    )
    .await;
    check("deep-recursion", "guest: start trapped: wasm trap: call stack exhausted").await;
}

#[tokio::test(start_paused = true)]
async fn views_and_sheets_over_their_rate_are_refused_with_a_code() {
    check("view-flood", "approved 1 CNY [done: 10, refused: 90, code: Code::TooOften]").await;
    let app = load(wasm()).unwrap();
    let first = start(&app, "paper-flood").await;
    assert_eq!(told(&first), "approved 1 CNY [done: 4, refused: 16, code: Code::TooOften]");
    let second = start(&app, "paper-flood").await;
    assert_eq!(told(&second), "approved 1 CNY [done: 0, refused: 20, code: Code::TooOften]");
}

#[tokio::test(start_paused = true)]
async fn text_that_turns_round_reaches_no_screen() {
    check("turns-text-round", "approved 1 CNY [done: 0, refused: 1, code: Code::BadText]").await;
}

#[tokio::test(start_paused = true)]
async fn a_flooded_log_is_cut_and_the_app_goes_on() {
    let report = start(app(), "log-flood").await;
    assert_eq!(told(&report), "Cancelled(OrderClosed)");
    assert!(report.log.starts_with("line 0: all is well"));
    assert!(report.log.ends_with("bytes more were dropped]\n"), "{}", report.log.len());
    assert!(report.log.len() < 33 * 1024);
}

#[tokio::test(start_paused = true)]
async fn tables_and_pollables_end_at_their_limits_before_the_first_call() {
    let table = text_form::component(
        "(table $t 0 funcref)
         (func $grow (drop (table.grow $t (ref.null func) (i32.const 20001))) unreachable)
         (start $grow)",
    );
    let report = load(&table).unwrap().services(Fake::new()).await;
    assert_eq!(
        report.result.unwrap_err().to_string(),
        "guest: services trapped: wasm trap: wasm `unreachable` instruction executed (refused \
         before: tables over 20,000 elements)"
    );
    let report = load(&pollables()).unwrap().services(Fake::new()).await;
    assert_eq!(
        report.result.unwrap_err().to_string(),
        "guest: services trapped: resource table has no free keys"
    );
}

/// Subscribes to the clock for ever.
fn pollables() -> Vec<u8> {
    text_form::importing(
        r#"(import "wasi:io/poll@0.2.6" (instance $poll (export "pollable" (type (sub resource)))))
           (alias export $poll "pollable" (type $pollable))
           (import "wasi:clocks/monotonic-clock@0.2.6" (instance $clock
               (alias outer 1 $pollable (type $outer))
               (export "pollable" (type $inner (eq $outer)))
               (export "subscribe-duration"
                   (func (param "when" u64) (result (own $inner))))))
           (core func $subscribe (canon lower (func $clock "subscribe-duration")))"#,
        r#"(with "clock" (instance (export "subscribe" (func $subscribe))))"#,
        r#"(import "clock" "subscribe" (func $subscribe (param i64) (result i32)))
           (func $hoard (loop (drop (call $subscribe (i64.const 1))) (br 0)))
           (start $hoard)"#,
    )
}

#[tokio::test(start_paused = true)]
async fn what_needs_more_than_any_app_may_have_never_runs() {
    let check = async |body: &str, expected: &str| {
        let told = match load_with(&text_form::component(body), "", "") {
            Err(error) => error.to_string(),
            Ok(app) => app.services(Fake::new()).await.result.unwrap_err().to_string(),
        };
        // Where the pool has no room in the address space, the meter speaks instead.
        assert!(!engine().is_pooled() || told.ends_with(expected), "{told}");
    };
    check(
        "(memory 1) (memory 1) (memory 1)",
        "memories count of 3 exceeds the per-instance limit of 1",
    )
    .await;
    check("(memory 513)", "which exceeds the limit of 0x2000000 bytes").await;
    check("(table 20001 funcref)", "exceeds the limit of 20000").await;
}

#[tokio::test(start_paused = true)]
async fn two_hundred_traps_leave_nothing_behind() {
    let (app, engine) = app_of_its_own(wasm());
    for _ in 0..200 {
        assert!(start(&app, "handle-bomb").await.result.is_err());
    }
    let Some(pool) = engine.wasmtime().pooling_allocator_metrics() else {
        assert!(!engine.is_pooled());
        return;
    };
    assert_eq!((pool.component_instances(), pool.core_instances()), (0, 0));
    assert_eq!((pool.memories(), pool.tables(), pool.stacks()), (0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn more_calls_than_there_is_room_for_wait_and_none_is_blamed() {
    let (app, _engine) = app_of_its_own(wasm());
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let app = Arc::clone(&app);
        calls.spawn(async move { told(&start(&app, "polls").await) });
    }
    for told in calls.join_all().await {
        assert_eq!(told, "Cancelled(NobodyActed)");
    }
}
