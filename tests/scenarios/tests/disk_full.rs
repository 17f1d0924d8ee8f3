//! A whole terminal on a medium that is really full, at each point of a payment's way.
//!
//! The terminal's folder lies on a small tmpfs in a mount namespace of the test's own: the test
//! program runs itself again inside `unshare`. Where the kernel or a container forbids that, the
//! test says so and fails. The acquirer's books, the paper and the app compiled ahead lie elsewhere,
//! because they are not on the terminal's medium, or are made before it is full.
#![cfg(test)] // tells clippy that the helpers, too, are tests

use caisson_acquirer::OrderEntry;
use caisson_core::payment::{Event, State};
use caisson_core::{Language, PaymentKey};
use caisson_devices::emulated::camera::Scene;
use caisson_devices::emulated::paper_roll::Fault;
use caisson_journal::{BALLAST_FILE, Filter, LIST_ROWS_MAX, PaymentRow};
use caisson_network::emulated::Link;
use caisson_scenarios::{AcquirerAt, Setup, World};
use caisson_terminal::{Report, Request};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Where the small medium is, and a folder elsewhere, for the program that runs inside.
const DISK: &str = "CAISSON_TEST_DISK";
const ELSEWHERE: &str = "CAISSON_TEST_ELSEWHERE";
/// Room for the terminal, its log, ballast and low-water mark, and little more.
const TMPFS: &str = "mount -t tmpfs -o size=14m none \"$0\" && exec \"$@\"";
/// More copies of a receipt than the warm log and what a checkpoint leaves have room for.
const COPIES_MAX: usize = 400;
const APP: &str = "qr";

/// A running terminal on the small medium.
struct Till {
    world: World,
    disk: PathBuf,
    codes: u32,
}

/// Runs `stories` on a small medium, as the test `name`, which calls this.
fn on_a_small_disk(name: &str, stories: impl FnOnce(&Path)) {
    let Some(disk) = std::env::var_os(DISK) else { return run_again_inside(name) };
    let folder = Path::new(&disk).join("till");
    fs::create_dir(&folder).unwrap();
    for name in ["acquirer", "receipts"] {
        fs::create_dir(elsewhere().join(name)).unwrap();
        symlink(elsewhere().join(name), folder.join(name)).unwrap();
    }
    // One cache for all tests, which compile the same component.
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("disk-full-cache");
    fs::create_dir_all(&cache).unwrap();
    symlink(cache, folder.join("cache")).unwrap();
    stories(Path::new(&disk));
    caisson_journal::verify(&folder.join("journal")).unwrap();
}

fn elsewhere() -> PathBuf {
    PathBuf::from(std::env::var_os(ELSEWHERE).unwrap())
}

/// Starts the terminal and plays `story`; at its end the terminal is gone, with all that it was
/// doing.
fn play(disk: &Path, story: impl AsyncFnOnce(&mut Till)) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let world = World::open(&setup(&disk.join("till"))).await.unwrap();
        let mut till = Till { world, disk: disk.to_owned(), codes: 0 };
        story(&mut till).await;
    });
}

fn run_again_inside(name: &str) {
    let (disk, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", TMPFS])
        .arg(disk.path())
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(DISK, disk.path())
        .env(ELSEWHERE, elsewhere.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}

/// Writes until not one more byte has room.
fn fill(disk: &Path) {
    let mut filler = fs::File::create(disk.join("filler")).unwrap();
    while filler.write_all(&[1; 4096]).is_ok() {}
    while filler.write_all(&[1]).is_ok() {}
}

fn make_room(disk: &Path) {
    fs::remove_file(disk.join("filler")).unwrap();
}

fn setup(folder: &Path) -> Setup {
    let executable = std::env::current_exe().unwrap();
    let built = || executable.ancestors().nth(3).unwrap().join("apps");
    Setup {
        folder: folder.to_owned(),
        apps: std::env::var_os("CAISSON_APPS").map_or_else(built, PathBuf::from),
        app: APP.to_owned(),
        language: Language::En,
        settings: BTreeMap::new(),
        risk: Vec::new(),
        acquirer: AcquirerAt::InProcess,
    }
}

impl Till {
    fn ballast_bytes(&self) -> u64 {
        fs::metadata(self.disk.join("till/journal").join(BALLAST_FILE)).unwrap().len()
    }

    /// A sale of the customer's fresh Alipay code.
    async fn sale(&mut self, amount: &str) -> Report {
        self.codes += 1;
        self.world.lens.hold(Scene::text(&format!("28{:016}", self.codes)).unwrap());
        let request = Request {
            app: APP.to_owned(),
            service: "pay".to_owned(),
            amount: amount.to_owned(),
            currency: None,
            original: None,
            merchant_order: None,
        };
        self.world.terminal.pay(request).await.unwrap()
    }

    /// A sale that is unknown when this returns: its answer is lost, and then the link too.
    async fn unknown_sale(&mut self, amount: &str) {
        self.world
            .gateway
            .as_ref()
            .unwrap()
            .faults()
            .push("loses the answer to pay".parse().unwrap());
        let link = self.world.link.clone();
        let heard = self.until_heard("pay", self.heard("pay") + 1);
        let (report, ()) = tokio::join!(self.sale(amount), async {
            heard.await;
            link.set(Link::Down);
        });
        assert_eq!(report.state, Some(State::Unknown));
    }

    /// Ends when the acquirer has booked so many requests.
    fn until_heard(
        &self,
        operation: &'static str,
        times: usize,
    ) -> impl Future<Output = ()> + use<> {
        let gateway = self.world.gateway.clone().unwrap();
        async move {
            let count = || {
                let exchanges = gateway.books().unwrap().exchanges().unwrap();
                exchanges.iter().filter(|entry| entry.operation == operation).count()
            };
            while count() < times {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }

    fn heard(&self, operation: &str) -> usize {
        let exchanges = self.world.books().unwrap().exchanges().unwrap();
        exchanges.iter().filter(|entry| entry.operation == operation).count()
    }

    /// Prints copies of the first receipt until the log has outgrown what was laid down ahead, and
    /// what it needs more comes from the ballast.
    async fn use_the_log_up(&self) {
        let key = self.rows().await[0].key.clone();
        for _ in 0..COPIES_MAX {
            assert_eq!(self.world.terminal.reprint(&key).await.unwrap(), None);
            if self.ballast_bytes() == 0 {
                return;
            }
        }
        panic!("the ballast was never needed");
    }

    async fn settle(&self) {
        let hours = Duration::from_secs(6 * 3_600);
        let _ = tokio::time::timeout(hours, self.world.terminal.settled()).await;
    }

    async fn rows(&self) -> Vec<PaymentRow> {
        let filter = Filter { limit: LIST_ROWS_MAX, ..Filter::default() };
        let journal = self.world.terminal.journal();
        journal.with(move |journal| journal.list(filter)).await.unwrap().unwrap()
    }

    async fn states(&self) -> String {
        let rows = self.rows().await;
        rows.iter().map(|row| row.state.name()).collect::<Vec<_>>().join(", ")
    }

    /// How often the journal says that paper came out, or did not.
    async fn printed(&self, key: &PaymentKey) -> usize {
        let (key, journal) = (key.clone(), self.world.terminal.journal());
        let history = journal.with(move |journal| journal.history(&key)).await.unwrap().unwrap();
        history.iter().filter(|entry| matches!(entry.event, Event::Printed { .. })).count()
    }

    /// Refused with the reason and what to do, and nobody but the cashier has noticed.
    async fn check_refused(&mut self, amount: &str) {
        let (before, heard) = (self.rows().await.len(), self.heard("pay"));
        let report = self.sale(amount).await;
        assert_eq!((report.key, report.state, report.approved), (None, None, None));
        assert_eq!(report.reason.unwrap().code(), "storage-full");
        let line = self.world.screen.current().unwrap().line();
        let row = report.reason.unwrap().row();
        let words = format!("declined {amount}: {} {}", row.why.en, row.next.en);
        assert_eq!(line, words);
        assert_eq!((self.rows().await.len(), self.heard("pay")), (before, heard));
    }

    async fn check_approved(&mut self, amount: &str) {
        let report = self.sale(amount).await;
        assert_eq!((report.state, report.reason), (Some(State::Approved), None), "{report:?}");
    }

    /// The acquirer keeps `net` of each order, which is what the journal shows, taken once.
    async fn check_books(&self, net: &[i64]) {
        let orders = self.world.books().unwrap().list().unwrap();
        assert_eq!(orders.iter().map(OrderEntry::net).collect::<Vec<_>>(), net);
        assert!(orders.iter().all(|order| order.captures == 1));
        let moved = |row: &PaymentRow| {
            let money = row.approved.filter(|_| row.state.has_moved_money() && !row.is_open());
            money.map_or(0, |money| i64::try_from(money.minor()).unwrap())
        };
        assert_eq!(self.rows().await.iter().map(moved).collect::<Vec<_>>(), net);
    }
}

#[test]
fn a_full_disk_refuses_a_payment_before_any_is_at_risk() {
    on_a_small_disk("a_full_disk_refuses_a_payment_before_any_is_at_risk", |disk| {
        play(disk, async |till| {
            till.check_approved("12.00").await;
            fill(disk);
            till.check_refused("3.00").await;
            till.check_refused("3.00").await;
            make_room(disk);
            till.check_approved("3.00").await;
            till.check_books(&[1_200, 300]).await;
        });
    });
}

#[test]
fn a_disk_that_fills_between_intent_and_answer_stops_only_the_next_payment() {
    let name = "a_disk_that_fills_between_intent_and_answer_stops_only_the_next_payment";
    on_a_small_disk(name, |disk| {
        play(disk, async |till| {
            let gateway = till.world.gateway.clone().unwrap();
            gateway.faults().push("answers pay 10 s late, once".parse().unwrap());
            let heard = till.until_heard("pay", 1);
            let (report, ()) = tokio::join!(till.sale("12.00"), async {
                heard.await;
                fill(disk);
            });
            assert_eq!(report.state, Some(State::Approved));
            assert_eq!(till.world.roll.sheets().len(), 1);
            till.check_refused("3.00").await;
            make_room(disk);
            till.check_approved("3.00").await;
            till.check_books(&[1_200, 300]).await;
        });
    });
}

#[test]
fn a_payment_in_the_air_is_recovered_on_the_ballast_and_all_comes_back_with_room() {
    let name = "a_payment_in_the_air_is_recovered_on_the_ballast_and_all_comes_back_with_room";
    on_a_small_disk(name, |disk| {
        play(disk, async |till| {
            till.check_approved("12.00").await;
            till.unknown_sale("5.00").await;
            fill(disk);
            till.use_the_log_up().await;
            till.world.link.set(Link::Up);
            till.settle().await;
            assert_eq!(till.states().await, "completed, completed");
            till.check_refused("3.00").await;
            make_room(disk);
            till.check_approved("3.00").await;
            assert!(till.ballast_bytes() > 0, "the ballast is back");
            till.check_books(&[1_200, 500, 300]).await;
        });
    });
}

#[test]
fn a_disk_that_fills_while_paper_comes_out_loses_neither_paper_nor_money() {
    let name = "a_disk_that_fills_while_paper_comes_out_loses_neither_paper_nor_money";
    on_a_small_disk(name, |disk| {
        play(disk, async |till| {
            till.world.roll.fail_after(1, Fault::PaperOut);
            let (mut changes, screen) = (till.world.screen.changes(), till.world.screen.clone());
            let (report, ()) = tokio::join!(till.sale("12.00"), async {
                while !screen.current().is_some_and(|shown| shown.line().starts_with("approved")) {
                    changes.changed().await.unwrap();
                }
                fill(disk);
            });
            assert_eq!(report.state, Some(State::Approved));
            assert_eq!(report.print_failed.unwrap().code(), "paper-out");
            till.world.roll.restore();
            let key = till.rows().await[0].key.clone();
            assert_eq!(till.world.terminal.reprint(&key).await.unwrap(), None);
            let sheets = till.world.roll.sheets();
            let complete: Vec<bool> = sheets.iter().map(|sheet| sheet.complete).collect();
            assert_eq!(complete, [false, true]);
            assert_eq!(till.printed(&key).await, 2, "what happened to the paper is durable");
            till.check_refused("3.00").await;
            make_room(disk);
            till.check_approved("3.00").await;
            till.check_books(&[1_200, 300]).await;
        });
    });
}

#[test]
fn a_terminal_that_starts_on_a_full_disk_still_recovers_what_was_open() {
    let name = "a_terminal_that_starts_on_a_full_disk_still_recovers_what_was_open";
    on_a_small_disk(name, |disk| {
        play(disk, async |till| {
            till.check_approved("12.00").await;
            till.unknown_sale("5.00").await;
        });
        // A world writes its profile each time that it opens.
        let profile = disk.join("till/profile.toml");
        fs::copy(&profile, elsewhere().join("profile.toml")).unwrap();
        fs::remove_file(&profile).unwrap();
        symlink(elsewhere().join("profile.toml"), &profile).unwrap();
        fill(disk);
        play(disk, async |till| {
            till.settle().await;
            assert_eq!(till.states().await, "completed, completed");
            till.codes = 2;
            till.check_refused("3.00").await;
            make_room(disk);
            till.check_approved("3.00").await;
            till.check_books(&[1_200, 500, 300]).await;
        });
    });
}
