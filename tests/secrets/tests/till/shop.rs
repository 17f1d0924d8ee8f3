//! The shop: a terminal with the card app, its kernel and a merchant's app, the bank and the wallet,
//! all in this process, on a clock that stands still while anything is looked at.
//!
//! How a sale is looked at in the middle: the clock is paused and jumps only while every task
//! sleeps. [`Shop::until`] never sleeps, so no time passes until what it waits for is so; and the
//! search itself runs on the one thread of the runtime, so nothing goes on meanwhile.

use caisson_acquirer::bank::BankFault;
use caisson_cards::{CardProfile, deck};
use caisson_core::Language;
use caisson_core::view::View;
use caisson_devices::emulated::camera::Scene;
use caisson_devices::screen::Key;
use caisson_scenarios::{AcquirerAt, Extra, Setup, World};
use caisson_secrets::{LinearMemory, Planted, Process, Search, files};
use caisson_terminal::{Report, Request, TerminalError};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use tokio::task::{JoinHandle, yield_now};
use tracing::level_filters::LevelFilter;

/// The merchant's app, the acquirer's, and what stands in the kernel's memory and in no other's.
pub(crate) const MERCHANT_APP: &str = "qr";
pub(crate) const CARD_APP: &str = "card";
pub(crate) const OF_KERNEL: &str = "# What the terminal is (EMV Book 4, annex A)";

/// What a customer does with a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Insert,
    Tap,
    Swipe,
}

/// A running shop.
pub(crate) struct Shop {
    pub(crate) world: World,
    pub(crate) folder: PathBuf,
}

/// A sale at the counter.
pub(crate) type Sale = JoinHandle<Result<Report, TerminalError>>;

/// Nobody else in this process sells while it is held.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Opens a shop whose terminal has signed on, and plays `story` in it. One at a time: the memories
/// that are looked at are those of the whole process.
pub(crate) fn play(story: impl AsyncFnOnce(&Shop)) {
    play_with(MERCHANT_APP, story);
}

/// The same with another app beside the card app.
pub(crate) fn play_with(app: &str, story: impl AsyncFnOnce(&Shop)) {
    let _alone = alone();
    log();
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("till");
    fs::create_dir(&folder).unwrap();
    share_cache(&folder);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let setup = setup(&folder, app, AcquirerAt::InProcess);
        let extra = Extra { has_cards: true, ..Extra::default() };
        let world = World::open_with(&setup, extra).await.unwrap();
        let shop = Shop { world, folder };
        assert!(shop.serve("sign-on").await, "the terminal did not sign on");
        story(&shop).await;
    });
}

/// One cache for all tests, which compile the same components.
pub(crate) fn share_cache(folder: &Path) {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("secrets-cache");
    fs::create_dir_all(&cache).unwrap();
    std::os::unix::fs::symlink(cache, folder.join("cache")).unwrap();
}

/// What everything in this process logs, down to the last trace, in one file; the first call opens it.
pub(crate) fn log() -> &'static Path {
    static LOG: OnceLock<PathBuf> = OnceLock::new();
    LOG.get_or_init(|| {
        let name = format!("secrets-log-{}.txt", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let log = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_max_level(LevelFilter::TRACE)
            .with_writer(Mutex::new(File::create(&path).unwrap()))
            .finish();
        tracing::subscriber::set_global_default(log).unwrap();
        path
    })
}

pub(crate) fn setup(folder: &Path, app: &str, acquirer: AcquirerAt) -> Setup {
    Setup {
        folder: folder.to_owned(),
        apps: built_apps(),
        app: app.to_owned(),
        language: Language::En,
        settings: BTreeMap::new(),
        risk: Vec::new(),
        acquirer,
    }
}

/// Where built apps are: `CAISSON_APPS`, else `apps` in the folder that cargo builds into.
pub(crate) fn built_apps() -> PathBuf {
    let executable = std::env::current_exe().unwrap();
    let built = || executable.ancestors().nth(3).unwrap().join("apps");
    std::env::var_os("CAISSON_APPS").map_or_else(built, PathBuf::from)
}

pub(crate) fn request(app: &str, service: &str, amount: &str) -> Request {
    Request {
        app: app.to_owned(),
        service: service.to_owned(),
        amount: amount.to_owned(),
        currency: None,
        original: None,
        merchant_order: None,
    }
}

/// The card file `name`.
pub(crate) fn card(name: &str) -> CardProfile {
    deck::profile(name).unwrap()
}

/// What of the card `name` must stand nowhere: its number, both its tracks, and its PIN where it is
/// long enough not to come up by chance.
pub(crate) fn planted(name: &str) -> Vec<Planted> {
    let profile = card(name);
    let pan = profile.pan.digits();
    let mut planted = Vec::new();
    for behind in behind(&profile) {
        planted.extend(Planted::card(name, pan, &behind).unwrap());
    }
    let pin = profile.cardholders_pin().unwrap_or_default();
    planted.extend(Planted::pin(name, pin, pan).unwrap_or_default());
    planted
}

/// What follows the number on the stripe, and on the chip's copy of it.
fn behind(profile: &CardProfile) -> Vec<String> {
    let mut behind = Vec::new();
    if let Some(stripe) = profile.track_2() {
        let (_, rest) = stripe.split_once('=').unwrap();
        behind.push(rest.to_owned());
        // As the engine of these cards writes it: its own discretionary data.
        behind.push(format!("{}00000999", &rest[..7]));
    }
    behind
}

/// A search for what was planted by the cards of these names.
pub(crate) fn search(names: &[&str]) -> Search {
    Search::new(names.iter().flat_map(|name| planted(name))).unwrap()
}

/// The linear memories of this process.
pub(crate) fn memories() -> Vec<LinearMemory> {
    Process::own().unwrap().linear_memories().unwrap()
}

impl Shop {
    /// Runs a service of the card app.
    pub(crate) async fn serve(&self, service: &str) -> bool {
        self.world.terminal.serve(CARD_APP, service).await.unwrap().is_done()
    }

    /// Begins a sale by the card app.
    pub(crate) fn begin(&self, amount: &str) -> Sale {
        self.begin_with(CARD_APP, amount)
    }

    /// Begins a sale by `app`.
    pub(crate) fn begin_with(&self, app: &str, amount: &str) -> Sale {
        let (terminal, request) = (self.world.terminal.clone(), request(app, "sale", amount));
        tokio::spawn(async move { terminal.pay(request).await })
    }

    /// Waits without letting time pass until `is_so`.
    pub(crate) async fn until(&self, sale: &Sale, what: &str, is_so: impl Fn(&Self) -> bool) {
        while !is_so(self) {
            let shown = || self.world.screen.current().map(|showing| showing.line());
            assert!(!sale.is_finished(), "the sale ended before {what}: {:?}", shown());
            yield_now().await;
        }
    }

    /// Presents a card before or during `sale`.
    pub(crate) async fn present(&self, sale: &Sale, name: &str, way: Way) {
        let cards = &self.world.cards;
        match way {
            Way::Insert => cards.insert(name).unwrap(),
            Way::Tap => cards.tap(name).unwrap(),
            // A stripe that nobody waits for is lost.
            Way::Swipe => {
                self.until(sale, "the stripe", |shop| shop.world.cards.swipe(name).is_ok()).await;
            }
        }
    }

    /// Waits for the page of the PIN.
    pub(crate) async fn until_pin(&self, sale: &Sale) {
        self.until(sale, "the PIN's page", |shop| {
            shop.shows(|view| matches!(view, View::Pin { .. }))
        })
        .await;
    }

    pub(crate) fn key_the_pin(&self) {
        let pin = self.world.cards.pin().unwrap();
        assert!(self.world.screen.press(Key::Pin(pin)));
    }

    pub(crate) fn shows(&self, is_it: impl Fn(&View) -> bool) -> bool {
        self.world.screen.current().is_some_and(|showing| is_it(&showing.view))
    }

    /// The next request of this kind comes to the bank and is answered a second later, or never.
    pub(crate) fn bank_will(&self, fault: &str) {
        let fault: BankFault = fault.parse().unwrap();
        self.world.bank.as_ref().unwrap().faults().push(fault);
    }

    /// Waits until the bank has the request for which [`Self::bank_will`] waits.
    pub(crate) async fn until_at_the_bank(&self, sale: &Sale) {
        self.until(sale, "the bank's part", |shop| {
            shop.world.bank.as_ref().unwrap().faults().waiting().is_empty()
        })
        .await;
    }

    /// Takes every card away, heals the wallet and waits until nothing is under way.
    pub(crate) async fn settled(&self) {
        self.world.cards.remove();
        self.world.gateway.as_ref().unwrap().faults().clear();
        let hours = Duration::from_secs(6 * 3_600);
        tokio::time::timeout(hours, self.world.terminal.settled()).await.unwrap();
    }

    /// Brings a payment of the merchant's app into such trouble that its recovery stands before the
    /// wallet and waits for an answer: as long as no time passes, the app lives.
    pub(crate) async fn merchant_app_waits(&self) {
        let faults = self.world.gateway.as_ref().unwrap().faults();
        faults.push("loses the answer to pay, once".parse().unwrap());
        faults.push("loses the request to query, 900 times".parse().unwrap());
        self.world.lens.hold(Scene::text("280000000000000007").unwrap());
        let report = self.world.terminal.pay(request(MERCHANT_APP, "pay", "9.00")).await.unwrap();
        assert!(report.key.is_some(), "{report:?}");
        let left = || faults.waiting().first().map(|fault| fault.times);
        let (before, mut tries) = (left(), 0);
        assert!(before.is_some());
        while left() == before {
            tries += 1;
            assert!(tries < 100_000, "the recovery of the merchant's app has not begun");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Nothing of what was planted stands in a file, a log, on the screen or on paper.
    #[track_caller]
    pub(crate) fn nothing_is_written(&self, search: &Search) {
        // Compiled code lies in a cache of all tests, which a link leads to.
        let mut found: Vec<String> = files::find(search, &self.folder, &[])
            .unwrap()
            .iter()
            .map(|(path, found)| format!("{}: {found}", path.display()))
            .collect();
        let log = search.find(&fs::read(log()).unwrap());
        found.extend(log.iter().map(|found| format!("log: {found}")));
        for showing in self.world.screen.shown() {
            let shown = format!("{} {showing:?}", showing.line());
            found.extend(search.find(shown.as_bytes()).iter().map(|one| format!("screen: {one}")));
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}
