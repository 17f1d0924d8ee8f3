//! Takes a payment of the open batch back: a sale, a pre-authorisation or a completion. After the
//! batch is settled there is only the refund. Reversed without an answer, as a sale (row 11).

use crate::linked::{self, Link};
use crate::operation::Deed;
use crate::till::Till;
use crate::{batch, facts};
use caisson_sdk::{Money, Outcome, Stop, reason};

/// 9C of a void: the card gives its number only, and no cryptogram is made over this.
const REFUND: u8 = 0x20;

/// Takes `asked` back.
///
/// # Errors
/// Whatever ended it before anything left the terminal.
pub fn start<T: Till>(till: &mut T, asked: &Money) -> Result<Outcome, Stop> {
    let Some(original) = facts::original(till) else {
        return Ok(Outcome::declined(reason::ORIGINAL_NOT_FOUND));
    };
    let kind = till.original_fact(facts::TYPE).unwrap_or_default();
    let Some(deed) = Deed::void_of(&kind) else {
        return Ok(Outcome::declined(reason::TRANSACTION_INVALID));
    };
    // A pre-authorisation outlives its batch.
    if deed != Deed::PreAuthVoid && original.batch != batch::open(till, &asked.currency)? {
        return Ok(Outcome::declined(reason::OUT_OF_DAYS));
    }
    let link = Link { deed, card_setting: "void.card", transaction_type: REFUND };
    linked::start(till, link, original, asked)
}
