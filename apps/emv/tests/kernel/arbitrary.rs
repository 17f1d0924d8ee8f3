//! Any bytes as a card, and any change to an honest card: never a panic, always a kept promise.

use crate::till::Till;
use crate::wire::Disturbance;
use caisson_cards::deck;
use caisson_emv::{Configuration, Decision, hostile, trace};
use proptest::collection::vec;
use proptest::prelude::*;
use std::sync::LazyLock;

static CONFIGURATION: LazyLock<Configuration> =
    LazyLock::new(|| Configuration::read(None, None, None).unwrap());

/// Objects that a kernel reads, so that chance finds them.
const TAGS: [u32; 40] = [
    0x50, 0x57, 0x5A, 0x5F24, 0x5F25, 0x5F28, 0x5F34, 0x70, 0x77, 0x80, 0x82, 0x84, 0x87, 0x8A,
    0x8C, 0x8D, 0x8E, 0x8F, 0x90, 0x92, 0x93, 0x94, 0x97, 0x9F07, 0x9F08, 0x9F0D, 0x9F0E, 0x9F0F,
    0x9F10, 0x9F14, 0x9F23, 0x9F26, 0x9F27, 0x9F32, 0x9F36, 0x9F38, 0x9F46, 0x9F4A, 0x9F4B, 0x9F6C,
];

fn object() -> impl Strategy<Value = Vec<u8>> {
    let tag = proptest::sample::select(TAGS.as_slice());
    let value = prop_oneof![vec(any::<u8>(), 0..12), vec(any::<u8>(), 0..40)];
    (tag, value, any::<bool>()).prop_map(|(tag, value, is_cut)| {
        let mut object = crate::puppet::tlv(tag, &value);
        if is_cut && object.len() > 9 {
            object.truncate(9);
        }
        object
    })
}

/// A card's bytes as [`hostile`] reads them: what the sale is, then answers.
fn card() -> impl Strategy<Value = Vec<u8>> {
    let answer = (any::<u8>(), vec(object(), 0..6)).prop_map(|(choice, objects)| {
        let mut data = objects.concat();
        data.truncate(255);
        let mut answer = vec![choice, u8::try_from(data.len()).unwrap()];
        answer.extend(data);
        answer
    });
    (vec(any::<u8>(), 6), vec(answer, 0..30))
        .prop_map(|(head, answers)| [head, answers.concat()].concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_are_a_card_that_has_an_end(bytes in vec(any::<u8>(), 0..2000)) {
        let _ = hostile::run(&bytes, &CONFIGURATION);
    }

    #[test]
    fn a_card_of_known_objects_in_any_order_has_an_end(bytes in card()) {
        let _ = hostile::run(&bytes, &CONFIGURATION);
    }

    #[test]
    fn any_file_has_words(bytes in vec(any::<u8>(), 0..2000)) {
        let words = trace::trace(&bytes, &CONFIGURATION);
        prop_assert!(words.ends_with('\n'));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_changed_byte_in_an_honest_answer_never_makes_an_approval_of_a_decline(
        at in 0_usize..20,
        place in any::<prop::sample::Index>(),
        change in 1_u8..,
    ) {
        let profile = deck::profile("union-credit-pin").unwrap();
        let log = Till::new().run(&profile).unwrap().wire.0.borrow().log.clone();
        let at = at % log.len();
        let mut answer = log[at].1.clone();
        let place = place.index(answer.len());
        answer[place] ^= change;
        let mut till = Till::new();
        till.disturbance = Disturbance::Answer(at, answer);
        let ran = till.run(&profile).unwrap();
        // Every byte of both cryptograms is under the card's signature.
        if log[at].0[1] == 0xAE && at + 1 == log.len() {
            prop_assert_ne!(&ran.last.unwrap().decision, &Decision::Approved);
        }
    }
}
