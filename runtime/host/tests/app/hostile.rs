//! Each export as the place of an attack, and the memory function that the host itself calls. What
//! is said names the export and the cause; the next call works.

use crate::fake::Fake;
use crate::guests::{app, intent, load, ticket, told};
use crate::text_form;
use crate::time::LOOPED;

const TRAPPED: &str = "trapped: wasm trap: wasm `unreachable` instruction executed";

async fn services(kept: &'static str) -> String {
    app().services(Fake::keeping(kept)).await.result.unwrap_err().to_string()
}

async fn serve(id: &str) -> String {
    app().serve(Fake::new(), id).await.result.unwrap_err().to_string()
}

async fn check_unharmed() {
    assert_eq!(app().serve(Fake::new(), "next").await.result, Ok(Ok(())));
}

#[tokio::test(start_paused = true)]
async fn a_trap_is_told_by_the_export_that_it_ended() {
    assert_eq!(services("traps").await, format!("guest: services {TRAPPED}"));
    assert_eq!(serve("traps").await, format!("guest: serve {TRAPPED}"));
    let started = app().start(Fake::new(), intent("traps-before-send")).await;
    assert_eq!(told(&started), format!("guest: start {TRAPPED}"));
    let recovered = app().recover(Fake::new(), ticket("traps-in-recover")).await;
    assert_eq!(told(&recovered), format!("guest: recover {TRAPPED}"));
    check_unharmed().await;
}

#[tokio::test(start_paused = true)]
async fn a_loop_is_told_by_the_export_that_it_ended() {
    assert_eq!(services("loops").await, format!("guest: services {LOOPED}"));
    let started = app().start(Fake::new(), intent("loops")).await;
    assert_eq!(told(&started), format!("guest: start {LOOPED}"));
    check_unharmed().await;
}

#[tokio::test(start_paused = true)]
async fn services_that_break_the_contract_are_told_by_what_is_wrong() {
    assert_eq!(services("twice").await, "guest: services returned the id pay twice");
    assert_eq!(services("seventeen").await, "guest: services returned more than 16 services");
    assert_eq!(
        services("turned-round").await,
        "guest: services returned an id that is not 1 to 20 of a-z, 0-9, -, or a name that is not \
         1 to 24 plain characters"
    );
}

/// A component whose start function asks for eight random bytes, for which the host calls its
/// `cabi_realloc`: this one.
async fn realloc(body: &str) -> String {
    let component = text_form::importing(
        &format!(
            r#"(import "wasi:random/random@0.2.6" (instance $random
                (export "get-random-bytes" (func (param "len" u64) (result (list u8))))))
            (core module $memory
                (memory (export "memory") 1)
                (func $realloc (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                    {body}))
            (core instance $memory (instantiate $memory))
            (core func $bytes (canon lower (func $random "get-random-bytes")
                (memory (core memory $memory "memory"))
                (realloc (core func $memory "cabi_realloc"))))"#
        ),
        r#"(with "random" (instance (export "bytes" (func $bytes))))"#,
        r#"(import "random" "bytes" (func $bytes (param i64 i32)))
           (func $ask (call $bytes (i64.const 8) (i32.const 0)))
           (start $ask)"#,
    );
    let report = load(&component).unwrap().services(Fake::new()).await;
    report.result.unwrap_err().to_string()
}

#[tokio::test(start_paused = true)]
async fn the_function_that_the_host_calls_for_memory_is_bounded_like_any_other() {
    assert_eq!(realloc("(loop (br 0)) unreachable").await, format!("guest: services {LOOPED}"));
    assert_eq!(realloc("unreachable").await, format!("guest: services {TRAPPED}"));
    assert_eq!(
        realloc("(call $realloc (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))").await,
        "guest: services trapped: wasm trap: call stack exhausted"
    );
    for outside in ["(i32.const -1)", "(i32.const 65530)"] {
        assert_eq!(
            realloc(outside).await,
            "guest: services trapped: realloc return: beyond end of memory"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_start_function_is_bounded_like_any_export() {
    let start = async |body: &str| {
        let component = text_form::component(body);
        load(&component).unwrap().services(Fake::new()).await.result.unwrap_err().to_string()
    };
    assert_eq!(
        start("(func $trap unreachable) (start $trap)").await,
        format!("guest: services {TRAPPED}")
    );
    assert_eq!(
        start("(func $deeper (call $deeper)) (start $deeper)").await,
        "guest: services trapped: wasm trap: call stack exhausted"
    );
    assert_eq!(
        start(
            "(memory 1)
             (func $hoard
                (loop (br_if 0 (i32.ge_s (memory.grow (i32.const 1)) (i32.const 0))))
                unreachable)
             (start $hoard)"
        )
        .await,
        format!("guest: services {TRAPPED} (refused before: memory over 32 MiB)")
    );
}
