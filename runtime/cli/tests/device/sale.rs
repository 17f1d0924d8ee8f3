//! A whole sale with the device build.

use crate::common::acquirer;
use crate::shop::{INSTALL, RUN, Shop};
use caisson_devices::emulated::paper_roll::PaperRoll;
use caisson_devices::emulated::printer_head::serve;
use caisson_devices::raster::Paper;
use caisson_host::own_purpose;

/// A receipt printer behind a TCP port of this machine, for as long as the test runs.
fn printer() -> (PaperRoll, String) {
    let roll = PaperRoll::new(Paper::Mm58, None);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let head = roll.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            listener.set_nonblocking(true).unwrap();
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                serve(head.clone(), stream).await;
            }
        });
    });
    (roll, address)
}

/// The key in `payment KEY: state`.
fn key(stdout: &str) -> String {
    let rest = stdout.split_once("  payment ").unwrap().1;
    rest.split_once(':').unwrap().0.to_owned()
}

#[test]
fn a_sale_and_a_refund_with_an_app_that_was_compiled_elsewhere() {
    let (roll, address) = printer();
    let shop = Shop::new(&address);
    shop.compiled_package();
    let installed = shop.on_device(INSTALL, "");
    assert_eq!((installed.status, installed.stderr.as_str()), (0, ""), "{}", installed.stdout);
    assert!(
        installed.stdout.starts_with("installed qr 0.1.0 (code 1), acme (merchant), sha256 ")
            && installed.stdout.ends_with(", compiled by the build host lab\n"),
        "{}",
        installed.stdout
    );

    let _acquirer = acquirer(&shop.desk);
    // The simulated customer pays a shown code of this amount by themselves.
    let sold = shop.on_device(RUN, "show-code 12.34\n");
    assert_eq!((sold.status, sold.stderr.as_str()), (0, ""), "{}", sold.stdout);
    assert!(sold.stdout.contains("approved 12.34"), "{}", sold.stdout);
    let key = key(&sold.stdout);
    let refunded = shop.on_device(RUN, &format!("refund {key} 2.00\n"));
    assert!(refunded.stdout.contains("refunded 2.00"), "{}", refunded.stdout);

    let books = shop.on_desktop("acquirer --folder acquirer --books");
    assert!(
        books.ends_with("CNY: 1 orders charged 1 times, 1234 captured, 200 given back\n"),
        "{books}"
    );
    for line in ["journal verify --folder till", "find --profile till/profile.toml KEY"] {
        let said = shop.on_device(&line.replace("KEY", &key), "");
        assert_eq!(said.status, 0, "caisson {line}: {said:?}");
    }
    assert_eq!(roll.trouble(), None);
    let sheets: Vec<bool> = roll.sheets().iter().map(|sheet| sheet.complete).collect();
    assert_eq!(sheets, [true, true], "a receipt of the sale, and one of the refund");
    let listed = shop.on_device("app list --profile till/profile.toml", "").stdout;
    assert!(listed.contains("acme (merchant)") && listed.contains("confirmed"), "{listed}");
    let cached = std::fs::read_dir(shop.desk.path("till/cache")).unwrap().count();
    assert_eq!(cached, 0, "a device records no machine code of its own");
}

#[test]
fn what_a_device_build_has_and_what_it_has_not() {
    let shop = Shop::new("127.0.0.1:9");
    let help = shop.on_device("--help", "").stdout;
    let commands = help.split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap().0;
    let verbs: Vec<&str> =
        commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(
        verbs,
        [
            "run",
            "provision",
            "scan",
            "journal",
            "find",
            "owner-code",
            "operator",
            "app",
            "tlv",
            "iso8583",
            "help"
        ]
    );
    let help = shop.on_device("app --help", "").stdout;
    let commands = help.split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap().0;
    let verbs: Vec<&str> =
        commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(verbs, ["install", "list", "inspect", "remove", "help"]);
    let refused = shop.on_device(&format!("{INSTALL} --dev"), "");
    assert_eq!(refused.status, 2, "{refused:?}");

    let profile = std::fs::read_to_string(shop.desk.path("till/profile.toml")).unwrap();
    let emulated =
        profile.replace("driver = \"v4l2\"\ndevice = \"/dev/video9\"", "driver = \"emulated\"");
    assert_ne!(profile, emulated);
    shop.desk.write("till/profile.toml", emulated);
    shop.check(
        RUN,
        3,
        "",
        "error: camera.driver is emulated, and a device build has no emulator\n\
         hint: write v4l2 there, or run a desktop build\n",
    );
}

#[test]
fn a_package_is_described_without_a_compiler() {
    let shop = Shop::new("127.0.0.1:9");
    shop.compiled_package();
    let said = shop.on_device("app inspect package", "");
    assert_eq!((said.status, said.stderr.as_str()), (0, ""), "{}", said.stdout);
    let expected = format!("{}, ", own_purpose());
    for (name, value) in [
        ("id", "qr"),
        ("compiled for", expected.as_str()),
        ("inside", "a desktop build shows imports and services"),
    ] {
        let row = said.stdout.lines().find(|line| line.starts_with(name)).unwrap();
        assert!(row.split_once("  ").unwrap().1.trim().starts_with(value), "{row}");
    }
}

#[test]
fn a_device_makes_its_own_keys_once() {
    let shop = Shop::new("127.0.0.1:9");
    let profile = std::fs::read_to_string(shop.desk.path("till/profile.toml")).unwrap();
    let key = profile.rsplit_once("[destination.wallet]").unwrap().1.split('"').nth(3).unwrap();
    shop.desk.write("fresh/profile.toml", &profile);
    let provision =
        format!("provision --profile fresh/profile.toml --acquirer wallet-answers={key}");
    let made = shop.on_device(&provision, "");
    assert_eq!((made.status, made.stderr.as_str()), (0, ""), "{made:?}");
    let public = made.stdout.strip_prefix("the terminal's keys are made; for the acquirer:\n");
    assert_eq!(public.unwrap().trim_end().len(), 44, "a public key in base64");
    shop.compiled_package();
    let installed = shop.on_device(&INSTALL.replace("till", "fresh"), "");
    assert_eq!((installed.status, installed.stderr.as_str()), (0, ""), "{installed:?}");
    let again = shop.on_device(&provision, "");
    assert!(again.stderr.contains("fresh/vault.toml already exists"), "{again:?}");
    assert_eq!(again.status, 3);
}
