//! Gives money back. The terminal knows the original and writes its order number; a refund is never
//! undone, so whatever is not certain stays unknown until the acquirer has said what became of it.

use crate::case::{Case, Heard, Watched};
use crate::note::{Language, Note};
use crate::settings;
use crate::till::{Till, nothing_to_add};
use caisson_sdk::{Money, Outcome, Stop};
use std::ops::RangeInclusive;
use std::time::Duration;

/// The operations of this service.
pub(crate) const SUBMIT: &str = "refund";
pub(crate) const INQUIRY: &str = "refund-query";

/// How often a cashier waits for one more answer before recovery takes over.
const ASKS: u32 = 3;
/// Between two answers, in milliseconds; `refund.poll-ms`.
const POLL_MS: u64 = 2_000;
const POLL_RANGE_MS: RangeInclusive<u64> = 200..=15_000;

/// Gives `asked` back.
///
/// # Errors
/// Whatever ended it before anything left the terminal.
pub fn start<T: Till>(till: &mut T, asked: &Money) -> Result<Outcome, Stop> {
    let language = Language::of(&till.language());
    let words = language.words();
    let poll = settings::millis(till, "refund.poll-ms", POLL_MS, POLL_RANGE_MS);
    till.progress(words.refunding.title, words.refunding.body)?;

    let note = Note { language, wallet: None, expires_ms: None };
    let mut case = Case::new(till, asked.clone(), note, Duration::ZERO);
    let (heard, _) = case.submit(SUBMIT, &nothing_to_add())?;
    if let Heard::Ended(outcome) = heard {
        return Ok(outcome);
    }
    Ok(match case.watch(INQUIRY, poll, poll * ASKS) {
        Watched::Ended(outcome) => outcome,
        Watched::Undone | Watched::TimeUp | Watched::Silent | Watched::Stopped(_) => {
            Outcome::Unknown
        }
    })
}
