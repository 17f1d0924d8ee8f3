//! One name in every tree: whoever looks for a capability finds it in each place without a search.

use crate::tree::{exists, files_ending, nothing_wrong, text};

/// Capabilities whose device bears another name, or that have none: where it is, and why.
const OTHERWISE: [(&str, &[&str], &str); 6] = [
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
    ("emv", &["apps/emv/src/component.rs"], "what stands behind it is a component, not a device"),
    (
        "nfc",
        &["runtime/devices/src/card_reader/tag.rs", "runtime/terminal/src/tag.rs"],
        "a tag lies before the reader of cards",
    ),
    (
        "pin-pad",
        &["runtime/terminal/src/pin.rs", "ui/slint/pages/pin.slint"],
        "the pad is the terminal's own screen, and the PIN goes to the vault",
    ),
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
        let file = name.replace('-', "_");
        let mut places = vec![
            format!("wit/deps/{name}/{name}.wit"),
            format!("runtime/host/src/{file}.rs"),
            format!("apps/sdk/src/{file}.rs"),
        ];
        if let Some((_, others, _)) = OTHERWISE.iter().find(|(other, ..)| *other == name) {
            places.extend(others.iter().map(|place| (*place).to_owned()));
        } else {
            places.push(format!("runtime/devices/src/{file}.rs"));
            places.push(format!("runtime/devices/src/linux/{file}.rs"));
            places.push(format!("runtime/devices/src/emulated/{file}.rs"));
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
