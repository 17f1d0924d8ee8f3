//! One engine for all apps: proposals off, epochs on, a small pool where the address space allows.

use crate::fault::LoadError;
use crate::limits::{
    INSTANCES_MAX, MEMORIES_MAX, MEMORY_BYTES_MAX, TABLE_ELEMENTS_MAX, TABLES_MAX, TICK,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, ModuleVersionStrategy, PoolingAllocationConfig,
};

/// Names wasmtime's full version and this file's settings: machine code that was compiled under
/// another profile is refused. (wasmtime alone would accept any 48.)
pub const ENGINE_PROFILE: &str = "wasmtime-48.0.8+caisson-1";

/// Calls that can be in memory at once, of all apps. The pool is laid out so that so many calls fit
/// whatever each of them takes within its own limits: no app can take another's place. With 4 GiB
/// of addresses for each memory that is 129 GiB, which fits an address space of 39 bits.
const POOL_SLOTS: u32 = 16;

/// The engine and its ticker.
pub struct HostEngine {
    engine: Engine,
    pooled: bool,
    slots: Arc<Semaphore>,
    stop: Arc<AtomicBool>,
}

/// Room in memory for one call; given back when it is dropped.
pub(crate) type Slot = Option<OwnedSemaphorePermit>;

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
                let mut due = Instant::now();
                while !stopped.load(Ordering::Relaxed) {
                    std::thread::sleep(until_next(&mut due));
                    match weak.upgrade() {
                        Some(engine) => engine.increment_epoch(),
                        None => break,
                    }
                }
            })
            .map_err(|error| LoadError::Engine(error.to_string()))?;
        let slots = Arc::new(Semaphore::new(usize::try_from(POOL_SLOTS).unwrap_or(1)));
        Ok(Self { engine, pooled, slots, stop })
    }

    /// The engine itself.
    #[must_use]
    pub const fn wasmtime(&self) -> &Engine {
        &self.engine
    }

    /// Waits for room in memory for one call; the slot must outlive the call's store. (`None`
    /// would be a closed semaphore, and this one never is.)
    pub(crate) async fn slot(&self) -> Slot {
        Arc::clone(&self.slots).acquire_owned().await.ok()
    }

    /// True where apps come from the pool.
    #[must_use]
    pub const fn is_pooled(&self) -> bool {
        self.pooled
    }
}

/// How long to sleep for the next tick. Ticks are due at fixed times: a sleep that each time is a
/// little too long would end a loop of five seconds a tenth of a second late. What a suspended
/// machine missed is not made up for.
fn until_next(due: &mut Instant) -> Duration {
    let now = Instant::now();
    *due += TICK;
    if *due + TICK < now {
        *due = now;
    }
    due.saturating_duration_since(now)
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

pub(crate) fn config(pooled: bool) -> wasmtime::Result<Config> {
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
        let mut pool = PoolingAllocationConfig::default();
        pool.total_component_instances(POOL_SLOTS)
            .total_core_instances(POOL_SLOTS.saturating_mul(INSTANCES_MAX))
            .total_memories(POOL_SLOTS.saturating_mul(MEMORIES_MAX))
            .total_tables(POOL_SLOTS.saturating_mul(TABLES_MAX))
            .total_stacks(POOL_SLOTS)
            .max_core_instances_per_component(INSTANCES_MAX)
            .max_memories_per_component(MEMORIES_MAX)
            .max_tables_per_component(TABLES_MAX)
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
