//! Budget: a host call from an app takes at most 1.5 bare host calls of the same shape, at p50.
//!
//! A guest calls in a loop: `ui.language()`, which needs no permit and returns a text, and
//! `ui.wait(0)`, which needs one and can be cancelled. The limit is the same machine code under the
//! same `Config`, linked by wasmtime alone with the same async binding to functions that do
//! nothing. Both samples hold one instantiation, a hundredth of the whole.

use crate::built::{guest, linked};
use crate::figures::Pair;
use crate::quiet::{QuietSession, served};
use crate::run::{Failure, Scale};
use caisson_host::HostEngine;
use std::sync::Arc;
use std::time::Instant;
use wasmtime::Store;
use wasmtime::component::{
    Component, ComponentType, InstancePre, Lift, Linker, Lower, Resource, ResourceType,
};

/// Most that ours may take, in limits.
const RATIO_MAX: f64 = 1.5;
/// Pairs of samples for each call.
const ROUNDS: u32 = 200;
/// Calls in a sample.
const CALLS: u32 = 20_000;
/// Ticks of the engine's epoch that a bare sample may run: some 10 s.
const EPOCHS: u64 = 1_000;

pub(crate) fn bench(scale: Scale) -> Result<bool, Failure> {
    let wasm = guest("calls")?;
    let engine = Arc::new(HostEngine::start()?);
    let app = linked(&engine, &wasm)?;
    let bare = bare(&engine, &wasm)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let session = Arc::new(QuietSession::default());

    let mut within = true;
    for (call, name) in [
        ("language", "a host call without a permit: ui.language()"),
        ("wait", "a host call with a permit: ui.wait(0)"),
    ] {
        let calls = scale.of(CALLS, 10);
        let mut pair = Pair::new(name, "bare wasmtime, the same guest, Config and binding")
            .gate(50, RATIO_MAX)
            .per(calls);
        let serve = format!("{call} {calls}");
        runtime.block_on(async {
            for _ in 0..scale.of(ROUNDS, 2) {
                let begun = Instant::now();
                call_bare(&engine, &bare, &serve).await?;
                pair.limit_took(begun.elapsed());

                pair.ours_took(served(&app, &session, &serve).await?);
            }
            Ok::<_, Failure>(())
        })?;
        within &= pair.report();
    }
    Ok(within)
}

async fn call_bare(
    engine: &HostEngine,
    bare: &InstancePre<String>,
    serve: &str,
) -> wasmtime::Result<()> {
    let mut store = Store::new(engine.wasmtime(), serve.to_owned());
    store.set_epoch_deadline(EPOCHS);
    let instance = bare.instantiate_async(&mut store).await?;
    let index = instance
        .get_export_index(&mut store, None, "caisson:app/app@0.1.0")
        .and_then(|app| instance.get_export_index(&mut store, Some(&app), "serve"))
        .ok_or_else(|| wasmtime::Error::msg("the guest does not export serve"))?;
    let function = instance
        .get_typed_func::<(Resource<Errand>,), (Result<(), String>,)>(&mut store, &index)?;
    let (done,) = function.call_async(&mut store, (Resource::new_own(0),)).await?;
    done.map_err(wasmtime::Error::msg)
}

/// The contract's errand; what it says is the store's data.
enum Errand {}

/// The contract's error, as a binding by hand has it.
#[derive(Debug, Clone, ComponentType, Lift, Lower)]
#[component(record)]
struct UiError {
    code: UiCode,
    detail: String,
}

#[derive(Debug, Clone, Copy, ComponentType, Lift, Lower)]
#[component(enum)]
#[repr(u8)]
#[allow(dead_code, reason = "the type must be the contract's; nothing here ever fails")]
enum UiCode {
    #[component(name = "denied")]
    Denied,
    #[component(name = "cancelled")]
    Cancelled,
    #[component(name = "timeout")]
    Timeout,
    #[component(name = "too-large")]
    TooLarge,
    #[component(name = "bad-text")]
    BadText,
    #[component(name = "too-often")]
    TooOften,
    #[component(name = "other")]
    Other,
}

fn bare(engine: &HostEngine, wasm: &[u8]) -> wasmtime::Result<InstancePre<String>> {
    let component = Component::new(engine.wasmtime(), wasm)?;
    let mut linker = Linker::<String>::new(engine.wasmtime());
    let mut ui = linker.instance("caisson:ui/ui@0.1.0")?;
    ui.func_wrap_async("language", |_, (): ()| Box::new(async { Ok(("en".to_owned(),)) }))?;
    ui.func_wrap_async("wait", |_, (_ms,): (u32,)| {
        Box::new(async { Ok((Ok::<(), UiError>(()),)) })
    })?;
    let mut payment = linker.instance("caisson:payment/payment@0.1.0")?;
    payment.resource("errand", ResourceType::host::<Errand>(), |_, _| Ok(()))?;
    payment.func_wrap_async("[method]errand.service", |store, (_,): (Resource<Errand>,)| {
        Box::new(async move { Ok((store.data().clone(),)) })
    })?;
    linker.define_unknown_imports_as_traps(&component)?;
    linker.instantiate_pre(&component)
}
