//! Every corpus replayed, and seeded changes to it tried: on each run of the tests, in seconds.
//!
//! An input that breaks a promise is printed. Put it, as small as it still breaks, into the corpus
//! of its target under a name that says what it is, and it is tried for ever.
#![cfg(test)] // tells clippy that the helpers, too, are tests

use caisson_emv::{Configuration, hostile};
use caisson_fuzz::{Input, Mutator, TARGETS, Target, corpus, folder, found};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The seed of what every run of the tests tries.
const SEED: u64 = 1;
/// Most files of a corpus, and the largest: people read them.
const FILES_MAX: usize = 40;
const FILE_BYTES_MAX: usize = 4 * 1024;

#[track_caller]
fn try_one(target: &Target, bytes: &[u8], what: &str) {
    let tried = catch_unwind(AssertUnwindSafe(|| (target.run)(bytes)));
    assert!(tried.is_ok(), "{}, {what}:\n{}", target.name, bytes.escape_ascii());
}

#[track_caller]
fn check(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let inputs = corpus(&folder().join(name));
    assert!((1..=FILES_MAX).contains(&inputs.len()), "{name}: {} files", inputs.len());
    for input in &inputs {
        assert!(input.bytes.len() <= FILE_BYTES_MAX, "{name}/{}: too large", input.name);
        try_one(target, &input.bytes, &input.name);
    }
    for input in found(name) {
        try_one(target, &input.bytes, &input.name);
    }
    try_one(target, b"", "nothing");
    let mut mutator = Mutator::new(&inputs, SEED);
    for number in 0..target.mutations {
        try_one(target, &mutator.next_input(), &format!("mutation {number} of seed {SEED}"));
    }
}

#[test]
fn an_answer_proves_no_more_than_it_says() {
    check("answer");
}

#[test]
fn a_banks_answer_proves_no_more_than_its_code_says() {
    check("bank_answer");
}

#[test]
fn nothing_counts_over_a_banks_line_without_its_message_code() {
    check("bank_exchange");
}

#[test]
fn a_destination_is_complete_or_refused_with_its_line() {
    check("destination");
}

#[test]
fn a_document_prints_as_it_was_drawn() {
    check("document");
}

#[test]
fn a_printers_line_is_understood_or_refused() {
    check("escpos");
}

#[test]
fn an_event_is_written_as_it_was_read() {
    check("event");
}

#[test]
fn nothing_counts_over_the_line_but_what_the_acquirer_signed() {
    check("exchange");
}

#[test]
fn a_frame_is_never_larger_than_its_bytes() {
    check("frame");
}

#[test]
fn a_message_is_read_as_it_was_written_and_shows_no_card() {
    check("iso8583");
}

#[test]
fn damage_to_a_journal_is_seen_and_adopted() {
    check("journal");
}

#[test]
fn any_card_has_an_end_that_it_cannot_choose_and_its_account_never_shows() {
    check("kernel");
}

#[test]
fn a_manifest_keeps_its_limits_and_reads_as_it_prints() {
    check("manifest");
}

#[test]
fn only_the_very_package_that_was_signed_is_approved() {
    check("package");
}

#[test]
fn a_code_is_written_as_it_was_read_and_never_shown() {
    check("payload");
}

#[test]
fn a_picture_is_read_or_refused_in_one_line() {
    check("picture");
}

#[test]
fn a_profile_holds_only_values_that_can_be() {
    check("profile");
}

#[test]
fn an_app_never_writes_what_the_host_writes() {
    check("request");
}

#[test]
fn a_scenario_is_read_or_refused_with_its_line() {
    check("scenario");
}

#[test]
fn a_changed_key_store_is_never_opened() {
    check("sealed_file");
}

#[test]
fn a_signature_has_one_text() {
    check("signature");
}

#[test]
fn a_step_is_read_or_its_sentence_shown() {
    check("step");
}

#[test]
fn objects_of_a_card_are_read_as_they_are_written_or_refused_with_their_offset() {
    check("tlv");
}

#[test]
fn a_transcript_has_words_and_no_card_number_in_them() {
    check("transcript");
}

#[test]
fn a_view_keeps_its_caps() {
    check("view");
}

#[test]
fn a_word_has_one_text() {
    check("words");
}

/// What `examples/deck.rs` recorded leads where it led: else the target would begin at nothing.
#[test]
fn recorded_cards_come_to_the_end_that_their_names_say() {
    let configuration = Configuration::read(None, None, None).unwrap();
    let mut ends = BTreeMap::new();
    for Input { name, bytes } in corpus(&folder().join("kernel")) {
        let (first, last) = hostile::run(&bytes, &configuration);
        let end = format!("{:?}", last.unwrap_or(first).decision);
        match name.split_once('-') {
            Some(("inserted" | "tapped", _)) => assert_eq!(end, "Approved", "{name}"),
            Some(("refused", _)) => assert_eq!(end, "Declined", "{name}"),
            _ => continue,
        }
        *ends.entry(end).or_insert(0) += 1;
    }
    assert!(ends["Approved"] >= 10 && ends["Declined"] >= 4, "{ends:?}");
}

#[test]
fn every_target_has_a_test_a_corpus_and_a_target_for_long_runs() {
    let home = folder().join("..");
    let tests = fs::read_to_string(home.join("tests/replay.rs")).unwrap();
    let long = fs::read_to_string(home.join("cargo-fuzz/Cargo.toml")).unwrap();
    for Target { name, .. } in TARGETS {
        assert!(tests.contains(&format!("check(\"{name}\")")), "{name} has no test");
        let file = format!("fuzz_targets/{name}.rs");
        let text = fs::read_to_string(home.join("cargo-fuzz").join(&file)).unwrap();
        assert!(text.contains(&format!("caisson_fuzz::{name}(data)")), "{file}");
        assert!(long.contains(&format!("path = \"{file}\"")), "{file} is not in Cargo.toml");
    }
    let names: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    let folders = fs::read_dir(folder()).unwrap();
    let folders: BTreeSet<String> =
        folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(folders, names);
    let runs = fs::read_dir(folder().join("../found")).unwrap();
    for file in runs.map(|entry| entry.unwrap().file_name().into_string().unwrap()) {
        let target = file.strip_suffix(".hex").unwrap();
        assert!(names.contains(target), "found/{file} is of no target");
        assert!(found(target).len() >= 10, "found/{file} is empty");
    }
}
