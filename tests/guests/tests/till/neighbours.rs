//! One terminal, two apps: what the guest does to itself, the QR app beside it never feels.

use crate::till::{GUEST, Till, built_apps, code, play_beside_qr, play_moved_in, request};
use async_trait::async_trait;
use caisson_core::Reason;
use caisson_devices::camera::{Camera, CameraError};
use caisson_devices::emulated::camera::Lens;
use caisson_devices::emulated::printer::EmulatedPrinter;
use caisson_devices::emulated::storage::EmulatedStorage;
use caisson_devices::escpos::Finish;
use caisson_devices::escpos::driver::Options;
use caisson_devices::raster::Paper;
use caisson_devices::screen::Key;
use caisson_host::HostEngine;
use caisson_packages::{InstalledApps, Package, Publishers};
use caisson_scenarios::World;
use caisson_terminal::{CameraSource, Equipment, Parts, Profile, Report, Terminal, TokioClock};
use caisson_vault::SealedFile;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// The neighbour's id.
const QR: &str = "qr";
/// When the clock of the terminal with two apps starts.
const CLOCK_START_MS: u64 = 1_795_312_800_000;

struct LensCamera(Lens);

#[async_trait]
impl CameraSource for LensCamera {
    async fn open(&self) -> Result<Box<dyn Camera>, CameraError> {
        Ok(Box::new(self.0.open()?))
    }
}

/// The world's terminal closed, and another opened in its place that has the QR app besides.
pub(crate) async fn beside_qr(world: World, folder: PathBuf) -> Till {
    let World { terminal, screen, lens, link, gateway, cards, .. } = world;
    drop(terminal);
    let built = built_apps().join(QR);
    let apps = InstalledApps::at(&folder.join("apps"));
    let package = Package::read(&built).unwrap();
    apps.install(&package.approve(&Publishers::default(), true).unwrap()).unwrap();
    let path = folder.join("profile.toml");
    let mut text = fs::read_to_string(&path).unwrap();
    text.push_str("\n[app.qr]\ngrants = [\"payment\", \"ui\", \"camera\", \"network\"]\n");
    let profile = Profile::parse(&path, &text).unwrap();
    let options = Options { paper: Paper::Mm58, finish: Finish::Cut, in_order_status: true };
    let (printer, _) = EmulatedPrinter::new(options, None).unwrap();
    let storage = EmulatedStorage::open(&profile.storage).unwrap();
    let keys = SealedFile::open(&profile.vault, &profile.kek).unwrap();
    let terminal = Terminal::open(Parts {
        profile,
        keys: Arc::new(keys),
        connector: Arc::new(link),
        equipment: Equipment::new(
            Arc::new(screen.clone()),
            Box::new(LensCamera(lens.clone())),
            Box::new(printer),
            Arc::new(storage),
        ),
        clock: Arc::new(TokioClock::starting_at(CLOCK_START_MS)),
        engine: Arc::new(HostEngine::start().unwrap()),
    })
    .await
    .unwrap();
    Till { terminal, screen, lens, gateway: gateway.unwrap(), cards, folder, codes: 0 }
}

/// While the guest's recovery does its worst, a QR payment whose customer takes eight seconds to
/// confirm goes on to its end; so do those after it.
#[track_caller]
fn check(behaviour: &str, fault: &str) {
    play_beside_qr(behaviour, async |till| {
        till.sale("12.00").await;
        assert!(!till.log().contains(fault), "{behaviour}: {}", till.log());
        till.sale_by(QR, "9.01").await;
        let fault = format!("guest: recover {fault}");
        assert!(till.log().contains(&fault), "{fault} is not in:\n{}", till.log());
        till.sale_by(QR, "5.00").await;
        assert_eq!(till.screen(), "not certain yet 12.00, approved 9.01, approved 5.00");
        assert_eq!(
            till.journal().await,
            "authorising, unknown | authorising, approved, completed | authorising, approved, \
             completed"
        );
        assert_eq!(till.kept(), [1_200, 901, 500]);
    });
}

#[test]
fn a_loop_in_one_app_holds_up_no_payment_of_another() {
    check("loops-in-recover", "used up its processor time");
}

#[test]
fn bombs_and_traps_in_one_app_touch_no_payment_of_another() {
    check("hoards-memory-in-recover", "trapped");
    check("hoards-documents-in-recover", "trapped: more than 4 documents are alive at once");
    check("recurses-in-recover", "trapped: wasm trap: call stack exhausted");
    check("traps-in-recover", "trapped: wasm trap: wasm `unreachable` instruction executed");
}

#[test]
fn an_app_that_fails_at_the_counter_leaves_the_counter_to_the_next() {
    for behaviour in ["handle-bomb", "string-bomb", "deep-recursion", "memory-bomb", "loops"] {
        play_beside_qr(behaviour, async |till| {
            till.sale("12.00").await;
            till.sale_by(QR, "5.00").await;
            let screen = till.screen();
            assert_eq!(screen, "declined 12.00, approved 5.00", "{behaviour}");
            assert_eq!(till.journal().await, "authorising, approved, completed");
        });
    }
}

#[test]
fn a_parked_payment_of_one_app_stops_no_other() {
    play_beside_qr("never-certain", async |till| {
        till.sale("12.00").await;
        sleep(Duration::from_secs(3 * 3_600)).await;
        assert_eq!(till.rows().await[0].state.name(), "parked");
        let refused = till.sale_by(GUEST, "3.00").await;
        assert_eq!(refused.reason.unwrap().code(), "method-parked");
        till.sale_by(QR, "5.00").await;
        assert_eq!(till.kept(), [1_200, 500]);
    });
}

#[test]
fn where_a_method_is_parked_the_others_are_offered_and_take_the_same_amount() {
    play_beside_qr("never-certain", async |till| {
        till.sale("12.00").await;
        sleep(Duration::from_secs(3 * 3_600)).await;
        let methods = till.terminal.methods().await.unwrap();
        let stand = methods.iter().map(|method| {
            let trouble = method.trouble.map_or("ready", Reason::code);
            format!("{}/{} {trouble}", method.app, method.service.id)
        });
        let stand = stand.collect::<Vec<_>>().join(", ");
        assert_eq!(stand, "guest/pay method-parked, qr/pay ready, qr/show-code ready");

        till.lens.hold(code(7));
        let offer = "A payment of this method is unresolved; the method is stopped. Choose \
                     another way to pay: Scan customer's code | Show a code to scan";
        let paying = begin(till, "3.00", offer).await;
        assert!(till.screen.press(Key::Row(0)));
        assert_eq!(paying.await.unwrap().state.unwrap().name(), "approved");

        let paying = begin(till, "4.00", offer).await;
        assert!(till.screen.press(Key::Cancel));
        assert_eq!(paying.await.unwrap().reason, Some(Reason::MethodParked));
        let told = "not certain yet 12.00, not certain yet 12.00, approved 3.00, declined 4.00";
        assert_eq!(till.screen(), told, "once more when it was parked");
        assert_eq!(till.kept(), [1_200, 300]);
    });
}

/// Keys a sale by the guest and waits until the screen shows `line`.
async fn begin(till: &Till, amount: &str, line: &str) -> JoinHandle<Report> {
    let (terminal, request) = (till.terminal.clone(), request(GUEST, amount));
    let paying = tokio::spawn(async move { terminal.pay(request).await.unwrap() });
    let mut changes = till.screen.changes();
    let shows = || till.screen.current().is_some_and(|showing| showing.line() == line);
    let shown = async {
        while !shows() {
            changes.changed().await.unwrap();
        }
    };
    timeout(Duration::from_secs(30), shown).await.expect(line);
    paying
}

#[test]
fn an_app_whose_services_never_answer_is_left_out_and_the_till_opens() {
    for kept in ["loops", "traps"] {
        play_moved_in(
            "says-approved",
            async |world, folder| {
                let values = folder.join("storage/app.guest");
                fs::create_dir_all(&values).unwrap();
                fs::write(values.join("v.services"), kept).unwrap();
                beside_qr(world, folder).await
            },
            async |till| {
                till.sale_by(QR, "5.00").await;
                assert_eq!(till.screen(), "approved 5.00");
                let refused = till.sale_by(GUEST, "3.00").await;
                assert_eq!(refused.reason.unwrap().code(), "app-missing");
            },
        );
    }
}
