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
    if let Some(dir) = std::env::var_os(INSIDE) {
        return inside(Path::new(&dir));
    }
    let dir = tempfile::tempdir().unwrap();
    let name = "full::a_full_medium_refuses_new_payments_and_brings_those_in_the_air_to_their_end";
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
