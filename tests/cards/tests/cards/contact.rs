//! Insert: from the directory to the last cryptogram.

use caisson_cards::issuer::{Cryptogram, IssuerError, card_of, verify};
use caisson_cards::{Interface, deck};

use crate::recover::{self, combined};
use crate::terminal::{Stop, Terminal, card, hex};

fn selected(name: &str) -> Terminal {
    let mut terminal = Terminal::insert(card(name)).unwrap();
    let profile = deck::profile(name).unwrap();
    let aid = profile.chip.unwrap().applications[0].aid.0.clone();
    let answer = terminal.send([0, 0xA4, 4, 0], &aid).unwrap();
    terminal.learn(&answer).unwrap();
    terminal
}

pub(crate) fn begun(name: &str) -> Terminal {
    let mut terminal = selected(name);
    terminal.begin().unwrap();
    terminal
}

/// The whole sale: what the card says first, and last after the issuer answered `code`.
#[track_caller]
pub(crate) fn online_sale(name: &str, code: [u8; 2]) -> (u8, Result<u8, Stop>) {
    let mut terminal = begun(name);
    terminal.generate(0x80, 0x8C).unwrap();
    let first = terminal.value(0x9F27)[0];
    let (pan, sequence) = card_of(&terminal.de55()).unwrap();
    let verified = verify(&pan, sequence, &terminal.de55()).unwrap();
    let data = verified.issuer_authentication(code);
    (first, second(&mut terminal, data, code))
}

/// Hands the issuer's data over, as the card wants it, and asks for a TC where `code` approves.
pub(crate) fn second(terminal: &mut Terminal, data: Vec<u8>, code: [u8; 2]) -> Result<u8, Stop> {
    if terminal.value(0x82)[0] & 0x04 != 0 {
        match terminal.send([0, 0x82, 0, 0], &data) {
            Ok(_) | Err(Stop::Status(0x6300)) => {}
            Err(stop) => return Err(stop),
        }
    }
    terminal.known.insert(0x91, data);
    terminal.known.insert(0x8A, code.to_vec());
    terminal.generate(if code == *b"00" { 0x40 } else { 0x00 }, 0x8D)?;
    Ok(terminal.value(0x9F27)[0])
}

#[test]
fn the_directory_names_each_application_and_then_ends() {
    let mut terminal = Terminal::insert(card("dual-application")).unwrap();
    let answer = terminal.send([0, 0xA4, 4, 0], b"1PAY.SYS.DDF01").unwrap();
    terminal.learn(&answer).unwrap();
    assert_eq!(terminal.value(0x88), [1]);
    let mut found = Vec::new();
    let end = loop {
        let number = u8::try_from(found.len() + 1).unwrap();
        match terminal.send([0, 0xB2, number, 0x0C], &[]) {
            Ok(record) => {
                terminal.learn(&record).unwrap();
                found.push((terminal.value(0x4F).to_vec(), terminal.value(0x87)[0]));
            }
            Err(stop) => break stop,
        }
    };
    assert_eq!(end, Stop::Status(0x6A83));
    let expected = [(hex("A000000333010101"), 1), (hex("A000000333010102"), 2)];
    assert_eq!(found, expected);
}

#[test]
fn a_partial_name_finds_the_first_application_and_then_the_next() {
    let mut terminal = Terminal::insert(card("dual-application")).unwrap();
    let mut names = Vec::new();
    for p2 in [0, 2] {
        let answer = terminal.send([0, 0xA4, 4, p2], &hex("A000000333")).unwrap();
        terminal.learn(&answer).unwrap();
        names.push(terminal.value(0x84).to_vec());
    }
    assert_eq!(names, [hex("A000000333010101"), hex("A000000333010102")]);
    let last = terminal.send([0, 0xA4, 4, 2], &hex("A000000333"));
    assert_eq!(last, Err(Stop::Status(0x6A82)));
    let other = terminal.send([0, 0xA4, 4, 0], &hex("A0000000031010"));
    assert_eq!(other, Err(Stop::Status(0x6A82)));
}

#[test]
fn a_record_that_is_named_is_there_and_no_other() {
    let mut terminal = begun("union-debit");
    assert_eq!(terminal.send([0, 0xB2, 99, 0x0C], &[]), Err(Stop::Status(0x6A83)));
    assert_eq!(terminal.send([0, 0xB2, 0, 0x0C], &[]), Err(Stop::Status(0x6A86)));
    assert_eq!(terminal.value(0x5A), hex("6212345678901265"));
    assert_eq!(terminal.value(0x5F24), hex("351231"));
}

#[test]
fn static_data_are_signed_by_the_issuer() {
    assert_eq!(recover::static_data(&begun("sda-only")), Ok(()));
}

#[test]
fn dynamic_data_are_signed_by_the_card() {
    for name in ["union-debit", "visa-dda", "visa-offline-enciphered-pin"] {
        assert_eq!(recover::dynamic_data(&mut begun(name)), Ok(()), "{name}");
    }
}

#[test]
fn a_combined_signature_holds_the_cryptogram_both_times() {
    let mut terminal = begun("mastercard-cda");
    let answer = terminal.generate(0x90, 0x8C).unwrap();
    let cryptogram = combined(&terminal, &answer, None).unwrap();
    terminal.known.insert(0x9F26, cryptogram);
    let (pan, sequence) = card_of(&terminal.de55()).unwrap();
    let verified = verify(&pan, sequence, &terminal.de55()).unwrap();
    assert_eq!(verified.kind(), Cryptogram::Arqc);

    terminal.known.insert(0x91, verified.issuer_authentication(*b"00"));
    let data = terminal.listed(terminal.value(0x8D));
    let answer = terminal.generate(0x50, 0x8D).unwrap();
    let cryptogram = combined(&terminal, &answer, Some(&data)).unwrap();
    terminal.known.insert(0x9F26, cryptogram);
    let verified = verify(&pan, sequence, &terminal.de55()).unwrap();
    assert_eq!(verified.kind(), Cryptogram::Tc);
}

#[test]
fn each_scheme_asks_the_issuer_and_approves_when_he_does() {
    for name in ["union-debit", "visa-dda", "union-credit-pin", "mastercard-cda", "sda-only"] {
        assert_eq!(online_sale(name, *b"00"), (0x80, Ok(0x40)), "{name}");
        assert_eq!(online_sale(name, *b"51"), (0x80, Ok(0x00)), "{name}");
    }
}

#[test]
fn a_wrong_arpc_makes_the_card_refuse() {
    for name in ["union-debit", "visa-dda", "union-credit-pin", "mastercard-cda"] {
        let mut terminal = begun(name);
        terminal.generate(0x80, 0x8C).unwrap();
        let (pan, sequence) = card_of(&terminal.de55()).unwrap();
        let verified = verify(&pan, sequence, &terminal.de55()).unwrap();
        let data = verified.wrong_issuer_authentication(*b"00");
        assert_eq!(second(&mut terminal, data, *b"00"), Ok(0x00), "{name}");
    }
}

#[test]
fn no_answer_of_the_issuer_leaves_the_decision_to_the_terminal() {
    let mut terminal = begun("union-debit");
    terminal.generate(0x80, 0x8C).unwrap();
    terminal.known.insert(0x8A, b"Y3".to_vec());
    terminal.generate(0x40, 0x8D).unwrap();
    assert_eq!(terminal.value(0x9F27), [0x40]);
}

#[test]
fn an_offline_card_approves_alone_and_an_online_card_does_not() {
    let mut terminal = begun("visa-offline-plain-pin");
    terminal.generate(0x40, 0x8C).unwrap();
    assert_eq!(terminal.value(0x9F27), [0x40]);
    let again = terminal.generate(0x40, 0x8C);
    assert_eq!(again, Err(Stop::Status(0x6985)));
    let mut terminal = begun("union-debit");
    terminal.generate(0x40, 0x8C).unwrap();
    assert_eq!(terminal.value(0x9F27), [0x80]);
}

#[track_caller]
fn check_changed(tag: u32, expected: &IssuerError) {
    let mut terminal = begun("union-debit");
    terminal.generate(0x80, 0x8C).unwrap();
    *terminal.known.get_mut(&tag).unwrap().last_mut().unwrap() ^= 1;
    let result = verify("6212345678901265", 1, &terminal.de55());
    assert_eq!(&result.unwrap_err(), expected);
}

#[test]
fn whatever_changes_on_the_way_to_the_issuer_is_noticed() {
    for tag in [0x9F02, 0x9F03, 0x9F1A, 0x95, 0x5F2A, 0x9A, 0x9C, 0x9F37, 0x82, 0x9F36, 0x9F26] {
        check_changed(tag, &IssuerError::Wrong);
    }
    let mut terminal = begun("union-debit");
    terminal.generate(0x80, 0x8C).unwrap();
    let other = verify("6212345678901265", 2, &terminal.de55());
    assert_eq!(other.unwrap_err(), IssuerError::Wrong);
    terminal.known.remove(&0x9F37);
    let missing = verify("6212345678901265", 1, &terminal.de55());
    assert_eq!(missing.unwrap_err(), IssuerError::Tag(0x9F37));
}

#[test]
fn each_transaction_has_its_own_number_and_cryptogram() {
    let mut terminal = begun("union-debit");
    terminal.generate(0x80, 0x8C).unwrap();
    let before = (terminal.value(0x9F36).to_vec(), terminal.value(0x9F26).to_vec());
    let mut again = Terminal::insert(terminal.card).unwrap();
    again.select("A000000333010101").unwrap();
    again.begin().unwrap();
    again.generate(0x80, 0x8C).unwrap();
    assert_eq!((before.0, again.value(0x9F36)), (vec![0, 1], &[0, 2][..]));
    assert_ne!(before.1, again.value(0x9F26));
}

#[test]
fn counters_are_told_and_an_answered_sale_counts_as_online() {
    let mut terminal = begun("union-debit");
    let get =
        |terminal: &mut Terminal, tag: [u8; 2]| terminal.send([0x80, 0xCA, tag[0], tag[1]], &[]);
    assert_eq!(get(&mut terminal, [0x9F, 0x36]), Ok(hex("9F36020001")));
    assert_eq!(get(&mut terminal, [0x9F, 0x13]), Ok(hex("9F13020000")));
    terminal.generate(0x80, 0x8C).unwrap();
    let verified = verify("6212345678901265", 1, &terminal.de55()).unwrap();
    second(&mut terminal, verified.issuer_authentication(*b"00"), *b"00").unwrap();
    assert_eq!(get(&mut terminal, [0x9F, 0x13]), Ok(hex("9F13020001")));
    assert!(get(&mut terminal, [0x9F, 0x4F]).is_ok());
    assert_eq!(get(&mut terminal, [0x9F, 0x17]), Err(Stop::Status(0x6A88)));
}

#[test]
fn a_t0_card_lets_its_answers_be_fetched_in_pieces() {
    let mut card = card("union-debit");
    card.power_on(Interface::Contact).unwrap();
    let select = [&[0, 0xA4, 4, 0, 8][..], &hex("A000000333010101"), &[0]].concat();
    let promised = card.transmit(&select).unwrap();
    let [0x61, length] = promised[..] else { panic!("{promised:02X?}") };
    let piece = card.transmit(&[0, 0xC0, 0, 0, 2]).unwrap();
    assert_eq!(piece[..], [0x6F, length - 2, 0x61, length - 2]);
    let too_much = card.transmit(&[0, 0xC0, 0, 0, length]).unwrap();
    assert_eq!(too_much[..], [0x6C, length - 2]);
    let rest = card.transmit(&[0, 0xC0, 0, 0, length - 2]).unwrap();
    assert_eq!(rest[rest.len() - 2..], [0x90, 0x00]);
    assert_eq!(card.transmit(&[0, 0xC0, 0, 0, 1]).unwrap()[..], [0x69, 0x85]);
}

#[test]
fn an_answer_to_reset_is_one_that_a_reader_takes() {
    for (name, interface) in [
        ("union-debit", Interface::Contact),
        ("visa-dda", Interface::Contact),
        ("tap-union", Interface::Contactless),
    ] {
        let (_, atr) = Terminal::meet(card(name), interface).unwrap();
        let [0x3B, rest @ ..] = atr.0.as_slice() else { panic!("{name}: {atr:02X?}") };
        // ISO/IEC 7816-3, 8.2.5: all bytes but the first cancel out, unless only T=0 is offered.
        let sum = rest.iter().fold(0, |sum, byte| sum ^ byte);
        let only_t0 = rest == [0x60, 0, 0];
        assert!(only_t0 || sum == 0, "{name}: {atr:02X?}");
    }
}

#[test]
fn two_brands_on_one_chip_each_hold_and_go_to_one_issuer() {
    for (aid, scheme) in [
        ("A000000333010101", caisson_cards::Scheme::Pboc01),
        ("A0000000031010", caisson_cards::Scheme::Vis10),
    ] {
        let mut terminal = Terminal::insert(card("dual-brand")).unwrap();
        terminal.select(aid).unwrap();
        terminal.begin().unwrap();
        assert_eq!(recover::dynamic_data(&mut terminal), Ok(()), "{aid}");
        terminal.generate(0x80, 0x8C).unwrap();
        let verified = verify("6212345678902057", 1, &terminal.de55()).unwrap();
        assert_eq!(verified.scheme(), scheme);
    }
}
