//! A shop with a terminal whose desk is served, and hands that press its keys.

use async_trait::async_trait;
use caisson_acquirer::Gateway;
use caisson_core::Language;
use caisson_core::desk::{Details, Page};
use caisson_core::payment::Event;
use caisson_core::view::View;
use caisson_devices::camera::{Camera, CameraError};
use caisson_devices::emulated::camera::{Lens, Scene};
use caisson_devices::emulated::paper_roll::PaperRoll;
use caisson_devices::emulated::printer::EmulatedPrinter;
use caisson_devices::emulated::screen::EmulatedScreen;
use caisson_devices::emulated::storage::EmulatedStorage;
use caisson_devices::escpos::Finish;
use caisson_devices::escpos::driver::Options;
use caisson_devices::raster::Paper;
use caisson_devices::screen::{Key, Place, ReceiptWish, Showing};
use caisson_host::HostEngine;
use caisson_journal::{Filter, JournalError, LIST_ROWS_MAX, PaymentRow, export};
use caisson_network::emulated::EmulatedLink;
use caisson_scenarios::{AcquirerAt, Setup, World};
use caisson_terminal::{CameraSource, Desk, Equipment, Parts, Profile, Terminal, TokioClock};
use caisson_vault::{Passcode, SealedFile};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// Everybody's code.
pub(crate) const CODE: &str = "48291375";
const HASH: &str = "$argon2id$v=19$m=8192,t=1,p=1$YW4tZW11bGF0ZWQtc2FsdA\
    $Kpaac2zXMZZwTAJXv/l1wqI57s+d5lgUR0jwm/use8I";
/// Cashier, supervisor and owner, in this order.
pub(crate) const STAFF: [(&str, &str); 3] =
    [("Li", "cashier"), ("Wang", "supervisor"), ("Zhao", "owner")];
/// What a lost answer leaves on the screen, after the amount.
pub(crate) const UNKNOWN: &str = "The request was sent, but no answer came. Do not take the money \
    again; the terminal is asking.";
/// Longest that a page is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

struct LensCamera(Lens);

#[async_trait]
impl CameraSource for LensCamera {
    async fn open(&self) -> Result<Box<dyn Camera>, CameraError> {
        Ok(Box::new(self.0.open()?))
    }
}

/// See the module.
pub(crate) struct Shop {
    home: TempDir,
    pub(crate) terminal: Terminal,
    pub(crate) screen: EmulatedScreen,
    pub(crate) lens: Lens,
    pub(crate) roll: PaperRoll,
    pub(crate) link: EmulatedLink,
    pub(crate) clock: TokioClock,
    pub(crate) gateway: Gateway,
    desk: Arc<Desk>,
    serving: JoinHandle<()>,
    codes: Cell<u32>,
}

fn built_apps() -> PathBuf {
    let executable = std::env::current_exe().unwrap();
    let built = || executable.ancestors().nth(3).unwrap().join("apps");
    std::env::var_os("CAISSON_APPS").map_or_else(built, PathBuf::from)
}

/// Plays a story at the desk of a shop with `staff`, in no time.
pub(crate) fn play(staff: &[(&str, &str)], story: impl AsyncFnOnce(Shop)) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        story(Shop::open(staff).await).await;
    });
}

/// The profile of the world, with people who sign in.
fn profile(folder: &Path, staff: &[(&str, &str)]) -> Profile {
    let path = folder.join("profile.toml");
    let mut text = std::fs::read_to_string(&path).unwrap();
    for (name, role) in staff {
        text.push_str(&format!(
            "\n[[operator]]\nname = \"{name}\"\nrole = \"{role}\"\ncode = \"{HASH}\"\n"
        ));
    }
    Profile::parse(&path, &text).unwrap()
}

type Opened = (Terminal, EmulatedScreen, PaperRoll);

async fn open(profile: Profile, link: &EmulatedLink, lens: &Lens, clock: &TokioClock) -> Opened {
    let screen = EmulatedScreen::new();
    let options = Options { paper: Paper::Mm58, finish: Finish::Cut, in_order_status: true };
    let (printer, roll) = EmulatedPrinter::new(options, None).unwrap();
    let storage = EmulatedStorage::open(&profile.storage).unwrap();
    let keys = SealedFile::open(&profile.vault, &profile.kek).unwrap();
    let terminal = Terminal::open(Parts {
        profile,
        keys: Arc::new(keys),
        connector: Arc::new(link.clone()),
        equipment: Equipment::new(
            Arc::new(screen.clone()),
            Box::new(LensCamera(lens.clone())),
            Box::new(printer),
            Arc::new(storage),
        ),
        clock: Arc::new(clock.clone()),
        engine: Arc::new(HostEngine::start().unwrap()),
    });
    (terminal.await.unwrap(), screen, roll)
}

fn serve(terminal: &Terminal) -> (Arc<Desk>, JoinHandle<()>) {
    let desk = Arc::new(Desk::new(terminal.clone()));
    let served = Arc::clone(&desk);
    let serving = tokio::spawn(async move { served.run().await.unwrap() });
    (desk, serving)
}

impl Shop {
    async fn open(staff: &[(&str, &str)]) -> Self {
        let home = TempDir::new().unwrap();
        let folder = home.path().join("till");
        std::fs::create_dir(&folder).unwrap();
        // One cache for all tests, which compile the same component.
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("desk-cache");
        std::fs::create_dir_all(&cache).unwrap();
        std::os::unix::fs::symlink(cache, folder.join("cache")).unwrap();
        let setup = Setup {
            folder: folder.clone(),
            apps: built_apps(),
            app: "qr".to_owned(),
            language: Language::En,
            settings: BTreeMap::new(),
            risk: Vec::new(),
            acquirer: AcquirerAt::InProcess,
        };
        let World { terminal, lens, link, gateway, clock, .. } = World::open(&setup).await.unwrap();
        drop(terminal);
        let clock = clock.unwrap();
        let (terminal, screen, roll) = open(profile(&folder, staff), &link, &lens, &clock).await;
        let (desk, serving) = serve(&terminal);
        let gateway = gateway.unwrap();
        Self {
            home,
            terminal,
            screen,
            lens,
            roll,
            link,
            clock,
            gateway,
            desk,
            serving,
            codes: Cell::new(0),
        }
    }

    fn folder(&self) -> PathBuf {
        self.home.path().join("till")
    }

    /// Ends the terminal and starts it again, as a power cut does.
    pub(crate) async fn restart(self, staff: &[(&str, &str)]) -> Self {
        let folder = self.folder();
        let Self { home, terminal, lens, link, clock, gateway, desk, serving, codes, .. } = self;
        serving.abort();
        let _ = serving.await;
        // What works behind the counter holds the journal too.
        terminal.settled().await;
        drop((desk, terminal));
        tokio::task::yield_now().await;
        let (terminal, screen, roll) = open(profile(&folder, staff), &link, &lens, &clock).await;
        let (desk, serving) = serve(&terminal);
        Self { home, terminal, screen, lens, roll, link, clock, gateway, desk, serving, codes }
    }

    /// Ends the terminal; what its journal says of the desk, a word for each row.
    pub(crate) async fn end(self) -> Vec<String> {
        let journal = self.folder().join("journal");
        self.desk.stop();
        self.serving.await.unwrap();
        self.terminal.settled().await;
        drop((self.desk, self.terminal));
        // What a page asked the journal last, and nobody waited for, may still be on its thread.
        while let Err(error) = caisson_journal::verify(&journal) {
            assert!(matches!(error, JournalError::InUse { .. }), "{error}");
            std::thread::yield_now();
        }
        let mut out = Vec::new();
        export(&journal, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let rows =
            text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        rows.filter(|row| row["kind"] == "desk").map(|row| told(&row)).collect()
    }

    pub(crate) fn press(&self, key: Key) {
        assert!(self.screen.press(key), "nobody takes the keys");
    }

    pub(crate) fn key_code(&self, code: &str) {
        self.press(Key::Code(Passcode::new(code).unwrap()));
    }

    /// Waits until what is on the screen is as wanted.
    pub(crate) async fn see<T>(&self, what: &str, wanted: impl Fn(&Showing) -> Option<T>) -> T {
        let mut changes = self.screen.changes();
        let seen = async {
            loop {
                changes.mark_unchanged();
                if let Some(seen) = self.screen.current().as_ref().and_then(&wanted) {
                    return seen;
                }
                changes.changed().await.unwrap();
            }
        };
        match tokio::time::timeout(PATIENCE, seen).await {
            Ok(seen) => seen,
            Err(_) => {
                let lines: Vec<_> = self.screen.shown().iter().map(Showing::line).collect();
                panic!("{what} never came:\n{}", lines.join("\n"))
            }
        }
    }

    /// Waits for a line on the screen that is exactly this.
    pub(crate) async fn line(&self, line: &str) {
        self.see(line, |showing| (showing.line() == line).then_some(())).await;
    }

    /// Waits for a page as wanted.
    pub(crate) async fn page<T>(&self, what: &str, wanted: impl Fn(&Page) -> Option<T>) -> T {
        self.see(what, |showing| match &showing.view {
            View::Page(page) => wanted(page),
            _ => None,
        })
        .await
    }

    pub(crate) async fn keypad(&self) {
        self.page("the keypad", |page| matches!(page, Page::Keypad { .. }).then_some(())).await;
    }

    /// Goes to a place and takes what is wanted of its page.
    pub(crate) async fn at<T>(&self, place: Place, wanted: impl Fn(&Page) -> Option<T>) -> T {
        self.press(Key::Go(place));
        self.page(&format!("{place:?}"), wanted).await
    }

    /// Signs in as number `row` of the staff.
    pub(crate) async fn sign_in(&self, row: u32) {
        self.page("the sign-in", |page| matches!(page, Page::SignIn { .. }).then_some(())).await;
        self.press(Key::Row(row));
        self.page("the code", |page| matches!(page, Page::Code { .. }).then_some(())).await;
        self.key_code(CODE);
        self.keypad().await;
    }

    /// Takes a payment of `minor` by the customer's code up to its outcome, with the amount.
    pub(crate) async fn sell(&self, minor: u64, outcome: &str) {
        self.keypad().await;
        self.press(Key::Amount(minor));
        self.page("the ways to pay", |page| matches!(page, Page::Methods { .. }).then_some(()))
            .await;
        self.codes.set(self.codes.get() + 1);
        self.lens.hold(Scene::text(&format!("28{:016}", self.codes.get())).unwrap());
        self.press(Key::Row(0));
        self.line(outcome).await;
    }

    /// Takes a payment that goes well, and gives a receipt.
    pub(crate) async fn sold(&self, minor: u64, outcome: &str) {
        self.sell(minor, outcome).await;
        self.press(Key::Receipt(ReceiptWish::Nothing));
        self.keypad().await;
    }

    /// From anywhere to the newest payment's page.
    pub(crate) async fn newest(&self) -> Details {
        let history = |page: &Page| matches!(page, Page::History { .. }).then_some(());
        self.at(Place::History, history).await;
        self.press(Key::Row(0));
        self.page("the payment", |page| match page {
            Page::Details(details) => Some(details.clone()),
            _ => None,
        })
        .await
    }

    pub(crate) async fn rows(&self) -> Vec<PaymentRow> {
        let filter = Filter { limit: LIST_ROWS_MAX, ..Filter::default() };
        let journal = self.terminal.journal();
        journal.with(move |journal| journal.list(filter)).await.unwrap().unwrap()
    }

    /// The events of payment `number`, from 0.
    pub(crate) async fn events(&self, number: usize) -> String {
        let key = self.rows().await[number].key.clone();
        let journal = self.terminal.journal();
        let history = journal.with(move |journal| journal.history(&key)).await.unwrap().unwrap();
        let kinds: Vec<_> = history.iter().map(|entry| entry.event.kind()).collect();
        assert!(history.iter().any(|entry| matches!(entry.event, Event::Created { .. })));
        kinds.join(", ")
    }
}

/// `Li denied refund`.
fn told(row: &serde_json::Value) -> String {
    let body = row["body"].as_str().unwrap();
    assert!(!body.contains(CODE), "a code stands in the journal");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let (what, of) = body.as_object().unwrap().iter().next().unwrap();
    let mut text = format!("{} {what}", of["operator"]["name"].as_str().unwrap());
    for more in ["act", "left"] {
        if let Some(value) = of.get(more) {
            text.push_str(&format!(" {}", value.to_string().trim_matches('"')));
        }
    }
    text
}
