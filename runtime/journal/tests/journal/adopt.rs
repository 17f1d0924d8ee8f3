//! Each page of a journal flipped, cut off, or zeroed: told, moved aside, adopted; no payment that
//! was certain becomes another, none that was open is lost, and no key repeats.

use crate::common::*;
use caisson_core::PaymentKey;
use caisson_core::payment::State;
use caisson_journal::{Filter, JOURNAL_FILE, Journal, JournalError, adopt, inspect, verify};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A journal in a folder of its own, so that it can be moved aside.
fn used() -> (TempDir, PathBuf, BTreeMap<PaymentKey, State>) {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("journal");
    Journal::create(&dir, ID).unwrap();
    let (mut journal, _) = open(&dir);
    let mut states = BTreeMap::new();
    let wanted = [State::Completed, State::Declined, State::Unknown, State::Parked];
    for (minor, state) in (1..).zip(wanted.iter().cycle().take(40)) {
        let intent = sale(&mut journal, minor);
        let key = intent.key.clone();
        brought_to(&mut journal, intent, *state);
        states.insert(key, *state);
    }
    journal.checkpoint_when_idle().unwrap();
    (home, dir, states)
}

fn states(dir: &Path) -> BTreeMap<PaymentKey, State> {
    let (journal, _) = open(dir);
    let rows = journal.list(Filter { limit: 1000, ..Filter::default() }).unwrap();
    rows.into_iter().map(|row| (row.key, row.state)).collect()
}

/// What is done to a file's bytes.
type Damage<'d> = &'d dyn Fn(&mut Vec<u8>);

/// Damages a copy, adopts it, and compares; false where the damage hit nothing that is used.
fn check(dir: &Path, before: &BTreeMap<PaymentKey, State>, damage: impl Fn(&mut Vec<u8>)) -> bool {
    let home = tempfile::tempdir().unwrap();
    let copy = home.path().join("journal");
    fs::create_dir(&copy).unwrap();
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
    }
    let mut bytes = fs::read(copy.join(JOURNAL_FILE)).unwrap();
    damage(&mut bytes);
    fs::write(copy.join(JOURNAL_FILE), &bytes).unwrap();
    if verify(&copy).is_ok() {
        assert!(matches!(inspect(&copy), Err(JournalError::NotDamaged { .. })));
        return false;
    }
    assert!(Journal::open(&copy, at(1)).is_err(), "no money is taken before the adoption");
    let shown = inspect(&copy).unwrap();
    let adoption = adopt(&copy, 12_345, at(5_000), "the test's own damage").unwrap();
    let aside = adoption.aside.clone().unwrap();
    assert_eq!(caisson_journal::Adoption { aside: None, ..adoption.clone() }, shown);
    assert_eq!(fs::read(aside.join(JOURNAL_FILE)).unwrap(), bytes, "moved aside, never written");
    verify(&copy).unwrap();

    let after = states(&copy);
    for (key, state) in &after {
        let was = before.get(key).unwrap_or_else(|| panic!("{key} is made up"));
        let is_same = state == was;
        assert!(is_same || *state == State::Parked, "{key} was {was} and is {state}");
    }
    for (key, was) in before.iter().filter(|(_, state)| state.is_open()) {
        let is_known = after.contains_key(key) || adoption.unreadable.contains(key);
        // Where not even its key is readable, the count of lost rows is all there is to tell.
        let is_told = adoption.lost > 0 || !adoption.is_end_known;
        assert!(is_known || is_told, "{key} ({was}) was dropped");
    }
    let (mut journal, _) = open(&copy);
    let key = journal.next_key(TERMINAL).unwrap();
    assert!(!before.contains_key(&key));
    let newest = before.keys().next_back().unwrap();
    assert!(after.is_empty() || key > *newest, "later payments sort behind earlier ones");
    let given_out = before.keys().filter_map(PaymentKey::sequence).max();
    assert!(key.sequence() > given_out, "{key}: a trace number comes again");
    true
}

#[test]
fn each_page_flipped_zeroed_or_cut_off_is_adopted() {
    let (_home, dir, before) = used();
    let pages = fs::metadata(dir.join(JOURNAL_FILE)).unwrap().len() / 4096;
    let mut adopted = 0;
    for page in 0..usize::try_from(pages).unwrap() {
        let at = page * 4096;
        let damages: [Damage<'_>; 3] =
            [&|bytes| bytes[at + 5] ^= 0x55, &|bytes| bytes[at..at + 4096].fill(0), &|bytes| {
                bytes.truncate(at)
            }];
        for damage in damages {
            adopted += usize::from(check(&dir, &before, damage));
        }
    }
    assert!(adopted >= 12, "only {adopted} of {} damages were felt", pages * 3);
}

#[test]
fn what_was_altered_in_one_row_costs_that_payment_its_certainty_and_no_other() {
    let (_home, dir, before) = used();
    // The first amount that is asked, inside the entries alone.
    let find = |bytes: &[u8], text: &[u8]| {
        (0..bytes.len() - text.len()).find(|at| &bytes[*at..*at + text.len()] == text)
    };
    let hit = check(&dir, &before, |bytes| {
        let at = find(bytes, b"order-17\"").unwrap();
        bytes[at] = b'O';
    });
    assert!(hit);
}

#[test]
fn a_whole_journal_is_never_replaced_and_a_reason_is_needed() {
    let (_home, dir, before) = used();
    let refused = adopt(&dir, 1, at(1), "because").unwrap_err();
    assert!(matches!(refused, JournalError::NotDamaged { .. }), "{refused}");
    for why in ["", "  ", "a\u{1b}b", &"x".repeat(201)] {
        assert!(matches!(adopt(&dir, 1, at(1), why), Err(JournalError::Why)));
    }
    assert_eq!(states(&dir), before);
}

#[test]
fn an_adoption_that_was_cut_off_before_its_last_step_is_finished_by_the_next() {
    let (home, dir, before) = used();
    let whole = home.path().join("journal.adopted");
    fs::rename(&dir, &whole).unwrap();
    let adoption = adopt(&dir, 1, at(1), "power failed meanwhile").unwrap();
    assert_eq!(adoption.aside, None);
    assert_eq!(states(&dir), before);
    assert!(!whole.exists());
}

#[test]
fn a_row_number_that_damage_made_huge_keeps_nobody_waiting() {
    let (_home, dir, before) = used();
    let connection = rusqlite::Connection::open(dir.join(JOURNAL_FILE)).unwrap();
    let triggers = rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER;
    connection.set_db_config(triggers, false).unwrap();
    let last = "seq = (SELECT max(seq) FROM entries)";
    let sql = format!("UPDATE entries SET seq = 9000000000000000000 WHERE {last}");
    connection.execute_batch(&sql).unwrap();
    drop(connection);
    // SQLite removed the log when it closed; an empty one is what a checkpoint leaves.
    fs::write(dir.join(caisson_journal::WAL_FILE), []).unwrap();
    let adoption = inspect(&dir).unwrap();
    assert!(!adoption.is_end_known);
    assert_eq!(adoption.lost, 0, "what lies behind the end is not counted");
    let known = adoption.certain + adoption.asked.len() + adoption.parked.len();
    assert_eq!(known, before.len());
}
