//! Budget: a command to a card and back through the sandbox takes at most 10 µs at p50: the sixteen
//! of a contact sale are then a thirtieth of the 5 ms that are ours.
//!
//! An app sends READ RECORD in a loop to a card that answers at once with a record of a hundred
//! bytes. The limit is the same call native: a permit, the session, the card's answer. So the ratio
//! is what the sandbox costs: two copies of each of command and answer, policy, and a way out when
//! the app is ended.

use crate::built::{guest, linked};
use crate::figures::Pair;
use crate::quiet::{QuietSession, served};
use crate::replay::Replay;
use crate::run::{Failure, Scale};
use caisson_core::permission::{CardReader, Grants, Permission};
use caisson_host::{CardSession as _, HostEngine};
use std::collections::BTreeSet;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Most that ours should take.
const BUDGET: Duration = Duration::from_micros(10);
/// Most that ours may take, in limits; 4.4 when it was measured.
const RATIO_MAX: f64 = 6.0;
/// Pairs of samples, and calls in each.
const ROUNDS: u32 = 200;
const CALLS: u32 = 20_000;
/// READ RECORD 1 of file 1, as the guest sends it, and how long the record is.
const COMMAND: [u8; 5] = [0x00, 0xB2, 0x01, 0x0C, 0x00];
const RECORD_BYTES: usize = 100;

pub(crate) fn bench(scale: Scale) -> Result<bool, Failure> {
    let engine = Arc::new(HostEngine::start()?);
    let app = linked(&engine, &guest("cards")?)?;
    let record = [vec![0x70; RECORD_BYTES], vec![0x90, 0x00]].concat();
    let card = Replay::new(vec![(COMMAND.to_vec(), record)]);
    let session = Arc::new(QuietSession::with_card(Arc::new(card)));
    let all: BTreeSet<Permission> = Permission::ALL.into();
    let mut grants = Grants::for_app("cards", &all, &all);
    let calls = scale.of(CALLS, 10);
    let mut pair = Pair::new("a command to a card and back", "the same call, native")
        .gate(50, RATIO_MAX)
        .budget(50, BUDGET)
        .per(calls);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let serve = format!("apdu {calls}");
    runtime.block_on(async {
        for _ in 0..scale.of(ROUNDS, 2) {
            let begun = Instant::now();
            for _ in 0..calls {
                let permit = grants.permit::<CardReader>()?;
                let answer = session.transmit(permit, COMMAND.to_vec()).await;
                black_box(answer).map_err(|stop| format!("{stop:?}"))?;
            }
            pair.limit_took(begun.elapsed());

            pair.ours_took(served(&app, &session, &serve).await?);
        }
        Ok::<_, Failure>(())
    })?;
    Ok(pair.report())
}
