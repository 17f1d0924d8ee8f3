//! Bits flipped, files cut, rows changed: found, or without effect on what the journal says.

use crate::common::*;
use caisson_core::payment::State;
use caisson_journal::{
    ChainFault, Filter, JOURNAL_FILE, Journal, JournalError, PaymentRow, WAL_FILE, verify,
};
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Payments in the database file, and some more in the log alone.
fn used() -> TempDir {
    let dir = created();
    let (mut journal, _) = open(dir.path());
    let states = [State::Completed, State::Declined, State::Unknown, State::Parked];
    for (minor, state) in (1..).zip(states.iter().cycle().take(24)) {
        if minor == 17 {
            journal.checkpoint_when_idle().unwrap();
        }
        let intent = sale(&mut journal, minor);
        let payment = brought_to(&mut journal, intent, *state);
        if *state == State::Completed {
            let intent = refund(&mut journal, &payment.intent().key, minor);
            brought_to(&mut journal, intent, State::Completed);
        }
    }
    dir
}

/// Everything that the journal says.
fn said(dir: &Path) -> Result<(Vec<String>, Vec<PaymentRow>), JournalError> {
    verify(dir)?;
    let lines = try_lines(dir)?;
    let (journal, _) = Journal::open(dir, at(9_000))?;
    Ok((lines, journal.list(Filter { limit: 1000, ..Filter::default() })?))
}

/// Numbers from a seed (splitmix64).
fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn flip(bytes: &mut [u8], used: usize, seed: &mut u64) -> usize {
    let bit = usize::try_from(next(seed) % (used as u64 * 8)).unwrap();
    bytes[bit / 8] ^= 1 << (bit % 8);
    bit
}

#[test]
fn a_flipped_bit_in_the_database_is_found_or_changes_nothing() {
    let source = used();
    // Everything into the database, so that no page of the log hides a bad one.
    open(source.path()).0.checkpoint_when_idle().unwrap();
    let files = Files::read(source.path());
    let good = said(source.path()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mut seed = 20_261_122;
    let mut found = 0;
    for _ in 0..400 {
        let mut bad = files.clone();
        let length = bad.database.len();
        let bit = flip(&mut bad.database, length, &mut seed);
        bad.write(dir.path());
        match said(dir.path()) {
            Err(_) => found += 1,
            Ok(said) => assert!(said == good, "bit {bit} changed what the journal says"),
        }
    }
    assert!(found > 100, "only {found} of 400 were found: the flips do not reach what is used");
}

#[test]
fn a_flipped_bit_in_the_log_is_found_or_cuts_the_tail_off_cleanly() {
    let source = used();
    let files = Files::read(source.path());
    let good = lines(source.path());
    let used_bytes = files.log.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    let dir = tempfile::tempdir().unwrap();
    let mut seed = 7;
    for _ in 0..200 {
        let mut bad = files.clone();
        let bit = flip(&mut bad.log, used_bytes, &mut seed);
        bad.write(dir.path());
        if let Ok((lines, _)) = said(dir.path()) {
            assert!(good.starts_with(&lines), "bit {bit} changed what the journal says");
        }
    }
}

#[test]
fn a_log_cut_at_any_frame_shows_whole_commits_and_the_boot_with_its_unknowns() {
    let dir = created();
    let (mut journal, _) = open(dir.path());
    let intents = [1, 2, 3].map(|minor| sale(&mut journal, minor));
    for intent in intents {
        submitted(&mut journal, intent);
    }
    drop(journal);
    drop(open(dir.path()));
    let files = Files::read(dir.path());
    let all = kinds(dir.path());
    assert_eq!(all[all.len() - 4..], ["boot", "unknown", "unknown", "unknown"]);
    let frame = 4096 + 24;
    let mut seen = Vec::new();
    for length in (32..files.log.len()).step_by(frame).take(40) {
        let cut = Files { log: files.log[..length].to_vec(), ..files.clone() };
        let copy = tempfile::tempdir().unwrap();
        cut.write(copy.path());
        verify(copy.path()).unwrap();
        let kinds = kinds(copy.path());
        assert!(all.starts_with(&kinds));
        seen.push(kinds.len());
    }
    seen.dedup();
    assert_eq!(seen, [all.len() - 4, all.len()], "the boot's commit is there or not");
}

#[test]
fn a_database_that_was_cut_is_damaged() {
    let source = used();
    open(source.path()).0.checkpoint_when_idle().unwrap();
    let files = Files::read(source.path());
    let dir = tempfile::tempdir().unwrap();
    for length in (0..files.database.len()).step_by(4096).chain([1, 99, 5000]) {
        let database = files.database[..length].to_vec();
        Files { database, log: Vec::new() }.write(dir.path());
        assert!(verify(dir.path()).is_err(), "{length} of {} bytes", files.database.len());
    }
}

#[test]
fn a_log_or_a_database_that_is_gone_is_missed() {
    let dir = used();
    let files = Files::read(dir.path());
    fs::remove_file(dir.path().join(WAL_FILE)).unwrap();
    assert!(matches!(verify(dir.path()), Err(JournalError::LogMissing { .. })));
    assert!(matches!(Journal::open(dir.path(), at(1)), Err(JournalError::LogMissing { .. })));
    files.write(dir.path());
    fs::write(dir.path().join(JOURNAL_FILE), []).unwrap();
    assert!(matches!(verify(dir.path()), Err(JournalError::Damaged { .. })));
    assert!(Files::read(dir.path()).log == files.log, "the log is kept for whoever adopts it");
    fs::remove_file(dir.path().join(JOURNAL_FILE)).unwrap();
    assert!(matches!(Journal::open(dir.path(), at(1)), Err(JournalError::OrphanLog { .. })));
    assert!(matches!(Journal::create(dir.path(), 1), Err(JournalError::OrphanLog { .. })));
}

#[test]
fn verifying_and_exporting_change_no_byte() {
    let dir = used();
    let before = Files::read(dir.path());
    verify(dir.path()).unwrap();
    lines(dir.path());
    assert!(before == Files::read(dir.path()));
}

/// A used journal after somebody with SQLite, who goes round the triggers, has changed it.
fn changed(sql: &str) -> TempDir {
    let dir = used();
    let connection = Connection::open(dir.path().join(JOURNAL_FILE)).unwrap();
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false).unwrap();
    connection.execute_batch(sql).unwrap();
    drop(connection);
    // SQLite removed the log when it closed; an empty one is what a checkpoint leaves.
    fs::write(dir.path().join(WAL_FILE), []).unwrap();
    dir
}

#[track_caller]
fn check(sql: &str, expected: &str) {
    let dir = changed(sql);
    let found = verify(dir.path()).unwrap_err();
    assert_eq!(found.is_fatal(), !matches!(found, JournalError::OtherFormat { .. }));
    let opened = Journal::open(dir.path(), at(1)).map(|_| ()).unwrap_err();
    assert_eq!(opened.to_string(), found.to_string());
    let text = found.to_string().replace(&format!("{}/", dir.path().display()), "");
    let named = text.split(';').next().unwrap();
    let key = named
        .split(['=', ' ', ':'])
        .find(|word| word.len() > 20 && *word == word.to_uppercase())
        .unwrap_or("no key");
    assert_eq!(named.replace(key, "KEY"), expected, "{sql}");
}

#[test]
fn tampering_is_found_and_named() {
    let payment = "journal.db: payments, key KEY: not what the entries say";
    check("UPDATE payments SET amount = 99 WHERE amount = 7", payment);
    check("UPDATE payments SET state = 'declined' WHERE amount = 1", payment);
    check("UPDATE payments SET last_ms = 5 WHERE amount = 24", payment);
    check("DELETE FROM payments WHERE amount = 1", payment);
    check("DELETE FROM payments WHERE amount = 24", payment);
    check(
        "INSERT INTO payments SELECT 'ZZ' || key, kind, app, service, state, currency, amount,
           approved, original, merchant_order, reason, watched, open, first_seq, first_ms,
           first_quality, last_seq, last_ms, last_quality, note FROM payments LIMIT 1",
        payment,
    );
    let note = "journal.db: payments, note of key KEY: not what the entries say";
    check("UPDATE payments SET note = x'00' WHERE amount = 24", note);
    check("UPDATE payments SET note = NULL WHERE note IS NOT NULL", note);
    check("UPDATE payments SET note = x'00' WHERE amount = 1", note);
    check("DROP INDEX payments_by_original", "journal.db is damaged: schema: payments_by_original");
    check(
        "CREATE TABLE mine (x)",
        "journal.db is damaged: schema: an object that is not the journal's",
    );
    check(
        "DROP TRIGGER entries_are_not_deleted",
        "journal.db is damaged: schema: entries_are_not_deleted",
    );
    check(
        "PRAGMA journal_mode = DELETE",
        "journal.db is damaged: header: the file says that it has no write-ahead log",
    );
    check("PRAGMA user_version = 4", "journal.db: user_version is 4, this version reads 3");
}

#[track_caller]
fn check_chain(sql: &str, row: u64, fault: ChainFault) {
    let dir = changed(sql);
    let mut out = Vec::new();
    for found in [
        verify(dir.path()).map(|_| ()).unwrap_err(),
        caisson_journal::export(dir.path(), &mut out).map(|_| ()).unwrap_err(),
    ] {
        match found {
            JournalError::ChainBroken { seq, fault: found, .. } => {
                assert_eq!((seq, found), (row, fault), "{sql}");
            }
            other => panic!("{sql}: {other}"),
        }
    }
    assert_eq!(String::from_utf8(out).unwrap().lines().count() as u64, row - 1);
}

#[test]
fn the_row_that_breaks_the_chain_is_named_and_those_before_it_exported() {
    use ChainFault::{Hash, Missing};
    check_chain("UPDATE entries SET body = replace(body, 'CNY', 'USD') WHERE seq = 3", 3, Hash);
    check_chain("UPDATE entries SET at_ms = at_ms + 1 WHERE seq = 5", 5, Hash);
    check_chain("UPDATE entries SET at_quality = 'user' WHERE seq = 5", 5, Hash);
    check_chain("UPDATE entries SET key = 'A' WHERE seq = 5", 5, Hash);
    check_chain("UPDATE entries SET kind = 'parked' WHERE seq = 5", 5, Hash);
    check_chain("UPDATE entries SET hash = zeroblob(32) WHERE seq = 5", 5, Hash);
    check_chain("DELETE FROM entries WHERE seq = 9", 9, Missing);
    check_chain("UPDATE entries SET seq = 1000 WHERE seq = 9", 9, Missing);
    check_chain("DELETE FROM entries WHERE seq = 1", 1, Missing);
    check_chain("DELETE FROM entries", 1, Missing);
}
