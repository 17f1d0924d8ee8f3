//! Takes what a pre-authorisation reserved, or less. Reversed without an answer, as a sale
//! (row 11).

use crate::facts;
use crate::linked::{self, Link};
use crate::operation::Deed;
use crate::till::Till;
use caisson_sdk::{Money, Outcome, Stop, reason};

/// 9C of a purchase.
const PURCHASE: u8 = 0x00;

/// Takes `asked`.
///
/// # Errors
/// Whatever ended it before anything left the terminal.
pub fn start<T: Till>(till: &mut T, asked: &Money) -> Result<Outcome, Stop> {
    let Some(original) = facts::original(till) else {
        return Ok(Outcome::declined(reason::ORIGINAL_NOT_FOUND));
    };
    if till.original_fact(facts::TYPE).as_deref() != Some(Deed::PreAuth.row().operation) {
        return Ok(Outcome::declined(reason::TRANSACTION_INVALID));
    }
    let link =
        Link { deed: Deed::Completion, card_setting: "void.card", transaction_type: PURCHASE };
    linked::start(till, link, original, asked)
}
