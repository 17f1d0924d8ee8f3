//! Budget: the terminal's own share of a sale is at most 5 ms at p99, and a sale takes at most 2
//! exchanges with two flushes.
//!
//! A whole terminal (real engine, app, journal on the disk, key file, TLS) takes QR payments over a
//! link in memory from the simulated gateway in the same process. Counted: from the cashier's
//! request until the screen says "approved". Not counted: the scan (from the scan screen until a
//! code was read, which is the customer's time and `frame_to_text`'s) and the printing, which comes
//! after. The limit is what no terminal can do without: the same exchange made by the network's
//! client alone, and two raw flushes.
//!
//! The own share is what is left of a sale after the exchange inside it, on a terminal whose
//! journal stands in memory: there a flush takes no time, and all else of a commit counts. On a disk
//! the slowest flush of a hundred is the disk's, and would hide what is ours.

use crate::built::{app, disk_folder};
use crate::figures::{Pair, Samples};
use crate::run::{Failure, Scale};
use async_trait::async_trait;
use caisson_core::view::{Outcome, View};
use caisson_core::{Currency, Language, Money};
use caisson_devices::camera::{Camera, CameraError};
use caisson_devices::emulated::camera::{Lens, Scene};
use caisson_devices::emulated::printer::EmulatedPrinter;
use caisson_devices::emulated::screen::EmulatedScreen;
use caisson_devices::emulated::storage::EmulatedStorage;
use caisson_devices::escpos::Finish;
use caisson_devices::escpos::driver::Options;
use caisson_devices::raster::Paper;
use caisson_devices::screen::{Key, Screen, Showing};
use caisson_host::HostEngine;
use caisson_journal::WallTime;
use caisson_network::emulated::EmulatedLink;
use caisson_network::{Binding, Client, Destination, Heard};
use caisson_scenarios::{AcquirerAt, Setup, World};
use caisson_terminal::{
    CameraSource, Equipment, Parts, Profile, Request, SystemClock, Terminal, WallClock,
};
use caisson_vault::{
    CardKeys, KeyStore, Mac, MacAlgorithm, Pan, Pin, PinBlock, PinFormat, PublicKey, SealedFile,
    SessionKey, Signature, Slot, Transaction, VaultError, WorkingKey,
};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// Most that the own share should take.
const SHARE_BUDGET: Duration = Duration::from_millis(5);
/// Most that a sale may take, in limits.
const RATIO_MAX: f64 = 2.0;
/// Sales that count, and those before.
const ROUNDS: u32 = 200;
const WARM_UP: u32 = 10;
/// Sales between two checkpoints of the journal, which are not counted.
const CHECKPOINT_EVERY: u32 = 4;
/// Bytes of a raw flush: about what the first commit of a payment says.
const FLUSH_BYTES: usize = 600;
/// What the cashier keys.
const AMOUNT: &str = "12.00";
const AMOUNT_MINOR: u64 = 1_200;

pub(crate) fn bench(scale: Scale) -> Result<bool, Failure> {
    let apps = app("qr")?;
    let folder = disk_folder()?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let within = on_disk(scale, &apps, folder.path()).await?;
        let memory = Path::new("/dev/shm");
        if memory.is_dir() {
            let folder = tempfile::tempdir_in(memory)?;
            own_share(scale, &apps, folder.path()).await?;
        } else {
            println!("  own share: not measured, there is no {}", memory.display());
        }
        Ok(within)
    })
}

async fn on_disk(scale: Scale, apps: &Path, folder: &Path) -> Result<bool, Failure> {
    let shop = Shop::open(apps, folder).await?;
    let mut raw = RawFlush::create(&folder.join("raw"))?;
    let name = "a sale without scan and printing";
    let mut pair = Pair::new(name, "the exchange alone, and two raw flushes").gate(50, RATIO_MAX);
    let (mut exchanges, mut commits) = (Samples::default(), Samples::default());
    let warm_up = scale.of(WARM_UP, 0);
    for round in 0..scale.of(WARM_UP + ROUNDS, 2) {
        let begun = Instant::now();
        shop.exchange_alone(round).await?;
        raw.flush_twice()?;
        let limit = begun.elapsed();

        let sale = shop.sale(round).await?;
        if round >= warm_up {
            pair.limit_took(limit);
            pair.ours_took(sale.whole);
            exchanges.push(sale.exchange);
            commits.push(sale.commits);
        }
        shop.rest(round).await?;
    }
    let within = pair.report();
    exchanges.row("the exchange inside", "signed, sent, heard, verified; TLS and gateway");
    commits.row("the two commits inside", "");
    Ok(within)
}

async fn own_share(scale: Scale, apps: &Path, folder: &Path) -> Result<(), Failure> {
    let shop = Shop::open(apps, folder).await?;
    let mut share = Samples::default();
    let warm_up = scale.of(WARM_UP, 0);
    for round in 0..scale.of(WARM_UP + ROUNDS, 2) {
        let sale = shop.sale(round).await?;
        if round >= warm_up {
            share.push(sale.whole.saturating_sub(sale.exchange));
        }
        shop.rest(round).await?;
    }
    share.row_with_budget("own share", 99, SHARE_BUDGET);
    Ok(())
}

/// What one sale took, without scan and printing.
struct Sale {
    whole: Duration,
    /// From the signing of the request until the answer was verified.
    exchange: Duration,
    /// From the call of the journal until it was durable and the next step began.
    commits: Duration,
}

/// A terminal whose screen, keys and clock tell when they were used.
struct Shop {
    terminal: Terminal,
    timeline: Timeline,
    lens: Lens,
    client: Client,
}

impl Shop {
    async fn open(apps: &Path, folder: &Path) -> Result<Self, Failure> {
        let setup = Setup {
            folder: folder.to_owned(),
            apps: apps.to_owned(),
            app: "qr".to_owned(),
            language: Language::En,
            settings: BTreeMap::new(),
            risk: Vec::new(),
            acquirer: AcquirerAt::InProcess,
        };
        // Provisions the folder; its terminal makes room for ours on the same folder.
        let World { terminal, link, .. } = World::open(&setup).await?;
        terminal.settled().await;
        drop(terminal);

        let path = folder.join("profile.toml");
        let profile = Profile::parse(&path, &fs::read_to_string(&path)?)?;
        let keys: Arc<dyn CardKeys> = Arc::new(SealedFile::open(&profile.vault, &profile.kek)?);
        let client = client(&profile, Arc::clone(&keys), &link)?;
        let (timeline, lens) = (Timeline::default(), Lens::new("emulated"));
        let options = Options { paper: Paper::Mm58, finish: Finish::Cut, in_order_status: true };
        let (printer, _roll) = EmulatedPrinter::new(options, None)?;
        let screen = TimedScreen { screen: EmulatedScreen::new(), timeline: timeline.clone() };
        let equipment = Equipment::new(
            Arc::new(screen),
            Box::new(LensCamera(lens.clone())),
            Box::new(printer),
            Arc::new(EmulatedStorage::open(&profile.storage)?),
        );
        let terminal = Terminal::open(Parts {
            profile,
            keys: Arc::new(TimedKeys { keys, timeline: timeline.clone() }),
            connector: Arc::new(link),
            equipment,
            clock: Arc::new(TimedClock(timeline.clone())),
            engine: Arc::new(HostEngine::start()?),
        })
        .await?;
        Ok(Self { terminal, timeline, lens, client })
    }

    async fn sale(&self, round: u32) -> Result<Sale, Failure> {
        self.lens.hold(Scene::text(&code(2 * u64::from(round)))?);
        self.timeline.clear();
        let begun = Instant::now();
        let report = self
            .terminal
            .pay(Request {
                app: "qr".to_owned(),
                service: "pay".to_owned(),
                amount: AMOUNT.to_owned(),
                currency: None,
                original: None,
                merchant_order: None,
            })
            .await?;
        if report.outcome != Outcome::Approved || report.print_failed.is_some() {
            return Err(format!("not approved: {report:?}").into());
        }
        self.timeline.sale(begun)
    }

    /// Lets the paper come out, and tidies up as an idle terminal does.
    async fn rest(&self, round: u32) -> Result<(), Failure> {
        self.terminal.settled().await;
        if round.is_multiple_of(CHECKPOINT_EVERY) {
            let idle = |journal: &mut caisson_journal::Journal| journal.checkpoint_when_idle();
            self.terminal.journal().with(idle).await??;
        }
        Ok(())
    }

    async fn exchange_alone(&self, round: u32) -> Result<(), Failure> {
        let binding = Binding {
            order: format!("LIMIT{round:010}").parse()?,
            original: None,
            amount: Some(Money::new(AMOUNT_MINOR, Currency::Cny)?),
            stan: None,
            pin: None,
        };
        let code = code(2 * u64::from(round) + 1);
        let request = serde_json::json!({ "wallet": "wechat", "code": code }).to_string();
        let prepared = self.client.destination().prepare("pay", request.as_bytes(), &binding)?;
        match self.client.exchange(&prepared).await {
            Heard::Answer(_) => Ok(()),
            other => Err(format!("no answer: {other:?}").into()),
        }
    }
}

/// A code that was never shown before.
fn code(number: u64) -> String {
    format!("13{number:016}")
}

fn client(
    profile: &Profile,
    keys: Arc<dyn CardKeys>,
    link: &EmulatedLink,
) -> Result<Client, Failure> {
    let wallet =
        profile.destination.get("wallet").ok_or("the profile has no destination wallet")?;
    let mut signature = wallet.file.clone().into_os_string();
    signature.push(".sig");
    let key: PublicKey = wallet.key.parse()?;
    let destination = Destination::load(&wallet.file, Path::new(&signature), &key)?;
    Ok(Client::new(Arc::new(destination), keys, Arc::new(link.clone()))?)
}

/// A file whose blocks exist.
struct RawFlush(File);

impl RawFlush {
    fn create(path: &Path) -> Result<Self, Failure> {
        let mut file = File::create(path)?;
        file.write_all(&[0; 2 * FLUSH_BYTES])?;
        file.sync_all()?;
        Ok(Self(file))
    }

    fn flush_twice(&mut self) -> Result<(), Failure> {
        for offset in [0, FLUSH_BYTES] {
            self.0.write_all_at(&[0x5a; FLUSH_BYTES], u64::try_from(offset)?)?;
            self.0.sync_data()?;
        }
        Ok(())
    }
}

/// What happened, and when.
#[derive(Clone, Default)]
struct Timeline(Arc<Mutex<Vec<(Mark, Instant)>>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// The screen asks for a code.
    Scan,
    /// The screen says "please wait".
    Wait,
    /// A commit begins: it asks for the time.
    Commit,
    /// The exchange begins: the request is signed.
    Sign,
    /// The exchange ends: the answer's signature holds.
    Verified,
    /// The screen says how it ended.
    Outcome,
}

impl Timeline {
    fn mark(&self, mark: Mark) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((mark, Instant::now()));
    }

    fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Reads one sale: scan, commit, exchange, commit, outcome, in this order.
    fn sale(&self, begun: Instant) -> Result<Sale, Failure> {
        let marks = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut rest = marks.iter();
        let mut next = |wanted: Mark| {
            rest.find(|(mark, _)| *mark == wanted)
                .map(|(_, at)| *at)
                .ok_or_else(|| format!("a sale without {wanted:?}: {marks:?}"))
        };
        let (scan, read) = (next(Mark::Scan)?, next(Mark::Wait)?);
        let (first, sign) = (next(Mark::Commit)?, next(Mark::Sign)?);
        let verified = next(Mark::Verified)?;
        let (second, outcome) = (next(Mark::Commit)?, next(Mark::Outcome)?);
        Ok(Sale {
            whole: (outcome - begun).saturating_sub(read - scan),
            exchange: verified - sign,
            commits: (sign - first) + (outcome - second),
        })
    }
}

struct TimedScreen {
    screen: EmulatedScreen,
    timeline: Timeline,
}

#[async_trait]
impl Screen for TimedScreen {
    fn show(&self, showing: Showing) {
        match showing.view {
            View::Scan { .. } => self.timeline.mark(Mark::Scan),
            View::Wait => self.timeline.mark(Mark::Wait),
            View::Outcome { .. } => self.timeline.mark(Mark::Outcome),
            _ => {}
        }
        self.screen.show(showing);
    }

    async fn next_key(&self) -> Key {
        self.screen.next_key().await
    }
}

#[derive(Debug)]
struct TimedKeys {
    keys: Arc<dyn CardKeys>,
    timeline: Timeline,
}

impl std::fmt::Debug for Timeline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Timeline")
    }
}

impl KeyStore for TimedKeys {
    fn kind(&self) -> caisson_vault::Kind {
        self.keys.kind()
    }

    fn sign(&self, slot: &Slot, message: &[u8]) -> Result<Signature, VaultError> {
        self.timeline.mark(Mark::Sign);
        self.keys.sign(slot, message)
    }

    fn verify(&self, slot: &Slot, message: &[u8], signature: &Signature) -> Result<(), VaultError> {
        let verified = self.keys.verify(slot, message, signature);
        self.timeline.mark(Mark::Verified);
        verified
    }

    fn seal(&self, slot: &Slot, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.keys.seal(slot, context, plain)
    }

    fn open(
        &self,
        slot: &Slot,
        context: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        self.keys.open(slot, context, sealed)
    }

    fn public_key(&self, slot: &Slot) -> Result<PublicKey, VaultError> {
        self.keys.public_key(slot)
    }
}

/// A wallet needs none of it.
impl CardKeys for TimedKeys {
    fn begin_transaction(&self, slot: &Slot) -> Result<Transaction, VaultError> {
        self.keys.begin_transaction(slot)
    }

    fn encipher_pin(
        &self,
        key: WorkingKey<'_>,
        format: PinFormat,
        pan: Pan<'_>,
        pin: &Pin,
    ) -> Result<PinBlock, VaultError> {
        self.keys.encipher_pin(key, format, pan, pin)
    }

    fn mac(
        &self,
        key: WorkingKey<'_>,
        algorithm: MacAlgorithm,
        message: &[u8],
    ) -> Result<Mac, VaultError> {
        self.keys.mac(key, algorithm, message)
    }

    fn verify_mac(
        &self,
        key: WorkingKey<'_>,
        algorithm: MacAlgorithm,
        message: &[u8],
        mac: &[u8],
    ) -> Result<(), VaultError> {
        self.keys.verify_mac(key, algorithm, message, mac)
    }

    fn load_session_keys(&self, master: &Slot, keys: &[SessionKey<'_>]) -> Result<(), VaultError> {
        self.keys.load_session_keys(master, keys)
    }
}

struct TimedClock(Timeline);

impl WallClock for TimedClock {
    fn now(&self) -> WallTime {
        self.0.mark(Mark::Commit);
        SystemClock.now()
    }
}

struct LensCamera(Lens);

#[async_trait]
impl CameraSource for LensCamera {
    async fn open(&self) -> Result<Box<dyn Camera>, CameraError> {
        Ok(Box::new(self.0.open()?))
    }
}
