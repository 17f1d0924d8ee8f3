//! Arrows point only downward: a room may use what is below it, and nothing else.

use crate::tree::{members, nothing_wrong, toml};

/// The terminal's rooms, lowest first. A room may use those before it.
const TERMINAL: [&str; 17] = [
    "caisson-tlv",
    "caisson-iso8583",
    "caisson-points",
    "caisson-core",
    "caisson-journal",
    "caisson-vault",
    "caisson-devices",
    "caisson-network",
    "caisson-packages",
    "caisson-host",
    "caisson-terminal",
    "caisson-ui",
    "caisson-scenarios",
    "caisson",
    "caisson-bench",
    "caisson-fuzz",
    "caisson-secrets",
];
/// What app developers depend on, and the apps. They know the contract and no room of the terminal.
const APPS: [&str; 7] = [
    "caisson-sdk",
    "caisson-qr",
    "caisson-card",
    "caisson-emv",
    "caisson-first",
    "caisson-guests",
    "caisson-panics-with-card",
];
/// What apps may use of the terminal's column, and why: formats of the world outside, pure and
/// without a rule of ours, so that an app which uses them still knows nothing of a terminal.
const FORMATS: [(&str, &str); 2] = [
    ("caisson-tlv", "a kernel and a card app read what cards say"),
    ("caisson-iso8583", "a card app and the terminal read the same bytes of an acquirer"),
];
/// Rooms that use nothing of ours: the acquirer's books are compared with the terminal's journal
/// and must not share its mistakes; a kernel that accepts a card must not have been checked with its
/// own code; `xtask` builds all the others.
const ALONE: [&str; 3] = ["caisson-acquirer", "caisson-cards", "xtask"];
/// Arrows between columns: who, whom, and why.
const ACROSS: [(&str, &str, &str); 12] = [
    (
        "caisson-acquirer",
        "caisson-iso8583",
        "the one thing that it shares with the terminal: how bytes are written. Messages of its own \
         hand are compared in that crate's tests; what they mean for money, and every key, MAC and \
         PIN block, it works out itself",
    ),
    ("caisson-scenarios", "caisson-qr", "the customer's phone reads the code that the app shows"),
    ("caisson-scenarios", "caisson-acquirer", "a sale needs somebody to pay to"),
    ("caisson-scenarios", "caisson-cards", "the customers' cards, and the issuer behind the bank"),
    ("caisson", "caisson-acquirer", "the verb `acquirer` runs it"),
    ("caisson", "caisson-emv", "the verb `card trace` replays a transcript through the kernel"),
    ("caisson-bench", "caisson-acquirer", "a whole sale is measured against it"),
    ("caisson-bench", "caisson-emv", "the kernel without a sandbox is the measure of ours"),
    ("caisson-bench", "caisson-cards", "the card of that sale"),
    ("caisson-fuzz", "caisson-emv", "the kernel is fuzzed against any card's answers"),
    ("caisson-fuzz", "caisson-cards", "a fuzzed card begins as one that is whole"),
    ("caisson-fuzz", "caisson-qr", "what reads a customer's code is fuzzed with all other readers"),
];
/// Arrows that only tests may use: who, whom, and why.
const IN_TESTS: [(&str, &str, &str); 4] = [
    ("caisson-emv", "caisson-cards", "the kernel is tried against cards of our own making"),
    ("caisson-qr", "caisson-core", "its tests play against the rules that the terminal holds"),
    ("caisson-card", "caisson-core", "its tests play against the rules that the terminal holds"),
    ("caisson-bench", "caisson-sdk", "its guest calls the host in a loop, as an app would"),
];
/// Whose tests may use every room of the terminal, and why.
const WHOLE_IN_TESTS: [(&str, &str); 2] = [
    ("caisson-guests", "a guest is tried on a whole terminal, from outside"),
    ("caisson-secrets", "what is searched is a whole terminal, with its bank and its cards"),
];
/// What few rooms may know, so that it can be replaced in one place.
const KNOWN_ONLY_BY: [(&str, &[&str]); 10] = [
    ("wasmtime", &["caisson-host", "caisson-bench"]),
    ("wasmtime-wasi", &["caisson-host", "caisson-bench"]),
    ("rusqlite", &["caisson-journal", "caisson-packages", "caisson-acquirer", "caisson-bench"]),
    ("nokhwa", &["caisson-devices"]),
    ("slint", &["caisson-ui"]),
    ("slint-build", &["caisson-ui"]),
    ("rodio", &["caisson-devices"]),
    ("rxing", &["caisson-devices", "caisson-bench"]),
    ("wit-bindgen", &["caisson-sdk", "caisson-emv"]),
    ("emv", &["caisson-emv"]),
];

struct Arrow {
    from: String,
    to: String,
    test: bool,
}

/// Every dependency of every member, whatever the target platform.
fn arrows() -> Vec<Arrow> {
    let mut arrows = Vec::new();
    for member in members() {
        let manifest = toml(&format!("{member}/Cargo.toml"));
        let from = manifest["package"]["name"].as_str().unwrap().to_owned();
        let mut tables = vec![&manifest];
        if let Some(targets) = manifest.get("target").and_then(toml::Value::as_table) {
            tables.extend(targets.values().filter_map(toml::Value::as_table));
        }
        for table in tables {
            for (section, test) in
                [("dependencies", false), ("build-dependencies", false), ("dev-dependencies", true)]
            {
                let Some(names) = table.get(section).and_then(toml::Value::as_table) else {
                    continue;
                };
                for to in names.keys() {
                    arrows.push(Arrow { from: from.clone(), to: to.clone(), test });
                }
            }
        }
    }
    arrows
}

fn place(name: &str) -> Option<(usize, usize)> {
    let columns: [&[&str]; 3] = [&TERMINAL, &APPS, &ALONE];
    columns.iter().enumerate().find_map(|(column, rooms)| {
        rooms.iter().position(|room| *room == name).map(|rank| (column, rank))
    })
}

fn is_allowed(arrow: &Arrow) -> bool {
    let named = |list: &[(&str, &str, &str)]| {
        list.iter().any(|(from, to, _)| *from == arrow.from && *to == arrow.to)
    };
    let app_and_format = APPS.contains(&arrow.from.as_str())
        && FORMATS.iter().any(|(format, _)| *format == arrow.to);
    let downward = match (place(&arrow.from), place(&arrow.to)) {
        (Some((column, from)), Some((same, to))) => column == same && column != 2 && to < from,
        _ => false,
    };
    let whole = WHOLE_IN_TESTS.iter().any(|(from, _)| *from == arrow.from);
    downward || app_and_format || named(&ACROSS) || (arrow.test && (whole || named(&IN_TESTS)))
}

#[test]
fn a_room_uses_only_what_is_below_it() {
    let wrong: Vec<String> = arrows()
        .iter()
        .filter(|arrow| place(&arrow.to).is_some() && !is_allowed(arrow))
        .map(|arrow| format!("{} may not use {}", arrow.from, arrow.to))
        .collect();
    nothing_wrong(&wrong);
}

#[test]
fn every_room_has_its_place_in_the_house() {
    let mut wrong = Vec::new();
    for member in members() {
        let manifest = toml(&format!("{member}/Cargo.toml"));
        let name = manifest["package"]["name"].as_str().unwrap().to_owned();
        if place(&name).is_none() {
            wrong.push(format!("{member}: give {name} its place in xtask/tests/house/arrows.rs"));
        }
    }
    nothing_wrong(&wrong);
}

#[test]
fn what_few_rooms_may_know_no_other_room_knows() {
    let mut wrong = Vec::new();
    for arrow in arrows() {
        let knowers = KNOWN_ONLY_BY.iter().find(|(what, _)| *what == arrow.to);
        if let Some((what, knowers)) = knowers
            && !knowers.contains(&arrow.from.as_str())
            && !arrow.test
        {
            wrong.push(format!("{} may not know {what}; only {knowers:?} may", arrow.from));
        }
    }
    nothing_wrong(&wrong);
}
