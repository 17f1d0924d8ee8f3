//! Each misbehaviour, seen.

use caisson_cards::issuer::{IssuerError, card_of, verify};
use caisson_cards::{Card, CardProfile, Fault, Interface, deck};

use crate::contact::{begun, online_sale};
use crate::recover::{self, Distrust, combined};
use crate::terminal::{Stop, Terminal, card, hex};

/// The deck's UnionPay debit card with this line of misbehaviour.
fn misbehaving(line: &str) -> Card {
    let (_, text) = deck::CARDS.iter().find(|(name, _)| *name == "union-debit").unwrap();
    let text = format!("{text}\n[misbehaviour]\n{line}\n");
    Card::load(&CardProfile::parse(&text).unwrap()).unwrap()
}

fn attempt(card: Card) -> (Terminal, Result<(), Stop>) {
    let mut terminal = Terminal::insert(card).unwrap();
    let result = terminal
        .select("A000000333010101")
        .and_then(|()| terminal.begin())
        .and_then(|()| terminal.generate(0x80, 0x8C).map(|_| ()));
    (terminal, result)
}

#[track_caller]
fn check_once(line: &str, expected: Stop) {
    let (terminal, result) = attempt(misbehaving(line));
    assert_eq!(result, Err(expected), "{line}");
    // Inserted again, the card behaves: a misbehaviour is counted.
    assert_eq!(attempt(terminal.card).1, Ok(()), "{line}, again");
}

#[test]
fn a_card_is_torn_away_at_any_command_by_number_or_name() {
    let mut number = 0;
    loop {
        number += 1;
        let (terminal, result) = attempt(misbehaving(&format!("torn-at = {number}")));
        if result.is_ok() {
            break;
        }
        assert_eq!(result, Err(Stop::Fault(Fault::Torn)), "at {number}");
        let mut card = terminal.card;
        assert_eq!(card.transmit(&[0, 0xB2, 1, 0x0C, 0]), Err(Fault::NoPower));
        assert_eq!(attempt(card).1, Ok(()), "after {number}");
    }
    assert!(number > 12, "a sale has more commands than {number}");
    check_once("torn-at = \"first-cryptogram\"", Stop::Fault(Fault::Torn));
    check_once("torn-at = \"get-response\"", Stop::Fault(Fault::Torn));
}

#[test]
fn the_directory_is_told_from_the_application() {
    const STEPS: [&str; 5] = [
        "00A404000E315041592E5359532E444446303100",
        "00B2010C00",
        "00A4040008A00000033301010100",
        "80A8000002830000",
        "00B2010C00",
    ];
    for (line, torn) in [("select-directory", 1), ("read-directory", 2), ("read-record", 5)] {
        let card = misbehaving(&format!("torn-at = \"{line}\""));
        let mut terminal = Terminal::insert(card).unwrap();
        let done = STEPS.iter().take_while(|step| terminal.raw(&hex(step)).is_ok()).count();
        assert_eq!(done + 1, torn, "{line}");
    }
}

#[test]
fn a_card_torn_at_its_second_cryptogram_has_made_it() {
    let (first, second) = online_sale("torn-at-second-cryptogram", *b"00");
    assert_eq!((first, second), (0x80, Err(Stop::Fault(Fault::Torn))));
}

#[test]
fn a_mute_card_stays_mute_until_it_loses_its_power() {
    let (mut terminal, result) = attempt(card("mute-at-read-record"));
    assert_eq!(result, Err(Stop::Fault(Fault::Mute)));
    assert_eq!(terminal.card.transmit(&[0, 0xA4, 4, 0]), Err(Fault::Mute));
    assert_eq!(attempt(terminal.card).1, Ok(()));
}

#[test]
fn a_tapped_card_leaves_the_field_and_comes_back() {
    let (mut terminal, _) = Terminal::meet(card("tap-torn"), Interface::Contactless).unwrap();
    terminal.select("A000000333010101").unwrap();
    assert_eq!(terminal.begin(), Err(Stop::Fault(Fault::Torn)));
    let (mut again, _) = Terminal::meet(terminal.card, Interface::Contactless).unwrap();
    again.select("A000000333010101").unwrap();
    assert_eq!(again.begin(), Ok(()));
    // The counter went on: the first tap has been a transaction.
    assert_eq!(again.value(0x9F36), [0, 2]);
}

#[test]
fn a_broken_chip_gives_no_answer_to_reset_and_has_its_stripe() {
    let mut card = card("chip-broken");
    assert_eq!(card.power_on(Interface::Contact), Err(Fault::Mute));
    assert_eq!(card.profile().track_2().unwrap(), "6212345678902032=35122200000012300000");
}

#[test]
fn a_card_without_a_chip_has_no_interface_but_its_stripe() {
    let mut card = card("stripe-only");
    assert_eq!(card.power_on(Interface::Contact), Err(Fault::NoInterface));
    assert_eq!(card.power_on(Interface::Contactless), Err(Fault::NoInterface));
    assert_eq!(card.profile().track_2().unwrap(), "6212345678902016=35121200000012300000");
}

#[test]
fn malformed_answers_come_in_each_form() {
    for how in ["overrun", "truncated", "garbage"] {
        let line = format!("malformed = {{ at = \"read-record\", how = \"{how}\" }}");
        check_once(&line, Stop::Malformed);
    }
    check_once("malformed = { at = \"processing-options\", how = \"empty\" }", Stop::Malformed);
    let nested = misbehaving("malformed = { at = \"select\", how = \"nested\" }");
    let mut terminal = Terminal::insert(nested).unwrap();
    let answer = terminal.send([0, 0xA4, 4, 0], &hex("A000000333010101")).unwrap();
    assert_eq!((answer.len(), answer[..4].to_vec()), (128, vec![0x70, 126, 0x70, 124]));
    for name in ["malformed-tlv", "malformed-options"] {
        assert_eq!(attempt(card(name)).1, Err(Stop::Malformed), "{name}");
    }
}

#[test]
fn a_wrong_status_comes_where_it_should() {
    assert_eq!(attempt(card("wrong-status")).1, Err(Stop::Status(0x6F00)));
    check_once("wrong-status = { at = 4, status = \"6A82\" }", Stop::Status(0x6A82));
}

#[test]
fn get_response_can_go_on_without_end() {
    let (terminal, result) = attempt(card("endless-get-response"));
    assert_eq!(result, Err(Stop::Endless));
    assert_eq!(attempt(terminal.card).1, Ok(()));
}

#[test]
fn a_card_can_refuse_after_the_issuer_approved() {
    assert_eq!(online_sale("aac-at-second", *b"00"), (0x80, Ok(0x00)));
}

#[test]
fn signatures_that_do_not_hold_are_noticed() {
    let hash = |what| Err(Distrust::Hash(what));
    assert_eq!(recover::static_data(&begun("sda-failure")), hash("static data"));
    assert_eq!(recover::dynamic_data(&mut begun("dda-failure")), hash("dynamic data"));
    let mut terminal = begun("cda-failure");
    let answer = terminal.generate(0x90, 0x8C).unwrap();
    assert_eq!(combined(&terminal, &answer, None).map(|_| ()), hash("combined data"));
    assert_eq!(recover::dynamic_data(&mut begun("unknown-ca")), Err(Distrust::UnknownCa));
}

#[test]
fn a_copied_chip_is_noticed_by_the_issuer() {
    let mut terminal = begun("wrong-cryptogram");
    terminal.generate(0x80, 0x8C).unwrap();
    let (pan, sequence) = card_of(&terminal.de55()).unwrap();
    assert_eq!(verify(&pan, sequence, &terminal.de55()).unwrap_err(), IssuerError::Wrong);
}

#[test]
fn a_card_declines_alone() {
    let mut terminal = begun("declines-offline");
    terminal.generate(0x80, 0x8C).unwrap();
    assert_eq!(terminal.value(0x9F27), [0x00]);
}

#[test]
fn blocked_is_said_at_select() {
    let select = |name: &str| Terminal::insert(card(name)).unwrap().select("A000000333010101");
    assert_eq!(select("application-blocked"), Err(Stop::Status(0x6283)));
    assert_eq!(select("card-blocked"), Err(Stop::Status(0x6A81)));
}

#[test]
fn dates_and_uses_that_do_not_fit_are_in_the_records() {
    assert_eq!(begun("expired").value(0x5F24), hex("220630"));
    assert_eq!(begun("not-yet-valid").value(0x5F25), hex("340101"));
    assert_eq!(begun("domestic-only").value(0x9F07), hex("A980"));
    assert!(deck::profile("two-cards").unwrap().misbehaviour.second_card_in_field);
}
