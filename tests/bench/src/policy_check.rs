//! Budget: a call that needs a permit costs at most 1 µs more than one that needs none, at p50.
//!
//! First the check by itself: a permit minted, counted and dropped; the limit is the question that
//! it cannot do without, whether the set of grants holds the permission. Then an app's calls: the
//! guest of `host-call` calls `ui.wait(0)`, which needs a permit and can be cancelled; the limit is
//! the same guest calling `ui.language()`, which needs none. Their difference is what policy,
//! cancelling and the way to the session cost a call.

use crate::built::{guest, linked};
use crate::figures::Pair;
use crate::quiet::{QuietSession, served};
use crate::run::{Failure, Scale};
use caisson_core::permission::{Grants, Permission, Ui};
use caisson_host::HostEngine;
use std::collections::BTreeSet;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

/// Most that a permit, and an app's call with one, should take.
const PERMIT_BUDGET: Duration = Duration::from_nanos(200);
const CALL_BUDGET: Duration = Duration::from_nanos(1_200);
/// Most that a call with a permit may take, in calls without.
const RATIO_MAX: f64 = 5.0;
/// Pairs of samples, and calls in each.
const ROUNDS: u32 = 200;
const CALLS: u32 = 20_000;

pub(crate) fn bench(scale: Scale) -> Result<bool, Failure> {
    let alone = permit(scale)?;
    Ok(alone & call(scale)?)
}

fn permit(scale: Scale) -> Result<bool, Failure> {
    let calls = scale.of(CALLS, 10);
    let mut pair =
        Pair::new("a permit: checked, minted, counted, dropped", "whether the set holds it")
            .budget(50, PERMIT_BUDGET)
            .per(calls);
    let all: BTreeSet<Permission> = Permission::ALL.into();
    let mut grants = Grants::for_app("calls", &all, &all);
    for _ in 0..scale.of(ROUNDS, 2) {
        pair.limit(|| (0..calls).all(|_| black_box(&all).contains(&black_box(Permission::Ui))));
        let minted =
            pair.ours(|| (0..calls).all(|_| black_box(&mut grants).permit::<Ui>().is_ok()));
        if !minted {
            return Err("a permit that is granted was refused".into());
        }
    }
    Ok(pair.report())
}

fn call(scale: Scale) -> Result<bool, Failure> {
    let wasm = guest("calls")?;
    let engine = Arc::new(HostEngine::start()?);
    let app = linked(&engine, &wasm)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let session = Arc::new(QuietSession::default());
    let calls = scale.of(CALLS, 10);
    let mut pair = Pair::new(
        "an app's call with a permit: ui.wait(0)",
        "the same guest's call without: ui.language()",
    )
    .gate(50, RATIO_MAX)
    .budget(50, CALL_BUDGET)
    .per(calls);
    runtime.block_on(async {
        for _ in 0..scale.of(ROUNDS, 2) {
            for (name, ours) in [("language", false), ("wait", true)] {
                let took = served(&app, &session, &format!("{name} {calls}")).await?;
                if ours { pair.ours_took(took) } else { pair.limit_took(took) }
            }
        }
        Ok::<_, Failure>(())
    })?;
    Ok(pair.report())
}
