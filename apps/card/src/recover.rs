//! Makes an unknown payment certain: no views, no waits, one exchange. What is not certain after it
//! stays unknown, and the terminal calls again, before its next payment with this bank.
//!
//! It reverses, always: the terminal calls only for a payment of which no outcome is durable, so
//! nobody was told that it was approved (row 7 never comes here). That it was read as paid before
//! a power cut is not known any more, and need not be: a bank reverses both.

use crate::batch;
use crate::case::{Case, Why};
use crate::message::{self, Once};
use crate::operation::Deed;
use crate::slip::Slip;
use crate::till::Till;
use caisson_sdk::payment::Reading;
use caisson_sdk::{Money, Outcome, Stop};

/// Goes on where a story could not.
pub fn recover<T: Till>(till: &mut T, asked: &Money, note: &[u8]) -> Outcome {
    let slip = match Slip::unsealed(note) {
        Ok(slip) => slip,
        Err(error) => {
            // Without it nobody knows which card and which batch: the acquirer must be called.
            till.log(&error.to_string());
            return Outcome::Unknown;
        }
    };
    let done = match slip.deed.row().reversal {
        Some((_, repeat)) => reversed(till, &slip, repeat),
        None => again(till, asked, slip),
    };
    done.unwrap_or_else(|stop| {
        till.log(&format!("recover: {stop}"));
        Outcome::Unknown
    })
}

/// Rows 3 and 9: the reversal again, marked as a repeat. It is one as far as this instance can
/// know: a power cut may have come before the first or after it, and a bank takes both.
fn reversed<T: Till>(till: &mut T, slip: &Slip, operation: &str) -> Result<Outcome, Stop> {
    let why = Why::NoAnswer.code(till);
    let request = message::reversal(slip, true, &why, None, &bytes(&slip.chip))?;
    let answer = till.undo(operation, &request)?;
    if answer.reading != Reading::Undone {
        return Ok(Outcome::Unknown);
    }
    // With a row too many the batch would never agree with the bank: what cannot be struck out now
    // is reversed again later, which a bank takes.
    batch::forget(till, slip)?;
    Ok(Outcome::cancelled(Why::NoAnswer.reason()))
}

/// Reasons of refusals that a bank gives before it looks for what it answered the first time: its
/// trouble, or its view of the terminal. About the first request they say nothing.
const BEFORE_LOOKING: [&str; 7] = [
    "bank-unavailable",
    "batch-differs",
    "cut-over",
    "merchant-unknown",
    "sign-on-needed",
    "terminal-not-allowed",
    "terminal-unknown",
];

/// Row 12: the same refund, to the byte, under the same trace number. It is the first one asked
/// again, never a second; where the destination's file does not call it repeatable, the terminal
/// refuses, and an owner must ask the acquirer.
fn again<T: Till>(till: &mut T, asked: &Money, slip: Slip) -> Result<Outcome, Stop> {
    debug_assert_eq!(slip.deed, Deed::Refund);
    let request = message::request(&slip, &Once::default())?;
    let note = slip.sealed()?;
    let answer = till.submit(slip.deed.row().operation, &request, &note)?;
    let reason = answer.reason.as_deref().unwrap_or_default();
    if answer.reading == Reading::NotPaid && BEFORE_LOOKING.contains(&reason) {
        till.log(&format!("recover: the repeat was refused, {reason}; the first may stand"));
        return Ok(Outcome::Unknown);
    }
    Ok(Case::new(till, asked.clone(), slip).heard(&answer))
}

/// The bytes of `hex`; none where it is none.
fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks_exact(2).map(std::str::from_utf8);
    pairs
        .map(|pair| u8::from_str_radix(pair.ok()?, 16).ok())
        .collect::<Option<Vec<u8>>>()
        .unwrap_or_default()
}
