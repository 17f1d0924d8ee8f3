//! Which time a receipt shows: that of the zone in the profile, and of nothing else.
#![cfg(test)] // tells clippy that the helpers, too, are tests

use caisson_scenarios::{Held, RunOptions, run_file};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SCENARIO: &str = "time-zone-changes-while-unknown";
/// Where the program that runs in another system's zone keeps the scenario.
const KEEP: &str = "CAISSON_TEST_KEEP";

/// The lines with a time of all receipts, in the order in which they came out.
fn times(keep: &Path) -> Vec<String> {
    let executable = std::env::current_exe().unwrap();
    let built = || executable.ancestors().nth(3).unwrap().join("apps");
    let options = RunOptions {
        apps: std::env::var_os("CAISSON_APPS").map_or_else(built, PathBuf::from),
        keep: Some(keep.to_owned()),
        executable: executable.clone(),
    };
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("qr/{SCENARIO}.toml"));
    let verdict = run_file(&file, &options);
    assert_eq!((verdict.outcome, &verdict.failures), (Held::Holds, &Vec::new()));
    let receipts = fs::read_dir(keep.join(SCENARIO).join("receipts")).unwrap();
    let mut files: Vec<PathBuf> = receipts.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    let texts = files.iter().map(|file| fs::read_to_string(file).unwrap());
    let time = |text: String| {
        let line = text.lines().find(|line| line.trim_start().starts_with("Time")).unwrap();
        line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
    };
    texts.map(time).collect()
}

/// The day and the minute of each receipt.
fn check(times: &[String]) {
    let minutes: Vec<&str> = times.iter().map(|time| &time[..16]).collect();
    let (before, after) = ("2026-11-22 10:00", "2026-11-21 21:00");
    assert_eq!(minutes, [before, after, after, after]);
    // A copy shows when the money moved, not when the copy came out.
    assert_eq!(times[0][16..], times[2][16..]);
    assert_eq!(times[1], times[3]);
}

#[test]
fn a_receipt_shows_the_time_of_the_zone_in_the_profile() {
    let keep = tempfile::tempdir().unwrap();
    check(&times(keep.path()));
}

#[test]
fn the_systems_own_time_zone_shows_on_no_receipt() {
    const NAME: &str = "the_systems_own_time_zone_shows_on_no_receipt";
    if let Some(keep) = std::env::var_os(KEEP) {
        return check(&times(Path::new(&keep)));
    }
    for zone in ["UTC-14", "UTC+12"] {
        let keep = tempfile::tempdir().unwrap();
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", NAME, "--nocapture"])
            .env(KEEP, keep.path())
            .env("TZ", zone)
            .output()
            .unwrap();
        let said =
            String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.contains("1 passed"), "{zone}: {said}");
    }
}
