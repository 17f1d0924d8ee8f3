//! One engine for all apps: proposals off, epochs on, a small pool where the address space allows.

use crate::fault::LoadError;
use crate::limits::{HANDLES_MAX, INSTANCES_MAX, MEMORY_BYTES_MAX, TABLE_ELEMENTS_MAX, TICK};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, ModuleVersionStrategy, PoolingAllocationConfig,
};

/// Names wasmtime's full version and this file's settings: machine code that was compiled under
/// another profile is refused. (wasmtime alone would accept any 48.)
pub const ENGINE_PROFILE: &str = "wasmtime-48.0.8+caisson-1";

/// Apps that can be in memory at once.
const POOL_SLOTS: u32 = 16;

/// The engine and its ticker.
pub struct HostEngine {
    engine: Engine,
    pooled: bool,
    stop: Arc<AtomicBool>,
}

impl HostEngine {
    /// Starts the engine. Tries the pool first; where its addresses cannot be reserved (39-bit
    /// address spaces, tight limits), apps are placed on demand.
    ///
    /// # Errors
    /// [`LoadError::Engine`] where neither works, or no thread can be started.
    pub fn start() -> Result<Self, LoadError> {
        let engine_error = |error: wasmtime::Error| LoadError::Engine(format!("{error:#}"));
        let (engine, pooled) = match Engine::new(&config(true).map_err(engine_error)?) {
            Ok(engine) => (engine, true),
            Err(_) => {
                (Engine::new(&config(false).map_err(engine_error)?).map_err(engine_error)?, false)
            }
        };
        let stop = Arc::new(AtomicBool::new(false));
        let (weak, stopped) = (engine.weak(), Arc::clone(&stop));
        std::thread::Builder::new()
            .name("epoch-ticker".to_owned())
            .spawn(move || {
                while !stopped.load(Ordering::Relaxed) {
                    std::thread::sleep(TICK);
                    match weak.upgrade() {
                        Some(engine) => engine.increment_epoch(),
                        None => break,
                    }
                }
            })
            .map_err(|error| LoadError::Engine(error.to_string()))?;
        Ok(Self { engine, pooled, stop })
    }

    /// The engine itself.
    #[must_use]
    pub const fn wasmtime(&self) -> &Engine {
        &self.engine
    }

    /// True where apps come from the pool.
    #[must_use]
    pub const fn is_pooled(&self) -> bool {
        self.pooled
    }
}

impl std::fmt::Debug for HostEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HostEngine").field("pooled", &self.pooled).finish_non_exhaustive()
    }
}

impl Drop for HostEngine {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn config(pooled: bool) -> wasmtime::Result<Config> {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .epoch_interruption(true)
        .concurrency_support(false)
        // Proposals that no app needs are attack surface; multi-memory stays, because the
        // adapters of composed components use it.
        .wasm_threads(false)
        .wasm_shared_everything_threads(false)
        .wasm_memory64(false)
        .wasm_tail_call(false)
        .wasm_stack_switching(false)
        .wasm_exceptions(false)
        .wasm_gc(false)
        .wasm_function_references(false)
        .wasm_relaxed_simd(false)
        .wasm_simd(false)
        .gc_support(false)
        .max_wasm_stack(512 * 1024)
        .async_stack_size(2 * 1024 * 1024)
        .module_version(ModuleVersionStrategy::Custom(ENGINE_PROFILE.to_owned()))?;
    if pooled {
        let slots = u32::try_from(INSTANCES_MAX).unwrap_or(POOL_SLOTS);
        let mut pool = PoolingAllocationConfig::default();
        pool.total_component_instances(POOL_SLOTS)
            .total_core_instances(POOL_SLOTS.saturating_mul(4))
            .total_memories(POOL_SLOTS)
            .total_tables(POOL_SLOTS.saturating_mul(2))
            .total_stacks(POOL_SLOTS)
            .max_core_instances_per_component(slots)
            .max_memories_per_component(4)
            .max_tables_per_component(slots)
            .max_memory_size(MEMORY_BYTES_MAX)
            .table_elements(TABLE_ELEMENTS_MAX)
            .max_unused_warm_slots(4)
            // What an app leaves behind is never kept resident for the next one.
            .linear_memory_keep_resident(0)
            .table_keep_resident(0);
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    }
    Ok(config)
}

const _: () = assert!(HANDLES_MAX <= 1_024);
