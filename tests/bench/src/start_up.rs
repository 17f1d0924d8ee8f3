//! Budget: ready in at most 300 ms after exec with 100,000 rows verified, and in at most 4 bare
//! passes over the same rows; a cold app shows its first view in at most 5 ms.
//!
//! Ready: a process of its own opens the journal, which verifies all of it and commits the boot,
//! starts the engine and loads the QR app from its recorded machine code. Timed by its parent, from
//! before it starts to its first line. The limit is what no verification can do without: SQLite's
//! `quick_check`, and SHA-256 over every column of every row.
//!
//! Cold app: in a running terminal, from a signed package to the first view that the app asks for:
//! check the publisher's signature over the package, read and verify the installed component, read
//! and verify the machine code, load, link, instantiate, call `start`. The limit is wasmtime alone:
//! read the machine code, load, link, instantiate.
//! The files are in the system's cache both times, as after an update.

use crate::built::{app, disk_folder};
use crate::figures::{Pair, Samples};
use crate::quiet::QuietSession;
use crate::run::{Failure, Scale};
use caisson_core::operation::{OperationKind, Reading};
use caisson_core::payment::{Digest, Ending, Input, Intent, Kind, Payment, Submission};
use caisson_core::permission::Permission;
use caisson_core::{Currency, Money};
use caisson_host::{
    App, AppImage, ComponentCache, HostEngine, IntentData, Kernel, MACHINE_CODE_SLOT,
};
use caisson_journal::{Commit, JOURNAL_FILE, Journal, Quality, Recovery, WallTime};
use caisson_packages::{
    BuildHosts, COMPONENT_NAME, Forms, InstalledApps, MANIFEST_NAME, Package, Publisher,
    PublisherKey, Publishers, Tier, sign,
};
use caisson_vault::{NewSlot, SealedFile};
use rusqlite::{Connection, OpenFlags, types::ValueRef};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use wasmtime::Store;
use wasmtime::component::{Component, Linker};

/// Most that being ready should take, and in limits.
const READY_BUDGET: Duration = Duration::from_millis(300);
const READY_RATIO_MAX: f64 = 4.0;
/// Most that a cold app's first view should take, and in limits.
const COLD_BUDGET: Duration = Duration::from_millis(5);
const COLD_RATIO_MAX: f64 = 4.0;
/// Payments in the journal, five rows each: 100,000 rows.
const PAYMENTS: u32 = 20_000;
/// A year of a busy counter.
const SALES_A_DAY: u32 = 500;
const PAYMENTS_YEAR: u32 = 365 * SALES_A_DAY;
/// Pairs of each table.
const READY_ROUNDS: u32 = 20;
const YEAR_ROUNDS: u32 = 5;
const COLD_ROUNDS: u32 = 200;
/// Payments between two checkpoints while the journal is filled.
const CHECKPOINT_EVERY: u32 = 100;
/// The first argument of the process that becomes ready; the second is the folder.
pub(crate) const CHILD: &str = "--become-ready";
/// What it prints then.
const READY: &str = "ready";
/// When everything happens; the journal orders nothing by it.
const AT: WallTime = WallTime { ms: 1_795_312_800_000, quality: Quality::Guessed };

/// A terminal's folder.
pub(crate) struct Place {
    folder: PathBuf,
    keys: Arc<SealedFile>,
}

impl Place {
    /// The place in `folder`, with a vault that is made where it is missing.
    pub(crate) fn at(folder: &Path) -> Result<Self, Failure> {
        let (vault, kek) = (folder.join("vault.toml"), folder.join("vault.kek"));
        let slots = [NewSlot::seal(MACHINE_CODE_SLOT.parse()?)];
        let keys = if vault.exists() {
            SealedFile::open(&vault, &kek)?
        } else {
            SealedFile::provision(&vault, &kek, &slots)?
        };
        Ok(Self { folder: folder.to_owned(), keys: Arc::new(keys) })
    }

    fn journal(&self) -> PathBuf {
        self.folder.join("journal")
    }

    /// A copy of the database for the bare passes, which keep none of the journal's rules.
    fn bare(&self) -> PathBuf {
        self.folder.join("bare.db")
    }

    fn apps(&self) -> InstalledApps {
        InstalledApps::at(&self.folder.join("apps"))
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.folder.join("cache")
    }

    /// Installs the unsigned package in `built`.
    pub(crate) fn install(&self, built: &Path) -> Result<(), Failure> {
        let package = Package::read(built)?.approve(&Publishers::default(), true)?;
        self.apps().install(&package)?;
        Ok(())
    }

    pub(crate) fn load(&self, engine: &Arc<HostEngine>) -> Result<App, Failure> {
        let installed = self.apps().find("qr")?;
        let wasm = installed.component()?;
        let cache = ComponentCache::open(&self.cache(), self.keys.clone())?;
        let policy = Permission::ALL.into();
        let asked = &installed.manifest.permissions;
        Ok(App::load(engine, &cache, AppImage { id: "qr", wasm: &wasm, asked, policy: &policy })?)
    }

    /// The EMV kernel `wasm`, with what a terminal gives a kernel.
    pub(crate) fn kernel(&self, engine: &Arc<HostEngine>, wasm: &[u8]) -> Result<Kernel, Failure> {
        let cache = ComponentCache::open(&self.cache(), self.keys.clone())?;
        let granted = [Permission::CardReader, Permission::PinPad, Permission::Emv].into();
        let image = AppImage { id: "emv", wasm, asked: &granted, policy: &granted };
        let compiled = (&Forms::default(), &BuildHosts::default());
        Ok(Kernel::load(engine, &cache, image, compiled)?)
    }
}

/// What the child does.
pub(crate) fn become_ready(folder: &Path) -> Result<(), Failure> {
    let place = Place::at(folder)?;
    let (_journal, _boot) = Journal::open(&place.journal(), AT)?;
    let engine = Arc::new(HostEngine::start()?);
    let _app = place.load(&engine)?;
    println!("{READY}");
    Ok(())
}

pub(crate) fn bench(scale: Scale) -> Result<bool, Failure> {
    let folder = disk_folder()?;
    let place = Place::at(folder.path())?;
    let built = app("qr")?.join("qr");
    place.install(&built)?;
    let rows = fill(&place.journal(), scale.of(PAYMENTS, 20))?;
    fs::copy(place.journal().join(JOURNAL_FILE), place.bare())?;
    let engine = Arc::new(HostEngine::start()?);
    // The first load compiles and records.
    place.load(&engine)?;

    let ready = ready(&place, rows, scale.of(READY_ROUNDS, 2), Some(READY_BUDGET))?;
    let signed = Signed::new(&built)?;
    let cold = cold(&place, &signed, &engine, scale)?;
    Ok(ready & cold)
}

/// What a year costs that no archive took away. The budget is for 100,000 rows, so it is not held
/// against this; the ratio is.
pub(crate) fn year(scale: Scale) -> Result<bool, Failure> {
    let folder = disk_folder()?;
    let place = Place::at(folder.path())?;
    place.install(&app("qr")?.join("qr"))?;
    let rows = fill(&place.journal(), scale.of(PAYMENTS_YEAR, 20))?;
    fs::copy(place.journal().join(JOURNAL_FILE), place.bare())?;
    place.load(&Arc::new(HostEngine::start()?))?;
    let within = ready(&place, rows, scale.of(YEAR_ROUNDS, 2), None)?;
    let bytes = fs::metadata(place.journal().join(JOURNAL_FILE))?.len();
    println!("  the journal: {bytes} bytes, {SALES_A_DAY} sales a day for a year");
    Ok(within)
}

fn ready(place: &Place, rows: u64, rounds: u32, budget: Option<Duration>) -> Result<bool, Failure> {
    let name = format!("ready after exec, {rows} rows verified");
    let mut pair =
        Pair::new(&name, "quick_check, and SHA-256 over every row").gate(50, READY_RATIO_MAX);
    if let Some(budget) = budget {
        pair = pair.budget(50, budget);
    }
    let program = std::env::current_exe()?;
    for _ in 0..rounds {
        pair.limit(|| bare_pass(&place.bare()))?;

        let begun = Instant::now();
        let mut child =
            Command::new(&program).arg(CHILD).arg(&place.folder).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line)?;
        }
        let took = begun.elapsed();
        if line.trim() != READY || !child.wait()?.success() {
            return Err("the process did not become ready".into());
        }
        pair.ours_took(took);
    }
    let within = pair.report();
    let mut open = Samples::default();
    for _ in 0..rounds {
        let begun = Instant::now();
        let opened = Journal::open(&place.journal(), AT)?;
        open.push(begun.elapsed());
        drop(opened);
    }
    open.row("of this, the journal", "");
    Ok(within)
}

fn bare_pass(database: &Path) -> Result<(), Failure> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags)?;
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    let word: String = connection.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
    if word != "ok" {
        return Err(word.into());
    }
    let mut statement = connection.prepare("SELECT * FROM entries ORDER BY seq")?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let mut hasher = Sha256::new();
        for column in 0..columns {
            match row.get_ref(column)? {
                ValueRef::Null => {}
                ValueRef::Integer(number) => hasher.update(number.to_be_bytes()),
                ValueRef::Real(number) => hasher.update(number.to_be_bytes()),
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => hasher.update(bytes),
            }
        }
        std::hint::black_box(hasher.finalize());
    }
    Ok(())
}

/// A package that a publisher signed, and the publishers that a terminal knows.
struct Signed {
    folder: TempDir,
    publishers: Publishers,
}

impl Signed {
    fn new(built: &Path) -> Result<Self, Failure> {
        let folder = disk_folder()?;
        for name in [MANIFEST_NAME, COMPONENT_NAME] {
            fs::copy(built.join(name), folder.path().join(name))?;
        }
        let key = PublisherKey::create(&folder.path().join("publisher.key"))?;
        sign(folder.path(), &key)?;
        let acme = Publisher { name: "acme".to_owned(), key: key.public(), tier: Tier::Merchant };
        Ok(Self { folder, publishers: Publishers::new([acme])? })
    }

    /// Reads the package and checks whose it is.
    fn verify(&self) -> Result<(), Failure> {
        Package::read(self.folder.path())?.approve(&self.publishers, false)?;
        Ok(())
    }
}

fn cold(
    place: &Place,
    signed: &Signed,
    engine: &Arc<HostEngine>,
    scale: Scale,
) -> Result<bool, Failure> {
    let mut pair = Pair::new("a cold app's first view", "bare wasmtime: load, link, instantiate")
        .gate(50, COLD_RATIO_MAX)
        .budget(50, COLD_BUDGET);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let code = machine_code(&place.cache())?;
    for _ in 0..scale.of(COLD_ROUNDS, 2) {
        let begun = Instant::now();
        runtime.block_on(bare_start(engine, &code))?;
        pair.limit_took(begun.elapsed());

        let session = Arc::new(QuietSession::default());
        let begun = Instant::now();
        signed.verify()?;
        let app = place.load(engine)?;
        let intent = IntentData {
            service: "pay".to_owned(),
            amount: Money::new(1_200, Currency::Cny)?,
            settings: Arc::default(),
            original: Vec::new(),
        };
        runtime.block_on(app.start(session.clone(), intent)).result?;
        let shown = session.first_view().ok_or("the app showed nothing")?;
        pair.ours_took(shown - begun);
    }
    let within = pair.report();
    println!("  machine code: {} bytes", fs::metadata(&code)?.len());
    Ok(within)
}

pub(crate) fn machine_code(cache: &Path) -> Result<PathBuf, Failure> {
    for entry in fs::read_dir(cache)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "cwasm") {
            return Ok(path);
        }
    }
    Err(format!("{}: no machine code", cache.display()).into())
}

async fn bare_start(engine: &HostEngine, code: &Path) -> Result<(), Failure> {
    let component = deserialize(engine, &fs::read(code)?)?;
    let mut linker = Linker::new(engine.wasmtime());
    linker.define_unknown_imports_as_traps(&component)?;
    let pre = linker.instantiate_pre(&component)?;
    let mut store = Store::new(engine.wasmtime(), ());
    store.set_epoch_deadline(1_000);
    pre.instantiate_async(&mut store).await?;
    Ok(())
}

#[allow(unsafe_code, reason = "loading machine code that the host compiled a moment ago")]
pub(crate) fn deserialize(engine: &HostEngine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: this process had the bytes compiled and recorded in a folder of its own.
    unsafe { Component::deserialize(engine.wasmtime(), code) }
}

/// Fills a new journal with payments that went well; returns its rows.
fn fill(folder: &Path, payments: u32) -> Result<u64, Failure> {
    // Where there is memory to write into, filling takes seconds instead of a minute.
    let memory = Path::new("/dev/shm");
    let draft = if memory.is_dir() { tempfile::tempdir_in(memory)? } else { disk_folder()? };
    Journal::create(draft.path(), 1)?;
    let (mut journal, _) = Journal::open(draft.path(), AT)?;
    for number in 0..payments {
        let (payment, events) = paid(&mut journal)?;
        let (key, recovery) = (&payment.intent().key, Recovery::Keep);
        journal.commit(&Commit { key, events: &events, recovery, at: AT })?;
        if number % CHECKPOINT_EVERY == 0 {
            journal.checkpoint_when_idle()?;
        }
    }
    journal.checkpoint_when_idle()?;
    let rows = journal.head().seq;
    drop(journal);
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(draft.path())? {
        let entry = entry?;
        let copy = folder.join(entry.file_name());
        fs::copy(entry.path(), &copy)?;
        fs::File::open(&copy)?.sync_all()?;
    }
    Ok(rows)
}

/// A sale from its creation to its receipt, as `core` has it.
fn paid(journal: &mut Journal) -> Result<(Payment, Vec<caisson_core::payment::Event>), Failure> {
    let amount = Money::new(1_200, Currency::Cny)?;
    let mut payment = Payment::new(Intent {
        key: journal.next_key("T1000001")?,
        kind: Kind::Sale,
        app: "qr".to_owned(),
        service: "pay".to_owned(),
        amount,
        original: None,
        merchant_order: None,
        released: None,
    });
    let submission = Submission {
        operation: "pay".to_owned(),
        kind: OperationKind::Financial,
        of: Kind::Sale,
        request: Digest::of(b"request"),
        request_bytes: 200,
        recovery_bytes: 100,
        repeatable: false,
        expires: None,
    };
    let mut events = Vec::new();
    for input in [
        Input::Submit { submission, recovering: false },
        Input::Heard { reading: Reading::Paid, amount: Some(amount), reason: None },
        Input::Ended(Ending::Approved { amount, facts: Vec::new() }),
        Input::Printed { failed: None },
        Input::Served,
    ] {
        let step = payment.step(input).map_err(|rule| format!("{rule:?}"))?;
        events.extend(step.events);
    }
    Ok((payment, events))
}
