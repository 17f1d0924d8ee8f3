//! Budget: a warm instance of the QR app takes at most 30 µs at p50, and 3 bare instantiations.
//!
//! Ours is everything around a call and nothing inside it: the app's state with its limits, WASI
//! context and log, a store, the instance, the watch over its time, and the end of all of it. The
//! limit is wasmtime alone under the same `Config`, in the same pool: an empty store, the same
//! component with imports that do nothing, dropped again.

use crate::built::app;
use crate::figures::Pair;
use crate::quiet::QuietSession;
use crate::run::{Failure, Scale};
use caisson_core::permission::Permission;
use caisson_host::{App, AppImage, HostEngine, compile_here};
use std::sync::Arc;
use std::time::{Duration, Instant};
use wasmtime::Store;
use wasmtime::component::{Component, InstancePre, Linker};

/// Most that ours should take.
const BUDGET: Duration = Duration::from_micros(30);
/// Most that ours may take, in limits.
const RATIO_MAX: f64 = 3.0;
/// Pairs.
const ROUNDS: u32 = 5_000;
/// Pairs before the first that counts: pool, caches and branch predictors are warm then.
const WARM_UP: u32 = 200;
/// Ticks of the engine's epoch that a bare instance may run: more than it needs.
const EPOCHS: u64 = 1_000;

pub(crate) fn bench(scale: Scale) -> Result<bool, Failure> {
    let wasm = std::fs::read(app("qr")?.join("qr").join("app.wasm"))?;
    let engine = Arc::new(HostEngine::start()?);
    let all = Permission::ALL.into();
    let image = AppImage { id: "qr", wasm: &wasm, asked: &all, policy: &all };
    let app = App::link(&engine, &compile_here(&engine, &wasm)?, image)?;
    let bare = bare(&engine, &wasm)?;

    let mut pair = Pair::new("an instance, warm", "bare wasmtime, the same component and Config")
        .gate(50, RATIO_MAX)
        .budget(50, BUDGET);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let session = Arc::new(QuietSession::default());
        for round in 0..scale.of(WARM_UP + ROUNDS, 4) {
            let begun = Instant::now();
            let mut store = Store::new(engine.wasmtime(), ());
            store.set_epoch_deadline(EPOCHS);
            bare.instantiate_async(&mut store).await?;
            drop(store);
            let limit = begun.elapsed();

            let begun = Instant::now();
            app.instantiate_once(session.clone()).await.result?;
            let ours = begun.elapsed();
            if round >= scale.of(WARM_UP, 0) {
                pair.limit_took(limit);
                pair.ours_took(ours);
            }
        }
        Ok::<_, Failure>(())
    })?;
    println!("apps come from the pool: {}", engine.is_pooled());
    Ok(pair.report())
}

fn bare(engine: &HostEngine, wasm: &[u8]) -> wasmtime::Result<InstancePre<()>> {
    let component = Component::new(engine.wasmtime(), wasm)?;
    let mut linker = Linker::new(engine.wasmtime());
    linker.define_unknown_imports_as_traps(&component)?;
    linker.instantiate_pre(&component)
}
