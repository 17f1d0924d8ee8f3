//! What the benches share: the pair that is measured side by side, what they run on, and how they
//! report. Each bench is a binary in `src/bin/`; `docs/performance.md` says how to run them.
//!
//! Guarantees: ours and its limit alternate in one process, so that both meet the same disk, the
//! same clock rate and the same neighbours; only a ratio (or a count) decides the exit status,
//! because a time says as much about the machine as about the code.
//!
//! Deliberately not here: comparing runs of different days.

#[cfg(not(target_family = "wasm"))]
mod built;
#[cfg(not(target_family = "wasm"))]
mod figures;
#[cfg(not(target_family = "wasm"))]
pub mod frames;
#[cfg(not(target_family = "wasm"))]
mod quiet;
#[cfg(not(target_family = "wasm"))]
mod run;

#[cfg(not(target_family = "wasm"))]
pub use {
    built::{app, disk_folder, guest},
    figures::{Pair, Samples, text},
    quiet::QuietSession,
    run::{Failure, Scale, main},
};
