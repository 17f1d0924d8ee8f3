//! Ten thousand instances, one after the other, half of them trapping: memory returns to where it
//! was.

use crate::fake::Fake;
use crate::guests::{app_of_its_own, wasm};
use crate::text_form;

/// Restarts before the first look at the memory, and between that and the second.
const BEFORE: usize = 1_000;
const BETWEEN: usize = 9_000;
/// What the second look may find more, in KiB: less than one KiB for each restart, so that a
/// store, a stack or a session that stays behind is seen. The allocator's own moods are smaller.
const MORE_KIB_MAX: u64 = 6 * 1_024;

/// Resident memory of this process.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_restarts_leave_nothing_behind() {
    let traps = "(memory 1) (func $trap (i32.store (i32.const 0) (i32.const 7)) unreachable)
                 (start $trap)";
    let (good, good_engine) = app_of_its_own(wasm());
    let (bad, bad_engine) = app_of_its_own(&text_form::component(traps));
    let restart = async |times: usize| {
        for _ in 0..times / 2 {
            assert!(good.instantiate_once(Fake::new()).await.result.is_ok());
            assert!(bad.instantiate_once(Fake::new()).await.result.is_err());
        }
    };
    restart(BEFORE).await;
    let before = resident_kib();
    restart(BETWEEN).await;
    let more = resident_kib().saturating_sub(before);
    assert!(more < MORE_KIB_MAX, "{more} KiB more after {BETWEEN} restarts");
    for engine in [good_engine, bad_engine] {
        let Some(pool) = engine.wasmtime().pooling_allocator_metrics() else { continue };
        assert_eq!((pool.component_instances(), pool.core_instances()), (0, 0));
        assert_eq!((pool.memories(), pool.tables(), pool.stacks()), (0, 0, 0));
    }
}
