//! The border of the crate: messages to bytes and back, bad bytes refused by name, nothing of a
//! card shown.
#![cfg(test)] // tells clippy that the helpers, too, are tests

use caisson_iso8583::{
    CUP, Content, FieldSpec, Justify, Layout, Length, Message, Mti, Shows, Spec, SpecError, Tpdu,
    describe, describe_bytes, frame,
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

fn message(mti: &str, fields: &[(u8, &str)]) -> Message<'static> {
    let mut message = Message::new(&CUP, mti.parse().unwrap());
    message.set_tpdu(Tpdu::to(0x0003)).set_header(&[0x60, 0x22, 0, 0, 0, 0]);
    for (number, text) in fields {
        match CUP.field(*number).unwrap().content {
            Content::B => message.set_bytes(*number, &hex(text)).unwrap(),
            _ => message.set(*number, text).unwrap(),
        };
    }
    message
}

#[track_caller]
fn golden(message: &Message<'_>, expected: &str) {
    let bytes = message.pack().unwrap();
    assert_eq!(*bytes, hex(expected));
    assert_eq!(Message::unpack(&CUP, &bytes).as_ref(), Ok(message));
}

#[test]
fn a_sign_on_is_written_as_computed_by_hand() {
    let request = message(
        "0800",
        &[
            (11, "000001"),
            (41, "10000001"),
            (42, "898310000000001"),
            (60, "00000001003"),
            (63, "01 "),
        ],
    );
    golden(
        &request,
        "6000030000 602200000000 0800 0020000000C00012 000001 3130303030303031 \
         383938333130303030303030303031 0011 000000010030 0003 303120",
    );
    let answer = message(
        "0810",
        &[
            (11, "000001"),
            (39, "00"),
            (
                62,
                "00112233445566778899AABBCCDDEEFF 01020304 FFEEDDCCBBAA99887766554433221100 05060708",
            ),
        ],
    );
    golden(
        &answer,
        "6000030000 602200000000 0810 0020000002000004 000001 3030 0040 \
         00112233445566778899AABBCCDDEEFF 01020304 FFEEDDCCBBAA99887766554433221100 05060708",
    );
}

#[test]
fn a_sale_is_written_as_computed_by_hand() {
    let mut sale = message(
        "0200",
        &[
            (2, PAN),
            (3, "000000"),
            (4, "000000001200"),
            (11, "000123"),
            (14, "4912"),
            (22, "051"),
            (23, "001"),
            (25, "00"),
            (26, "06"),
            (35, "6228480000001237=49122010000012345"),
            (41, "10000001"),
            (42, "898310000000001"),
            (49, "156"),
            (52, "1122334455667788"),
            (53, "2600000000000000"),
            (55, "9F2701809F360200 2A"),
            (60, "22000001000500"),
        ],
    );
    let fields = "16 6228480000001237 000000 000000001200 000123 4912 0510 0001 00 06 \
                  34 6228480000001237D49122010000012345 3130303030303031 \
                  383938333130303030303030303031 313536 1122334455667788 2600000000000000 \
                  0009 9F2701809F3602002A 0014 22000001000500";
    golden(&sale, &format!("6000030000 602200000000 0200 702406C020C09A10 {fields}"));
    sale.set_bytes(64, &[0xAB; 8]).unwrap();
    golden(
        &sale,
        &format!("6000030000 602200000000 0200 702406C020C09A11 {fields} ABABABABABABABAB"),
    );
}

#[test]
fn a_reversal_and_its_repeat_differ_in_one_digit() {
    let mut reversal = message("0400", &[(4, "000000001200"), (11, "000123"), (39, "98")]);
    golden(&reversal, "6000030000 602200000000 0400 1020000002000000 000000001200 000123 3938");
    reversal.set_mti(reversal.mti().repeat());
    golden(&reversal, "6000030000 602200000000 0401 1020000002000000 000000001200 000123 3938");
    let answer = reversal.answer().unwrap();
    assert_eq!(
        (answer.mti().to_string(), answer.tpdu().to_string()),
        ("0410".into(), "6000000003".into())
    );
    assert_eq!(answer.answer(), None);
}

#[test]
fn a_settlement_carries_its_totals() {
    let totals = format!("{:012}{:03}{:012}{:03}1{}", 3600, 3, 1200, 1, "0".repeat(31));
    let request =
        message("0500", &[(11, "000200"), (48, &totals), (49, "156"), (60, "00000001201")]);
    golden(
        &request,
        "6000030000 602200000000 0500 0020000000018010 000200 0062 \
         000000003600 003 000000001200 001 1 000000000000 000 000000000000 000 0 313536 \
         0011 000000012010",
    );
}

#[test]
fn totals_are_shown_and_what_a_batch_upload_says_in_their_place_is_not() {
    let digits = format!("0000{}", "62284800000012370000000012000".repeat(2));
    let settlement = describe(&message("0500", &[(48, &digits)]));
    assert!(settlement.contains(&format!(" 48 additional data: {digits}\n")), "{settlement}");
    let upload = describe(&message("0320", &[(48, &digits)]));
    assert!(upload.contains(" 48 additional data: (62 bytes not shown)\n"), "{upload}");
}

#[test]
fn a_field_beyond_64_brings_the_second_bitmap_and_the_mac_of_128() {
    let request = message("0400", &[(11, "000123"), (90, &"1".repeat(42))]);
    golden(
        &request,
        "6000030000 602200000000 0400 8020000000000000 0000004000000000 000123 \
         111111111111111111111111111111111111111111",
    );
    assert_eq!(request.mac_field(), 128);
    let sealed = request.pack_unsealed().unwrap().seal([9; 8]);
    let read = Message::unpack(&CUP, &sealed).unwrap();
    assert_eq!((read.bytes(128), read.bytes(64)), (Some(&[9; 8][..]), None));
}

#[test]
fn the_mac_covers_from_the_type_to_the_byte_before_it() {
    let mut sale = message("0200", &[(3, "000000"), (4, "000000001200"), (11, "000001")]);
    sale.set_bytes(64, &[1; 8]).unwrap(); // an old one is replaced
    let unsealed = sale.pack_unsealed().unwrap();
    assert_eq!(unsealed.covered(), hex("0200 3020000000000001 000000 000000001200 000001"));
    let covered = unsealed.covered().to_vec();
    let bytes = unsealed.seal([7; 8]);
    let layout = Layout::read(&CUP, &bytes).unwrap();
    assert_eq!(bytes[layout.mac_covers().unwrap()], covered);
    assert_eq!(bytes[layout.mac().unwrap()], [7; 8]);
    assert_eq!(layout.mti(), 11..13);
    let bare = message("0200", &[(3, "000000")]).pack().unwrap();
    assert_eq!(Layout::read(&CUP, &bare).unwrap().mac_covers(), None);
}

#[track_caller]
fn refuses(bytes: &str, expected: &str) {
    let error = Message::unpack(&CUP, &hex(bytes)).unwrap_err();
    assert_eq!(error.to_string(), expected);
    assert!(describe_bytes(&CUP, &hex(bytes)).contains(&format!("! {expected}")));
}

#[test]
fn bytes_that_are_no_message_are_refused_with_the_fields_name() {
    refuses("", "offset 0: the TPDU is cut off");
    refuses("6000030000 602200", "offset 5: the header is cut off");
    refuses("6000030000 602200000000 02", "offset 11: the message type is cut off");
    refuses("6000030000 602200000000 02A0", "offset 11: the message type 02A0 is not four digits");
    refuses("6000030000 602200000000 0200 00", "offset 13: the bitmap is cut off");
    refuses(
        "6000030000 602200000000 0200 8000000000000000",
        "offset 21: the second bitmap is cut off",
    );
    refuses(
        "6000030000 602200000000 0200 0800000000000000",
        "offset 21: field 5: the spec does not have it",
    );
    refuses(
        "6000030000 602200000000 0200 1000000000000000 00A000001200",
        "offset 21: field 4 (amount): 12 digits expected, found 'A' at digit 3",
    );
    refuses(
        "6000030000 602200000000 0200 3000000000000000 000000 000000",
        "offset 24: field 4 (amount): 6 bytes needed, 3 left",
    );
    refuses(
        "6000030000 602200000000 0200 4000000000000000 20",
        "offset 21: field 2 (primary account number): at most 19 digits expected, found 20",
    );
    refuses(
        "6000030000 602200000000 0200 0000000002000000 3030 00",
        "offset 23: 1 bytes after the last field",
    );
    let large = vec![0; caisson_iso8583::MESSAGE_BYTES_MAX + 1];
    let error = Message::unpack(&CUP, &large).unwrap_err();
    assert_eq!(error.to_string(), "offset 0: 8193 bytes, at most 8192");
}

#[test]
fn a_value_that_a_field_cannot_hold_changes_nothing() {
    let mut sale = message("0200", &[(4, "000000001200")]);
    let cases: [(u8, &str, &str); 6] = [
        (4, "1200", "field 4 (amount): 12 digits expected, found 4"),
        (4, "00A000001200", "field 4 (amount): 12 digits expected, found 'A' at digit 3"),
        (5, "1", "field 5: the spec does not have it"),
        (35, "6228X", "field 35 (track 2): at most 37 digits or D expected, found 'X' at digit 5"),
        (
            38,
            "12-456",
            "field 38 (authorisation code): 6 letters or digits expected, found '-' at character 3",
        ),
        (41, "1000", "field 41 (terminal): 8 characters expected, found 4"),
    ];
    for (number, text, expected) in cases {
        assert_eq!(sale.set(number, text).unwrap_err().to_string(), expected);
    }
    let error = sale.set_number(4, 1_000_000_000_000).unwrap_err();
    assert_eq!(error.to_string(), "field 4 (amount): 12 digits expected, found 13");
    assert_eq!(sale, message("0200", &[(4, "000000001200")]));
}

#[test]
fn what_the_host_sets_is_read_back_by_its_kind() {
    let mut sale = Message::new(&CUP, Mti::literal(0x0200));
    sale.set_number(4, 1200).unwrap().set_number(11, 7).unwrap();
    sale.set(41, "10000001").unwrap().set_bytes(52, &[1; 8]).unwrap();
    assert_eq!((sale.text(4), sale.number(4)), (Some("000000001200"), Some(1200)));
    assert_eq!((sale.text(52), sale.bytes(52)), (None, Some(&[1; 8][..])));
    assert_eq!((sale.number(41), sale.number(2)), (Some(10_000_001), None));
    sale.clear(52);
    assert_eq!(sale.numbers().collect::<Vec<_>>(), [4, 11, 41]);
    let mut answer = sale.answer().unwrap();
    answer.copy(&sale, &[4, 11, 52]).unwrap();
    assert_eq!(answer.numbers().collect::<Vec<_>>(), [4, 11]);
}

#[test]
fn a_message_is_described_with_names_and_masks() {
    let sale = message(
        "0200",
        &[
            (2, PAN),
            (4, "000000001200"),
            (35, "6228480000001237D49122010000012345"),
            (41, "10000001"),
            (52, "1122334455667788"),
            (55, "5A08 6228480000001237 9F270180"),
            (63, "pan 6228480000001237"),
        ],
    );
    let expected = "\
0200 financial request, TPDU 6000030000, header 602200000000
  2 primary account number: 622848******1237
  4 amount: 000000001200
 35 track 2: 622848******1237
 41 terminal: \"10000001\"
 52 PIN block: (8 bytes not shown)
 55 chip data: 14 bytes
      5A Application Primary Account Number (PAN): 622848******1237
      9F27 Cryptogram Information Data (CID): 80
        ARQC: to be authorised online
 63 operator and texts: (20 bytes not shown)
";
    assert_eq!(describe(&sale), expected);
    let bytes = sale.pack().unwrap();
    assert_eq!(describe_bytes(&CUP, &bytes), expected);
    assert_eq!(describe_bytes(&CUP, &frame(&bytes).unwrap()), expected);
    assert_eq!(
        format!("{sale:?}"),
        "Message(0200; 2: 622848******1237; 4: 000000001200; 35: 622848******1237; \
         41: \"10000001\"; 52: (8 bytes not shown); 55: 14 bytes; 63: (20 bytes not shown))"
    );
}

fn row(number: u8, content: Content, length: Length) -> FieldSpec {
    let (justify, shows) = (Justify::Left, Shows::All);
    FieldSpec { number, name: "it".into(), content, length, justify, shows }
}

#[test]
fn a_table_that_is_no_spec_is_refused_with_its_field() {
    let check = |fields: Vec<FieldSpec>, expected: SpecError| {
        assert_eq!(Spec::new("own".to_owned(), false, 0, fields), Err(expected));
    };
    let ok = row(3, Content::N, Length::Fixed(6));
    check(vec![ok.clone(), ok.clone()], SpecError::Twice(3));
    check(vec![row(1, Content::N, Length::Fixed(6))], SpecError::Number(1));
    check(vec![row(65, Content::N, Length::Fixed(6))], SpecError::Number(65));
    check(vec![row(129, Content::N, Length::Fixed(6))], SpecError::Number(129));
    check(vec![row(2, Content::N, Length::Ll(100))], SpecError::Length(2));
    check(vec![row(2, Content::N, Length::Fixed(0))], SpecError::Length(2));
    check(vec![row(28, Content::Xn, Length::Ll(8))], SpecError::Signed(28));
    check(vec![row(64, Content::B, Length::Fixed(4))], SpecError::Mac(64));
    check(vec![FieldSpec { name: "".into(), ..ok }], SpecError::Name(String::new()));
    assert_eq!(Spec::new("own".to_owned(), true, 33, vec![]), Err(SpecError::Header(33)));
}

#[test]
fn another_acquirer_is_another_table() {
    let fields = vec![row(39, Content::An, Length::Fixed(2)), row(4, Content::N, Length::Fixed(3))];
    let spec = Spec::new("own".to_owned(), false, 0, fields).unwrap();
    let mut answer = Message::new(&spec, Mti::literal(0x0210));
    answer.set(39, "00").unwrap().set_number(4, 12).unwrap();
    assert_eq!(*answer.pack().unwrap(), hex("0210 1000000002000000 0120 3030"));
    let error = answer.pack_unsealed().unwrap_err();
    assert_eq!(error.to_string(), "field 64: the spec does not have it");
}

/// A value that `field` can hold.
fn value(field: &FieldSpec) -> BoxedStrategy<Vec<u8>> {
    let max = field.length.max();
    let count = match field.length {
        Length::Fixed(_) => max..=max,
        Length::Ll(_) | Length::Lll(_) => 0..=max,
    };
    let of = |bytes: Vec<u8>| {
        proptest::collection::vec(proptest::sample::select(bytes), count.clone()).boxed()
    };
    let digits: Vec<u8> = (b'0'..=b'9').collect();
    match field.content {
        Content::N => of(digits),
        Content::Z => of([digits, vec![b'D']].concat()),
        Content::Xn => (proptest::sample::select(vec![b'C', b'D']), of(digits))
            .prop_map(|(letter, digits)| [vec![letter], digits].concat())
            .boxed(),
        Content::An => of((0..=0x7F).filter(u8::is_ascii_alphanumeric).chain([b' ']).collect()),
        Content::Ans => of((0x20..=0xFE).filter(|byte| *byte != 0x7F).collect()),
        Content::B => of((0..=0xFF).collect()),
    }
}

/// Some fields of the spec, each with a value.
fn fields() -> impl Strategy<Value = Vec<(u8, Vec<u8>)>> {
    proptest::sample::subsequence(CUP.fields(), 0..=CUP.fields().len()).prop_flat_map(|fields| {
        fields
            .into_iter()
            .map(|field| value(&field).prop_map(move |value| (field.number, value)))
            .collect::<Vec<_>>()
    })
}

proptest! {
    #[test]
    fn every_field_is_read_as_it_was_set(fields in fields(), mti in 0..10_000_u16) {
        let mti: Mti = format!("{mti:04}").parse().unwrap();
        let mut message = Message::new(&CUP, mti);
        for (number, value) in &fields {
            message.set_bytes(*number, value).unwrap();
        }
        let bytes = message.pack().unwrap();
        let again = Message::unpack(&CUP, &bytes).unwrap();
        prop_assert_eq!(&again, &message);
        for (number, value) in &fields {
            prop_assert_eq!(again.bytes(*number), Some(value.as_slice()));
        }
        prop_assert!(describe(&again).lines().count() > fields.len());
        let seen = Layout::read(&CUP, &bytes).unwrap();
        prop_assert_eq!(seen.fields().len(), fields.len());
    }

    #[test]
    fn any_bytes_are_a_message_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let text = describe_bytes(&CUP, &bytes);
        match Message::unpack(&CUP, &bytes) {
            Ok(message) => prop_assert!(message.pack().is_ok()),
            Err(error) => prop_assert!(error.offset <= bytes.len() && text.contains("! ")),
        }
    }

    #[test]
    fn a_changed_message_is_read_or_refused_and_shows_no_card(
        at in 21..60_usize,
        byte in any::<u8>(),
    ) {
        let sale = message("0200", &[(2, PAN), (4, "000000001200"), (35, "6228480000001237D4912")]);
        let mut bytes = sale.pack().unwrap().to_vec();
        let at = at % bytes.len();
        bytes[at] = byte;
        let text = describe_bytes(&CUP, &bytes);
        let is_pan_whole = text.contains(PAN);
        prop_assert!(!is_pan_whole, "{}", text);
    }
}
