//! The part of a destination's file that is about this app, against what the app really sends.

use super::cards::{CHIP, STRIPE, last};
use super::fake::FakeTill;
use super::script::{Said, answer};
use crate::operation::Deed;
use crate::serve;
use crate::service::{BALANCE, COMPLETION, PRE_AUTH, REFUND, SALE, SETTLE, SIGN_ON, VOID};
use caisson_iso8583::Mti;
use caisson_sdk::emv::Decision;
use std::collections::BTreeSet;

fn file() -> toml::Table {
    include_str!("../../operations.toml").parse().unwrap()
}

fn operation(file: &toml::Table, name: &str) -> toml::Table {
    let found = file["operation"].get(name);
    found.unwrap_or_else(|| panic!("{name} is not in the file")).as_table().unwrap().clone()
}

/// Holds everything that `till` has sent to the file.
#[track_caller]
fn check(till: &FakeTill, seen: &mut BTreeSet<String>) {
    let file = file();
    for (at, (name, _)) in till.requests.iter().enumerate() {
        let message = till.message(at);
        let operation = operation(&file, name);
        assert_eq!(operation["mti"].as_str().unwrap(), message.mti().to_string(), "{name}");
        let listed = operation["fields"].as_array().unwrap();
        let more = message
            .numbers()
            .find(|number| !listed.contains(&toml::Value::Integer(i64::from(*number))));
        assert_eq!(more, None, "{name}");
        seen.insert(name.clone());
    }
}

#[test]
fn the_file_has_every_operation_and_every_field_that_the_app_sends() {
    let mut seen = BTreeSet::new();
    let payments = [
        (SALE, ""),
        (PRE_AUTH, ""),
        (COMPLETION, "pre-auth"),
        (VOID, "sale"),
        (VOID, "pre-auth"),
        (VOID, "completion"),
        (REFUND, "sale"),
    ];
    for (service, kind) in payments {
        for (card, first) in [(CHIP, "paid"), (CHIP, "no-answer"), (STRIPE, "no-answer")] {
            let mut till = FakeTill::new(service, "").with_cards([card]).original_to("TYPE", kind);
            let said = |text: &str| ("*".to_owned(), Said::parse(text));
            till.script = [said(first), said("unreadable"), said("unreadable")].into();
            till.last = Ok(last(Decision::Declined));
            till.start(service);
            if till.state().is_open() && till.script.len() == 1 {
                till.recover();
            }
            check(&till, &mut seen);
        }
    }
    let page = br#"{"batch":"000007","rows":[
        {"n":0,"d":"sale","s":"000011","r":"030500000011","a":"A11111","m":1000}]}"#;
    let yes = |mti: u16| Ok(answer(Mti::new(mti).unwrap(), "00", &[]));
    let differs = Ok(answer(Mti::literal(0x0510), "95", &[]));
    let services = [
        (SIGN_ON, vec![("sign-on", yes(0x0810))]),
        (BALANCE, vec![("balance", yes(0x0210))]),
        (SETTLE, vec![("settle", differs), ("upload", yes(0x0330)), ("upload-end", yes(0x0330))]),
    ];
    for (service, calls) in services {
        let mut till = FakeTill::new(SALE, "").with_cards([CHIP]);
        till.storage.insert("batch-rows-0".into(), page.to_vec());
        till.calls = calls.into_iter().map(|(name, said)| (name.to_owned(), said)).collect();
        serve(&mut till, service).unwrap();
        check(&till, &mut seen);
    }
    let file = file();
    let named: BTreeSet<String> = file["operation"].as_table().unwrap().keys().cloned().collect();
    assert_eq!(seen, named);
}

#[test]
fn a_reversal_is_of_the_kind_of_what_it_takes_back() {
    let file = file();
    for deed in Deed::ALL {
        let row = deed.row();
        let of = operation(&file, row.operation);
        let is_linked = !matches!(deed, Deed::Sale | Deed::PreAuth);
        assert_eq!(of.contains_key("original"), is_linked, "{}", row.operation);
        assert_eq!(of.contains_key("repeatable"), deed == Deed::Refund, "{}", row.operation);
        for name in row.reversal.into_iter().flat_map(|(first, repeat)| [first, repeat]) {
            let reversal = operation(&file, name);
            assert_eq!(reversal["processing_code"], of["processing_code"], "{name}");
            assert_eq!(reversal["kind"].as_str(), Some("undo"), "{name}");
        }
    }
}
