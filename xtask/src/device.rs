//! The device build: that it carries no compiler, no twin and no test key, and a sale with it.
//!
//! Guarantee: it is built in a folder of its own below the build folder, so that it replaces no
//! desktop build.

use crate::command;
use crate::error::Error;
use crate::place::Place;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What makes the build a device's.
const FEATURES: [&str; 5] =
    ["--package", "caisson", "--no-default-features", "--features", "device"];
/// What no device build is made of, and why.
const FORBIDDEN: [(&str, &str); 7] = [
    ("cranelift-codegen", "a compiler"),
    ("wasmtime-internal-cranelift", "a compiler"),
    ("wasmtime-internal-winch", "a compiler"),
    ("regalloc2", "a compiler"),
    ("caisson-acquirer", "a simulated acquirer"),
    ("caisson-scenarios", "an emulator"),
    ("rcgen", "test certificates"),
];
/// Features of our own rooms that no device build has, and why.
const FEATURES_OFF: [(&str, &str, &str); 3] = [
    ("caisson-devices", "emulated", "emulated devices"),
    ("caisson-host", "compiler", "a compiler"),
    ("caisson-points", "on", "points at which a test cuts the power"),
];
/// Features that fail the build beside `device`, and what the build then says.
const REFUSED: [(&[&str], &str); 2] = [
    (&["--package", "caisson", "--features", "device"], "choose one of the features"),
    (
        &[
            "--package",
            "caisson",
            "--no-default-features",
            "--features",
            "device,caisson-points/on",
        ],
        "a device build has no points to cut its power at",
    ),
];

/// The device's binary, built as `profile`: `debug` or `release`.
pub(crate) fn binary(place: &Place, profile: &str) -> PathBuf {
    inside(place).binary(profile)
}

/// Builds it, as `profile` says: nothing for development, or `--release`.
pub(crate) fn build(place: &Place, profile: &[&str]) -> Result<(), Error> {
    eprintln!("building the device's binary; the first time takes many minutes");
    let mut cargo = command::cargo(&inside(place), &["build"]);
    command::run_quoted(cargo.args(FEATURES).args(profile))
}

/// Looks at what it is made of, and tries what must not build.
pub(crate) fn check(place: &Place) -> Result<(), Error> {
    let mut tree = command::cargo(place, &["tree", "--edges", "normal", "--prefix", "none"]);
    tree.args(["--format", "{p} [{f}]"]).args(FEATURES);
    let text = command::output(&mut tree).ok_or_else(|| {
        Error::Wrong("`cargo tree` does not say what a device build is".to_owned())
    })?;
    let wrong = foreign(&text);
    if !wrong.is_empty() {
        return Err(Error::Wrong(format!("a device build has {}", wrong.join("; "))));
    }
    REFUSED.iter().try_for_each(|(words, expected)| refused(place, words, expected))
}

/// Takes money with it: the desktop's binary is its build host and its acquirer.
pub(crate) fn play(place: &Place) -> Result<(), Error> {
    let has_nextest = command::answers(&mut command::cargo(place, &["nextest", "--version"]));
    let runner: &[&str] = if has_nextest { &["nextest", "run"] } else { &["test"] };
    // The whole workspace, as for the other tests, so that nothing is built twice.
    let mut cargo = command::cargo(place, runner);
    cargo.args(["--workspace", "--test", "device"]).env("CAISSON_DEVICE", binary(place, "debug"));
    command::run_quoted(&mut cargo)
}

/// The same repository, with a build folder of its own.
fn inside(place: &Place) -> Place {
    Place { root: place.root.clone(), target: place.target.join("device") }
}

/// What of `tree`, a line `NAME VERSION … [FEATURES]` for each crate, no device build has.
fn foreign(tree: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for line in tree.lines() {
        let name = line.split(' ').next().unwrap_or_default();
        let features = line.rsplit_once('[').map_or("", |(_, features)| features);
        let mut features = features.trim_end_matches([']', ' ', '(', '*', ')']).split(',');
        if let Some((crate_name, what)) = FORBIDDEN.iter().find(|(known, _)| *known == name) {
            wrong.push(format!("{what} ({crate_name})"));
        }
        for (_, feature, what) in FEATURES_OFF.iter().filter(|(room, ..)| *room == name) {
            if features.any(|found| found == *feature) {
                wrong.push(format!("{what} ({name}/{feature})"));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    wrong
}

/// Whether the build with these features fails, and says `expected`.
fn refused(place: &Place, words: &[&str], expected: &str) -> Result<(), Error> {
    let on_desktop = !words.contains(&"--no-default-features");
    let place = if on_desktop { place.clone() } else { inside(place) };
    let mut cargo: Command = command::cargo(&place, &["build"]);
    let output = cargo.args(words).stdin(Stdio::null()).stdout(Stdio::null()).output();
    let line = words.join(" ");
    let output = output.map_err(Error::io(format!("starting `cargo build {line}`")))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        return Err(Error::Wrong(format!("`cargo build {line}` must fail, and does not")));
    }
    if said.contains(expected) {
        return Ok(());
    }
    Err(Error::Wrong(format!(
        "`cargo build {line}` must fail by \"{expected}\", but says:\n{said}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_device_build_has_is_found_by_crate_and_by_feature() {
        let check = |tree: &str, expected: &[&str]| assert_eq!(foreign(tree), expected, "{tree}");
        check("caisson v0.1.0 (/here) [device]\ncranelift-entity v0.135.8 [] (*)", &[]);
        check("caisson-devices v0.1.0 (/here) []\ncaisson-points v0.1.0 (/here) []", &[]);
        check("cranelift-codegen v0.135.8 [arm64,x86]", &["a compiler (cranelift-codegen)"]);
        check(
            "caisson-points v0.1.0 (/here) [on] (*)\ncaisson-devices v0.1.0 [default,emulated]",
            &[
                "emulated devices (caisson-devices/emulated)",
                "points at which a test cuts the power (caisson-points/on)",
            ],
        );
    }
}
