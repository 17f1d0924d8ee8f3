//! Gives money back, on any day, in part or whole. Never reversed (row 12): without an answer it is
//! unknown, and `recover` sends the same request again, to the byte, where the acquirer answers a
//! repeat as it answered the first; else an owner asks the acquirer.

use crate::facts;
use crate::linked::{self, Link};
use crate::operation::Deed;
use crate::till::Till;
use caisson_sdk::{Money, Outcome, Stop, reason};

/// 9C of a refund.
const REFUND: u8 = 0x20;

/// Gives `asked` back.
///
/// # Errors
/// Whatever ended it before anything left the terminal.
pub fn start<T: Till>(till: &mut T, asked: &Money) -> Result<Outcome, Stop> {
    let Some(original) = facts::original(till) else {
        return Ok(Outcome::declined(reason::ORIGINAL_NOT_FOUND));
    };
    let link = Link { deed: Deed::Refund, card_setting: "refund.card", transaction_type: REFUND };
    linked::start(till, link, original, asked)
}
