//! A payment that waits for the owner, from the code's hash in the profile to the journal.

use crate::common::{Desk, Running, acquirer, write_code};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{ChildStdin, ChildStdout, Stdio};

const RUN: &str = "run --profile till/profile.toml";

/// A terminal whose owner releases what is above 500.00, with the code 482913.
fn desk_with_owner() -> Desk {
    let desk = Desk::new();
    desk.provision();
    let line = desk.run_with("owner-code", "482913\n");
    assert_eq!((line.status, line.stderr.as_str()), (0, ""));
    assert!(line.stdout.starts_with("code = \"$argon2id$v=19$"), "{line:?}");
    let profile = desk.path("till/profile.toml");
    let text = std::fs::read_to_string(&profile).unwrap();
    let rules = format!(
        "{text}\n[owner]\n{}notify = {{ destination = \"wallet\", operation = \"notice\" }}\n\
         \n[[risk]]\npayment-above = \"500.00\"\nthen = \"hold\"\n",
        line.stdout
    );
    desk.write("till/profile.toml", rules);
    desk
}

/// Starts the terminal: its input, what it says, and the process, which ends with the test.
fn start(desk: &Desk) -> (ChildStdin, BufReader<ChildStdout>, Running) {
    let mut command = desk.command(RUN);
    let mut run = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (keys, said) = (run.stdin.take().unwrap(), run.stdout.take().unwrap());
    (keys, BufReader::new(said), Running(run))
}

/// Reads until a line holds `text`; that line.
fn until(said: &mut BufReader<ChildStdout>, text: &str) -> String {
    let mut all = String::new();
    loop {
        let before = all.len();
        assert_ne!(said.read_line(&mut all).unwrap(), 0, "\"{text}\" never came:\n{all}");
        if all[before..].contains(text) {
            return all[before..].to_owned();
        }
    }
}

#[test]
fn a_held_payment_is_released_by_the_code_and_the_journal_says_so() {
    let desk = desk_with_owner();
    let _acquirer = acquirer(&desk);
    write_code(&desk.path("code.png"), "134567890123456789");
    let (mut keys, mut said, _run) = start(&desk);
    keys.write_all(b"hold code.png\npay 650.00\n").unwrap();
    let held = until(&mut said, "the owner releases");
    assert!(held.contains("CNY 650.00"), "{held}");
    assert!(held.contains("[owner CODE, no, cancel, 119 s]"), "{held}");
    keys.write_all(b"owner 111111\n").unwrap();
    until(&mut said, "Wrong code, 2 tries left.");
    keys.write_all(b"owner 482913\n").unwrap();
    until(&mut said, "approved 650.00");
    let told = until(&mut said, "  payment ");
    let key = told.split_once("payment ").unwrap().1.split_once(':').unwrap().0.to_owned();
    drop(keys);
    until(&mut said, "every payment is certain");

    let shown = desk.run(&format!("journal show {key} --folder till"));
    let released = "CNY 650.00 asked; released by the owner (The amount is one that the owner \
                    releases.)";
    assert!(shown.stdout.contains(released), "{shown:?}");
}

#[test]
fn whoever_says_no_to_a_held_payment_has_begun_nothing() {
    let desk = desk_with_owner();
    let (mut keys, mut said, _run) = start(&desk);
    keys.write_all(b"pay 650.00\n").unwrap();
    until(&mut said, "the owner releases");
    keys.write_all(b"no\n").unwrap();
    until(&mut said, "declined 650.00: The owner did not release this payment.");
    drop(keys);
    until(&mut said, "every payment is certain");
    let listed = desk.run("journal list --folder till");
    assert!(!listed.stdout.contains("650.00"), "{listed:?}");
}

#[test]
fn a_code_that_nobody_could_key_is_refused_and_shown_nowhere() {
    let desk = Desk::new();
    for wrong in ["48291\n", "482a13\n", "\n", ""] {
        let said = desk.run_with("owner-code", wrong);
        assert_eq!(
            (said.stdout.as_str(), said.stderr.as_str(), said.status),
            (
                "",
                "error: a code has 6 to 12 digits\nhint: write digits alone: printf 482913 | \
                 caisson owner-code\n",
                1
            )
        );
    }
}

#[test]
fn an_operators_table_goes_to_the_end_of_a_profile_and_a_wrong_name_or_code_makes_none() {
    let desk = Desk::new();
    desk.provision();
    let made = desk.run_with("operator Li --role supervisor", "482913\n");
    assert_eq!((made.status, made.stderr.as_str()), (0, ""));
    let head = "\n[[operator]]\nname = \"Li\"\nrole = \"supervisor\"\ncode = \"$argon2id$v=19$";
    assert!(made.stdout.starts_with(head), "{made:?}");
    let profile = desk.path("till/profile.toml");
    let text = std::fs::read_to_string(&profile).unwrap() + &made.stdout;
    desk.write("till/profile.toml", text);
    let run = desk.run_with(RUN, "");
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{run:?}");

    let wrong = desk.run_with("operator Li --role owner", "48291\n");
    assert_eq!((wrong.status, wrong.stdout.as_str()), (1, ""));
    assert!(wrong.stderr.starts_with("error: a code has 6 to 12 digits\n"), "{wrong:?}");
    let long = desk.run_with("operator 123456789012345678901 --role owner", "482913\n");
    assert_eq!(
        (long.status, long.stderr.as_str()),
        (
            1,
            "error: that is no name for a screen\nhint: write 1 to 20 plain characters without \
             blanks at the ends\n"
        )
    );
}

#[test]
fn a_wrong_owners_code_is_told_by_the_journal() {
    let desk = desk_with_owner();
    let (mut keys, mut said, _run) = start(&desk);
    keys.write_all(b"pay 650.00\n").unwrap();
    until(&mut said, "the owner releases");
    keys.write_all(b"owner 111111\n").unwrap();
    until(&mut said, "Wrong code, 2 tries left.");
    keys.write_all(b"no\n").unwrap();
    drop(keys);
    until(&mut said, "every payment is certain");
    let told = desk.run("journal desk --folder till");
    assert_eq!((told.status, told.stderr.as_str()), (0, ""));
    assert!(told.stdout.contains("  wrong owner's code for "), "{told:?}");
    assert!(told.stdout.ends_with(", 2 left\n"), "{told:?}");
}
