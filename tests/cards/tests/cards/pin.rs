//! Offline PIN, plaintext and enciphered.

use crate::contact::begun;
use crate::recover::{card_key, pin_key};
use crate::terminal::{Stop, Terminal, hex};

#[track_caller]
fn check(name: &str, block: &str, expected: Result<(), u16>) -> Terminal {
    let mut terminal = begun(name);
    assert_eq!(verify(&mut terminal, block), expected);
    terminal
}

fn verify(terminal: &mut Terminal, block: &str) -> Result<(), u16> {
    match terminal.send([0, 0x20, 0, 0x80], &hex(block)) {
        Ok(_) => Ok(()),
        Err(Stop::Status(status)) => Err(status),
        Err(stop) => panic!("{stop:?}"),
    }
}

#[test]
fn a_plaintext_pin_is_compared_and_tries_are_counted() {
    let mut terminal = check("visa-offline-plain-pin", "241234FFFFFFFFFF", Ok(()));
    assert_eq!(verify(&mut terminal, "249999FFFFFFFFFF"), Err(0x63C2));
    assert_eq!(terminal.send([0x80, 0xCA, 0x9F, 0x17], &[]), Ok(hex("9F170102")));
    assert_eq!(verify(&mut terminal, "249999FFFFFFFFFF"), Err(0x63C1));
    assert_eq!(verify(&mut terminal, "241234FFFFFFFFFF"), Ok(()));
    for left in [0x63C2, 0x63C1, 0x63C0, 0x6983] {
        assert_eq!(verify(&mut terminal, "249999FFFFFFFFFF"), Err(left));
    }
    assert_eq!(verify(&mut terminal, "241234FFFFFFFFFF"), Err(0x6983));
}

#[test]
fn tries_stay_used_when_the_card_is_taken_out() {
    let mut terminal = check("visa-offline-plain-pin", "249999FFFFFFFFFF", Err(0x63C2));
    terminal.card.power_off();
    let mut again = Terminal::insert(terminal.card).unwrap();
    again.select("A0000000031010").unwrap();
    assert_eq!(verify(&mut again, "249999FFFFFFFFFF"), Err(0x63C1));
}

#[test]
fn a_pin_that_is_blocked_or_not_there_is_refused() {
    check("pin-blocked", "241234FFFFFFFFFF", Err(0x6983));
    check("pin-last-try", "249999FFFFFFFFFF", Err(0x63C0));
    check("union-debit", "241234FFFFFFFFFF", Err(0x6985));
}

#[test]
fn a_block_of_a_wrong_form_costs_no_try() {
    for block in ["141234FFFFFFFFFF", "241234FFFFFFFFF0", "2D1234FFFFFFFFFF", "24123AFFFFFFFFFF"] {
        check("visa-offline-plain-pin", block, Err(0x6A80));
    }
    let mut terminal = check("visa-offline-plain-pin", "241234FFFFFFFF", Err(0x6700));
    assert_eq!(terminal.send([0x80, 0xCA, 0x9F, 0x17], &[]), Ok(hex("9F170103")));
}

/// EMV Book 2, 7.2: `7F`, the block, the challenge, padding.
fn enciphered(terminal: &mut Terminal, block: &str) -> Vec<u8> {
    let challenge = terminal.send([0, 0x84, 0, 0], &[]).unwrap();
    let key = pin_key(terminal).unwrap();
    let mut plain = vec![0x7F];
    plain.extend(hex(block));
    plain.extend(challenge);
    plain.resize(key.modulus.len(), 0x11);
    key.apply(&plain)
}

#[test]
fn an_enciphered_pin_is_compared_once_for_each_challenge() {
    let mut terminal = begun("visa-offline-enciphered-pin");
    let data = enciphered(&mut terminal, "241234FFFFFFFFFF");
    assert_eq!(terminal.send([0, 0x20, 0, 0x88], &data), Ok(Vec::new()));
    assert_eq!(terminal.send([0, 0x20, 0, 0x88], &data), Err(Stop::Status(0x6984)));
    terminal.send([0, 0x84, 0, 0], &[]).unwrap();
    assert_eq!(terminal.send([0, 0x20, 0, 0x88], &data), Err(Stop::Status(0x6300)));
    let wrong = enciphered(&mut terminal, "244321FFFFFFFFFF");
    assert_eq!(terminal.send([0, 0x20, 0, 0x88], &wrong), Err(Stop::Status(0x63C2)));
}

#[test]
fn the_key_for_pins_is_not_the_key_that_signs() {
    let terminal = begun("visa-offline-enciphered-pin");
    let [pin, card] = [pin_key(&terminal), card_key(&terminal)].map(|key| key.unwrap().modulus);
    assert_ne!(pin, card);
}
