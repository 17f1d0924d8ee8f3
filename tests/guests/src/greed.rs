//! Guests that want more than their share.

use caisson_sdk::printer::Document;
use caisson_sdk::{Outcome, Stop, reason, ui};
use std::hint::black_box;

const MEBIBYTE: usize = 1024 * 1024;

pub(crate) fn start(behaviour: &str) -> Option<Result<Outcome, Stop>> {
    Some(match behaviour {
        "memory-bomb" => hoard_memory(),
        "handle-bomb" => hoard_documents(),
        "string-bomb" => say_too_much_at_once(),
        "deep-recursion" => Ok(recurse()),
        _ => return None,
    })
}

/// Takes memory, one mebibyte after the other.
pub(crate) fn hoard_memory() -> ! {
    let mut held = Vec::new();
    loop {
        held.push(black_box(vec![1_u8; MEBIBYTE]));
    }
}

/// Opens documents and closes none.
pub(crate) fn hoard_documents() -> ! {
    let mut held = Vec::new();
    loop {
        held.push(Document::new());
    }
}

/// Hands over two mebibytes of text.
fn say_too_much_at_once() -> Result<Outcome, Stop> {
    ui::progress("much", &"x".repeat(2 * MEBIBYTE))?;
    Ok(Outcome::cancelled(reason::APP_FAILED))
}

/// Calls itself until the stack is full.
pub(crate) fn recurse() -> Outcome {
    let depth = deeper(black_box(0));
    Outcome::cancelled(if depth == 0 { reason::ORDER_CLOSED } else { reason::APP_FAILED })
}

/// Keeps almost nothing in memory, so that the machine's stack is full before the app's own.
fn deeper(depth: u64) -> u64 {
    if black_box(depth) == u64::MAX { 0 } else { deeper(depth + 1) ^ black_box(depth) }
}
