//! Every card of the deck, inserted and tapped. `deck.txt` says how each ends: decision,
//! cryptogram, authentication, verification, TVR and TSI, after the first cryptogram and after the
//! last; then the commands by their INS. `CAISSON_BLESS=1` writes it anew.

use crate::till::Till;
use caisson_cards::deck;
use std::fmt::Write as _;

/// With the card's name before each line, so that a difference names it.
fn told() -> String {
    let mut told = String::new();
    for (name, _) in deck::CARDS {
        let profile = deck::profile(name).unwrap();
        let ways = [
            ("inserted", Till::new()),
            ("tapped for 12.00", Till::new().tap(1200)),
            ("tapped for 2000.00", Till::new().tap(200_000)),
        ];
        for (way, till) in ways {
            let Some(ran) = till.run(&profile) else { continue };
            let instructions = ran.wire.instructions();
            let lines = ran.lines().replace('\n', "\n  ");
            writeln!(told, "{name}, {way}: {instructions}\n  {lines}").unwrap();
            for question in ran.asked {
                writeln!(told, "  asked: {question}").unwrap();
            }
        }
    }
    told
}

#[test]
fn every_card_of_the_deck_ends_as_it_must() {
    let told = told();
    if std::env::var_os("CAISSON_BLESS").is_some() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kernel/deck.txt");
        std::fs::write(file, &told).unwrap();
    }
    let expected = include_str!("deck.txt");
    let differs = told.lines().zip(expected.lines()).find(|(told, expected)| told != expected);
    assert_eq!(differs, None);
    assert_eq!(told.lines().count(), expected.lines().count(), "{told}");
}

#[test]
fn the_kernel_brings_the_keys_of_the_test_cards_and_no_others() {
    assert_eq!(include_str!("../../config/capk.toml"), caisson_cards::capk::FILE);
}
