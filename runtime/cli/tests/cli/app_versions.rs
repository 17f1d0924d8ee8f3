//! Signed packages on a terminal: installed, tried, confirmed, sent back, removed.

use crate::app::built_app;
use crate::common::Desk;
use crate::journal::{AT, sell};
use crate::run::acquirer;
use caisson_core::payment::{Ending, Input};
use caisson_core::{Currency, Money, Reason};
use caisson_journal::Journal;
use std::fs;

const INSTALL: &str = "app install package --profile till/profile.toml";
const LIST: &str = "app list --profile till/profile.toml";
const RUN: &str = "run --profile till/profile.toml";

/// A terminal without apps whose profile lists the publisher acme, and acme's key.
fn shop() -> (Desk, String) {
    let desk = Desk::new();
    desk.provision();
    let keygen = desk.run("app keygen acme.key");
    assert_eq!((keygen.status, keygen.stderr.as_str()), (0, ""));
    let (_, rest) = keygen.stdout.split_once("key = \"").unwrap();
    let key = rest.split_once('"').unwrap().0.to_owned();
    assert_eq!(
        keygen.stdout,
        format!(
            "# For the terminal's profile; tier = \"system\" only for the acquirer's own apps.\n\
             [publisher.acme]\nkey = \"{key}\"\ntier = \"merchant\"\n"
        )
    );
    let profile = fs::read_to_string(desk.path("till/profile.toml")).unwrap();
    desk.write("till/profile.toml", format!("{profile}\n{}", keygen.stdout));
    desk.check("app remove qr --profile till/profile.toml", 0, "removed qr\n", "");
    desk.check(LIST, 0, "no app is installed\n", "");
    (desk, key)
}

/// Makes a package of the app `qr`: the built component `component` under this version code.
fn package(desk: &Desk, component: &str, version_code: u32) {
    let manifest = fs::read_to_string(built_app("qr").join("caisson.toml")).unwrap();
    let manifest = manifest
        .replace("version-code = 1", &format!("version-code = {version_code}"))
        .replace("\"network\"]", "\"network\", \"printer\", \"storage\", \"nfc\"]");
    // What the guests ask for; the app itself leaves it alone.
    let manifest = format!(
        "{manifest}\n[nfc]\ntag-types = [\"type-2\"]\n\n[settings]\nbehaviour = \"{component}\"\n"
    );
    desk.write("package/caisson.toml", manifest);
    let wasm = fs::read(built_app(component).join("app.wasm")).unwrap();
    desk.write("package/app.wasm", wasm);
    let signed = desk.run("app sign package --key acme.key");
    assert_eq!((signed.status, signed.stderr.as_str()), (0, ""));
}

#[track_caller]
fn install(desk: &Desk, component: &str, version_code: u32) {
    package(desk, component, version_code);
    let said = desk.run(INSTALL);
    assert_eq!((said.status, said.stderr.as_str()), (0, ""));
    let expected = format!("installed qr 0.1.0 (code {version_code}), acme (merchant), sha256 ");
    assert!(said.stdout.starts_with(&expected), "{}", said.stdout);
}

/// Version, publisher, state and notes of what is installed.
fn listed(desk: &Desk) -> String {
    let said = desk.run(LIST);
    assert_eq!((said.status, said.stderr.as_str()), (0, ""));
    let mut lines = said.stdout.lines().skip(1);
    let row: Vec<&str> =
        lines.next().unwrap().split("  ").filter(|cell| !cell.is_empty()).collect();
    let cells = [1, 3, 4].map(|at: usize| row.get(at).unwrap().trim()).join("; ");
    let notes: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    [vec![cells.as_str()], notes].concat().join("\n")
}

/// Lets the terminal grant what the guests import besides.
fn grant_all(desk: &Desk) {
    let profile = fs::read_to_string(desk.path("till/profile.toml")).unwrap();
    let granted = profile.replace("grants = [", "grants = [\"printer\", \"storage\", \"nfc\", ");
    assert_ne!(granted, profile);
    desk.write("till/profile.toml", granted);
}

#[test]
fn a_package_that_a_publisher_signed_is_installed_and_who_it_was_is_told() {
    let (desk, key) = shop();
    package(&desk, "qr", 1);
    let profile = fs::read_to_string(desk.path("till/profile.toml")).unwrap();
    desk.write("till/profile.toml", profile.split_once("# For the").unwrap().0);
    desk.check(
        INSTALL,
        1,
        "",
        &format!(
            "error: package/caisson.sig: signed with the key {key}, which is no publisher's in the \
             terminal's profile\n\
             hint: where you trust that key, add it to the profile as [publisher.NAME] with its tier; \
             nothing was changed\n"
        ),
    );
    desk.write("till/profile.toml", profile);
    install(&desk, "qr", 1);
    assert_eq!(listed(&desk), "0.1.0 (1); acme (merchant); on trial, 0 of 3 starts");
    let again = desk.run(INSTALL).stdout;
    assert!(
        again.starts_with("nothing to do, already installed: qr 0.1.0 (code 1), acme"),
        "{again}"
    );
    let inspected = desk.run("app inspect package").stdout;
    let row = inspected.lines().find(|line| line.starts_with("signed by")).unwrap();
    assert_eq!(row.split_once("  ").unwrap().1.trim(), format!("the key {key}"));
}

#[test]
fn a_package_that_was_changed_after_it_was_signed_is_refused() {
    let (desk, _) = shop();
    package(&desk, "qr", 1);
    let wasm = fs::read(desk.path("package/app.wasm")).unwrap();
    desk.write("package/app.wasm", &wasm[..1000]);
    let error = format!(
        "error: package/app.wasm: 1000 of {} bytes; it is not whole: fetch the package again\n\
         hint: nothing was changed\n",
        wasm.len()
    );
    desk.check(INSTALL, 1, "", &error);
    desk.check("app inspect package", 1, "", &error);
    desk.check(LIST, 0, "no app is installed\n", "");
}

#[test]
fn a_version_is_confirmed_by_its_first_payment_and_then_none_that_is_older_is_installed() {
    let (desk, _) = shop();
    let _acquirer = acquirer(&desk);
    install(&desk, "qr", 2);
    assert_eq!(desk.run(RUN).status, 0);
    assert_eq!(listed(&desk), "0.1.0 (2); acme (merchant); on trial, 1 of 3 starts");
    let said = desk.run_with(RUN, "hold-code 134567890123456789\npay 12.00\n");
    assert!(said.stdout.contains("approved 12.00"), "{}", said.stdout);
    assert!(!said.stdout.contains("development mode"), "{}", said.stdout);
    assert_eq!(listed(&desk), "0.1.0 (2); acme (merchant); confirmed");
    package(&desk, "qr", 1);
    desk.check(
        INSTALL,
        1,
        "",
        "error: package/caisson.toml: qr has version-code 1, and 2 has proved itself here; an older \
         version is never installed\n\
         hint: nothing was changed\n",
    );
    install(&desk, "qr", 3);
}

#[test]
fn a_version_that_breaks_down_gives_way_to_the_one_before_it() {
    let (desk, _) = shop();
    grant_all(&desk);
    let _acquirer = acquirer(&desk);
    // A wallet takes each code once.
    let pay = |number: u32| format!("hold-code 13456789012345678{number}\npay 12.00\n");
    install(&desk, "qr", 1);
    assert!(desk.run_with(RUN, &pay(1)).stdout.contains("approved 12.00"));
    install(&desk, "traps-before-send", 2);
    assert_eq!(desk.run_with(RUN, &pay(2)).status, 0);
    assert_eq!(listed(&desk), "0.1.0 (2); acme (merchant); failed, gives way");
    let said = desk.run_with(RUN, &pay(3)).stdout;
    assert!(said.contains("approved 12.00"), "{said}");
    let told = listed(&desk);
    let expected = "0.1.0 (1); acme (merchant); confirmed\n\
                    qr: version code 2 gave way to 1: it failed: qr: start trapped: ";
    assert!(told.starts_with(expected), "{told}");
    let profile = fs::read_to_string(desk.path("till/profile.toml")).unwrap();
    desk.write("till/profile.toml", profile.replace("language = \"en\"", "language = \"zh\""));
    let told = listed(&desk);
    let expected =
        "0.1.0 (1); acme (merchant); 已确认\nqr：版本 2 已退回版本 1。运行出错：qr: start";
    assert!(told.starts_with(expected), "{told}");
}

#[test]
fn a_version_that_nobody_pays_with_gives_way_at_the_fourth_start() {
    let (desk, _) = shop();
    let _acquirer = acquirer(&desk);
    install(&desk, "qr", 1);
    let pay = "hold-code 134567890123456789\npay 12.00\n";
    assert!(desk.run_with(RUN, pay).stdout.contains("approved 12.00"));
    install(&desk, "qr", 2);
    for _ in 0..3 {
        assert_eq!(desk.run(RUN).status, 0);
    }
    assert_eq!(listed(&desk), "0.1.0 (2); acme (merchant); on trial, 3 of 3 starts");
    assert_eq!(desk.run(RUN).status, 0);
    assert_eq!(
        listed(&desk),
        "0.1.0 (1); acme (merchant); confirmed\n\
         qr: version code 2 gave way to 1: no payment proved it in 3 starts of the terminal"
    );
}

#[test]
fn a_version_that_cannot_be_loaded_gives_way_while_the_terminal_starts() {
    let (desk, _) = shop();
    let _acquirer = acquirer(&desk);
    install(&desk, "qr", 1);
    let pay = |number: u32| format!("hold-code 13456789012345678{number}\npay 12.00\n");
    assert!(desk.run_with(RUN, &pay(1)).stdout.contains("approved 12.00"));
    install(&desk, "qr", 2);
    desk.write("till/apps/qr/b/app.wasm", "not what was installed");
    let said = desk.run_with(RUN, &pay(2)).stdout;
    assert!(said.contains("approved 12.00"), "{said}");
    assert_eq!(
        listed(&desk),
        "0.1.0 (1); acme (merchant); confirmed\n\
         qr: version code 2 gave way to 1: it failed: till/apps/qr/b/app.wasm: its SHA-256 is not \
         the one recorded at the install; install the app again"
    );
}

#[test]
fn a_version_that_does_not_say_what_it_offers_gives_way_at_the_next_start() {
    let (desk, _) = shop();
    grant_all(&desk);
    let _acquirer = acquirer(&desk);
    let pay = |number: u32| format!("hold-code 13456789012345678{number}\npay 12.00\n");
    install(&desk, "qr", 1);
    assert!(desk.run_with(RUN, &pay(1)).stdout.contains("approved 12.00"));
    install(&desk, "traps-before-send", 2);
    // What the guest keeps under this key tells it to trap.
    desk.write("till/storage/app.qr/v.services", "traps");
    let said = desk.run(RUN);
    assert_eq!(said.status, 0, "{said:?}");
    let left_out = "the app qr is left out of this start: qr: services trapped: ";
    assert!(said.stdout.contains(left_out), "{}", said.stdout);
    let said = desk.run_with(RUN, &pay(2)).stdout;
    assert!(said.contains("approved 12.00"), "{said}");
    let told = listed(&desk);
    let expected = "0.1.0 (1); acme (merchant); confirmed\n\
                    qr: version code 2 gave way to 1: it failed: qr: services trapped: ";
    assert!(told.starts_with(expected), "{told}");
}

#[test]
fn an_app_with_an_open_payment_is_neither_replaced_nor_removed() {
    let (desk, _) = shop();
    install(&desk, "qr", 1);
    let (mut journal, _) = Journal::open(&desk.path("till/journal"), AT).unwrap();
    let unknown = Input::Ended(Ending::Unknown { reason: Reason::NoAnswer });
    let amount = Money::new(1200, Currency::Cny).unwrap();
    let key = sell(&mut journal, amount, vec![unknown]);
    drop(journal);
    let refused = format!(
        "error: qr has 1 open payment(s), the first is {key}\n\
         hint: start `caisson run` and wait until every payment is certain\n"
    );
    package(&desk, "qr", 2);
    desk.check(INSTALL, 1, "", &refused);
    desk.check("app remove qr --profile till/profile.toml", 1, "", &refused);
    assert_eq!(listed(&desk), "0.1.0 (1); acme (merchant); on trial, 0 of 3 starts");
}
