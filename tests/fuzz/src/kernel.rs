//! What a card does to the kernel, and a transcript of both that somebody recorded.

use crate::cards::shows_no_number;
use caisson_emv::{Configuration, Decision, Outcome, hostile, trace};
use std::iter;
use std::sync::LazyLock;

/// Longest text of a transcript: 4 MiB, and what the last exchange says beyond them.
const WORDS_BYTES_MAX: usize = 5 * 1024 * 1024;

static CONFIGURATION: LazyLock<Configuration> =
    LazyLock::new(|| Configuration::read(None, None, None).unwrap());

/// A sale, a cardholder, an issuer, and a card that answers what stands here: see
/// [`caisson_emv::hostile`], which also holds most of the promises.
///
/// # Panics
/// Where the kernel breaks one of them, decides otherwise when it is asked again, or lets an
/// account show where anybody can read.
pub fn kernel(data: &[u8]) {
    let ran = hostile::run(data, &CONFIGURATION);
    let again = hostile::run(data, &CONFIGURATION);
    assert!(again == ran, "the same card in the same sale is another transaction");
    iter::once(&ran.0).chain(&ran.1).for_each(shows_no_account);
}

fn shows_no_account(outcome: &Outcome) {
    let mut shown = vec![format!("{outcome:?}"), outcome.label.clone()];
    if let Decision::Ended(end) = &outcome.decision {
        shown.push(end.to_string());
    }
    shown.iter().for_each(|text| shows_no_number(text));
}

/// A file of `caisson card trace`.
///
/// # Panics
/// Where its words have no end, or a card number stands in them.
pub fn transcript(data: &[u8]) {
    let words = trace::trace(data, &CONFIGURATION);
    assert!(words.ends_with('\n') && words.len() <= WORDS_BYTES_MAX, "{} bytes", words.len());
    shows_no_number(&words);
}
