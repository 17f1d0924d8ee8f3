//! Nothing lies about unused: every scenario is run, every app is built, every guest has a test.

use crate::tree::{files, files_ending, nothing_wrong, text, toml};

/// The folders whose scenarios `cargo xtask test` runs.
const SCENARIOS: [&str; 2] = ["tests/scenarios/qr", "tests/scenarios/card"];

#[test]
fn every_scenario_lies_where_the_runner_looks() {
    let runner = text("xtask/src/verify.rs");
    for folder in SCENARIOS {
        assert!(runner.contains(&format!("\"{folder}\"")), "the runner does not look in {folder}");
        assert!(!files_ending(folder, &[".toml"]).is_empty(), "{folder} holds no scenario");
    }
    let is_run = |folder: &str| SCENARIOS.contains(&folder);
    let wrong: Vec<String> = files_ending("tests/scenarios", &[".toml"])
        .iter()
        .filter(|file| !file.ends_with("/Cargo.toml"))
        .filter(|file| file.rsplit_once('/').is_none_or(|(folder, _)| !is_run(folder)))
        .map(|file| format!("{file}: nobody runs it; scenarios lie in {}", SCENARIOS.join(", ")))
        .collect();
    nothing_wrong(&wrong);
}

/// The folders of manifests below `folder`, and each app's id.
fn apps(folder: &str) -> Vec<(String, String)> {
    let manifests = files_ending(folder, &["/caisson.toml"]);
    let read = |manifest: &String| {
        let folder = manifest.rsplit_once('/').unwrap().0.to_owned();
        (folder, toml(manifest)["id"].as_str().unwrap().to_owned())
    };
    manifests.iter().map(read).collect()
}

#[test]
fn every_app_is_built() {
    let built = text("xtask/src/apps.rs");
    let wrong: Vec<String> = [apps("apps"), apps("tests/guests")]
        .concat()
        .iter()
        .filter(|(folder, _)| !built.contains(&format!("\"{folder}\"")))
        .map(|(folder, _)| format!("{folder}: add it to APPS in xtask/src/apps.rs"))
        .collect();
    nothing_wrong(&wrong);
}

#[test]
fn every_guest_has_a_test_or_a_scenario() {
    let users: Vec<String> = files("runtime")
        .into_iter()
        .chain(files("tests"))
        .filter(|file| file.contains("/tests/") || file.starts_with("tests/scenarios/"))
        .filter(|file| file.ends_with(".rs") || file.ends_with(".toml"))
        .filter(|file| !file.starts_with("tests/guests/"))
        .collect();
    let wrong: Vec<String> = apps("tests/guests")
        .iter()
        .filter(|(_, id)| !users.iter().any(|file| text(file).contains(&format!("\"{id}\""))))
        .map(|(folder, id)| format!("{folder}: no test and no scenario names \"{id}\""))
        .collect();
    nothing_wrong(&wrong);
}
