//! In the field: limits, what the terminal tells, and what a card may answer.

use crate::puppet::{Anybody, Puppet, fci, good, tlv};
use crate::till::{Till, line};
use caisson_emv::{
    Cardholder, Choice, Configuration, Decision, OnlineAnswer, PinKey, PinMethod, PinResult,
    Transaction,
};

const AID: &[u8] = &[0xA0, 0, 0, 0x03, 0x33, 0x01, 0x01, 0x01];
const TRACK: &[u8] =
    &[0x62, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x65, 0xD3, 0x51, 0x22, 0x20, 0x00, 0x00];

/// What a test can turn about an honest tap.
struct Turned {
    amount: u64,
    list: Vec<u8>,
    status: [u8; 2],
    objects: Vec<Vec<u8>>,
}

fn honest() -> Turned {
    Turned {
        amount: 1200,
        list: vec![0x9F, 0x66, 0x04, 0x9F, 0x02, 0x06, 0x9F, 0x37, 0x04],
        status: [0x90, 0x00],
        objects: vec![
            tlv(0x82, &[0, 0]),
            tlv(0x57, TRACK),
            tlv(0x9F36, &[0, 9]),
            tlv(0x9F26, &[0x22; 8]),
            tlv(0x9F10, &[0x07, 0x01, 0x03, 0xA0, 0x00, 0x00, 0x00, 0x00]),
            tlv(0x9F27, &[0x80]),
        ],
    }
}

/// Somebody whose PIN becomes this.
struct Pin(PinResult);

impl Cardholder for Pin {
    fn offline_pin(&mut self, _: PinMethod, _: Option<&PinKey>) -> PinResult {
        panic!("no offline PIN in the field")
    }

    fn online_pin(&mut self, _: &str) -> PinResult {
        self.0
    }

    fn choose(&mut self, _: &[Choice]) -> Option<usize> {
        panic!("nobody is asked for an application in the field")
    }
}

fn run(turned: &Turned, pin: PinResult) -> (String, Vec<Vec<u8>>) {
    let entry = tlv(0x61, &[tlv(0x4F, AID), tlv(0x87, &[1])].concat());
    let mut card = Puppet::new(|command| match command[1] {
        0xA4 if command[5..].starts_with(b"2PAY") => fci(b"2PAY.SYS.DDF01", &[tlv(0xBF0C, &entry)]),
        0xA4 => fci(AID, &[tlv(0x50, b"UnionPay"), tlv(0x9F38, &turned.list)]),
        0xA8 if turned.status == [0x90, 0x00] => good(&tlv(0x77, &turned.objects.concat())),
        0xA8 => turned.status.to_vec(),
        _ => vec![0x6D, 0x00],
    });
    let till = Till::new().tap(turned.amount);
    let mut transaction = Transaction::start(&till.configuration, till.sale).unwrap();
    let first = transaction.first(&mut card, &mut Pin(pin)).unwrap();
    (line(&first), card.commands)
}

#[track_caller]
fn check(change: impl FnOnce(&mut Turned), expected: &str) {
    check_with(PinResult::Verified, change, expected);
}

#[track_caller]
fn check_with(pin: PinResult, change: impl FnOnce(&mut Turned), expected: &str) {
    let mut turned = honest();
    change(&mut turned);
    assert_eq!(run(&turned, pin).0, expected);
}

const ONLINE: &str = "GoOnline, ARQC, none, None, 0000000000 0000";

#[test]
fn from_its_limit_on_a_card_must_be_inserted_and_is_not_even_asked() {
    let mut turned = honest();
    turned.amount = 5_000_000;
    let (told, commands) = run(&turned, PinResult::Verified);
    assert_eq!(told, "OtherInterface, no cryptogram, none, None, 0000000000 0000");
    assert!(commands.is_empty());
    check(|tap| tap.amount = 4_999_999, "GoOnline, ARQC, none, OnlinePin, 0000000000 0000");
}

#[test]
fn the_card_is_told_that_the_issuer_is_asked_and_from_its_limit_on_that_somebody_is_verified() {
    for (amount, told) in [(99_999, 0x80), (100_000, 0xC0)] {
        let mut turned = honest();
        turned.amount = amount;
        let commands = run(&turned, PinResult::Verified).1;
        let options = commands.iter().find(|command| command[1] == 0xA8).unwrap();
        assert_eq!(options[7..11], [0x36, told, 0x40, 0x00]);
    }
}

#[test]
fn the_card_can_ask_for_another_way() {
    check(
        |tap| tap.status = [0x69, 0x84],
        "OtherInterface, no cryptogram, none, None, 0000000000 0000",
    );
    let none = "ended: no application: no application in common that can be used in the field";
    check(|tap| tap.status = [0x69, 0x85], none);
    check(|tap| tap.list = vec![0x9F, 0x02, 0x06], none);
    check(|tap| tap.status = [0x6F, 0x00], "ended: card refused: GET PROCESSING OPTIONS: 6F00");
}

#[test]
fn only_the_issuer_approves() {
    let approves = "ended: card data: GET PROCESSING OPTIONS: an approval by the card where only \
                    the issuer may give one";
    check(|tap| tap.objects[5] = tlv(0x9F27, &[0x40]), approves);
    check(
        |tap| tap.objects[5] = tlv(0x9F27, &[0x00]),
        "Declined, AAC, none, None, 0000000000 0000",
    );
}

#[test]
fn without_9f27_the_kind_is_in_the_issuer_application_data() {
    check(
        |tap| {
            tap.objects.truncate(4);
            tap.objects.push(tlv(0x9F10, &[0x07, 0x01, 0x03, 0x03, 0xA0, 0x20, 0x00]));
        },
        ONLINE,
    );
    check(
        |tap| tap.objects.truncate(4),
        "ended: card data: neither 9F27 nor 9F10 tells the kind of cryptogram",
    );
}

#[test]
fn what_is_missing_is_named() {
    for (at, text) in [(2, "9F36 is missing"), (3, "9F26 is missing")] {
        check(
            |tap| {
                tap.objects.remove(at);
            },
            &format!("ended: card data: {text}"),
        );
    }
    check(
        |tap| {
            tap.objects.remove(1);
        },
        "ended: card data: neither 5A nor 57 is there",
    );
}

#[test]
fn the_cards_qualifiers_say_how_the_cardholder_is_verified() {
    let with = |qualifiers: [u8; 2], amount: u64| {
        move |tap: &mut Turned| {
            tap.amount = amount;
            tap.objects.push(tlv(0x9F6C, &qualifiers));
        }
    };
    let told = |how: &str| format!("GoOnline, ARQC, none, {how}, 0000000000 0000");
    check(with([0x80, 0], 1200), &told("OnlinePin"));
    check(with([0x40, 0], 1200), &told("Signature"));
    check(with([0x00, 0x80], 200_000), &told("OwnDevice"));
    check(with([0x80, 0x80], 200_000), &told("OnlinePin"));
    // What is needed and not offered is offered by insertion.
    let other = "OtherInterface, ARQC, none, None, 0000000000 0000";
    check(with([0x00, 0x00], 200_000), other);
    check_with(PinResult::PadFailed, with([0x80, 0], 1200), other);
    check_with(
        PinResult::Bypassed,
        with([0x80, 0], 1200),
        "Declined, ARQC, none, Failed, 0000000000 0000",
    );
    check_with(
        PinResult::Cancelled,
        with([0x80, 0], 1200),
        "ended: PIN cancelled: no PIN was entered",
    );
}

#[test]
fn an_expired_card_is_declined_unless_it_asks_to_go_online() {
    let expired = |tap: &mut Turned| tap.objects.push(tlv(0x5F24, &[0x22, 0x12, 0x31]));
    check(expired, "Declined, ARQC, none, None, 0000000000 0000");
    check(
        |tap| {
            expired(tap);
            tap.objects.push(tlv(0x9F6C, &[0x08, 0x00]));
        },
        ONLINE,
    );
}

#[test]
fn the_card_is_asked_nothing_more_after_the_issuer() {
    let ran = Till::new().tap(1200).run(&caisson_cards::deck::profile("tap-union").unwrap());
    let ran = ran.unwrap();
    assert_eq!(ran.last.unwrap().decision, Decision::Approved);
    assert_eq!(ran.wire.instructions(), "A4 A4 A8 B2");
}

#[test]
fn a_card_without_a_contactless_directory_has_no_application() {
    let mut card = Puppet::new(|_| vec![0x6A, 0x82]);
    let till = Till::new().tap(1200);
    let configuration = Configuration::read(None, None, None).unwrap();
    let mut transaction = Transaction::start(&configuration, till.sale).unwrap();
    let first = transaction.first(&mut card, &mut Anybody).unwrap();
    assert_eq!(line(&first), "ended: no application: the card has no contactless directory");
    let error = transaction.complete(&mut card, &OnlineAnswer::Unable).unwrap_err();
    assert!(error.to_string().contains("once, after go-online"));
}
