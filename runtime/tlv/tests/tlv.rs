//! The border of the crate: bytes in, objects or an offset out, and nothing of a card shown.
#![cfg(test)] // tells clippy that the helpers, too, are tests

use caisson_tlv::{
    Cause, DEPTH_MAX, Dol, INPUT_BYTES_MAX, Node, OBJECTS_MAX, Reader, Shows, Tag, Writer,
    describe, find, names, read_tree,
};
use proptest::prelude::*;

/// Passes the Luhn test; its issuer number is UnionPay's.
const PAN: &str = "6228480000001237";

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|digit| !digit.is_whitespace())
        .map(|digit| u8::try_from(digit.to_digit(16).unwrap()).unwrap())
        .collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

#[track_caller]
fn refuses(input: &str, expected: &str) {
    assert_eq!(read_tree(&hex(input)).unwrap_err().to_string(), expected, "{input}");
}

#[track_caller]
fn says(input: &str, expected: &str) {
    assert_eq!(describe(&hex(input)), expected, "{input}");
}

#[test]
fn objects_are_read_in_order_with_their_offsets() {
    let input = hex("00 6F07 8405A000000333 FF 9F27 8101 80 00");
    let objects: Vec<_> = Reader::new(&input).map(Result::unwrap).collect();
    let seen: Vec<_> = objects
        .iter()
        .map(|object| (object.tag.value(), object.offset, object.value.len()))
        .collect();
    assert_eq!(seen, [(0x6F, 1, 7), (0x9F27, 11, 1)]);
    let name = objects[0].children().next().unwrap().unwrap();
    assert_eq!((name.offset, name.value), (3, &input[5..10]));
}

#[test]
fn an_object_is_found_under_its_templates_only() {
    let input = hex("6F0C 8401A0 A507 BF0C04 9F4D0101");
    let [fci, own, more] = [0x6F, 0xA5, 0xBF0C].map(|tag| Tag::new(tag).unwrap());
    let log = Tag::new(0x9F4D).unwrap();
    assert_eq!(find(&input, &[fci, own, more, log]).unwrap().unwrap().value, [1]);
    assert_eq!(find(&input, &[fci, log]).unwrap(), None);
    assert_eq!(find(&input, &[]).unwrap(), None);
    let broken = hex("6F02 8405");
    assert_eq!(find(&broken, &[fci, log]).unwrap_err().offset, 2);
}

#[test]
fn an_input_that_is_wrong_says_where_and_why() {
    refuses("95 05 00", "offset 0: tag 95: 5 bytes of value announced, 1 left");
    refuses("9F2701 80 9F", "offset 4: the tag is cut off");
    refuses("DF81828301 00", "offset 0: the tag has more than 4 bytes");
    refuses(
        "70 80 0000",
        "offset 0: tag 70: the length is indefinite (80), which EMV does not use",
    );
    refuses("95", "offset 0: tag 95: the length is cut off");
    refuses("95 8201", "offset 0: tag 95: the length is cut off");
    refuses("95 8500", "offset 0: tag 95: the length has 5 bytes, at most 4");
    refuses("95 84FFFFFFFF", "offset 0: tag 95: 4294967295 bytes of value announced, 0 left");
    refuses("7003 950200", "offset 2: tag 95: 2 bytes of value announced, 1 left");
}

#[test]
fn what_is_deep_many_or_large_is_refused() {
    let deep = (0..=DEPTH_MAX).fold(Vec::new(), |inner, _| {
        let mut writer = Writer::new();
        writer.put(Tag::new(0x70).unwrap(), &inner).unwrap();
        writer.finish()
    });
    assert_eq!(read_tree(&deep).unwrap_err().cause, Cause::TooDeep);
    assert!(describe(&deep).contains("nested deeper"), "{}", describe(&deep));
    let many = [0x95, 0].repeat(OBJECTS_MAX + 1);
    assert_eq!(read_tree(&many).unwrap_err().cause, Cause::TooMany);
    assert!(describe(&many).ends_with("more than 4096 objects\n"));
    let large = vec![0x95; INPUT_BYTES_MAX + 1];
    assert_eq!(read_tree(&large).unwrap_err().cause, Cause::TooLarge { bytes: large.len() });
    let error = Writer::new().put(Tag::new(0x95).unwrap(), &large).unwrap_err();
    assert!(matches!(error.cause, Cause::TooLarge { .. }));
}

#[test]
fn a_response_is_described_with_names_and_bits() {
    says(
        "77 1A 82021900 94 04 08010201 9F360200 2A 9F2701 80 95 05 0000000000",
        "77 Response Message Template Format 2, 26 bytes\n  \
         82 Application Interchange Profile (AIP): 1900\n    \
         byte 1 bit 5: cardholder verification supported\n    \
         byte 1 bit 4: terminal risk management to be performed\n    \
         byte 1 bit 1: CDA supported\n  \
         94 Application File Locator (AFL): 08010201\n    \
         SFI 1: records 1 to 2, 1 of them authenticated offline\n  \
         9F36 Application Transaction Counter (ATC): 002A\n  \
         9F27 Cryptogram Information Data (CID): 80\n    \
         ARQC: to be authorised online\n  \
         95 Terminal Verification Results (TVR): 0000000000\n",
    );
    says(
        "50 05 4445424954 9F38 05 9F66045F2A DF7F 01 AA",
        "50 Application Label: \"DEBIT\"\n\
         9F38 Processing Options Data Object List (PDOL): 9F66045F2A\n  \
         ! in the list: offset 3: tag 5F2A: the length is cut off\n\
         DF7F (unknown): AA\n",
    );
}

#[test]
fn a_wrong_object_does_not_hide_what_stands_beside_its_template() {
    says(
        "70 04 5F2409 11 9F2701 40",
        "70 READ RECORD Response Message Template, 4 bytes\n  \
         ! offset 2: tag 5F24: 9 bytes of value announced, 1 left; 4 bytes not read\n\
         9F27 Cryptogram Information Data (CID): 40\n  \
         TC: approved\n",
    );
}

#[test]
fn what_there_is_of_a_template_without_its_end_is_described() {
    says(
        "77 09 9F270180",
        "77 Response Message Template Format 2, cut off\n  \
         9F27 Cryptogram Information Data (CID): 80\n    \
         ARQC: to be authorised online\n\
         ! offset 0: tag 77: 9 bytes of value announced, 4 left\n",
    );
}

#[test]
fn a_cards_number_track_and_name_are_never_shown_whole() {
    says(
        "5A08 6228480000001237",
        "5A Application Primary Account Number (PAN): 622848******1237\n",
    );
    says(
        "57 0D 6228480000001237D49121010F",
        "57 Track 2 Equivalent Data: 622848******1237 (expiry and the rest not shown)\n",
    );
    says(
        "5F20 07 57414E472F4C49",
        "5F20 Cardholder Name: (7 bytes, not shown: of the cardholder)\n",
    );
    says(
        "5A 03 622848",
        "5A Application Primary Account Number (PAN): (3 bytes, not shown: no card number)\n",
    );
    says(
        "DF01 09 0662284800000012 37",
        "DF01 (unknown): (9 bytes, not shown: there are digits in it that could be a card number)\n",
    );
}

/// Every form of the number that a search would look for.
fn shows_pan(text: &str) -> bool {
    let ascii: String = PAN.bytes().map(|byte| format!("{byte:02X}")).collect();
    text.contains(PAN) || text.contains(&ascii)
}

/// Known ones, and any others of one to four bytes.
fn tags() -> impl Strategy<Value = Tag> {
    let known = proptest::sample::select(names::all()).prop_map(|info| info.tag);
    let any_tag =
        (any::<[u8; 4]>(), 1..=4_usize).prop_filter_map("no tag", |(mut bytes, count)| {
            if count > 1 {
                bytes[0] |= 0x1F;
            }
            for (at, byte) in bytes.iter_mut().enumerate().take(count).skip(1) {
                *byte = if at + 1 == count { *byte & 0x7F } else { *byte | 0x80 };
            }
            let bytes = &bytes[..count];
            Tag::new(bytes.iter().fold(0, |tag, byte| tag << 8 | u32::from(*byte)))
        });
    prop_oneof![known, any_tag]
}

/// Tags whose values come from a card and are no objects.
fn card_tags() -> impl Strategy<Value = Tag> {
    tags().prop_filter("the terminal's own, or a template", |tag| {
        let is_own = names::info(*tag).is_some_and(|info| info.shows == Shows::All);
        !is_own && !tag.is_constructed()
    })
}

fn trees() -> impl Strategy<Value = Vec<u8>> {
    let value = proptest::collection::vec(any::<u8>(), 0..300);
    let leaf = (tags(), value).prop_map(|(tag, value)| {
        let mut writer = Writer::new();
        if !tag.is_constructed() {
            writer.put(tag, &value).unwrap();
        }
        writer.finish()
    });
    leaf.prop_recursive(4, 24, 4, |inner| {
        (proptest::collection::vec(inner, 0..4), tags()).prop_map(|(parts, tag)| {
            let mut writer = Writer::new();
            let parts = parts.concat();
            if tag.is_constructed() {
                writer.put(tag, &parts).unwrap();
                writer.finish()
            } else {
                parts
            }
        })
    })
}

proptest! {
    #[test]
    fn what_was_written_is_read_again(bytes in trees()) {
        let nodes = read_tree(&bytes).unwrap();
        let mut writer = Writer::new();
        writer.put_nodes(&nodes).unwrap();
        prop_assert_eq!(writer.finish(), bytes);
    }

    #[test]
    fn any_bytes_have_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let text = describe(&bytes);
        prop_assert!(text.lines().all(|line| !line.trim().is_empty()));
        match read_tree(&bytes) {
            Ok(nodes) => prop_assert!(count(&nodes) <= OBJECTS_MAX),
            Err(error) => prop_assert!(error.offset < bytes.len() && text.contains("! ")),
        }
        let _list = Dol::parse(&bytes);
    }

    #[test]
    fn a_card_number_shows_in_no_tag_and_at_no_nibble(
        tag in card_tags(),
        before in proptest::collection::vec(any::<u8>(), 0..8),
        after in proptest::collection::vec(any::<u8>(), 0..8),
        form in 0..3_u8,
    ) {
        let digits = match form {
            0 => hex(PAN),
            1 => hex(&format!("F{PAN}F")),
            _ => PAN.as_bytes().to_vec(),
        };
        let mut writer = Writer::new();
        writer.put(tag, &[before, digits, after].concat()).unwrap();
        let text = describe(&writer.finish());
        prop_assert!(!shows_pan(&text), "{}", text);
    }
}

fn count(nodes: &[Node<'_>]) -> usize {
    nodes.iter().map(|node| 1 + count(&node.children)).sum()
}
