//! A real process, killed in the middle of its commits; and two processes at once.

use crate::common::*;
use caisson_core::payment::State;
use caisson_journal::{Journal, JournalError, verify};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Tells a copy of this test program to be the terminal that is killed.
const CHILD: &str = "CAISSON_JOURNAL_TEST_CHILD";

/// A copy of this test program that runs only [`the_child_commits_until_it_is_killed`].
fn child(dir: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::the_child_commits_until_it_is_killed", "--nocapture"])
        .env(CHILD, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The body of the child; as a test of its own it has nothing to do.
#[test]
fn the_child_commits_until_it_is_killed() {
    let Some(dir) = std::env::var_os(CHILD) else { return };
    let (mut journal, _) = open(Path::new(&dir));
    for minor in 1.. {
        let states = [State::Authorising, State::Unknown, State::Approved, State::Completed];
        let state = states[usize::try_from(minor).unwrap() % states.len()];
        let intent = sale(&mut journal, minor);
        let key = brought_to(&mut journal, intent, state).intent().key.clone();
        println!("\nacknowledged {key} {state} {}", journal.head().seq);
        std::io::stdout().flush().unwrap();
        if minor % 7 == 0 {
            journal.checkpoint_when_idle().unwrap();
        }
    }
}

#[test]
fn whatever_was_acknowledged_before_a_kill_is_there_after_it() {
    let dir = created();
    let mut acknowledged = Vec::new();
    for acknowledgements in [1, 2, 9, 20, 33] {
        let mut child = child(dir.path());
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut acknowledged_now = lines.filter(|line| line.starts_with("acknowledged "));
        acknowledged.extend(acknowledged_now.by_ref().take(acknowledgements));
        // The child is now somewhere in its next sale.
        child.kill().unwrap();
        child.wait().unwrap();
        // What it managed to say before it died counts too.
        acknowledged.extend(acknowledged_now);

        let (journal, boot) = open(dir.path());
        for line in &acknowledged {
            let words: Vec<&str> = line.split(' ').collect();
            let state = journal.payment(&words[1].parse().unwrap()).unwrap().unwrap().state();
            let expected = words[2].replace("authorising", "unknown");
            assert_eq!(state.name(), expected, "{line}");
            assert!(words[3].parse::<u64>().unwrap() <= boot.rows_verified);
        }
    }
    assert!(acknowledged.len() >= 65);
    verify(dir.path()).unwrap();
}

#[test]
fn a_second_opener_is_told_to_stop_the_terminal_first() {
    let dir = created();
    let mut child = child(dir.path());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.starts_with("acknowledged ")));
    let found = [
        Journal::open(dir.path(), at(1)).map(|_| ()).unwrap_err(),
        verify(dir.path()).map(|_| ()).unwrap_err(),
        try_lines(dir.path()).map(|_| ()).unwrap_err(),
    ];
    child.kill().unwrap();
    child.wait().unwrap();
    for error in found {
        assert!(matches!(error, JournalError::InUse { .. }), "{error}");
        assert!(
            error
                .to_string()
                .ends_with("journal.db is in use by another process; stop the terminal first")
        );
    }
    let (journal, _) = open(dir.path());
    let second = Journal::open(dir.path(), at(1)).map(|_| ()).unwrap_err();
    assert!(matches!(second, JournalError::InUse { .. }), "{second}");
    drop(journal);
    open(dir.path());
}
