//! Budget: a loop is ended at most 20 ms after its processor time is used up, at p50. (A pause of
//! the whole machine is nobody's processor time, and makes the end late by as much.)
//!
//! An app whose `serve` never ends is called; the limit is the processor time that a call has. How
//! far ours is above it is how late the loop was noticed: a tick of the epoch is 10 ms.

use crate::built::{guest, linked};
use crate::figures::Pair;
use crate::quiet::QuietSession;
use crate::run::{Failure, Scale};
use caisson_host::{AppFault, Budget, HostEngine, KillCause};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How late the end may come.
const LATE: Duration = Duration::from_millis(20);
/// Calls that never end.
const ROUNDS: u32 = 10;

pub(crate) fn bench(scale: Scale) -> Result<bool, Failure> {
    let wasm = guest("calls")?;
    let engine = Arc::new(HostEngine::start()?);
    let app = linked(&engine, &wasm)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let session = Arc::new(QuietSession::default());
    let allowed = Budget::SERVE.processor;
    let gate = (allowed + LATE).as_secs_f64() / allowed.as_secs_f64();
    let mut pair = Pair::new("a loop in an app is ended", "the processor time of a call")
        .gate(50, gate)
        .budget(50, allowed + LATE);
    for _ in 0..scale.of(ROUNDS, 1) {
        let begun = Instant::now();
        let report = runtime.block_on(app.serve(session.clone(), "spin 1"));
        pair.ours_took(begun.elapsed());
        pair.limit_took(allowed);
        match report.result {
            Err(AppFault::Killed { cause: KillCause::Processor, .. }) => {}
            ended => return Err(format!("a loop ended otherwise: {ended:?}").into()),
        }
    }
    Ok(pair.report())
}
