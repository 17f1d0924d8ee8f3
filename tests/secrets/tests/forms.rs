//! The search bites: what is planted in any form and at any place is found, and what a mask shows
//! is not. Each form is written here once more, by another way than the search makes its own.
#![cfg(test)] // tells clippy that the helpers, too, are tests

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use caisson_secrets::{Planted, Process, Search};
use proptest::prelude::*;

fn searching(planted: impl IntoIterator<Item = Planted>) -> Search {
    Search::new(planted).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Nibbles as bytes; a last one alone has a zero behind it.
fn bcd(nibbles: &[u8]) -> Vec<u8> {
    nibbles.chunks(2).map(|pair| pair[0] * 16 + pair.get(1).copied().unwrap_or(0)).collect()
}

#[track_caller]
fn finds(search: &Search, bytes: &[u8], form: &str) {
    let found = search.find(bytes);
    assert!(found.iter().any(|one| one.what.ends_with(form)), "{form} in {bytes:02X?}: {found:?}");
}

/// Every form of `digits` among other signs.
fn check_digits(digits: &str, before: &str, after: &str) {
    let search = searching(Planted::digits("it", digits));
    let text = format!("{before}{digits}{after}");
    finds(&search, text.as_bytes(), "as ASCII");
    let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    finds(&search, &utf_16, "as UTF-16");
    let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    finds(&search, &utf_16, "as UTF-16");
    finds(&search, hex(text.as_bytes()).as_bytes(), "as hex");
    finds(&search, hex(text.as_bytes()).to_lowercase().as_bytes(), "as hex");
    let at = before.len() % 3;
    finds(&search, STANDARD.encode(&text).as_bytes(), &format!("as base64 at {at}"));
    finds(&search, URL_SAFE_NO_PAD.encode(&text).as_bytes(), &format!("as base64 at {at}"));
}

fn check_nibbles(digits: &str, before: &[u8], after: &[u8]) {
    let search = searching(Planted::digits("it", digits));
    let values: Vec<u8> = digits.bytes().map(|sign| sign - b'0').collect();
    let nibbles = [before, &values, after].concat();
    finds(&search, &nibbles, "as one digit a byte");
    let offset = before.len() % 2;
    finds(&search, &bcd(&nibbles), &format!("as BCD at nibble {offset}"));
    finds(&search, hex(&bcd(&nibbles)).as_bytes(), "as ASCII");
    let coded = STANDARD.encode(bcd(&nibbles));
    let found = search.find(coded.as_bytes());
    // Three bytes are six nibbles: what stands at one nibble here stands at the other one there.
    assert!(found.iter().any(|one| one.what.contains("as base64 of BCD")), "{found:?}");
}

fn check_bytes(bytes: &[u8], before: &[u8], after: &[u8]) {
    let search = searching(Planted::bytes("it", bytes));
    let all = [before, bytes, after].concat();
    finds(&search, &all, "as bytes");
    let backwards: Vec<u8> = all.iter().rev().copied().collect();
    finds(&search, &backwards, "as bytes backwards");
    for text in [hex(&all), hex(&all).to_lowercase()] {
        finds(&search, text.as_bytes(), "as hex");
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        finds(&search, &wide, "as hex in UTF-16");
    }
    let at = before.len() % 3;
    finds(&search, STANDARD.encode(&all).as_bytes(), &format!("as base64 at {at}"));
    finds(&search, URL_SAFE_NO_PAD.encode(&all).as_bytes(), &format!("as base64 at {at}"));
}

proptest! {
    #[test]
    fn digits_are_found_in_every_form_wherever_they_stand(
        digits in "[0-9]{10,37}", before in "[a-z=]{0,9}", after in "[a-z=]{0,9}",
    ) {
        check_digits(&digits, &before, &after);
    }

    #[test]
    fn digits_are_found_as_bcd_at_either_nibble(
        digits in "[0-9]{12,37}",
        before in proptest::collection::vec(10_u8..16, 0..9),
        after in proptest::collection::vec(10_u8..16, 0..9),
    ) {
        check_nibbles(&digits, &before, &after);
    }

    #[test]
    fn bytes_are_found_in_every_form_wherever_they_stand(
        bytes in proptest::collection::vec(any::<u8>(), 8..40),
        before in proptest::collection::vec(any::<u8>(), 0..9),
        after in proptest::collection::vec(any::<u8>(), 0..9),
    ) {
        check_bytes(&bytes, &before, &after);
    }

    #[test]
    fn what_was_not_planted_is_not_found(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let search = searching(Planted::card("it", "6212345678934811", "3512220000000999").unwrap());
        prop_assert_eq!(search.find(&bytes), []);
    }
}

#[test]
fn a_mask_shows_nothing_that_is_looked_for_and_one_digit_more_on_either_side_is() {
    let search = searching(Planted::card("it", "6212345678934811", "3512220000000999").unwrap());
    for shown in ["621234******4811", "4811", "ends in 4811", "exp 3512", "2035-12", "621234"] {
        assert_eq!(search.find(shown.as_bytes()), [], "{shown}");
    }
    // All but the last four, and all but the first six.
    finds(&search, b"621234567893****", "first digits of it as ASCII");
    finds(&search, b"******5678934811", "last digits of it as ASCII");
    finds(&search, b"x=3512220000000999?", "track of it as ASCII");
}

/// The blocks are those of the example of ISO 9564-1 that most descriptions use, with more digits:
/// worked out by hand.
#[test]
fn the_clear_blocks_of_a_pin_are_looked_for() {
    let search = searching(Planted::pin("it", "123456789012", "43219876543210987").unwrap());
    let card = [0x2C, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0xFF];
    finds(&search, &card, "block for the card of it as bytes");
    // 0C123456789012FF with 0000987654321098.
    let host = [0x0C, 0x12, 0xAC, 0x20, 0x2C, 0xA2, 0x02, 0x67];
    finds(&search, &host, "block for the host of it as bytes");
    finds(&search, b"pin=123456789012", "PIN of it as ASCII");
}

#[test]
fn what_chance_makes_cannot_be_planted() {
    assert!(Planted::digits("PIN", "1234").is_none());
    assert!(Planted::digits("PIN", "123456789012a").is_none());
    assert!(Planted::bytes("key", &[1, 2, 3, 4, 5, 6, 7]).is_none());
    assert!(Planted::pin("short", "123456", "6212345678934811").is_none());
}

#[test]
fn a_search_shows_no_planted_value_but_where_it_was_found() {
    let planted = Planted::digits("it", "6212345678934811").unwrap();
    assert_eq!(format!("{planted:?}"), "Planted { name: \"it\", .. }");
    let search = format!("{:?}", searching([planted]));
    assert!(!search.contains("6212345678934811"), "{search}");
}

#[test]
fn a_value_on_the_heap_of_a_process_is_found() {
    let planted = "7302".repeat(8);
    // Not as the program's constant, which is no heap.
    let kept: Vec<u8> = planted.bytes().rev().collect();
    let digits: String = kept.iter().map(|sign| char::from(*sign)).collect();
    let search = searching(Planted::digits("it", &digits));
    let process = Process::own().unwrap();
    let heap = process.regions().unwrap().into_iter().filter(|region| region.is_writable());
    let hits: usize =
        heap.map(|region| search.find(&process.read(region.start, region.end)).len()).sum();
    assert!(hits > 0, "{} digits are kept", kept.len());
}
