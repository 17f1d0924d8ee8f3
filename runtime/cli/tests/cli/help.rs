//! The help of every verb, compared with the stored page.

use crate::common::Desk;

const STORED: &str = include_str!("../help.txt");
const PAGES: [&str; 32] = [
    "--help",
    "run --help",
    "provision --help",
    "scenario --help",
    "scenario --steps",
    "scan --help",
    "acquirer --help",
    "acquirer -h",
    "journal --help",
    "journal list --help",
    "journal show --help",
    "journal verify --help",
    "journal export --help",
    "journal desk --help",
    "app --help",
    "app new --help",
    "app install --help",
    "app list --help",
    "app inspect --help",
    "app remove --help",
    "app keygen --help",
    "app sign --help",
    "app compile --help",
    "operator --help",
    "card --help",
    "card trace --help",
    "tlv --help",
    "iso8583 --help",
    "iso8583 decode --help",
    "demo --help",
    "emulator --help",
    "emulator ctl --help",
];

/// The help page changes with the program: `CAISSON_BLESS=1 cargo test -p caisson help` stores it.
#[test]
fn the_help_of_every_verb_is_the_stored_one() {
    let desk = Desk::new();
    let mut pages = String::new();
    for page in PAGES {
        let said = desk.run(page);
        assert_eq!((said.status, said.stderr.as_str()), (0, ""), "caisson {page}");
        pages.push_str(&format!("$ caisson {page}\n{}\n", said.stdout));
    }
    if std::env::var_os("CAISSON_BLESS").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/help.txt"), &pages).unwrap();
        return;
    }
    assert!(pages == STORED, "the help differs from tests/help.txt; look at it, then bless it");
}

#[test]
fn every_verb_teaches_by_an_example() {
    let desk = Desk::new();
    let verbs = PAGES.iter().filter(|page| page.ends_with("--help") && **page != "--help");
    for page in verbs {
        assert!(desk.run(page).stdout.contains("Example:\n  "), "caisson {page}");
    }
}
