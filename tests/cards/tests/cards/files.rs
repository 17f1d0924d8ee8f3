//! Card files and key files: all are read, none shows a secret, mistakes are named.

use std::collections::BTreeSet;
use std::path::Path;

use caisson_cards::{Card, CardProfile, KeyError, ProfileError, capk, deck};
use sha1::{Digest, Sha1};

#[test]
fn every_card_of_the_deck_is_compiled_in_documented_and_loads() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("deck");
    let page = std::fs::read_to_string(home.join("README.md")).unwrap();
    let files: BTreeSet<String> = std::fs::read_dir(&home)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".toml").map(str::to_owned))
        .collect();
    let known: BTreeSet<String> = deck::CARDS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(files, known);
    for name in known {
        let profile = deck::profile(&name).unwrap();
        let row = format!("| `{name}` | {} |", profile.about);
        assert!(page.contains(&row), "deck/README.md lacks: {row}");
        Card::load(&profile).unwrap();
    }
    let unknown = deck::DeckError::Unknown("nobody".to_owned());
    assert_eq!(deck::profile("nobody").unwrap_err(), unknown);
}

#[test]
fn debug_shows_no_pin_no_key_and_no_whole_pan() {
    for (name, text) in deck::CARDS {
        let profile = deck::profile(name).unwrap();
        let pan = profile.pan.digits().to_owned();
        let card = Card::load(&profile).unwrap();
        let shown = format!("{profile:?} {card:?} {card:#?}");
        assert!(!shown.contains(&pan), "{name}: PAN");
        assert!(!shown.contains("1234\""), "{name}: PIN");
        assert!(!shown.contains("0000012300000"), "{name}: stripe");
        assert!(text.contains(&pan), "{name}: the search can find it");
    }
    for key in caisson_cards::rsa_keys().unwrap() {
        assert_eq!(format!("{key:?}"), format!("RsaKey({})", key.name()));
    }
}

#[track_caller]
fn check(from: &str, to: &str, expected: &str) {
    let (_, text) = deck::CARDS.iter().find(|(name, _)| *name == "visa-offline-plain-pin").unwrap();
    assert!(text.contains(from), "{from}");
    let error = CardProfile::parse(&text.replacen(from, to, 1)).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_mistake_in_a_card_file_is_named_with_its_place() {
    check("sequence = 1", "sequence = 100", "sequence: is 0 to 99");
    check(
        "4761739001010119",
        "4761739001010118",
        "line 3: the last digit is not the Luhn digit of the others",
    );
    check(
        "\"4761739001010119\"",
        "\"4999999999999996\"",
        "line 3: not in a published test range; only test numbers are allowed in a card file",
    );
    check("brand = \"visa\"", "brand = \"unionpay\"", "pan: is a test number of another brand");
    check(
        "\"201\"",
        "\"101\"",
        "service-code: begins with 2 or 6 if the card has a chip, else with another digit",
    );
    check("pin = \"1234\"", "pin = \"12\"", "line 11: a PIN has 4 to 12 digits");
    check(
        "pin = \"1234\"",
        "",
        "chip.applications[0].cvm: has offline PIN, but chip.pin is missing",
    );
    check(
        "A0000000031010",
        "A000000025010101",
        "chip.applications[0].aid: begins with the RID of UnionPay, Visa or Mastercard",
    );
    check(
        "\"2035-12\"",
        "\"2035-13\"",
        "line 4: a month is written YYYY-MM, from 2000-01 to 2049-12",
    );
}

#[test]
fn what_would_not_fit_into_one_answer_is_refused() {
    let (_, text) = deck::CARDS.first().unwrap();
    let (card, application) = text.split_at(text.find("[[chip.applications]]").unwrap());
    let parse = |times: usize| CardProfile::parse(&format!("{card}{}", application.repeat(times)));
    assert!(parse(5).is_ok());
    let error = parse(6).unwrap_err();
    assert_eq!(error.to_string(), "chip.applications: are at most 5 by tap");
    let long = format!("{text}cdol1 = \"{}\"\n", "9F0206".repeat(40));
    let error = CardProfile::parse(&long).unwrap_err();
    let expected = "chip.applications[0].cdol1: is a list of at most 100 bytes that asks for what a cryptogram covers";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn an_unknown_name_and_a_huge_file_are_refused() {
    let (_, text) = deck::CARDS.first().unwrap();
    let error = CardProfile::parse(&format!("colour = \"red\"\n{text}")).unwrap_err();
    assert!(matches!(error, ProfileError::Format { line: 1, .. }), "{error}");
    let huge = CardProfile::parse(&" ".repeat(40_000)).unwrap_err();
    assert_eq!(huge, ProfileError::TooLarge { bytes: 40_000 });
}

#[test]
fn a_ca_that_has_no_key_or_is_of_another_brand_is_refused_by_its_name() {
    let load = |ca: &str| {
        let (_, text) = deck::CARDS.first().unwrap();
        let profile = CardProfile::parse(&text.replace("unionpay-1408", ca)).unwrap();
        Card::load(&profile).unwrap_err()
    };
    assert_eq!(load("nobody"), KeyError::Unknown("nobody".to_owned()));
    assert_eq!(load("unionpay-1408-icc"), KeyError::Unknown("unionpay-1408-icc".to_owned()));
    assert_eq!(load("visa-1408"), KeyError::OtherBrand("visa-1408".to_owned()));
}

#[test]
fn the_capk_file_is_that_of_the_keys_and_its_checksums_hold() {
    assert_eq!(capk::file().unwrap(), capk::FILE);
    let keys = capk::keys().unwrap();
    assert_eq!(keys.len(), 7);
    for key in keys {
        let mut sum = Sha1::new();
        sum.update(key.rid);
        sum.update([key.index]);
        sum.update(&key.modulus);
        sum.update(&key.exponent);
        assert_eq!(sum.finalize().as_slice(), key.checksum);
        assert!([144, 176, 248].contains(&key.modulus.len()));
    }
}
