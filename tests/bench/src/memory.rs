//! Budget: at most 64 MB resident with three apps; a further app takes at most 2 bare ones.
//!
//! A process of its own loads so many apps from their recorded machine code and calls `start` in
//! each: all calls are in memory at once, each waiting for a customer's code. What is resident then
//! is what the system says. The limit is wasmtime alone in another such process: the same machine
//! code loaded as often, each with an instance that waits for nothing.

use crate::built::{app, disk_folder};
use crate::quiet::QuietSession;
use crate::run::{Failure, Scale};
use crate::start_up::{Place, deserialize, machine_code};
use caisson_core::{Currency, Money};
use caisson_host::{HostEngine, IntentData};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use wasmtime::Store;
use wasmtime::component::Linker;

/// Most that a terminal with three apps should have resident, in KiB. Without a screen here.
const BUDGET_KIB: u64 = 64 * 1024;
const BUDGET_APPS: usize = 3;
/// Most that a further app may take, in limits.
const RATIO_MAX: f64 = 2.0;
/// How many apps, one process each. The pool has 16 places.
const APPS: [usize; 6] = [1, 2, 3, 4, 8, 16];
const APPS_SMOKE: [usize; 2] = [1, 2];
/// The first argument of the process that holds apps; then `ours` or `limit`, how many, the folder.
pub(crate) const CHILD: &str = "--hold-apps";
/// Between two looks at whether every call waits.
const LOOK: Duration = Duration::from_millis(5);
/// Ticks of the engine's epoch that a bare instance may run: more than it needs.
const EPOCHS: u64 = 1_000;

pub(crate) fn bench(scale: Scale) -> Result<bool, Failure> {
    let folder = disk_folder()?;
    let place = Place::at(folder.path())?;
    place.install(&app("qr")?.join("qr"))?;
    // The first load compiles and records.
    place.load(&Arc::new(HostEngine::start()?))?;

    let counts = if scale == Scale::Smoke { APPS_SMOKE.as_slice() } else { APPS.as_slice() };
    let ours = resident("ours", counts, folder.path())?;
    let limit = resident("limit", counts, folder.path())?;
    println!("memory of apps that are all in a call, resident MiB");
    let heads: Vec<String> = counts.iter().map(|count| format!("{count} apps")).collect();
    row("", &heads, "a further app");
    let (of_ours, of_limit) = (further(counts, &ours), further(counts, &limit));
    row("ours", &ours.iter().map(|kib| mib(*kib)).collect::<Vec<_>>(), &shown(of_ours));
    row("limit", &limit.iter().map(|kib| mib(*kib)).collect::<Vec<_>>(), &shown(of_limit));
    let pairs = ours.iter().zip(&limit);
    let ratios: Vec<String> = pairs.map(|(ours, limit)| ratio(*ours, *limit)).collect();
    let within = of_ours <= RATIO_MAX * of_limit;
    let word = if within { "within" } else { "ABOVE" };
    row("ratio", &ratios, &format!("{:.2}, gate {RATIO_MAX:.2}: {word}", of_ours / of_limit));
    let three = counts.iter().position(|count| *count == BUDGET_APPS);
    if let Some(kib) = three.and_then(|index| ours.get(index)) {
        let word = if *kib <= BUDGET_KIB { "within" } else { "OVER" };
        println!("  {BUDGET_APPS} apps: {} MiB, budget {}: {word}", mib(*kib), mib(BUDGET_KIB));
    }
    Ok(within)
}

/// What is resident in a process for each count, in KiB.
fn resident(which: &str, counts: &[usize], folder: &Path) -> Result<Vec<u64>, Failure> {
    let program = std::env::current_exe()?;
    let one = |count: &usize| {
        let mut child = Command::new(&program);
        let ended = child.args([CHILD, which, &count.to_string()]).arg(folder).output()?;
        let said = String::from_utf8_lossy(&ended.stdout);
        let errors = String::from_utf8_lossy(&ended.stderr);
        said.trim().parse().map_err(|_| format!("{which} with {count} apps: {errors}").into())
    };
    counts.iter().map(one).collect()
}

/// What the child does: prints what is resident while it holds `count` apps.
pub(crate) fn hold(which: &str, count: &str, folder: &Path) -> Result<(), Failure> {
    let count: usize = count.parse()?;
    let place = Place::at(folder)?;
    let engine = Arc::new(HostEngine::start()?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let kib = match which {
        "ours" => runtime.block_on(ours(&place, &engine, count))?,
        _ => runtime.block_on(bare(&place, &engine, count))?,
    };
    println!("{kib}");
    Ok(())
}

async fn ours(place: &Place, engine: &Arc<HostEngine>, count: usize) -> Result<u64, Failure> {
    let mut sessions = Vec::new();
    for _ in 0..count {
        let (app, session) = (place.load(engine)?, Arc::new(QuietSession::that_waits()));
        sessions.push(Arc::clone(&session));
        let intent = IntentData {
            service: "pay".to_owned(),
            amount: Money::new(1_200, Currency::Cny)?,
            settings: Arc::default(),
            original: Vec::new(),
        };
        tokio::spawn(async move { app.start(session, intent).await });
    }
    while sessions.iter().any(|session| session.first_view().is_none()) {
        tokio::time::sleep(LOOK).await;
    }
    now()
}

async fn bare(place: &Place, engine: &HostEngine, count: usize) -> Result<u64, Failure> {
    let code = machine_code(&place.cache())?;
    let mut held = Vec::new();
    for _ in 0..count {
        let component = deserialize(engine, &fs::read(&code)?)?;
        let mut linker = Linker::new(engine.wasmtime());
        linker.define_unknown_imports_as_traps(&component)?;
        let pre = linker.instantiate_pre(&component)?;
        let mut store = Store::new(engine.wasmtime(), ());
        store.set_epoch_deadline(EPOCHS);
        let instance = pre.instantiate_async(&mut store).await?;
        held.push((pre, store, instance));
    }
    let kib = now()?;
    drop(held);
    Ok(kib)
}

/// What this process has resident, in KiB.
fn now() -> Result<u64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")).ok_or("no VmRSS")?;
    Ok(kib.trim().parse()?)
}

/// What each app adds, from the fewest to the most.
fn further(counts: &[usize], kib: &[u64]) -> f64 {
    let span = |first: f64, last: f64| last - first;
    match (counts, kib) {
        ([few, .., many], [least, .., most]) => {
            span(*least as f64, *most as f64) / span(*few as f64, *many as f64)
        }
        _ => 0.0,
    }
}

fn mib(kib: u64) -> String {
    shown(kib as f64)
}

fn shown(kib: f64) -> String {
    format!("{:.1}", kib / 1024.0)
}

fn ratio(ours: u64, limit: u64) -> String {
    format!("{:.2}", ours as f64 / limit as f64)
}

fn row(name: &str, values: &[String], further: &str) {
    let values: String = values.iter().map(|value| format!("{value:>9}")).collect();
    println!("  {name:<6}{values}   {further}");
}
