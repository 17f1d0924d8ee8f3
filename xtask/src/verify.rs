//! `cargo xtask test` and `cargo xtask check`: every step is run, whatever the one before it said.

use crate::args::Consent;
use crate::error::Error;
use crate::place::Place;
use crate::steps::Steps;
use crate::system::Need;
use crate::{apps, command, demo, device, emulator, setup};
use std::fs;
use std::path::PathBuf;

/// The folder of scenario files, in the repository.
const SCENARIOS: &str = "tests/scenarios/qr";

/// The scenarios whose power is cut at each point that they pass.
const CUT: [&str; 6] = [
    "paid-wechat",
    "shown-code-paid",
    "shown-code-paid-late",
    "refund-partial",
    "refund-answer-lost",
    "customer-never-answers-wechat",
];

/// Everything.
pub(crate) fn test(place: &Place, consent: Consent) -> Result<(), Error> {
    let needs: Vec<Need> =
        [setup::BUILD.as_slice(), setup::LINT.as_slice(), setup::WINDOW.as_slice()].concat();
    setup::run(place, &needs, consent)?;
    let mut steps = Steps::default();
    steps.run("format", || format(place));
    let apps = steps.run("apps", || apps::build(place).map(drop));
    let binary = steps.run("binary", || demo::build_binary(place));
    steps.run("clippy", || clippy(place));
    steps.run("tests", || tests(place));
    let device = steps.run("device build", || device_build(place));
    if apps && binary && device {
        steps.run("device", || device::play(place));
    } else {
        steps.leave("device", "there is no binary or no app to run it with");
    }
    steps.run("examples in documentation", || {
        command::run(&mut command::cargo(place, &["test", "--workspace", "--doc"]))
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
    command::run(&mut command::cargo(place, &["fmt", "--all", "--check"]))
}

fn clippy(place: &Place) -> Result<(), Error> {
    // The device's tests are no test of the desktop build alone, so `--all-targets` leaves them out.
    for targets in [["--all-targets"].as_slice(), &["--test", "device"]] {
        let mut cargo = command::cargo(place, &["clippy", "--workspace"]);
        command::run(cargo.args(targets).args(["--", "-D", "warnings"]))?;
    }
    Ok(())
}

fn tests(place: &Place) -> Result<(), Error> {
    if command::answers(&mut command::cargo(place, &["nextest", "--version"])) {
        command::run(&mut command::cargo(place, &["nextest", "run", "--workspace"]))
    } else {
        let words = ["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"];
        command::run(&mut command::cargo(place, &words))
    }
}

fn scenarios(place: &Place) -> Result<(), Error> {
    let folder = place.root.join(SCENARIOS);
    let entries =
        fs::read_dir(&folder).map_err(Error::io(format!("reading {}", folder.display())))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    if files.is_empty() {
        return Err(Error::Wrong(format!("{} holds no scenario", folder.display())));
    }
    let mut caisson = command::program(place, place.binary("debug"));
    command::run(caisson.arg("scenario").args(files).arg("--json"))
}

/// A sale, a merchant's code, a refund and two recoveries, cut at each of their points.
fn power_cuts(place: &Place) -> Result<(), Error> {
    let files = CUT.map(|name| place.root.join(SCENARIOS).join(name).with_extension("toml"));
    let mut caisson = command::program(place, place.binary("debug"));
    command::run(caisson.arg("scenario").args(files).args(["--at-each-point", "--json"]))
}

fn documentation(place: &Place) -> Result<(), Error> {
    let mut doc = command::cargo(place, &["doc", "--workspace", "--no-deps"]);
    command::run(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

fn licences(place: &Place, steps: &mut Steps) {
    if command::answers(&mut command::cargo(place, &["deny", "--version"])) {
        let words = ["deny", "check", "licenses", "bans", "sources"];
        steps.run("licences", || command::run(&mut command::cargo(place, &words)));
    } else {
        steps.leave("licences", "cargo-deny is not installed (cargo install cargo-deny --locked)");
    }
}
