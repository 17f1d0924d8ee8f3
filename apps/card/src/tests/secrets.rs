//! Where a card's number and track may stand, and where not. The till looks at each view, log line,
//! fact, storage value and printed line as it comes ([`super::script::no_secret`]); this file looks at
//! what is left: notes, messages, debug texts.

use super::cards::{CHIP, CHIP_STRIPE, Card, PAN, STRIPE, TAP};
use super::fake::FakeTill;
use super::script::no_secret;
use crate::operation::Deed;
use crate::service::{COMPLETION, PRE_AUTH, REFUND, SALE, VOID};
use crate::slip::{Language, Original, Slip, Way};
use caisson_sdk::Sensitive;
use caisson_sdk::card_reader::Code;
use proptest::prelude::*;

/// As a track has it, with what follows the number.
const BEHIND: [&str; 4] = ["=3012", "D3012", "30122011234567", "30121011234567"];

#[test]
fn a_note_has_the_number_and_never_a_track() {
    let ways: [Vec<Card>; 4] = [
        vec![CHIP],
        vec![TAP],
        vec![STRIPE],
        vec![CHIP_STRIPE, Card::Trouble(Code::Unreadable), CHIP_STRIPE],
    ];
    for cards in ways {
        for (service, kind) in
            [(SALE, ""), (PRE_AUTH, ""), (COMPLETION, "pre-auth"), (REFUND, "sale"), (VOID, "sale")]
        {
            let script = format!("{service}: not-paid");
            let mut till =
                FakeTill::new(service, &script).with_cards(cards.clone()).original_to("TYPE", kind);
            till.start(service);
            let note = String::from_utf8(till.note.clone()).unwrap();
            assert!(note.contains(PAN), "{note}");
            assert!(BEHIND.iter().all(|text| !note.contains(text)), "{note}");
            // Nor as the bytes of a chip's track.
            assert!(!note.contains("D30122011234567F") && !note.contains("5A08"), "{note}");
        }
    }
}

#[test]
fn a_message_that_may_be_sent_again_has_no_track() {
    let script = "sale: no-answer, sale-reversal: no-answer, sale-reversal-repeat: undone";
    for cards in [[CHIP], [TAP], [STRIPE]] {
        let mut till = FakeTill::new(SALE, script).with_cards(cards);
        till.start(SALE);
        till.recover();
        assert!(till.message(0).has(35));
        for at in [1, 2] {
            let message = till.message(at);
            assert!(!message.has(35) && !message.has(26) && !message.has(53), "{at}");
        }
    }
}

#[test]
fn the_search_bites() {
    let found = |text: &str| std::panic::catch_unwind(|| no_secret(text)).is_err();
    assert!(found(&format!("card {PAN}")));
    assert!(found("x000000123y"));
    assert!(!found("card 622848******1237"));
}

#[test]
fn no_debug_text_has_a_number() {
    let mut till = FakeTill::new(SALE, "sale: not-paid").with_cards([CHIP]);
    till.start(SALE);
    let slip = Slip::unsealed(&till.note).unwrap();
    no_secret(&format!("{slip:?}"));
    no_secret(&format!("{:?}", CHIP.first().unwrap()));
    no_secret(&format!("{:?}", STRIPE.found().unwrap()));
    let read = crate::stripe::Stripe::read(&Sensitive::new(super::cards::TRACK.to_owned()));
    no_secret(&format!("{read:?}"));
    assert!(format!("{slip:?}").contains("pan: Some(Sensitive(hidden))"));
}

#[test]
fn a_note_of_another_making_is_named_and_not_quoted() {
    let mut till =
        FakeTill::new(SALE, "sale: no-answer, sale-reversal: no-answer").with_cards([CHIP]);
    till.start(SALE);
    till.note = format!(r#"{{"deed":"sale","pan":"{PAN}"}}"#).into_bytes();
    assert_eq!(till.recover(), caisson_sdk::Outcome::Unknown);
    let last = till.log.last().unwrap();
    assert!(last.starts_with("recovery note is not of the expected form"), "{last}");
}

fn digits(count: impl Into<proptest::collection::SizeRange>) -> impl Strategy<Value = String> {
    proptest::collection::vec(0..10_u8, count)
        .prop_map(|digits| digits.iter().map(u8::to_string).collect())
}

fn slip() -> impl Strategy<Value = Slip> {
    let deed = proptest::sample::select(Deed::ALL.to_vec());
    let way = proptest::sample::select(vec![
        Way::Chip,
        Way::Contactless,
        Way::Stripe,
        Way::Fallback,
        Way::Absent,
    ]);
    let optional = |count| proptest::option::of(digits(count));
    let card = (way, any::<bool>(), optional(12..20_usize), optional(4..5), 0..100_u8);
    let original = (digits(6), digits(6), optional(4..5), optional(12..13), optional(6..7));
    (deed, any::<bool>(), card, digits(6), any::<u64>(), proptest::option::of(original)).prop_map(
        |(deed, is_zh, (way, has_pin, pan, expiry, sequence), batch, row, original)| Slip {
            deed,
            language: if is_zh { Language::Zh } else { Language::En },
            way,
            has_pin,
            pan: pan.map(Sensitive::new),
            expiry: expiry.map(Sensitive::new),
            sequence: Some(sequence),
            batch,
            row,
            kind: "22".into(),
            original: original.map(|(batch, stan, date, rrn, auth)| Original {
                batch,
                stan,
                date,
                rrn,
                auth,
            }),
            chip: "9505000004".into(),
        },
    )
}

proptest! {
    #[test]
    fn a_slip_comes_back_from_its_note(slip in slip()) {
        let note = slip.sealed().unwrap();
        prop_assert!(note.len() < 1024);
        prop_assert_eq!(Slip::unsealed(&note).unwrap(), slip);
    }

    #[test]
    fn any_slip_is_a_request_and_a_reversal(slip in slip()) {
        let once = crate::message::Once { pin_longest: "12", ..Default::default() };
        prop_assert!(crate::message::request(&slip, &once).is_ok());
        prop_assert!(crate::message::reversal(&slip, true, "98", None, &[]).is_ok());
    }

    #[test]
    fn any_bytes_are_a_note_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Slip::unsealed(&bytes);
    }

    #[test]
    fn any_bytes_are_an_answer_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = crate::message::Said::read(&bytes);
    }

    #[test]
    fn any_text_is_a_track_or_none(text in "[0-9=D]{0,45}") {
        let _ = crate::stripe::Stripe::read(&Sensitive::new(text));
    }
}
