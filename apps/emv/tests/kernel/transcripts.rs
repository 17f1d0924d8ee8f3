//! Transcripts in words. `tests/transcripts` holds what cards of the deck and the kernel said to
//! each other, as files that a developer could have recorded, and beside each what the trace says.
//! `CAISSON_BLESS=1` writes both anew.

use crate::till::{Issuer, Till};
use caisson_cards::deck;
use caisson_emv::{Configuration, trace::trace};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// A sale with `card` as a file.
fn recorded(card: &str, till: Till, header: &str) -> String {
    let ran = till.run(&deck::profile(card).unwrap()).unwrap();
    let mut file = header.to_owned();
    for (command, answer) in &ran.wire.0.borrow().log {
        writeln!(file, "> {}\n< {}", hex(command), hex(answer)).unwrap();
    }
    file
}

fn words(file: &str) -> String {
    trace(file.as_bytes(), &Configuration::read(None, None, None).unwrap())
}

/// The stored transcript `name` in words; `recorded` makes it anew where that is asked for.
#[track_caller]
fn check(name: &str, recorded: impl FnOnce() -> String) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let file = folder.join(format!("{name}.txt"));
    let expected = folder.join(format!("{name}.expected"));
    let is_blessed = std::env::var_os("CAISSON_BLESS").is_some();
    if is_blessed {
        fs::create_dir_all(&folder).unwrap();
        fs::write(&file, recorded()).unwrap();
    }
    let told = words(&fs::read_to_string(&file).unwrap());
    if is_blessed {
        fs::write(&expected, &told).unwrap();
    }
    assert_eq!(told, fs::read_to_string(&expected).unwrap(), "{}", expected.display());
}

#[test]
fn an_inserted_card_with_a_signed_cryptogram() {
    let header = "# A UnionPay credit card, inserted; the issuer approves.\n# date: 261127\n\
                  # time: 235959\n# amount: 1200\n# unpredictable: 11223344\n";
    check("inserted-cda", || recorded("union-credit-pin", Till::new(), header));
}

#[test]
fn a_pin_that_the_card_compares_and_an_issuer_that_declines() {
    // No header at all: what the sale was stands in the commands.
    let till = Till::new().issuer(Issuer::Declines);
    check("offline-pin-declined", || recorded("visa-offline-enciphered-pin", till, ""));
}

#[test]
fn a_tap() {
    check("tapped", || recorded("tap-union", Till::new().tap(200_000), "# amount: 200000\n"));
}

/// A file with nothing but its exchanges, and a sale that the kernel would have run otherwise.
#[test]
fn another_terminal_is_told_where_it_does_otherwise_than_the_kernel() {
    let file = recorded("visa-dda", Till::new(), "# amount: 999\n# type: 00\n# date: soon\n");
    // The other terminal sold for another amount, asked for the card's counters, and left out
    // EXTERNAL AUTHENTICATE.
    let lines: Vec<&str> = file.lines().collect();
    let at = lines.iter().position(|line| line.starts_with("> 80AE")).unwrap();
    let external = lines.iter().position(|line| line.starts_with("> 0082")).unwrap();
    let mut other: Vec<&str> = lines[..at].to_vec();
    other.extend(["> 80CA9F3600", "< 9F360200019000", "> 80CA9F1300", "< 6A88"]);
    other.extend(&lines[at..external]);
    other.extend(&lines[external + 2..]);
    other.push("not a line of this format");
    check("another-terminal", || format!("{}\n", other.join("\n")));
}

#[test]
fn no_transcript_shows_an_account_a_track_a_name_or_a_pin() {
    for (name, _) in deck::CARDS {
        let profile = deck::profile(name).unwrap();
        let Some(ran) = Till::new().run(&profile) else { continue };
        let pan = ran.first.account.as_ref().map(|account| account.pan.clone());
        let mut file = String::new();
        for (command, answer) in &ran.wire.0.borrow().log {
            if answer.len() >= 2 {
                writeln!(file, "> {}\n< {}", hex(command), hex(answer)).unwrap();
            }
        }
        let told = words(&file);
        for secret in pan.iter().map(String::as_str).chain(["241234FFFFFFFFFF", "2412 34", "TEST/"])
        {
            assert!(!told.contains(secret), "{name}: {secret}\n{told}");
        }
        // And it would be found: the file itself has it.
        assert!(pan.is_none_or(|pan| file.contains(&pan)), "{name}");
    }
}

#[test]
fn a_plain_pin_in_a_file_is_not_shown() {
    let file = recorded("visa-offline-plain-pin", Till::new(), "");
    assert!(file.contains("0020008008241234FFFFFFFFFF"));
    let told = words(&file);
    assert!(!told.contains("241234") && !told.contains("1234FF"), "{told}");
    assert!(told.contains("VERIFY: 9000"), "{told}");
}

#[test]
fn whatever_the_file_is_it_gets_an_answer() {
    let sale = "contact, amount 0 in minor units of 156, type 00, date 000101, time 000000, \
                unpredictable number 00000000\n";
    for file in ["", "\n\n", "hello", "> zz", "< 9000", "> 00A40400", "\u{0}\u{FFFD}", "#:\n#"] {
        let told = words(file);
        assert!(told.contains(sale), "{told}");
        assert!(told.contains("! the file has no command with an answer"), "{told}");
    }
    let endless = "> 00B2010C00\n< 6F009000\n".repeat(3000);
    let told = words(&endless);
    assert!(told.contains("! only the first 1000 exchanges are read"));
    let huge = vec![b'>'; 2_000_000];
    let told = trace(&huge, &Configuration::read(None, None, None).unwrap());
    assert!(told.starts_with("! only the first 1048576 bytes of the file are read"));
}
