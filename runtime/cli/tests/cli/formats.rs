//! `caisson tlv`, `caisson iso8583`, `caisson card`: what is read, what is masked, what is said of
//! broken input.

use crate::common::Desk;

const SIGN_ON: &str = "6000030000 602200000000 0800 0020000000C00012 000001 3130303030303031 \
    383938333130303030303030303031 0011 000000010030 0003 303120";

#[test]
fn tags_have_names_bits_have_words_and_a_card_number_is_masked() {
    let desk = Desk::new();
    let said = desk.run("tlv 9F2701 40 5A08 6222821234560017");
    assert_eq!((said.status, said.stderr.as_str()), (0, ""));
    assert!(said.stdout.contains("9F27 Cryptogram Information Data (CID): 40"), "{}", said.stdout);
    assert!(said.stdout.contains("TC: approved"), "{}", said.stdout);
    assert!(said.stdout.contains("622282******0017"), "{}", said.stdout);
    assert!(!said.stdout.contains("6222821234560017"), "{}", said.stdout);
}

#[test]
fn broken_tags_are_decoded_as_far_as_they_go_with_status_1() {
    let desk = Desk::new();
    let said = desk.run("tlv 9F270140 95");
    assert_eq!(said.status, 1);
    assert!(said.stdout.contains("TC: approved"), "{}", said.stdout);
    assert!(said.stdout.contains("! offset 4"), "{}", said.stdout);
    desk.check("tlv 9F2", 1, "", "error: an odd number of hex digits: one is missing\n");
    desk.check("tlv 9G", 1, "", "error: character 2 is no hex digit\n");
}

#[test]
fn a_message_is_told_field_by_field_from_hex_from_bytes_and_from_standard_input() {
    let desk = Desk::new();
    desk.write("message.txt", SIGN_ON);
    let told = desk.run("iso8583 decode message.txt");
    assert!(told.stdout.contains("0800"), "{}", told.stdout);
    let by_input = desk.run_with("iso8583 decode -", SIGN_ON);
    assert_eq!(by_input.stdout, told.stdout);
    let hex: String = SIGN_ON.split_whitespace().collect();
    let bytes: Vec<u8> = (0..hex.len() / 2)
        .map(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).unwrap())
        .collect();
    desk.write("message.bin", &bytes);
    assert_eq!(desk.run("iso8583 decode message.bin").stdout, told.stdout);
    assert_eq!(desk.run("iso8583 decode missing.bin").status, 3);
}

#[test]
fn any_bytes_get_an_answer_and_never_a_card_number() {
    let desk = Desk::new();
    desk.write("noise.bin", [0xFF, 0x00, 0x02, 0x60, 0x9F]);
    let said = desk.run("iso8583 decode noise.bin");
    assert_eq!(said.status, 1);
    assert!(said.stdout.contains('!'), "{}", said.stdout);
    let said = desk.run_with("card trace -", "no transcript at all\n> 00\n< \n");
    assert!(said.status == 0 || said.status == 1, "{said:?}");
    assert!(!said.stdout.is_empty(), "{said:?}");
}
