//! What is made, what is kept warm, and what must not stay behind.

use crate::common::*;
use caisson_core::payment::{Input, State};
use caisson_journal::{
    BALLAST_BYTES, BALLAST_FILE, JOURNAL_FILE, Journal, JournalError, Recovery, WAL_FILE,
    WAL_WARM_BYTES, verify,
};
use std::fs;

#[test]
fn a_new_journal_is_whole_warm_and_never_overwritten() {
    let dir = created();
    let size = |name: &str| fs::metadata(dir.path().join(name)).unwrap().len();
    assert!(size(WAL_FILE) >= WAL_WARM_BYTES);
    assert_eq!(size(BALLAST_FILE), BALLAST_BYTES);
    let mut names: Vec<_> =
        fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, [BALLAST_FILE, JOURNAL_FILE, WAL_FILE]);
    let before = Files::read(dir.path());
    let again = Journal::create(dir.path(), 1).unwrap_err();
    assert!(matches!(again, JournalError::AlreadyThere { .. }));
    assert!(before == Files::read(dir.path()));
    let found = verify(dir.path()).unwrap();
    assert_eq!((found.journal_id, found.rows, found.boots, found.payments), (ID, 1, 0, 0));
}

#[test]
fn a_cut_off_attempt_is_removed_by_the_next() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Journal::open(dir.path(), at(1)), Err(JournalError::Missing { .. })));
    for name in ["journal.new", "journal.new-wal", "journal.new-journal", BALLAST_FILE] {
        fs::write(dir.path().join(name), b"half").unwrap();
    }
    fs::write(dir.path().join(WAL_FILE), []).unwrap();
    assert!(matches!(Journal::open(dir.path(), at(1)), Err(JournalError::Missing { .. })));
    Journal::create(dir.path(), ID).unwrap();
    assert_eq!(open(dir.path()).1.number, 1);
}

#[test]
fn an_install_cut_off_before_the_log_was_warm_is_finished_by_the_opening() {
    let dir = created();
    fs::write(dir.path().join(WAL_FILE), []).unwrap();
    assert_eq!(open(dir.path()).1.number, 1);
    assert!(fs::metadata(dir.path().join(WAL_FILE)).unwrap().len() >= WAL_WARM_BYTES);
}

#[test]
fn a_commit_grows_no_file_while_the_log_is_warm() {
    let dir = created();
    let (mut journal, _) = open(dir.path());
    let sizes =
        || [JOURNAL_FILE, WAL_FILE].map(|name| fs::metadata(dir.path().join(name)).unwrap().len());
    for _ in 0..3 {
        let before = sizes();
        for minor in 1..=8 {
            let intent = sale(&mut journal, minor);
            brought_to(&mut journal, intent, State::Completed);
        }
        assert_eq!(sizes(), before);
        journal.checkpoint_when_idle().unwrap();
    }
}

#[test]
fn an_erased_note_is_in_no_file_after_the_next_checkpoint() {
    // It has reached the database, or was only ever in the log.
    [true, false].into_iter().for_each(check_erased);
}

fn check_erased(with_checkpoint_between: bool) {
    let dir = created();
    let (mut journal, _) = open(dir.path());
    // Long enough for pages of its own, and known by any sixteen bytes in a row.
    let note: Vec<u8> = SEALED.iter().copied().cycle().take(8 * 1024).collect();
    let is_there = || {
        let files = Files::read_beside(dir.path());
        note[..SEALED.len()].windows(16).any(|piece| files.contain(piece))
    };
    let intent = sale(&mut journal, 5);
    let mut payment = caisson_core::payment::Payment::new(intent);
    let submit = submit(caisson_core::operation::OperationKind::Financial);
    step(&mut journal, &mut payment, submit, Recovery::Store(&note)).unwrap();
    assert!(is_there(), "the search finds what is there");
    if with_checkpoint_between {
        journal.checkpoint_when_idle().unwrap();
        assert!(is_there(), "a checkpoint alone erases nothing");
    }
    for (input, recovery) in [
        (heard(caisson_core::operation::Reading::Paid), Recovery::Keep),
        (approved(5), Recovery::Erase),
        (Input::Served, Recovery::Erase),
    ] {
        step(&mut journal, &mut payment, input, recovery).unwrap();
    }
    assert_eq!(journal.recovery(&payment.intent().key).unwrap(), None);
    journal.checkpoint_when_idle().unwrap();
    assert!(!is_there());
    drop(journal);
    verify(dir.path()).unwrap();
}
