//! Budget: of a card sale, what is ours takes at most 5 ms at p99, by contact and in the field.
//!
//! A whole sale through the host's own road: an app begins a transaction, the host instantiates
//! the kernel, which reads its configuration, asks card and cardholder, and completes with the
//! issuer's answer. Card, cardholder and issuer answer in no time what was recorded. The limit is
//! the same kernel with the same answers, native, without a sandbox and without an app.
//!
//! Not counted: the reader's wire and the card's own work, which are most of a real sale.

use crate::built::{disk_folder, guest, kernel, linked};
use crate::figures::{Pair, Samples};
use crate::quiet::{QuietSession, served};
use crate::replay::Recorded;
use crate::run::{Failure, Scale};
use crate::start_up::Place;
use caisson_emv::Entry;
use caisson_host::{App, HostEngine};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Most that ours should take.
const BUDGET: Duration = Duration::from_millis(5);
/// Most that ours may take, in limits; 4.8 and 3.8 when it was measured. A contact sale computes
/// more, on the half as wide words of wasm32.
const CONTACT_RATIO_MAX: f64 = 6.0;
const TAP_RATIO_MAX: f64 = 5.0;
/// Pairs of sales that count, and those before.
const ROUNDS: u32 = 500;
const WARM_UP: u32 = 20;

pub(crate) fn bench(scale: Scale) -> Result<bool, Failure> {
    let folder = disk_folder()?;
    let engine = Arc::new(HostEngine::start()?);
    let kernel = Place::at(folder.path())?.kernel(&engine, &kernel()?)?;
    let app = linked(&engine, &guest("cards")?)?.with_kernel(Some(Arc::new(kernel)));
    let by_contact = Recorded::sale("union-debit", Entry::Contact)?;
    let name = "a contact sale with DDA: app, host and kernel";
    let pair = Pair::new(name, "the kernel alone, native").gate(50, CONTACT_RATIO_MAX);
    let within = sales(&app, "inserted", &by_contact, pair, scale)?;

    let tapped = Recorded::sale("tap-union", Entry::Contactless)?;
    let name = "a tap: app, host and kernel";
    let pair = Pair::new(name, "the kernel alone, native").gate(50, TAP_RATIO_MAX);
    Ok(within & sales(&app, "tapped", &tapped, pair, scale)?)
}

fn sales(
    app: &App,
    service: &str,
    recorded: &Recorded,
    pair: Pair,
    scale: Scale,
) -> Result<bool, Failure> {
    let mut pair = pair.budget(99, BUDGET);
    let mut begun_alone = Samples::default();
    let session = Arc::new(QuietSession::with_card(Arc::clone(&recorded.card)));
    let authentication: String =
        recorded.authentication.iter().map(|byte| format!("{byte:02X}")).collect();
    let serve = format!("{service} {authentication}");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let warm_up = scale.of(WARM_UP, 0);
    for round in 0..scale.of(WARM_UP + ROUNDS, 2) {
        let begun = Instant::now();
        recorded.again()?;
        let limit = begun.elapsed();

        let ours = runtime.block_on(served(app, &session, &serve))?;
        let begin = runtime.block_on(served(app, &session, "begun contact"))?;
        if round >= warm_up {
            pair.limit_took(limit);
            pair.ours_took(ours);
            begun_alone.push(begin);
        }
    }
    let within = pair.report();
    let remark = "both instances, the configuration; no command yet";
    begun_alone.row("of it until begun", remark);
    println!("  commands to the card: {}", recorded.card.len());
    Ok(within)
}
