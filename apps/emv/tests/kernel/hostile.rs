//! Cards that know the rules and break them.

use crate::puppet::{Anybody, Puppet, fci, good, tlv};
use crate::till::{line, sale};
use caisson_emv::{Configuration, Decision, OnlineAnswer, Outcome, Transaction};

const AID: &[u8] = &[0xA0, 0, 0, 0, 0x03, 0x10, 0x10];
const PAN: &[u8] = &[0x47, 0x61, 0x73, 0x90, 0x01, 0x01, 0x00, 0x10];

/// What a test can turn about an otherwise honest card without authentication.
struct Turned {
    profile: [u8; 2],
    locator: Vec<u8>,
    records: Vec<Vec<u8>>,
    /// 9F27 at the first and at the second GENERATE AC.
    information: [u8; 2],
    options: Vec<Vec<u8>>,
}

fn honest() -> Turned {
    Turned {
        profile: [0, 0],
        locator: vec![0x08, 0x01, 0x01, 0x00],
        records: vec![
            tlv(0x5A, PAN),
            tlv(0x5F24, &[0x35, 0x12, 0x31]),
            tlv(0x8C, &[0x9F, 0x02, 0x06, 0x95, 0x05]),
            tlv(0x8D, &[0x8A, 0x02, 0x91, 0x08, 0x9F, 0x34, 0x03]),
        ],
        information: [0x80, 0x40],
        options: vec![tlv(0x50, b"VISA")],
    }
}

struct Ran {
    first: Outcome,
    last: Option<Outcome>,
    commands: Vec<Vec<u8>>,
}

fn run(turned: &Turned) -> Ran {
    let mut rounds = 0;
    let mut card = Puppet::new(|command| match command[1] {
        0xA4 if command[5..].starts_with(b"1PAY") => vec![0x6A, 0x82],
        0xA4 if command[5..12] == *AID => fci(AID, &turned.options),
        0xA4 => vec![0x6A, 0x82],
        0xA8 => good(&tlv(0x80, &[&turned.profile[..], &turned.locator].concat())),
        0xB2 => good(&tlv(0x70, &turned.records.concat())),
        0xAE => {
            let information = turned.information[rounds];
            rounds = 1;
            good(&tlv(0x80, &[&[information, 0, 1], [0x11; 8].as_slice()].concat()))
        }
        _ => vec![0x6D, 0x00],
    });
    let configuration = Configuration::read(None, None, None).unwrap();
    let mut transaction = Transaction::start(&configuration, sale()).unwrap();
    let first = transaction.first(&mut card, &mut Anybody).unwrap();
    let last = (first.decision == Decision::GoOnline).then(|| {
        let answer = caisson_emv::Answer {
            approved: true,
            code: "00".to_owned(),
            authentication: Some(vec![0xAB; 8]),
            scripts: Vec::new(),
        };
        transaction.complete(&mut card, &OnlineAnswer::Answered(answer)).unwrap()
    });
    Ran { first, last, commands: card.commands }
}

#[track_caller]
fn check(change: impl FnOnce(&mut Turned), expected: &str) {
    let mut turned = honest();
    change(&mut turned);
    assert_eq!(line(&run(&turned).first), expected);
}

#[test]
fn the_honest_card_goes_online_and_is_approved() {
    check(|_| (), "GoOnline, ARQC, none, None, 8000008000 2800");
    let last = run(&honest()).last.unwrap();
    assert_eq!(last.decision, Decision::Approved);
}

#[test]
fn a_card_cannot_approve_what_the_terminal_wants_to_ask_about() {
    let more =
        "ended: card data: GENERATE AC: a cryptogram that was not asked for (EMV Book 3, 9.3)";
    check(|card| card.information[0] = 0x40, more);
    check(|card| card.information[0] = 0xC0, more);
    // IAC denial wants an AAC for missing authentication; the card makes an ARQC.
    let denial = |card: &mut Turned| card.records.push(tlv(0x9F0E, &[0x80, 0, 0, 0, 0]));
    check(denial, more);
}

#[test]
fn a_second_cryptogram_that_was_not_asked_for_declines() {
    for information in [0x80, 0xC0] {
        let mut turned = honest();
        turned.information[1] = information;
        let last = run(&turned).last.unwrap();
        assert_eq!(last.decision, Decision::Declined);
        assert_eq!(last.cryptogram.unwrap().kind, caisson_emv::CryptogramKind::Aac);
    }
}

#[test]
fn what_the_terminal_says_is_never_taken_from_a_record() {
    let mut turned = honest();
    for (tag, value) in [
        (0x9F37, &[0; 4][..]),
        (0x8A, b"00"),
        (0x9F34, &[0x1F, 0, 2]),
        (0x9F02, &[0; 6]),
        (0x95, &[0; 5]),
    ] {
        turned.records.push(tlv(tag, value));
    }
    let ran = run(&turned);
    let sent: Vec<&[u8]> =
        ran.commands.iter().filter(|command| command[1] == 0xAE).map(|one| &one[5..]).collect();
    assert_eq!(sent[0][..11], [0, 0, 0, 0, 0x12, 0, 0x80, 0, 0, 0x80, 0]);
    // The issuer's 8A and 91, and 9F34 of a card that supports no verification.
    assert_eq!(
        sent[1][..13],
        [b'0', b'0', 0xAB, 0xAB, 0xAB, 0xAB, 0xAB, 0xAB, 0xAB, 0xAB, 0x3F, 0, 0]
    );
}

#[test]
fn objects_that_are_missing_doubled_or_of_a_wrong_length_end_the_transaction() {
    let record = "ended: card data: READ RECORD 1 of file 1";
    for (tag, name) in [(0, "5A"), (1, "5F24"), (2, "8C"), (3, "8D")] {
        check(
            |card| {
                card.records.remove(tag);
            },
            &format!("ended: card data: {name} is missing"),
        );
    }
    check(|card| card.records.push(tlv(0x5A, PAN)), &format!("{record}: 5A is there twice"));
    check(|card| card.records.push(tlv(0x5F34, &[1, 2])), &format!("{record}: 5F34 has 2 bytes"));
    check(|card| card.records[1] = tlv(0x5F24, &[1]), &format!("{record}: 5F24 has 1 bytes"));
    check(|card| card.records.push(tlv(0x9F0D, &[0; 4])), &format!("{record}: 9F0D has 4 bytes"));
    let other = tlv(0x57, &[0x47, 0x61, 0x73, 0xD3, 0x51, 0x21]);
    check(|card| card.records.push(other), "ended: card data: 57 and 5A name two accounts");
}

#[test]
fn templates_within_templates_have_a_depth() {
    let mut deep = tlv(0x9F10, &[0]);
    for _ in 0..9 {
        deep = tlv(0x70, &deep);
    }
    let expected = "ended: card data: READ RECORD 1 of file 1: templates within templates";
    check(|card| card.records.push(deep), expected);
}

#[test]
fn a_card_cannot_have_the_terminal_read_or_send_without_an_end() {
    check(
        |card| card.locator = [0x08, 0x01, 0xFF, 0x00].repeat(62),
        "ended: card data: 94 names more than 64 records",
    );
    check(
        |card| card.records[2] = tlv(0x8C, &[0x9F, 0x02, 0xFD]),
        "ended: card data: a list of data objects asks for 253 bytes",
    );
    check(
        |card| card.options.push(tlv(0x9F38, &[0x9F, 0x02, 0xFF, 0x9F, 0x03, 0xFF])),
        "ended: card data: a list of data objects asks for 510 bytes",
    );
    check(
        |card| card.records[2] = tlv(0x8C, &[0x9F]),
        "ended: card data: 8C: unexpected end of input",
    );
}

#[test]
fn a_directory_without_an_end_is_read_sixteen_times() {
    let entry = tlv(0x61, &[tlv(0x4F, &[AID, &[0x01]].concat()), tlv(0x50, b"VISA")].concat());
    let mut card = Puppet::new(|command| match command[1] {
        0xA4 if command[5..].starts_with(b"1PAY") => fci(b"1PAY.SYS.DDF01", &[tlv(0x88, &[1])]),
        0xB2 => good(&tlv(0x70, &entry.repeat(9))),
        _ => vec![0x6A, 0x82],
    });
    let configuration = Configuration::read(None, None, None).unwrap();
    let mut transaction = Transaction::start(&configuration, sale()).unwrap();
    let first = transaction.first(&mut card, &mut Anybody).unwrap();
    let expected = "ended: no application: no application in common that can be used";
    assert_eq!(line(&first), expected);
    assert_eq!(card.commands.iter().filter(|command| command[1] == 0xB2).count(), 16);
}

#[test]
fn a_card_that_always_has_another_occurrence_is_asked_eight_times_for_each_name() {
    let mut number = 0_u8;
    let mut card = Puppet::new(|command| match command[1] {
        0xA4 if command[5..].starts_with(b"1PAY") => vec![0x6A, 0x82],
        0xA4 if command[5..12] == *AID => {
            number = number.wrapping_add(1);
            fci(&[AID, &[number]].concat(), &[tlv(0x50, b"VISA")])
        }
        _ => vec![0x6A, 0x82],
    });
    let configuration = Configuration::read(None, None, None).unwrap();
    let mut transaction = Transaction::start(&configuration, sale()).unwrap();
    let first = transaction.first(&mut card, &mut Anybody).unwrap();
    // Selected by its full name it calls itself otherwise again, so each one is eliminated.
    assert!(matches!(first.decision, Decision::Ended(_)), "{:?}", first.decision);
    assert!(card.commands.len() < 40, "{}", card.commands.len());
}
