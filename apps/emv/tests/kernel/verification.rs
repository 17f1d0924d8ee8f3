//! Each method of cardholder verification, by itself and with what can go wrong.

use crate::person::Person;
use crate::till::Till;
use crate::wire::Disturbance;
use caisson_cards::CardProfile;
use caisson_emv::{Configuration, PinResult, Verification};

/// A Visa with DDA, PIN 1234, three tries, and this list of methods.
fn card(methods: &str) -> CardProfile {
    let file = format!(
        r#"
about = "a list of methods"
brand = "visa"
pan = "4761739001010010"
expiry = "2035-12"
sequence = 1
cardholder = "TEST/METHODS"
service-code = "201"
[chip]
pin = "1234"
[[chip.applications]]
aid = "A0000000031010"
label = "VISA CREDIT"
ca = "visa-1408"
oda = "dda"
scheme = "vis-10"
cvm-amounts = [1000, 2000]
cvm = [{methods}]
"#
    );
    CardProfile::parse(&file).unwrap_or_else(|error| panic!("{error}"))
}

/// What is asked, how the cardholder was verified, byte 3 of the TVR, and 9F34.
#[track_caller]
fn check(methods: &str, person: fn(&mut Person), expected: &str) {
    check_for(1200, methods, person, expected);
}

#[track_caller]
fn check_for(amount: u64, methods: &str, person: fn(&mut Person), expected: &str) {
    let mut till = Till::new().person(person);
    till.sale.amount = amount;
    let ran = till.run(&card(methods)).unwrap();
    let at = ran.first.de55.windows(3).position(|window| *window == [0x9F, 0x34, 0x03]);
    let results = at.map_or_else(String::new, |at| {
        ran.first.de55[at + 3..at + 6].iter().map(|byte| format!("{byte:02X}")).collect()
    });
    let asked = if ran.asked.is_empty() { "nothing".to_owned() } else { ran.asked.join(", ") };
    let told = match &ran.first.decision {
        caisson_emv::Decision::Ended(end) => format!("{asked}; {end}"),
        _ => format!("{asked}; {:?}, {:02X}, {results}", ran.first.verification, ran.first.tvr[2]),
    };
    assert_eq!(told, expected);
}

const PLAIN: &str = "{ method = 'plain-pin' }";
const ENCIPHERED: &str = "{ method = 'enciphered-pin' }";
const ONLINE: &str = "{ method = 'online-pin' }";

#[test]
fn each_method_is_asked_for_and_told_to_the_issuer() {
    check("{ method = 'signature' }", |_| (), "nothing; Signature, 00, 1E0000");
    check("{ method = 'no-cvm' }", |_| (), "nothing; None, 00, 1F0002");
    check(ONLINE, |_| (), "online PIN of 16 digits; OnlinePin, 04, 020000");
    check(PLAIN, |_| (), "Plain PIN; OfflinePin, 00, 010002");
    check(ENCIPHERED, |_| (), "Enciphered PIN; OfflinePin, 00, 040002");
    check("{ method = 'fail' }", |_| (), "nothing; Failed, 80, 000001");
}

#[test]
fn a_pin_with_a_signature_is_known_only_when_somebody_has_signed() {
    let plain = "{ method = 'plain-pin-and-signature' }";
    let enciphered = "{ method = 'enciphered-pin-and-signature' }";
    check(plain, |_| (), "Plain PIN; OfflinePinAndSignature, 00, 030000");
    check(enciphered, |_| (), "Enciphered PIN; OfflinePinAndSignature, 00, 050000");
}

#[test]
fn a_wrong_pin_is_asked_for_again_until_it_is_right_or_the_card_blocks_it() {
    check(
        PLAIN,
        |person| person.keys = vec!["0000", "9999", "1234"],
        "Plain PIN; OfflinePin, 00, 010002",
    );
    check(PLAIN, |person| person.keys = vec!["0000"], "Plain PIN; Failed, A0, 010001");
    check(ENCIPHERED, |person| person.keys = vec!["0000"], "Enciphered PIN; Failed, A0, 040001");
}

#[test]
fn after_a_blocked_pin_the_next_rule_gets_its_turn_where_the_card_allows_it() {
    let methods = "{ method = 'plain-pin', else-next = true }, { method = 'signature' }";
    check(methods, |person| person.keys = vec!["0000"], "Plain PIN; Signature, 20, 1E0000");
}

#[test]
fn a_bypassed_pin_is_not_asked_for_a_second_time() {
    let methods = "{ method = 'plain-pin', else-next = true }, { method = 'online-pin' }";
    check(
        methods,
        |person| person.offline = Some(PinResult::Bypassed),
        "Plain PIN; Failed, 88, 020001",
    );
}

#[test]
fn a_pad_that_does_not_work_is_told_to_the_issuer() {
    check(
        ONLINE,
        |person| person.online = PinResult::PadFailed,
        "online PIN of 16 digits; Failed, 90, 020001",
    );
    let methods = "{ method = 'online-pin', else-next = true }, { method = 'signature' }";
    check(
        methods,
        |person| person.online = PinResult::PadFailed,
        "online PIN of 16 digits; Signature, 10, 1E0000",
    );
}

#[test]
fn cancel_at_the_pin_ends_the_transaction_and_asks_nothing_more() {
    let ended = "PIN cancelled: no PIN was entered";
    check(
        ONLINE,
        |person| person.online = PinResult::Cancelled,
        &format!("online PIN of 16 digits; {ended}"),
    );
    let methods = "{ method = 'plain-pin', else-next = true }, { method = 'online-pin' }";
    check(
        methods,
        |person| person.offline = Some(PinResult::Cancelled),
        &format!("Plain PIN; {ended}"),
    );
}

#[test]
fn amounts_decide_where_the_card_says_so() {
    let methods = "{ method = 'no-cvm', when = 'under-x' }, { method = 'online-pin' }";
    check_for(999, methods, |_| (), "nothing; None, 00, 1F0602");
    check_for(1000, methods, |_| (), "online PIN of 16 digits; OnlinePin, 04, 020000");
    let methods = "{ method = 'signature', when = 'over-y' }, { method = 'no-cvm' }";
    check_for(2001, methods, |_| (), "nothing; Signature, 00, 1E0900");
    check_for(2000, methods, |_| (), "nothing; None, 00, 1F0002");
}

/// EMV Book 2, 7.1: a key of its own for PINs, else the one that signed.
#[test]
fn a_pin_is_enciphered_with_the_cards_key_for_pins_or_with_that_of_its_signatures() {
    let modulus = |name: &str| {
        let keys = caisson_cards::rsa_keys().unwrap();
        keys.iter().find(|key| key.name() == name).unwrap().modulus()
    };
    let own = Till::new().run(&card(ENCIPHERED)).unwrap();
    assert_eq!(own.key.unwrap().modulus, modulus("visa-1408-pin"));
    // The same card without the record that holds 9F2D.
    let log = own.wire.0.borrow().log.clone();
    let holds = |answer: &[u8]| answer.windows(2).any(|tag| tag == [0x9F, 0x2D]);
    let at = log.iter().position(|(_, answer)| holds(answer)).unwrap();
    let mut till = Till::new();
    till.disturbance = Disturbance::Answer(at, vec![0x70, 0x00, 0x90, 0x00]);
    let other = till.run(&card(ENCIPHERED)).unwrap();
    assert_eq!(other.key.unwrap().modulus, modulus("visa-1408-icc"));
}

#[test]
fn without_any_key_an_enciphered_pin_is_not_even_asked_for() {
    let mut till = Till::new();
    let file = include_str!("../../config/capk.toml").replace("2039-12-31", "2020-12-31");
    till.configuration = Configuration::read(None, None, Some(file.as_bytes())).unwrap();
    let ran = till.run(&card(ENCIPHERED)).unwrap();
    assert_eq!(ran.asked, Vec::<String>::new());
    assert_eq!(ran.first.verification, Verification::Failed);
}

#[test]
fn a_card_without_a_list_has_nobody_verified() {
    check("", |_| (), "nothing; None, 00, 3F0000");
}
