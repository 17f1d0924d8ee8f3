//! Tap: the directory, and one answer that holds everything.

use caisson_cards::Interface;
use caisson_cards::issuer::verify;

use crate::terminal::{Stop, Terminal, card, hex};

fn tapped(name: &str) -> Terminal {
    let (mut terminal, _) = Terminal::meet(card(name), Interface::Contactless).unwrap();
    let directory = terminal.send([0, 0xA4, 4, 0], b"2PAY.SYS.DDF01").unwrap();
    terminal.learn(&directory).unwrap();
    let aid = terminal.value(0x4F).to_vec();
    let answer = terminal.send([0, 0xA4, 4, 0], &aid).unwrap();
    terminal.learn(&answer).unwrap();
    terminal
}

#[track_caller]
fn check(name: &str, pan: &str, ttq: &str, ctq: &str, records: bool) {
    let mut terminal = tapped(name);
    terminal.known.insert(0x9F66, hex(ttq));
    terminal.begin().unwrap();
    assert_eq!(terminal.value(0x9F27), [0x80]);
    assert_eq!(terminal.value(0x9F6C), hex(ctq));
    assert_eq!(terminal.known.contains_key(&0x5F24), records);
    assert!(verify(pan, 1, &terminal.de55()).is_ok());
    // 57 begins with the PAN.
    let track: String = terminal.value(0x57).iter().map(|byte| format!("{byte:02X}")).collect();
    assert!(track.starts_with(&format!("{pan}D3512")));
}

#[test]
fn one_answer_holds_all_that_the_issuer_needs() {
    check("tap-union", "6212345678902040", "36800000", "0000", true);
    check("tap-visa", "4761739001010010", "36800000", "0000", false);
    check("tap-mastercard", "5413330089020011", "36800000", "0000", false);
    check("union-debit", "6212345678901265", "36800000", "0000", true);
}

#[test]
fn where_a_verification_is_required_the_card_says_which() {
    check("tap-union", "6212345678902040", "36C00000", "8000", true);
    check("tap-visa", "4761739001010010", "36C00000", "4000", false);
}

#[test]
fn a_terminal_that_does_not_speak_its_flow_is_refused() {
    let mut terminal = tapped("tap-union");
    terminal.known.insert(0x9F66, hex("16800000"));
    assert_eq!(terminal.begin(), Err(Stop::Status(0x6985)));
}

#[test]
fn nothing_of_contact_processing_works_on_a_tapped_card() {
    let mut terminal = tapped("union-debit");
    terminal.begin().unwrap();
    terminal.known.insert(0x8C, Vec::new());
    let asked = terminal.send([0x80, 0xAE, 0x80, 0], &[0; 29]);
    assert_eq!(asked, Err(Stop::Status(0x6985)));
    let contact = terminal.send([0, 0xA4, 4, 0], b"1PAY.SYS.DDF01");
    assert_eq!(contact, Err(Stop::Status(0x6A82)));
}

#[test]
fn two_taps_count_as_two_transactions() {
    let mut first = tapped("tap-union");
    first.begin().unwrap();
    let (mut second, _) = Terminal::meet(first.card, Interface::Contactless).unwrap();
    second.select("A000000333010101").unwrap();
    second.begin().unwrap();
    assert_eq!(second.value(0x9F36), [0, 2]);
}
