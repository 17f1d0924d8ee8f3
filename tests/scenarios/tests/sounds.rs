//! What the shop hears of whole sales, and what is on the disk at the moment when it hears it.
#![cfg(test)] // tells clippy that the helpers, too, are tests

use caisson_core::desk::Volume;
use caisson_core::view::View;
use caisson_core::{Language, PaymentKey};
use caisson_devices::emulated::camera::Scene;
use caisson_devices::emulated::paper_roll::Fault;
use caisson_devices::screen::Key;
use caisson_devices::speaker::Sound;
use caisson_journal::{Filter, Journal, LIST_ROWS_MAX, Quality, WallTime};
use caisson_network::emulated::Link;
use caisson_scenarios::{AcquirerAt, Setup, World};
use caisson_terminal::{Report, Request};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const APP: &str = "qr";

/// A running terminal whose speaker keeps, with each sound, a copy of the journal's folder.
struct Till {
    world: World,
    copies: PathBuf,
    codes: u32,
}

fn play(language: Language, risk: &str, story: impl AsyncFnOnce(&mut Till)) {
    let home = tempfile::tempdir().unwrap();
    let (folder, copies) = (home.path().join("till"), home.path().join("copies"));
    fs::create_dir(&folder).unwrap();
    fs::create_dir(&copies).unwrap();
    // One cache for all tests, which compile the same component.
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sounds-cache");
    fs::create_dir_all(&cache).unwrap();
    std::os::unix::fs::symlink(cache, folder.join("cache")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let world = World::open(&setup(&folder, language, risk)).await.unwrap();
        let (journal, kept, count) = (folder.join("journal"), copies.clone(), AtomicUsize::new(0));
        world.speaker.listen(move |_| {
            let copy = kept.join(count.fetch_add(1, Ordering::SeqCst).to_string());
            fs::create_dir(&copy).unwrap();
            for file in fs::read_dir(&journal).unwrap() {
                let file = file.unwrap();
                fs::copy(file.path(), copy.join(file.file_name())).unwrap();
            }
        });
        story(&mut Till { world, copies, codes: 0 }).await;
    });
}

fn setup(folder: &Path, language: Language, risk: &str) -> Setup {
    let executable = std::env::current_exe().unwrap();
    let built = || executable.ancestors().nth(3).unwrap().join("apps");
    Setup {
        folder: folder.to_owned(),
        apps: std::env::var_os("CAISSON_APPS").map_or_else(built, PathBuf::from),
        app: APP.to_owned(),
        language,
        settings: BTreeMap::new(),
        risk: if risk.is_empty() { Vec::new() } else { vec![toml::from_str(risk).unwrap()] },
        acquirer: AcquirerAt::InProcess,
    }
}

fn request(service: &str, amount: &str, original: Option<PaymentKey>) -> Request {
    Request {
        app: APP.to_owned(),
        service: service.to_owned(),
        amount: amount.to_owned(),
        currency: None,
        original,
        merchant_order: None,
    }
}

impl Till {
    /// A sale of the customer's fresh Alipay code.
    async fn sale(&mut self, amount: &str) -> Report {
        self.codes += 1;
        self.world.lens.hold(Scene::text(&format!("28{:016}", self.codes)).unwrap());
        self.world.terminal.pay(request("pay", amount, None)).await.unwrap()
    }

    /// The next payment's answer gets lost.
    fn lose_the_answer(&self) {
        let gateway = self.world.gateway.as_ref().unwrap();
        gateway.faults().push("loses the answer to pay, once".parse().unwrap());
    }

    async fn settle(&self) {
        let hours = Duration::from_secs(6 * 3_600);
        tokio::time::timeout(hours, self.world.terminal.settled()).await.unwrap();
    }

    /// Ends once such a view is shown.
    fn until_shown(&self, is_wanted: fn(&View) -> bool) -> impl Future<Output = ()> + use<> {
        let mut changes = self.world.screen.changes();
        let screen = self.world.screen.clone();
        async move {
            while !screen.current().is_some_and(|showing| is_wanted(&showing.view)) {
                changes.changed().await.unwrap();
            }
        }
    }

    /// Presses `key` once such a view is shown.
    fn press_when(
        &self,
        is_wanted: fn(&View) -> bool,
        key: Key,
    ) -> impl Future<Output = ()> + use<> {
        let (shown, screen) = (self.until_shown(is_wanted), self.world.screen.clone());
        async move {
            shown.await;
            assert!(screen.press(key));
        }
    }

    /// What was heard, in order.
    fn heard(&self) -> Vec<String> {
        self.world.speaker.played().into_iter().map(Sound::line).collect()
    }

    /// What was heard, each with the states that a power cut at that moment would have left behind.
    fn heard_and_durable(&self) -> Vec<(String, String)> {
        let durable = (0..).map(|number: usize| states(&self.copies.join(number.to_string())));
        self.heard().into_iter().zip(durable).collect()
    }
}

/// The states of all payments in a journal that the power left so, the newest first.
fn states(folder: &Path) -> String {
    let at = WallTime { ms: 1_795_312_800_000, quality: Quality::Guessed };
    let (journal, _) = Journal::open(folder, at).unwrap();
    let filter = Filter { limit: LIST_ROWS_MAX, ..Filter::default() };
    let rows = journal.list(filter).unwrap();
    let mut states: Vec<_> = rows.into_iter().map(|row| format!("{:?}", row.state)).collect();
    states.reverse();
    states.join(" ")
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs.map(|(sound, states)| (sound.to_owned(), states.to_owned())).to_vec()
}

#[test]
fn an_arrival_is_announced_once_it_is_durable() {
    play(Language::En, "", async |till| {
        till.sale("12.50").await;
        let expected = [("approved tone", "Approved"), ("Received 12.50 yuan", "Approved")];
        assert_eq!(till.heard_and_durable(), pairs(expected));
    });
}

#[test]
fn an_arrival_is_announced_in_the_terminals_language() {
    play(Language::Zh, "", async |till| {
        till.sale("12.50").await;
        assert_eq!(till.heard(), ["approved tone", "收款 12.50 元"]);
    });
}

#[test]
fn a_declined_or_cancelled_payment_announces_no_amount() {
    play(Language::En, "", async |till| {
        till.sale("12.11").await;
        till.world.lens.hold(Scene::nothing());
        let cancel = till.press_when(|view| matches!(view, View::Scan { .. }), Key::Cancel);
        let pay = till.world.terminal.pay(request("pay", "9.00", None));
        let (report, ()) = tokio::join!(pay, cancel);
        assert_eq!(report.unwrap().approved, None);
        till.world.terminal.pay(request("pay", "0.00", None)).await.unwrap();
        let expected = [
            ("declined tone", "Declined"),
            ("declined tone", "Declined"),
            ("declined tone", "Declined"),
        ];
        assert_eq!(till.heard_and_durable(), pairs(expected));
    });
}

#[test]
fn a_refund_is_told_and_announces_no_arrival() {
    play(Language::En, "", async |till| {
        let sale = till.sale("12.50").await;
        let refund = request("refund", "5.00", sale.key);
        till.world.terminal.pay(refund).await.unwrap();
        assert_eq!(
            till.heard_and_durable()[1..],
            pairs([("Received 12.50 yuan", "Approved"), ("approved tone", "Approved Completed")])
        );
    });
}

#[test]
fn an_unknown_payment_asks_for_attention_and_is_announced_when_it_is_certain() {
    play(Language::En, "", async |till| {
        till.lose_the_answer();
        let link = till.world.link.clone();
        let cut = async {
            // Past the request, before the app asks again.
            tokio::time::sleep(Duration::from_secs(3)).await;
            link.set(Link::Down);
        };
        let (report, ()) = tokio::join!(till.sale("12.50"), cut);
        assert_eq!(report.approved, None);
        link.set(Link::Up);
        till.settle().await;
        let expected = [
            ("attention tone", "Unknown"),
            ("approved tone", "Approved"),
            ("Received 12.50 yuan", "Approved"),
        ];
        assert_eq!(till.heard_and_durable(), pairs(expected));
    });
}

#[test]
fn a_payment_that_becomes_certain_while_another_is_taken_is_not_announced() {
    play(Language::En, "", async |till| {
        till.lose_the_answer();
        let link = till.world.link.clone();
        let cut = async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            link.set(Link::Down);
        };
        tokio::join!(till.sale("12.50"), cut);
        till.world.lens.hold(Scene::nothing());
        // Up before the next sale asks whether its acquirer can be reached.
        link.set(Link::Up);
        let scanning = till.until_shown(|view| matches!(view, View::Scan { .. }));
        let settled = async {
            scanning.await;
            assert_eq!(till.heard(), ["attention tone"], "the first is not certain yet");
            till.settle().await;
            assert!(till.world.screen.press(Key::Cancel));
        };
        let pay = till.world.terminal.pay(request("pay", "9.00", None));
        let (report, ()) = tokio::join!(pay, settled);
        assert_eq!(report.unwrap().approved, None);
        assert_eq!(till.heard(), ["attention tone", "declined tone"]);
    });
}

#[test]
fn a_receipt_that_does_not_come_out_and_an_owner_who_is_wanted_ask_for_attention() {
    let risk = "payment-above = \"500.00\"\nthen = \"hold\"";
    play(Language::En, risk, async |till| {
        till.world.roll.fail(Fault::PaperOut);
        till.sale("12.50").await;
        let refuse = till.press_when(|view| matches!(view, View::Hold { .. }), Key::No);
        tokio::join!(till.sale("650.00"), refuse);
        assert_eq!(
            till.heard(),
            [
                "approved tone",
                "Received 12.50 yuan",
                "attention tone",
                "attention tone",
                "declined tone"
            ]
        );
    });
}

#[test]
fn off_is_silent_from_then_on() {
    play(Language::En, "", async |till| {
        till.world.terminal.set_volume(Volume::Off);
        till.sale("12.50").await;
        assert_eq!(till.heard(), [""; 0]);
        till.world.terminal.set_volume(Volume::Low);
        till.sale("9.00").await;
        assert_eq!(till.heard(), ["approved tone", "Received 9.00 yuan"]);
        assert_eq!(*till.world.speaker.volume().borrow(), Volume::Low);
    });
}
