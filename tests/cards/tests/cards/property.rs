//! Whatever bytes come: an answer with a status word, or a typed fault; never a panic.

use caisson_cards::issuer::{card_of, verify};
use caisson_cards::{CardProfile, Fault, Interface, deck};
use proptest::prelude::*;

use crate::contact::begun;
use crate::terminal::card;

/// Bytes that look like the commands that a card knows, and others.
fn command() -> impl Strategy<Value = Vec<u8>> {
    let cla = prop_oneof![Just(0x00), Just(0x80), Just(0x84), Just(0x04), any::<u8>()];
    let ins = prop::sample::select(vec![
        0xA4, 0xB2, 0xA8, 0xCA, 0x88, 0x20, 0x84, 0xAE, 0x82, 0xC0, 0x1E, 0x18, 0x16, 0x24, 0xDA,
    ]);
    let parameters = (prop_oneof![Just(0), Just(4), any::<u8>()], any::<u8>());
    let data = prop::collection::vec(any::<u8>(), 0..200);
    let structured =
        (cla, ins, parameters, data, any::<bool>()).prop_map(|(cla, ins, (p1, p2), data, le)| {
            let mut command = vec![cla, ins, p1, p2];
            if !data.is_empty() {
                command.push(u8::try_from(data.len()).unwrap());
                command.extend(data);
            }
            command.extend(le.then_some(0));
            command
        });
    prop_oneof![structured, prop::collection::vec(any::<u8>(), 0..300)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_commands_get_a_status_word(commands in prop::collection::vec(command(), 1..12)) {
        for name in ["union-debit", "visa-offline-enciphered-pin", "mastercard-cda"] {
            let mut fresh = card(name);
            fresh.power_on(Interface::Contact).unwrap();
            let started = begun(name).card;
            let mut tapped = card("union-debit");
            tapped.power_on(Interface::Contactless).unwrap();
            for mut card in [fresh, started, tapped] {
                for command in &commands {
                    let answer = card.transmit(command).unwrap();
                    prop_assert!(answer.len() >= 2, "{command:02X?}");
                    prop_assert!(answer.len() <= 258, "{command:02X?}");
                }
                // And it still is a card.
                card.power_on(Interface::Contact).unwrap();
            }
        }
    }

    #[test]
    fn any_commands_of_a_misbehaving_card_end_in_an_answer_or_a_fault(
        commands in prop::collection::vec(command(), 1..12),
        at in 1_u32..12,
        line in 0_usize..5,
    ) {
        let lines = [
            format!("torn-at = {at}"),
            format!("mute-at = {at}"),
            format!("malformed = {{ at = {at} }}"),
            format!("endless-get-response-at = {at}"),
            format!("wrong-status = {{ at = {at}, status = \"6F00\" }}"),
        ];
        let (_, text) = deck::CARDS.first().unwrap();
        let text = format!("{text}\n[misbehaviour]\n{}\n", lines[line]);
        let mut card = caisson_cards::Card::load(&CardProfile::parse(&text).unwrap()).unwrap();
        card.power_on(Interface::Contact).unwrap();
        for command in &commands {
            match card.transmit(command) {
                Ok(answer) => prop_assert!(answer.len() >= 2),
                Err(Fault::Torn | Fault::Mute | Fault::NoPower) => {}
                Err(fault) => prop_assert!(false, "{fault}"),
            }
        }
    }

    #[test]
    fn any_de55_is_refused_by_name(bytes in prop::collection::vec(any::<u8>(), 0..1_100)) {
        prop_assert!(verify("4761739001010010", 1, &bytes).is_err());
        let _ = card_of(&bytes);
    }

    #[test]
    fn any_text_is_a_card_or_an_error(text in ".{0,300}") {
        let _ = CardProfile::parse(&text);
    }

    #[test]
    fn a_card_file_with_a_changed_sign_is_a_card_or_an_error(at in any::<prop::sample::Index>(), sign in " -~") {
        for (_, text) in deck::CARDS.iter().take(8) {
            let mut signs: Vec<char> = text.chars().collect();
            let place = at.index(signs.len());
            signs[place] = sign.chars().next().unwrap();
            let changed: String = signs.into_iter().collect();
            if let Ok(profile) = CardProfile::parse(&changed) {
                let _ = caisson_cards::Card::load(&profile);
            }
        }
    }
}
