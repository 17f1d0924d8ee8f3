//! `cargo xtask test` and `cargo xtask check`: every step is run, whatever the one before it said.

use crate::args::Consent;
use crate::error::Error;
use crate::place::Place;
use crate::steps::Steps;
use crate::system::Need;
use crate::{apps, command, demo, device, emulator, setup};
use std::fs;
use std::path::PathBuf;

/// The folders of scenario files, in the repository.
const SCENARIOS: [&str; 2] = ["tests/scenarios/qr", "tests/scenarios/card"];

/// The scenarios whose power is cut at each point that they pass.
const CUT: [&str; 9] = [
    "qr/paid-wechat",
    "qr/shown-code-paid",
    "qr/shown-code-paid-late",
    "qr/refund-partial",
    "qr/refund-answer-lost",
    "qr/customer-never-answers-wechat",
    "card/chip-online-pin",
    "card/dukpt-tdes-chip-online-pin",
    "card/dukpt-aes-answer-lost",
];

/// Everything.
pub(crate) fn test(place: &Place, consent: Consent) -> Result<(), Error> {
    let needs: Vec<Need> =
        [setup::BUILD.as_slice(), &setup::LINT, &setup::WINDOW, &setup::HARDWARE].concat();
    setup::run(place, &needs, consent)?;
    let mut steps = Steps::default();
    steps.run("format", || format(place));
    let apps = steps.run("apps", || apps::build(place).map(drop));
    let binary = steps.run("binary", || demo::build_binary(place));
    steps.run("clippy", || clippy(place));
    steps.run("tests", || tests(place));
    steps.run("card readers", || with(place, "caisson-devices", "emulated,card-reader"));
    steps.run("key token", || {
        with(place, "caisson-vault", "pkcs11")?;
        with(place, "caisson-acquirer", "pkcs11")
    });
    let device = steps.run("device build", || device_build(place));
    if apps && binary && device {
        steps.run("device", || device::play(place));
    } else {
        steps.leave("device", "there is no binary or no app to run it with");
    }
    steps.run("examples in documentation", || {
        command::run_quoted(&mut command::cargo(place, &["test", "--workspace", "--doc"]))
    });
    if apps && binary {
        steps.run("scenarios", || scenarios(place));
        steps.run("power cuts", || power_cuts(place));
        steps.run("demo", || demo::take(place, None));
        steps.run("emulator", || emulator::test(place));
    } else {
        steps.leave("power cuts", "there is no binary or no app to run them with");
        steps.leave("scenarios", "there is no binary or no app to run them with");
        steps.leave("demo", "there is no binary or no app to run it with");
        steps.leave("emulator", "there is no binary or no app to run it with");
    }
    steps.run("documentation", || documentation(place));
    licences(place, &mut steps);
    steps.finish()
}

/// What needs no run of the program.
pub(crate) fn check(place: &Place, consent: Consent) -> Result<(), Error> {
    let needs: Vec<Need> = [setup::BUILD.as_slice(), setup::LINT.as_slice()].concat();
    setup::run(place, &needs, consent)?;
    let mut steps = Steps::default();
    steps.run("format", || format(place));
    steps.run("clippy", || clippy(place));
    steps.run("documentation", || documentation(place));
    licences(place, &mut steps);
    steps.finish()
}

fn device_build(place: &Place) -> Result<(), Error> {
    device::build(place, &[])?;
    device::check(place)
}

fn format(place: &Place) -> Result<(), Error> {
    command::run_quoted(&mut command::cargo(place, &["fmt", "--all", "--check"]))
}

fn clippy(place: &Place) -> Result<(), Error> {
    // The device's tests are no test of the desktop build alone, so `--all-targets` leaves them out.
    for targets in [["--all-targets"].as_slice(), &["--test", "device"]] {
        let mut cargo = command::cargo(place, &["clippy", "--workspace"]);
        command::run_quoted(cargo.args(targets).args(["--", "-D", "warnings"]))?;
    }
    Ok(())
}

fn tests(place: &Place) -> Result<(), Error> {
    if command::answers(&mut command::cargo(place, &["nextest", "--version"])) {
        command::run_quoted(&mut command::cargo(place, &["nextest", "run", "--workspace"]))
    } else {
        let words = ["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"];
        command::run_quoted(&mut command::cargo(place, &words))
    }
}

/// The tests of a package whose `features` need what only a step of its own asks for: a library to
/// link to, a service to start.
fn with(place: &Place, package: &str, features: &str) -> Result<(), Error> {
    let words = match command::answers(&mut command::cargo(place, &["nextest", "--version"])) {
        true => ["nextest", "run"].as_slice(),
        false => &["test"],
    };
    let mut cargo = command::cargo(place, words);
    command::run_quoted(cargo.args(["--package", package, "--features", features]))
}

fn scenarios(place: &Place) -> Result<(), Error> {
    let mut files = Vec::new();
    for folder in SCENARIOS {
        let folder = place.root.join(folder);
        let entries =
            fs::read_dir(&folder).map_err(Error::io(format!("reading {}", folder.display())))?;
        let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        found.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
        if found.is_empty() {
            return Err(Error::Wrong(format!("{} holds no scenario", folder.display())));
        }
        files.append(&mut found);
    }
    files.sort();
    let mut caisson = command::program(place, place.binary("debug"));
    command::run_quoted(caisson.arg("scenario").args(files).arg("--json"))
}

/// A sale, a merchant's code, a refund, recoveries and a card, cut at each of their points.
fn power_cuts(place: &Place) -> Result<(), Error> {
    let folder = place.root.join("tests/scenarios");
    let files = CUT.map(|name| folder.join(name).with_extension("toml"));
    let mut caisson = command::program(place, place.binary("debug"));
    command::run_quoted(caisson.arg("scenario").args(files).args(["--at-each-point", "--json"]))
}

fn documentation(place: &Place) -> Result<(), Error> {
    let mut doc = command::cargo(place, &["doc", "--workspace", "--no-deps"]);
    command::run_quoted(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

fn licences(place: &Place, steps: &mut Steps) {
    if command::answers(&mut command::cargo(place, &["deny", "--version"])) {
        let words = ["deny", "check", "licenses", "bans", "sources"];
        steps.run("licences", || command::run_quoted(&mut command::cargo(place, &words)));
    } else {
        steps.leave("licences", "cargo-deny is not installed (cargo install cargo-deny --locked)");
    }
}
