//! The acquirer's three files: what cannot be used is named with its file, its line and the rule.

use caisson_emv::Configuration;

const TERMINAL: &str = include_str!("../../config/terminal.toml");
const AIDS: &str = include_str!("../../config/aids.toml");
const CAPK: &str = include_str!("../../config/capk.toml");

/// The three files with `from` once replaced by `to` in one of them; what is said about it.
fn refused(from: &str, to: &str) -> String {
    let found = [TERMINAL, AIDS, CAPK].iter().filter(|file| file.contains(from)).count();
    assert_eq!(found, 1, "{from}");
    let files = [TERMINAL, AIDS, CAPK].map(|file| file.replacen(from, to, 1));
    let [terminal, aids, capk] = files.each_ref().map(|file| Some(file.as_bytes()));
    Configuration::read(terminal, aids, capk).unwrap_err().to_string()
}

#[track_caller]
fn check(from: &str, to: &str, expected: &str) {
    assert_eq!(refused(from, to), expected);
}

#[test]
fn what_the_kernel_brings_can_be_used_and_each_file_can_be_replaced_alone() {
    let brought = Configuration::read(None, None, None).unwrap();
    assert_eq!(brought.terminal().terminal_type(), 0x22);
    assert_eq!(brought.terminal().capabilities(), [0xE0, 0xF8, 0xC8]);
    let names: Vec<&str> = brought.applications().iter().map(|one| one.name.as_str()).collect();
    let expected =
        ["UnionPay debit", "UnionPay credit", "UnionPay quasi-credit", "Visa", "Mastercard"];
    assert_eq!(names, expected);
    assert!(!brought.authorities().is_empty());
    let empty = Configuration::read(None, Some(b""), Some(b"")).unwrap();
    assert!(empty.applications().is_empty() && empty.authorities().is_empty());
}

#[test]
fn a_terminal_that_is_no_till_is_refused() {
    check(
        "= 0x22 ",
        "= 0x25 ",
        "terminal.toml, line 0: type is 0x21 (online only) or 0x22 (offline with online capability)",
    );
    check("= 156 ", "= 1156 ", "terminal.toml, line 0: country has three digits");
    check("\"E0F8C8\"", "\"E0F8\"", "terminal.toml, line 6: 3 bytes of hex");
    check("\"00000001\"", "\"1\"", "terminal.toml, line 8: 8 plain characters");
    check(
        "\"Caisson\"",
        "\"凯松\"",
        "terminal.toml, line 0: merchant-name has at most 85 plain characters",
    );
    check(
        "\"9F26\", \"9F27\", \"9F10\", \"9F37\"",
        "\"70\"",
        "terminal.toml, line 23: a tag of one or two bytes, not of a template",
    );
    check(
        "# acquirer              = \"000000000001\"",
        "acquirer = \"00000000000A\"",
        "terminal.toml, line 0: acquirer has 12 digits",
    );
    check(
        "cardholder-selection    = true",
        "selection = true",
        "terminal.toml, line 14: unknown field `selection`, expected one of `type`, `country`, `capabilities`, `additional-capabilities`, `identification`, `serial`, `merchant-category`, `merchant`, `merchant-name`, `acquirer`, `cardholder-selection`, `de55`",
    );
}

#[test]
fn an_application_that_the_crate_would_choke_on_is_refused() {
    check("\"A0000000031010\"", "\"A0000000\"", "aids.toml, line 0: Visa: aid has 5 to 16 bytes");
    check(
        "\"A0000000031010\"",
        "\"A000000333010101\"",
        "aids.toml, line 0: Visa: its aid is there already",
    );
    check(
        "\"0010000000\"\n",
        "\"001000000\"\n",
        "aids.toml, line 74: hex of whole bytes: \"9F02\"",
    );
    let ddol = "tac-default  = \"FC509C8800\"\ndefault-ddol = \"9F3704\"";
    check(
        ddol,
        "default-ddol = \"9F0206\"",
        "aids.toml, line 0: Mastercard: default-ddol names 9F37 (EMV Book 2, 6.5.1)",
    );
    check(
        ddol,
        "default-ddol = \"9F\"",
        "aids.toml, line 0: Mastercard: default-ddol is no list of data objects",
    );
    let random = |random: &str| format!("floor-limit = 1000\nrandom = {random}\n{ddol}");
    let floor = format!(
        "floor-limit  = 0\ntac-denial   = \"0000000000\"\ntac-online   = \"FC509C8800\"\n{ddol}"
    );
    check(
        &floor,
        &random("{ target = 50, maximum = 40, threshold = 0 }"),
        "aids.toml, line 0: Mastercard: random: 0 <= target <= maximum <= 99",
    );
    check(
        &floor,
        &random("{ target = 5, maximum = 40, threshold = 1000 }"),
        "aids.toml, line 0: Mastercard: random: threshold is below floor-limit",
    );
}

#[test]
fn a_key_is_what_its_checksum_says() {
    let key = |from: &str, to: &str| {
        let file = CAPK.replacen(from, to, 1);
        Configuration::read(None, None, Some(file.as_bytes())).unwrap_err().to_string()
    };
    let wrong = "checksum is not SHA-1 over rid, index, modulus and exponent";
    assert_eq!(
        key("index = \"E1\"", "index = \"77\""),
        format!("capk.toml, line 0: key A000000333 77: {wrong}")
    );
    assert_eq!(
        key("exponent = \"03\"", "exponent = \"05\""),
        "capk.toml, line 0: key A000000333 E1: exponent is 03 or 010001 (EMV Book 2, 11.1)"
    );
    assert_eq!(key("\"2039-12-31\"", "\"31.12.2039\""), "capk.toml, line 9: a day as YYYY-MM-DD");
    let twice = format!(
        "{CAPK}\n{}",
        CAPK.split_once("[[capk]]").map(|(_, rest)| format!("[[capk]]{rest}")).unwrap()
    );
    let twice = Configuration::read(None, None, Some(twice.as_bytes())).unwrap_err().to_string();
    assert_eq!(twice, "capk.toml, line 0: key A000000333 E1 is there twice");
}

#[test]
fn what_is_no_text_or_too_large_is_refused_before_it_is_read() {
    let check = |file: &[u8], expected: &str| {
        let wrong = Configuration::read(Some(file), None, None).unwrap_err();
        assert_eq!(wrong.to_string(), expected);
    };
    check(&[0xFF], "terminal.toml, line 0: text in UTF-8");
    check(&vec![b'#'; 65_537], "terminal.toml, line 0: at most 65536 bytes");
    check(
        b"type = ",
        "terminal.toml, line 1: string values must be quoted, expected literal string",
    );
}

#[test]
fn a_key_that_has_expired_is_no_key() {
    use crate::till::{Till, line};
    let file = CAPK.replace("2039-12-31", "2026-11-26");
    let mut till = Till::new();
    till.configuration = Configuration::read(None, None, Some(file.as_bytes())).unwrap();
    let ran = till.run(&caisson_cards::deck::profile("union-debit").unwrap()).unwrap();
    assert_eq!(line(&ran.first), "GoOnline, ARQC, Dda, OnlinePin, 0800048000 E800");
}
