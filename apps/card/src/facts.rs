//! Lines for the receipt, under names that a later void, refund or completion finds again: they do
//! not depend on the cashier's language.

use crate::message::Said;
use crate::slip::{Original, Slip};
use crate::till::Till;
use caisson_sdk::{Fact, emv};

/// Most facts of an approval.
const FACTS_MAX: usize = 20;

/// What was done: the operation's name.
pub const TYPE: &str = "TYPE";
/// The card's number, masked.
pub const CARD: &str = "CARD";
/// How the card was read.
pub const ENTRY: &str = "ENTRY";
/// The bank's authorisation code.
pub const AUTH: &str = "AUTH";
/// The bank's reference number.
pub const RRN: &str = "RRN";
/// The terminal's trace number.
pub const STAN: &str = "STAN";
/// The batch's number.
pub const BATCH: &str = "BATCH";
/// The bank's date, `MMDD`.
pub const DATE: &str = "DATE";
/// The answer code, where it says more than yes.
pub const CODE: &str = "CODE";
/// `REQUIRED` where the cardholder must sign: the terminal asks, as the contract says.
pub const SIGNATURE: &str = "SIGNATURE";

/// The facts of an approval. What paper cannot carry is left out.
#[must_use]
pub fn of(slip: &Slip, said: &Said, card: &[emv::Fact], signature: bool) -> Vec<Fact> {
    let masked = slip.masked();
    let code = (said.code != "00").then_some(said.code.as_str());
    let own = [
        (TYPE, Some(slip.deed.row().operation)),
        (CARD, masked.as_deref()),
        (ENTRY, Some(slip.way.shown())),
        (AUTH, said.auth.as_deref()),
        (RRN, said.rrn.as_deref()),
        (STAN, said.stan.as_deref()),
        (BATCH, Some(slip.batch.as_str())),
        (DATE, said.date.as_deref()),
        (CODE, code),
        (SIGNATURE, signature.then_some("REQUIRED")),
    ];
    let own = own.into_iter().filter_map(|(name, value)| Fact::new(name, value?));
    let card = card.iter().filter_map(|fact| Fact::new(&fact.name, &fact.value));
    own.chain(card).take(FACTS_MAX).collect()
}

/// The earlier payment, from the facts of its approval; `None` where they do not say which it was.
#[must_use]
pub fn original<T: Till>(till: &T) -> Option<Original> {
    let digits = |name: &str, count: usize| {
        let text = till.original_fact(name)?;
        (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
    };
    Some(Original {
        batch: digits(BATCH, 6)?,
        stan: digits(STAN, 6)?,
        date: digits(DATE, 4),
        rrn: till.original_fact(RRN),
        auth: till.original_fact(AUTH),
    })
}
