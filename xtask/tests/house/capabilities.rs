//! One name in every tree: whoever looks for a capability finds it in each place without a search.

use crate::tree::{exists, files_ending, nothing_wrong, text};

/// Capabilities whose device bears another name, or that have none: where it is, and why.
const OTHERWISE: [(&str, &[&str], &str); 3] = [
    (
        "ui",
        &["runtime/devices/src/screen.rs", "runtime/devices/src/emulated/screen.rs"],
        "the device is a screen; what an app sends to it are views",
    ),
    (
        "network",
        &["runtime/network/src/connector.rs", "runtime/network/src/emulated.rs"],
        "a link is reached through destinations, which have a room of their own",
    ),
    ("payment", &["runtime/terminal/src/driver.rs"], "money is no device"),
];

/// The names of the contract's packages.
fn capabilities() -> Vec<String> {
    let files = files_ending("wit/deps", &[".wit"]);
    files.iter().map(|file| file.split('/').nth(2).unwrap().to_owned()).collect()
}

#[test]
fn every_capability_is_in_each_tree_under_its_name() {
    let mut wrong = Vec::new();
    for name in capabilities() {
        let mut places = vec![
            format!("wit/deps/{name}/{name}.wit"),
            format!("runtime/host/src/{name}.rs"),
            format!("apps/sdk/src/{name}.rs"),
        ];
        if let Some((_, others, _)) = OTHERWISE.iter().find(|(other, ..)| *other == name) {
            places.extend(others.iter().map(|place| (*place).to_owned()));
        } else {
            places.push(format!("runtime/devices/src/{name}.rs"));
            places.push(format!("runtime/devices/src/linux/{name}.rs"));
            places.push(format!("runtime/devices/src/emulated/{name}.rs"));
        }
        let missing = places.iter().filter(|place| !exists(place));
        wrong.extend(missing.map(|place| format!("{name}: there is no {place}")));
    }
    nothing_wrong(&wrong);
}

#[test]
fn every_capability_can_be_granted_under_its_name() {
    let permissions = text("runtime/core/src/permission.rs");
    let wrong: Vec<String> = capabilities()
        .iter()
        .filter(|name| !permissions.contains(&format!("=> \"{name}\",")))
        .map(|name| {
            format!("{name}: runtime/core/src/permission.rs has no permission of that name")
        })
        .collect();
    nothing_wrong(&wrong);
}
