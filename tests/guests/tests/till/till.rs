//! A terminal with the guests, and the story that is played on it.
//!
//! Whatever a story does, these hold at its end, and [`play`] checks them: for each payment the
//! acquirer keeps what the journal shows, nothing was captured twice, the journal verifies.

use crate::neighbours;
use caisson_acquirer::{Books, Gateway, OrderEntry};
use caisson_core::Language;
use caisson_core::payment::{Event, Fact};
use caisson_core::view::View;
use caisson_devices::emulated::camera::{Lens, Scene};
use caisson_devices::emulated::screen::EmulatedScreen;
use caisson_journal::{Filter, LIST_ROWS_MAX, PaymentRow};
use caisson_scenarios::{AcquirerAt, Cards, Setup, World};
use caisson_terminal::{Report, Request, Terminal};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;
use tempfile::TempDir;

/// The guests' id on the terminal.
pub(crate) const GUEST: &str = "guest";
const MANIFEST: &str = "id = \"guest\"\nversion = \"0.1.0\"\nversion-code = 1\n\
    world = \"payment-app\"\n\
    permissions = [\"payment\", \"ui\", \"camera\", \"printer\", \"network\", \"storage\", \"nfc\"]\n\
    destination = \"wallet\"\n\n[name]\nzh = \"客人\"\nen = \"Guest\"\n\n\
    [nfc]\naids = [\"F0436C75623031\"]\ntag-types = [\"iso-14443-4\", \"type-2\"]\n";
/// A built app with the same component: the guests are one.
const BUILT: &str = "traps-after-send";

/// A running terminal with its surroundings in reach.
pub(crate) struct Till {
    pub(crate) terminal: Terminal,
    pub(crate) screen: EmulatedScreen,
    pub(crate) lens: Lens,
    pub(crate) gateway: Gateway,
    pub(crate) cards: Cards,
    pub(crate) folder: PathBuf,
    pub(crate) codes: u32,
}

/// Plays a story on a terminal of its own, whose guest behaves so.
pub(crate) fn play(behaviour: &str, story: impl AsyncFnOnce(&mut Till)) {
    run(behaviour, |_| {}, alone, story);
}

/// The same in a folder where something stands before the terminal opens.
pub(crate) fn play_prepared(
    behaviour: &str,
    prepare: impl FnOnce(&Path),
    story: impl AsyncFnOnce(&mut Till),
) {
    run(behaviour, prepare, alone, story);
}

/// The same on a terminal that has the QR app besides.
pub(crate) fn play_beside_qr(behaviour: &str, story: impl AsyncFnOnce(&mut Till)) {
    run(behaviour, |_| {}, neighbours::beside_qr, story);
}

/// The same on a terminal that `move_in` opens.
pub(crate) fn play_moved_in(
    behaviour: &str,
    move_in: impl AsyncFnOnce(World, PathBuf) -> Till,
    story: impl AsyncFnOnce(&mut Till),
) {
    run(behaviour, |_| {}, move_in, story);
}

async fn alone(world: World, folder: PathBuf) -> Till {
    let World { terminal, screen, lens, gateway, cards, .. } = world;
    Till { terminal, screen, lens, gateway: gateway.unwrap(), cards, folder, codes: 0 }
}

fn run(
    behaviour: &str,
    prepare: impl FnOnce(&Path),
    move_in: impl AsyncFnOnce(World, PathBuf) -> Till,
    story: impl AsyncFnOnce(&mut Till),
) {
    let home = TempDir::new().unwrap();
    let folder = home.path().join("till");
    fs::create_dir(&folder).unwrap();
    // One cache for all tests, which compile the same component.
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guests-cache");
    fs::create_dir_all(&cache).unwrap();
    std::os::unix::fs::symlink(cache, folder.join("cache")).unwrap();
    prepare(&folder);
    let log = tracing_subscriber::fmt()
        .with_ansi(false)
        .without_time()
        .with_writer(Mutex::new(File::create(folder.join("log.txt")).unwrap()))
        .finish();
    let _log = tracing::subscriber::set_default(log);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let setup = setup(behaviour, &folder, &with_guest(home.path()));
        let world = World::open(&setup).await.unwrap();
        let mut till = move_in(world, folder.clone()).await;
        story(&mut till).await;
        till.check_books().await;
    });
    // With whatever the terminal was still doing.
    drop(runtime);
    caisson_journal::verify(&folder.join("journal")).unwrap();
}

fn setup(behaviour: &str, folder: &Path, apps: &Path) -> Setup {
    Setup {
        folder: folder.to_owned(),
        apps: apps.to_owned(),
        app: GUEST.to_owned(),
        language: Language::En,
        settings: BTreeMap::from([("behaviour".to_owned(), behaviour.to_owned())]),
        risk: Vec::new(),
        acquirer: AcquirerAt::InProcess,
    }
}

/// Where built apps are: `CAISSON_APPS`, else `apps` in the folder that cargo builds into.
pub(crate) fn built_apps() -> PathBuf {
    let executable = std::env::current_exe().unwrap();
    let built = || executable.ancestors().nth(3).unwrap().join("apps");
    std::env::var_os("CAISSON_APPS").map_or_else(built, PathBuf::from)
}

/// A folder of built apps with the guest in it.
fn with_guest(home: &Path) -> PathBuf {
    let apps = home.join("built");
    let guest = apps.join(GUEST);
    fs::create_dir_all(&guest).unwrap();
    fs::write(guest.join("caisson.toml"), MANIFEST).unwrap();
    fs::copy(built_apps().join(BUILT).join("app.wasm"), guest.join("app.wasm"))
        .expect("the guests are not built; run `cargo xtask build`");
    apps
}

/// What a cashier keys.
pub(crate) fn request(app: &str, amount: &str) -> Request {
    Request {
        app: app.to_owned(),
        service: "pay".to_owned(),
        amount: amount.to_owned(),
        currency: None,
        original: None,
        merchant_order: None,
    }
}

/// A fresh code of a customer's Alipay.
pub(crate) fn code(number: u32) -> Scene {
    Scene::text(&format!("28{number:016}")).unwrap()
}

impl Till {
    /// Takes a payment by the guest, with a fresh code before the camera.
    pub(crate) async fn sale(&mut self, amount: &str) -> Report {
        self.sale_by(GUEST, amount).await
    }

    /// Takes a payment by the app `app`.
    pub(crate) async fn sale_by(&mut self, app: &str, amount: &str) -> Report {
        self.codes += 1;
        self.lens.hold(code(self.codes));
        self.terminal.pay(request(app, amount)).await.unwrap()
    }

    /// Waits until nothing is recovered any more; some hours are enough, or it is parked.
    pub(crate) async fn settle(&self) {
        let hours = Duration::from_secs(6 * 3_600);
        let _ = tokio::time::timeout(hours, self.terminal.settled()).await;
    }

    /// How the payments ended, as the cashier read it: word and amount of each outcome.
    pub(crate) fn screen(&self) -> String {
        let shown = self.screen.shown();
        let ends = shown.iter().filter(|showing| matches!(showing.view, View::Outcome { .. }));
        let heads = ends.map(|showing| {
            let line = showing.line();
            line.split_once(':').map_or(line.clone(), |(head, _)| head.to_owned())
        });
        heads.collect::<Vec<_>>().join(", ")
    }

    /// The payments, oldest first.
    pub(crate) async fn rows(&self) -> Vec<PaymentRow> {
        let filter = Filter { limit: LIST_ROWS_MAX, ..Filter::default() };
        let journal = self.terminal.journal();
        journal.with(move |journal| journal.list(filter)).await.unwrap().unwrap()
    }

    /// What the journal holds of each payment: its events after `created`, paper left out.
    pub(crate) async fn journal(&self) -> String {
        let mut payments = Vec::new();
        for row in self.rows().await {
            payments.push(self.events(&row).await);
        }
        payments.join(" | ")
    }

    async fn events(&self, row: &PaymentRow) -> String {
        let key = row.key.clone();
        let journal = self.terminal.journal();
        let history = journal.with(move |journal| journal.history(&key)).await.unwrap().unwrap();
        let words = history.into_iter().filter_map(|entry| match entry.event {
            Event::Created { .. } | Event::Printed { .. } => None,
            Event::AppFault { rule } => {
                let name = serde_json::to_value(rule).unwrap();
                Some(format!("app-fault {}", name.as_str().unwrap()))
            }
            event => Some(event.kind().to_owned()),
        });
        words.collect::<Vec<_>>().join(", ")
    }

    fn books(&self) -> Books {
        self.gateway.books().unwrap()
    }

    /// What the acquirer keeps of each order, in minor units.
    pub(crate) fn kept(&self) -> Vec<i64> {
        self.books().list().unwrap().iter().map(OrderEntry::net).collect()
    }

    /// The receipt's facts of payment `number`, from 0.
    pub(crate) async fn facts(&self, number: usize) -> String {
        let key = self.rows().await[number].key.clone();
        let journal = self.terminal.journal();
        let payment = journal.with(move |journal| journal.payment(&key)).await.unwrap().unwrap();
        let words = |fact: &Fact| format!("{}: {}", fact.name, fact.value);
        payment.unwrap().facts().iter().map(words).collect::<Vec<_>>().join(", ")
    }

    /// How often the acquirer was asked `operation`.
    pub(crate) fn heard(&self, operation: &str) -> usize {
        let exchanges = self.books().exchanges().unwrap();
        exchanges.iter().filter(|exchange| exchange.operation == operation).count()
    }

    /// What whoever looks after the terminal reads.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log.txt")).unwrap()
    }

    /// For each payment the acquirer keeps what the journal shows; for an open one it may have
    /// taken the money. It knows no order that the journal does not.
    async fn check_books(&self) {
        let orders = self.books().list().unwrap();
        let rows = self.rows().await;
        for row in &rows {
            let order = orders.iter().find(|order| order.order == row.key.as_str());
            let kept = order.map_or(0, OrderEntry::net);
            let moved = row.approved.filter(|_| row.state.has_moved_money());
            let shown = moved.map_or(0, |money| i64::try_from(money.minor()).unwrap());
            assert!(row.is_open() || kept == shown, "{}: {kept}, not {shown}", row.key);
            assert!(order.is_none_or(|order| order.captures <= 1), "{} twice", row.key);
        }
        for order in orders {
            assert!(rows.iter().any(|row| row.key.as_str() == order.order), "{}", order.order);
        }
    }
}
