//! A medium that is really full: a small tmpfs in a mount namespace of this test's own.
//!
//! The test program runs itself again inside `unshare`. Where the kernel or a container forbids
//! that, the test says so and fails: a journal that was never seen on a full medium is untested.

use crate::common::*;
use caisson_core::Reason;
use caisson_core::operation::OperationKind;
use caisson_core::payment::{Event, Input, Payment, State};
use caisson_journal::{BALLAST_FILE, Commit, Journal, JournalError, Recovery, verify};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

const INSIDE: &str = "CAISSON_JOURNAL_TEST_TMPFS";
/// Room for journal, log, ballast and the low-water mark, and little more.
const TMPFS: &str = "mount -t tmpfs -o size=9m none \"$0\" && exec \"$@\"";

#[test]
fn a_full_medium_refuses_new_payments_and_brings_those_in_the_air_to_their_end() {
    in_a_tmpfs(
        "full::a_full_medium_refuses_new_payments_and_brings_those_in_the_air_to_their_end",
        inside,
    );
}

#[test]
fn a_medium_that_fills_up_at_any_write_loses_nothing_and_comes_back() {
    in_a_tmpfs("full::a_medium_that_fills_up_at_any_write_loses_nothing_and_comes_back", |dir| {
        let began: Vec<bool> = (0..24)
            .map(|free_pages| full_after(&dir.join(free_pages.to_string()), free_pages))
            .collect();
        assert!(began.is_sorted(), "more room never hurts: {began:?}");
        assert_eq!((began.first(), began.last()), (Some(&false), Some(&true)));
    });
}

/// The log is used up, and the medium has room for so many pages more. True where a new payment
/// could begin.
fn full_after(dir: &Path, free_pages: u64) -> bool {
    Journal::create(dir, ID).unwrap();
    let (mut journal, _) = open(dir);
    let intents = [1, 2].map(|minor| sale(&mut journal, minor));
    let mut in_the_air = intents.map(|intent| submitted(&mut journal, intent));
    let new = sale(&mut journal, 4);
    assert!(journal.has_room().unwrap(), "{free_pages}: it was so when it was last asked");
    let log = dir.join(caisson_journal::WAL_FILE);
    let key = &in_the_air[0].intent().key.clone();
    for copy in 0.. {
        // What the next commits write goes behind the end of the file.
        if fs::metadata(&log).unwrap().len() > caisson_journal::WAL_WARM_BYTES + 64 * 1024 {
            break;
        }
        let events = [Event::Printed { copy, failed: Some(Reason::NoAnswer) }];
        let recovery = Recovery::Keep;
        journal.commit(&Commit { key, events: &events, recovery, at: at(5) }).unwrap();
    }
    let filler = dir.join("filler");
    fill(&filler);
    let bytes = fs::metadata(&filler).unwrap().len();
    let cut = |file: fs::File| file.set_len(bytes - free_pages * 4096);
    fs::OpenOptions::new().write(true).open(&filler).and_then(cut).unwrap();

    // Either all of it is there, or nothing and the reason.
    let mut payment = Payment::new(new);
    let first = submit(OperationKind::Financial);
    let began = match step(&mut journal, &mut payment, first, Recovery::Store(SEALED)) {
        Ok(_) => true,
        Err(JournalError::StorageFull { .. }) => false,
        Err(other) => panic!("{free_pages} pages free: {other}"),
    };
    let known = journal.payment(&payment.intent().key).unwrap().is_some();
    assert_eq!(known, began, "{free_pages} pages free");
    for payment in in_the_air.iter_mut().chain(began.then_some(&mut payment)) {
        let minor = payment.intent().amount.minor();
        for input in [heard(caisson_core::operation::Reading::Paid), approved(minor), Input::Served]
        {
            step(&mut journal, payment, input, Recovery::Erase).unwrap();
        }
    }
    drop(journal);
    assert_eq!(verify(dir).unwrap().open, 0, "{free_pages} pages free");
    fs::remove_file(filler).unwrap();
    let (mut journal, _) = open(dir);
    assert!(journal.has_room().unwrap(), "{free_pages}: the ballast is back");
    let intent = sale(&mut journal, 5);
    brought_to(&mut journal, intent, State::Completed);
    drop(journal);
    fs::remove_dir_all(dir).unwrap();
    began
}

/// Runs `work` on a small file system of its own: in a copy of this test program, as the test
/// `name`, in a mount namespace.
fn in_a_tmpfs(name: &str, work: impl FnOnce(&Path)) {
    if let Some(dir) = std::env::var_os(INSIDE) {
        return work(Path::new(&dir));
    }
    let dir = tempfile::tempdir().unwrap();
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", TMPFS])
        .arg(dir.path())
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(INSIDE, dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}

fn inside(dir: &Path) {
    Journal::create(dir, ID).unwrap();
    let (mut journal, _) = open(dir);
    assert!(journal.has_room().unwrap());
    let intents = [1, 2, 3].map(|minor| sale(&mut journal, minor));
    let mut in_the_air = intents.map(|intent| submitted(&mut journal, intent));

    let filler = dir.join("filler");
    fill(&filler);
    assert!(!journal.has_room().unwrap());
    let mut refused = Payment::new(sale(&mut journal, 4));
    let financial = submit(OperationKind::Financial);
    let error = step(&mut journal, &mut refused, financial, Recovery::Store(SEALED)).unwrap_err();
    assert!(matches!(error, JournalError::StorageFull { .. }), "{error}");
    assert!(!error.is_fatal());
    assert_eq!(journal.payment(&refused.intent().key).unwrap(), None);

    use_the_log_up(&mut journal, &in_the_air[0], dir);
    for payment in &mut in_the_air {
        let minor = payment.intent().amount.minor();
        for input in [heard(caisson_core::operation::Reading::Paid), approved(minor), Input::Served]
        {
            step(&mut journal, payment, input, Recovery::Erase).unwrap();
        }
    }
    drop(journal);
    assert_eq!(verify(dir).unwrap().open, 0);

    fs::remove_file(filler).unwrap();
    let (mut journal, _) = open(dir);
    assert!(journal.has_room().unwrap(), "the ballast is back");
    let intent = sale(&mut journal, 5);
    brought_to(&mut journal, intent, State::Completed);
    journal.checkpoint_when_idle().unwrap();
}

fn fill(file: &Path) {
    let mut file = fs::File::create(file).unwrap();
    while file.write_all(&[1; 4096]).is_ok() {}
}

/// Copies of a receipt until the log has outgrown what was laid down, and the ballast is used.
fn use_the_log_up(journal: &mut Journal, payment: &Payment, dir: &Path) {
    let key = &payment.intent().key;
    for copy in 0..400 {
        let events = [Event::Printed { copy, failed: Some(Reason::NoAnswer) }];
        let recovery = Recovery::Keep;
        journal.commit(&Commit { key, events: &events, recovery, at: at(5) }).unwrap();
        if fs::metadata(dir.join(BALLAST_FILE)).unwrap().len() == 0 {
            return;
        }
    }
    panic!("the ballast was never needed");
}
