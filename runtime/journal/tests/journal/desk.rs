//! Rows about the desk: as durable, chained and guarded as those of payments.

use crate::common::*;
use caisson_core::desk::{Act, DeskEvent, Operator, Role};
use caisson_core::payment::State;
use caisson_journal::{ChainFault, JOURNAL_FILE, Journal, JournalError, adopt, verify};
use std::fs;
use std::path::Path;

fn li() -> Operator {
    Operator { name: "Li".to_owned(), role: Role::Cashier }
}

fn record(dir: &Path, events: &[DeskEvent]) {
    let (mut journal, _) = open(dir);
    for event in events {
        journal.record(event, at(3_000)).unwrap();
    }
    journal.checkpoint_when_idle().unwrap();
}

/// The bodies of the rows of the kind `desk`.
fn bodies(dir: &Path) -> Vec<String> {
    let body = |line: &String| {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        (row["kind"] == "desk").then(|| row["body"].as_str().unwrap().to_owned())
    };
    lines(dir).iter().filter_map(body).collect()
}

#[test]
fn a_row_about_the_desk_is_exported_as_it_was_written_and_names_no_code() {
    let dir = created();
    let key = "K1".parse().unwrap();
    record(
        dir.path(),
        &[
            DeskEvent::SignedIn { operator: li() },
            DeskEvent::Denied { operator: li(), act: Act::Refund },
            DeskEvent::NotReleased { key, left: 2 },
        ],
    );
    verify(dir.path()).unwrap();
    assert_eq!(
        bodies(dir.path()),
        [
            r#"{"signed-in":{"operator":{"name":"Li","role":"cashier"}}}"#,
            r#"{"denied":{"operator":{"name":"Li","role":"cashier"},"act":"refund"}}"#,
            r#"{"not-released":{"key":"K1","left":2}}"#,
        ]
    );
}

#[test]
fn a_start_knows_the_last_word_about_each_operators_codes() {
    let dir = created();
    let wang = Operator { name: "Wang".to_owned(), role: Role::Owner };
    record(
        dir.path(),
        &[
            DeskEvent::WrongCode { operator: li(), left: 2 },
            DeskEvent::SignedIn { operator: wang.clone() },
            DeskEvent::Locked { operator: li() },
            DeskEvent::SignedOut { operator: wang.clone() },
        ],
    );
    let (_, boot) = open(dir.path());
    let expected = [DeskEvent::Locked { operator: li() }, DeskEvent::SignedIn { operator: wang }];
    assert_eq!(boot.codes, expected);
}

#[test]
fn an_altered_row_about_the_desk_is_found() {
    let dir = created();
    record(dir.path(), &[DeskEvent::Denied { operator: li(), act: Act::Refund }]);
    let file = dir.path().join(JOURNAL_FILE);
    let mut bytes = fs::read(&file).unwrap();
    let act = b"\"act\":\"refund\"";
    let place = bytes.windows(act.len()).position(|window| window == act).unwrap();
    bytes[place + 8..place + 14].copy_from_slice(b"totals");
    fs::write(&file, bytes).unwrap();
    let error = verify(dir.path()).unwrap_err();
    let is_hash =
        matches!(error, JournalError::ChainBroken { seq: 3, fault: ChainFault::Hash, .. });
    assert!(is_hash, "{error}");
}

#[test]
fn an_adopted_journal_keeps_what_happened_at_the_desk() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("journal");
    Journal::create(&dir, ID).unwrap();
    let events = [
        DeskEvent::Locked { operator: li() },
        DeskEvent::Denied { operator: li(), act: Act::Totals },
    ];
    record(&dir, &events);
    let (mut journal, _) = open(&dir);
    let intent = sale(&mut journal, 17);
    brought_to(&mut journal, intent, State::Completed);
    journal.checkpoint_when_idle().unwrap();
    drop(journal);
    let before = bodies(&dir);
    let file = dir.join(JOURNAL_FILE);
    let mut bytes = fs::read(&file).unwrap();
    let order = b"order-17\"";
    let place = bytes.windows(order.len()).position(|window| window == order).unwrap();
    bytes[place] = b'O';
    fs::write(&file, bytes).unwrap();
    adopt(&dir, 12_345, at(5_000), "the test's own damage").unwrap();
    verify(&dir).unwrap();
    let after = bodies(&dir);
    let passed_over: DeskEvent = serde_json::from_str(&after[0]).unwrap();
    // One sale, and one row that is lost.
    assert_eq!(passed_over, DeskEvent::Traced { sequence: 2 });
    assert_eq!(after[1..], before);
    assert_eq!(open(&dir).1.codes, [events[0].clone()], "still locked");
}
