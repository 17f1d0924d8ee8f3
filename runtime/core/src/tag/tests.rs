use super::*;
use proptest::prelude::*;

const CLUB: &str = "F0436C75623031";

fn rules() -> TagRules {
    TagRules { aids: [CLUB.parse().unwrap()].into(), kinds: [TagKind::Iso14443Part4].into() }
}

#[track_caller]
fn check_aid(text: &str, expected: &str) {
    let verdict = match text.parse::<Aid>() {
        Ok(aid) => aid.to_string(),
        Err(error) => error.to_string(),
    };
    assert_eq!(verdict, expected);
}

#[test]
fn an_aid_of_a_payment_system_cannot_be_listed() {
    let refused = |owner: &str| {
        format!("this is an application of {owner}; no merchant's app speaks to payment cards")
    };
    check_aid("F0436c75623031", CLUB);
    check_aid("D2760000850101", "D2760000850101");
    check_aid("A0000000031010", &refused("Visa"));
    check_aid("A000000003", &refused("Visa"));
    check_aid("A000000333010101", &refused("UnionPay"));
    check_aid("A0000000041010", &refused("Mastercard"));
    check_aid("A000000632010105", &refused("China T-Union"));
    let directory = refused("all payment systems (PSE, PPSE)");
    check_aid("325041592E5359532E4444463031", &directory);
    check_aid("315041592E", &directory);
    let form = "write 5 to 16 bytes as hex digits, two each";
    check_aid("A0000000", form);
    check_aid("A00000000", form);
    check_aid(&"F0".repeat(17), form);
    check_aid("F0 436C7562", form);
    check_aid("", form);
}

#[test]
fn only_a_listed_aid_is_selected_and_byte_for_byte() {
    let aid = b"\xF0Club01";
    assert_eq!(rules().select(aid).unwrap(), b"\x00\xA4\x04\x00\x07\xF0Club01\x00");
    let refused = Err(TagRefusal::NotListed);
    assert_eq!(rules().select(b"\xF0Club0"), refused);
    assert_eq!(rules().select(b"\xF0Club012"), refused);
    assert_eq!(rules().select(b""), refused);
    assert_eq!(rules().select(b"\xA0\x00\x00\x00\x03\x10\x10"), refused);
    assert_eq!(rules().select(b"2PAY.SYS.DDF01"), refused);
    assert_eq!(TagRules::default().select(aid), refused);
}

#[track_caller]
fn check(command: &[u8], expected: &str) {
    let verdict = check_command(command).map_or_else(|refusal| refusal.to_string(), |()| "".into());
    assert_eq!(verdict, expected, "{command:02X?}");
}

#[test]
fn what_could_choose_an_application_is_refused_in_its_own_words() {
    check(&[0x80, 0xCA, 0x00, 0x01, 0x00], "");
    check(&[0x00, 0xB0, 0x81, 0x00, 0x10], "");
    check(&[0x84, 0x52, 0x00, 0x00, 0x04, 1, 2, 3, 4], "");
    check(&[0x90, 0x60, 0x00, 0x00, 0x00], "");
    let select = "chooses an application; call select with a listed AID";
    check(b"\x00\xA4\x04\x00\x0E2PAY.SYS.DDF01\x00", &format!("instruction A4 {select}"));
    check(&[0x00, 0xA4, 0x00, 0x0C, 2, 0x3F, 0x00], &format!("instruction A4 {select}"));
    check(&[0x00, 0xA5, 0x02, 0x04, 0], &format!("instruction A5 {select}"));
    check(&[0x90, 0x5A, 0x00, 0x00, 3, 1, 2, 3, 0], &format!("instruction 5A {select}"));
    check(
        &[0x00, 0x70, 0x00, 0x00, 1],
        "instruction 70 opens a logical channel; there is only the basic one",
    );
    let transport = "is the host's: it joins commands and answers itself";
    check(&[0x00, 0xC2, 0, 0, 5, 0, 0xA4, 4, 0, 0], &format!("instruction C2 {transport}"));
    check(&[0x00, 0xC0, 0, 0, 0], &format!("instruction C0 {transport}"));
    let class = "the classes for tags are 00, 04, 0C, 80, 84 and 90";
    check(&[0x01, 0xCA, 0, 0, 0], &format!("class 01; {class}"));
    check(&[0x10, 0xCA, 0, 0, 0], &format!("class 10; {class}"));
    check(&[0x5A, 0x01, 0x02, 0x03], &format!("class 5A; {class}"));
    check(&[0xFF, 0xCA, 0, 0, 0], &format!("class FF; {class}"));
    check(&[0x00], "a command of 1 bytes; the least is 4");
}

#[test]
fn no_class_and_no_length_hides_a_select() {
    let name = b"2PAY.SYS.DDF01";
    for class in 0..=u8::MAX {
        for instruction in [0xA4, 0xA5] {
            let short = [&[class, instruction, 4, 0, 14][..], name, &[0]].concat();
            let extended = [&[class, instruction, 4, 0, 0, 0, 14][..], name, &[0, 0]].concat();
            for command in [&short[..], &extended, &short[..12], &[class, instruction, 4, 0]] {
                let refused = Err(TagRefusal::Select { instruction });
                assert_eq!(check_command(command), refused, "{command:02X?}");
            }
        }
    }
}

/// Whether a card that reads as kindly as it can finds a choice of an application in a command:
/// one that looks at no class, unwraps envelopes, joins chains and speaks DESFire's own frames.
fn a_lenient_card_selects(command: &[u8]) -> bool {
    let Some((class, rest)) = command.split_first() else { return false };
    let Some(instruction) = rest.first() else { return false };
    // Every class that names another channel, interindustry (ISO/IEC 7816-4, 5.4.1) or as
    // GlobalPlatform has proprietary ones; and every one that chains.
    let channel = match class {
        0x00..=0x3F | 0x80..=0xBF => class & 0x03,
        0x40..=0x7F | 0xC0..=0xFF => 4 + (class & 0x0F),
    };
    let chains = matches!(class, 0x10..=0x1F | 0x50..=0x5F | 0x70..=0x7F);
    let native = *class == 0x5A;
    let carried = [0xC2, 0xC3].contains(instruction);
    [0xA4, 0xA5, 0x70, 0x71].contains(instruction)
        || (channel > 0 || chains || native || carried)
        || (*class == 0x90 && *instruction == 0x5A)
}

proptest! {
    #[test]
    fn nothing_that_is_let_through_chooses_an_application(
        command in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        if check_command(&command).is_ok() {
            prop_assert!(!a_lenient_card_selects(&command), "{command:02X?}");
        }
    }

    /// The same where most commands are let through: classes of tags, any instruction.
    #[test]
    fn nothing_that_is_let_through_in_a_tags_class_chooses_an_application(
        class in proptest::sample::select(vec![0x00, 0x04, 0x0C, 0x80, 0x84, 0x90_u8]),
        instruction: u8,
        rest in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let command = [&[class, instruction][..], &rest].concat();
        if check_command(&command).is_ok() {
            prop_assert!(!a_lenient_card_selects(&command), "{command:02X?}");
        }
    }

    #[test]
    fn what_is_selected_is_listed_whatever_is_asked_for(
        aid in proptest::collection::vec(any::<u8>(), 0..20),
        listed in proptest::collection::vec(any::<u8>(), 5..=16),
    ) {
        let mut rules = rules();
        rules.aids.extend(Aid::new(&listed));
        for asked in [&aid, &listed] {
            if let Ok(command) = rules.select(asked) {
                let is_listed = rules.aids.iter().any(|aid| aid.bytes() == asked.as_slice());
                prop_assert!(is_listed);
                prop_assert_eq!(&command[5..command.len() - 1], asked.as_slice());
                prop_assert_eq!(usize::from(command[4]), asked.len());
            }
        }
    }

    #[test]
    fn an_aid_is_read_back_from_its_digits(bytes in proptest::collection::vec(any::<u8>(), 0..20)) {
        if let Ok(aid) = Aid::new(&bytes) {
            prop_assert_eq!(aid.to_string().parse(), Ok(aid));
        }
    }

    #[test]
    fn only_a_plain_denial_makes_no_payment_card(status: u16, has_data: bool) {
        let denies = [0x6A82, 0x6D00, 0x6E00].contains(&status) && !has_data;
        prop_assert_eq!(is_no_payment_card(status, has_data), denies);
    }
}
