//! A sign-on: its keys go into the vault, all or none, and no app sees them.

use super::host::{
    BODY, Bench, Coded, Does, MAC_KEY, PIN_KEY, Reply, body, changed, check, plain, sale, slot,
    under_master,
};
use crate::exchange::told;
use caisson_core::operation::Reading;
use caisson_iso8583::Message;
use caisson_network::{Binding, Heard};
use caisson_vault::{CardKeys as _, MacAlgorithm, WorkingKey};

fn field_62() -> Vec<u8> {
    let part = |key| [under_master(key), check(key)].concat();
    [part(&PIN_KEY), part(&MAC_KEY)].concat()
}

/// An answer without code whose field 62 is this.
fn brings(field: Option<Vec<u8>>, code: &'static str) -> Reply {
    let reply = changed(move |answer| {
        answer.set(39, code).unwrap();
        answer.clear(38).clear(62);
        if let Some(field) = &field {
            answer.set_bytes(62, field).unwrap();
        }
    });
    Reply { coded: Coded::Not, ..reply }
}

async fn signs_on(bench: &Bench) -> Heard {
    let sent = Binding { amount: None, ..sale(1) };
    bench.asks("sign-on", &body("0800", &[(60, "00000001003")]), &sent).await
}

fn has_keys(bench: &Bench) -> bool {
    let mac = slot("bank-mac");
    bench.keys.mac(WorkingKey::Session(&mac), MacAlgorithm::Retail, b"").is_ok()
}

#[tokio::test]
async fn after_a_sign_on_the_vault_has_the_keys_and_the_app_has_not() {
    let bench = Bench::new(&plain(), Does::Answers(brings(Some(field_62()), "00")));
    let heard = signs_on(&bench).await;
    let Heard::Answer(answer) = heard else { panic!("{}", told(&heard)) };
    assert_eq!((answer.reading, answer.flaw), (Reading::Unreadable, None));
    let message = Message::unpack(&BODY, &answer.body).unwrap();
    assert_eq!(message.text(39), Some("00"));
    assert!(!message.has(62));
    let mac = slot("bank-mac");
    let made = bench.keys.mac(WorkingKey::Session(&mac), MacAlgorithm::Retail, b"a message");
    assert_eq!(made.unwrap().leftmost(), super::host::code(&MAC_KEY, b"a message"));
    // The PIN key serves too.
    let _ = bench.pin();
}

#[tokio::test]
async fn a_sign_on_that_is_refused_brings_nothing_and_is_told_to_the_app() {
    let bench = Bench::new(&plain(), Does::Answers(brings(Some(field_62()), "97")));
    let heard = signs_on(&bench).await;
    let Heard::Answer(answer) = heard else { panic!("{}", told(&heard)) };
    let message = Message::unpack(&BODY, &answer.body).unwrap();
    assert_eq!(message.text(39), Some("97"));
    assert!(!message.has(62), "keys that nobody verified are no app's either");
    assert!(!has_keys(&bench));
}

#[tokio::test]
async fn keys_that_are_not_what_the_bank_sent_leave_those_in_use() {
    let mut wrong = field_62();
    *wrong.last_mut().unwrap() ^= 1;
    let bench = Bench::that(Does::Answers(brings(Some(wrong), "00")));
    let heard = told(&signs_on(&bench).await);
    assert!(
        heard.starts_with("no answer, answer-unverified: the keys of the sign-on were not taken: "),
        "{heard}"
    );
    let mac = slot("bank-mac");
    let made = bench.keys.mac(WorkingKey::Session(&mac), MacAlgorithm::Retail, b"a message");
    assert_eq!(made.unwrap().leftmost(), super::host::code(&MAC_KEY, b"a message"));
}

#[tokio::test]
async fn an_approved_sign_on_without_both_keys_is_told() {
    let missing = "no answer, answer-unreadable: the sign-on's answer has not both keys with their \
        check values in field 62; the acquirer must send them, or correct key_bytes and \
        check_value_bytes in the destination's file";
    for field in [
        None,
        Some(Vec::new()),
        Some(field_62()[..39].to_vec()),
        Some([field_62(), vec![0]].concat()),
    ] {
        let bench = Bench::new(&plain(), Does::Answers(brings(field, "00")));
        assert_eq!(told(&signs_on(&bench).await), missing);
        assert!(!has_keys(&bench));
    }
}

#[tokio::test]
async fn a_renewal_can_be_coded_with_the_keys_in_use() {
    let text = plain().replacen("mac = false\nkeys = true", "keys = true", 1);
    let bench = Bench::new(&text, Does::Answers(brings(Some(field_62()), "00")));
    let told = told(&signs_on(&bench).await);
    assert!(told.starts_with("not sent, sign-on-needed: "), "{told}");
}
