//! A card torn away at each command, and each answer replaced by nonsense: always a typed end, and
//! never an approval that the card's last cryptogram does not carry.

use crate::till::{Ran, Till};
use crate::wire::Disturbance;
use caisson_cards::{CardProfile, deck};
use caisson_emv::{Cause, Decision, Outcome};

/// One of each kind: DDA and EXTERNAL AUTHENTICATE, CDA and CDOL2, SDA, a PIN to the card, a
/// choice, an offline approval.
const CARDS: [&str; 6] = [
    "union-debit",
    "mastercard-cda",
    "sda-only",
    "visa-offline-enciphered-pin",
    "dual-application",
    "union-credit-pin",
];

fn insert(profile: &CardProfile, disturbance: Disturbance) -> Ran {
    let mut till = Till::new();
    till.disturbance = disturbance;
    till.run(profile).unwrap()
}

fn tap(profile: &CardProfile, disturbance: Disturbance) -> Ran {
    let mut till = Till::new().tap(1200);
    till.disturbance = disturbance;
    till.run(profile).unwrap()
}

fn last(ran: &Ran) -> &Outcome {
    ran.last.as_ref().unwrap_or(&ran.first)
}

#[test]
fn torn_away_at_any_command_a_sale_ends_as_removed() {
    for card in CARDS {
        let profile = deck::profile(card).unwrap();
        let whole = insert(&profile, Disturbance::None).wire.commands();
        for at in 0..whole {
            let ran = insert(&profile, Disturbance::TornAt(at));
            let Decision::Ended(end) = &last(&ran).decision else {
                panic!("{card} torn at {at}: {:?}", last(&ran).decision);
            };
            assert_eq!(end.cause, Cause::CardRemoved, "{card} torn at {at}");
            assert_eq!(ran.wire.commands(), at + 1, "{card}: a command after the card was gone");
        }
        assert_eq!(
            last(&insert(&profile, Disturbance::TornAt(whole))).decision,
            Decision::Approved
        );
    }
}

#[test]
fn torn_away_in_the_field_a_sale_ends_as_removed() {
    for card in ["tap-union", "tap-visa"] {
        let profile = deck::profile(card).unwrap();
        let whole = tap(&profile, Disturbance::None).wire.commands();
        for at in 0..whole {
            let ran = tap(&profile, Disturbance::TornAt(at));
            let ended = matches!(&ran.first.decision,
                Decision::Ended(end) if end.cause == Cause::CardRemoved);
            assert!(ended, "{card} torn at {at}: {:?}", ran.first.decision);
        }
    }
}

/// What a card could say instead.
fn nonsense(answer: &[u8]) -> Vec<Vec<u8>> {
    let (data, status) = answer.split_at(answer.len() - 2);
    let with = |data: &[u8]| [data, status].concat();
    let mut longer = data.to_vec();
    if let Some(length) = longer.get_mut(1) {
        *length = length.wrapping_add(1);
    }
    let mut shorter = data.to_vec();
    if let Some(length) = shorter.get_mut(1) {
        *length = length.wrapping_sub(1);
    }
    vec![
        Vec::new(),
        vec![0x90],
        vec![0x90, 0x00],
        vec![0x00, 0x00],
        vec![0x62, 0x83],
        vec![0x69, 0x85],
        vec![0x6A, 0x81],
        vec![0x6F, 0x00],
        with(&[0xFF; 40]),
        with(&[0x70; 200]),
        with(&[0x00; 256]),
        with(&[0x77, 0x00]),
        with(&[0x80, 0x00]),
        with(&[0x70, 0x84, 0xFF, 0xFF, 0xFF, 0xFF]),
        with(&[0x70, 0x80, 0x00, 0x00]),
        with(&[0x9F, 0x9F, 0x9F, 0x9F, 0x9F]),
        with(&data[..data.len() / 2]),
        with(&longer),
        with(&shorter),
        vec![0x90; 259],
        vec![0x90; 70_000],
    ]
}

#[test]
fn nonsense_at_any_answer_never_approves_what_the_card_did_not() {
    for card in CARDS {
        let profile = deck::profile(card).unwrap();
        let log = insert(&profile, Disturbance::None).wire.0.borrow().log.clone();
        let second = log.iter().rposition(|(command, _)| command[1] == 0xAE).unwrap();
        for (at, (_, answer)) in log.iter().enumerate() {
            for other in nonsense(answer) {
                let ran = insert(&profile, Disturbance::Answer(at, other.clone()));
                let decision = &last(&ran).decision;
                let shown = other.get(..8).unwrap_or(&other);
                let where_ = format!("{card}, answer {at} as {shown:02X?}: {decision:?}");
                if at == second && other != *answer {
                    assert_ne!(*decision, Decision::Approved, "{where_}");
                }
                if *decision == Decision::Approved {
                    let made = last(&ran).cryptogram.unwrap();
                    assert_eq!(made.kind, caisson_emv::CryptogramKind::Tc, "{where_}");
                }
                if let Decision::Ended(end) = decision {
                    assert!(end.detail.chars().count() <= 200, "{where_}");
                }
            }
        }
    }
}

#[test]
fn nonsense_in_the_field_always_has_an_end() {
    for card in ["tap-union", "tap-visa"] {
        let profile = deck::profile(card).unwrap();
        let log = tap(&profile, Disturbance::None).wire.0.borrow().log.clone();
        for (at, (_, answer)) in log.iter().enumerate() {
            for other in nonsense(answer) {
                let ran = tap(&profile, Disturbance::Answer(at, other));
                let is_short = matches!(&ran.first.decision, Decision::Ended(end)
                    if end.detail.chars().count() <= 200);
                let others = [Decision::GoOnline, Decision::OtherInterface, Decision::Declined];
                assert!(is_short || others.contains(&ran.first.decision), "{card}, answer {at}");
            }
        }
    }
}

#[test]
fn gone_while_the_issuers_scripts_run_the_decision_stands_or_is_none() {
    use crate::till::Issuer;
    use caisson_cards::issuer::{Script, ScriptTime};
    let profile = deck::profile("union-debit").unwrap();
    let scripted = |time, at: Option<usize>| {
        let mut till = Till::new().issuer(Issuer::Scripts(time, || Script::Put(0x9F58, 1)));
        till.disturbance = at.map_or(Disturbance::None, Disturbance::TornAt);
        till.run(&profile).unwrap()
    };
    let after = scripted(ScriptTime::After, None).wire.commands() - 1;
    let ran = scripted(ScriptTime::After, Some(after));
    assert_eq!(last(&ran).decision, Decision::Approved);
    assert_eq!(last(&ran).tvr[4], 0x10, "the issuer is told that its script failed");
    let before = scripted(ScriptTime::Before, None).wire.commands() - 2;
    let ran = scripted(ScriptTime::Before, Some(before));
    assert!(matches!(last(&ran).decision, Decision::Ended(_)));
}
