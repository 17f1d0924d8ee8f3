//! What an answer proves: a pure function of operation, request and body.
//!
//! Guarantees: whatever is missing, unlisted, contradictory or about another order is
//! [`Reading::Unreadable`]; nothing is guessed. Never panics, whatever the bytes.
//!
//! Deliberately not here: signatures and message codes. Only a body whose own held may be read.

use crate::bank;
use crate::bank::read::Foreign;
use crate::destination::{Form, Operation};
use crate::heard::Answer;
use crate::request::Binding;
use crate::wallet;
use crate::wallet::json::JsonError;
use caisson_core::operation::Reading;
use caisson_core::{Money, Reason};

/// What a body says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    /// What it proves.
    pub reading: Reading,
    /// How much moved, beside [`Reading::Paid`] only.
    pub amount: Option<Money>,
    /// The acquirer's reason in the terminal's words, where it gave one that the file maps.
    pub reason: Option<Reason>,
    /// Why it proves nothing, for the log.
    pub flaw: Option<Flaw>,
}

/// Why an answer proves nothing. Acquirer: the answer, or the destination's file, is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Not a JSON object.
    #[error("the answer is {0}")]
    Json(#[from] JsonError),
    /// Not a message of the bank's.
    #[error("the answer is no message of ISO 8583 as the destination's file describes it")]
    Message,
    /// A bank's answer to something else.
    #[error("the answer is not to this request: {0}")]
    Foreign(#[from] Foreign),
    /// Nothing says which order it is about.
    #[error("the answer names no order where the destination's file expects it")]
    OrderMissing,
    /// About another order.
    #[error("the answer names another order than the one that was asked about")]
    OrderDiffers,
    /// No result.
    #[error("the answer has no result where the destination's file expects it")]
    ResultMissing,
    /// A result that the file does not list.
    #[error("the answer's result is none that the destination's file lists")]
    ResultUnlisted,
    /// A refusal whose reason is needed and missing.
    #[error("the answer refuses without the reason that tells whether the refusal is final")]
    ReasonMissing,
    /// A refusal of this request only: an earlier one may have moved money.
    #[error("the answer refuses this request, which proves nothing about an earlier one")]
    Unproved,
    /// Paid, but not how much.
    #[error("the answer says paid without an amount in whole minor units")]
    AmountMissing,
    /// Paid nothing, or more than was asked for.
    #[error("the answer says paid with an amount of nothing, or above what was asked for")]
    AmountDiffers,
    /// A bank's: paid nothing, or in full another amount, or in part no less.
    #[error("the answer says paid with an amount of nothing, or another than was asked for")]
    AmountOther,
    /// Paid in another currency.
    #[error("the answer says paid in another currency than was asked for, or in none")]
    CurrencyDiffers,
    /// Paid, and partly given back by somebody else.
    #[error("the answer says paid and given back in part; a person must look at the order")]
    PartlyRefunded,
}

impl Read {
    /// Nothing was proved, because of `flaw`.
    pub(crate) const fn nothing(flaw: Option<Flaw>) -> Self {
        Self { reading: Reading::Unreadable, amount: None, reason: None, flaw }
    }

    /// The answer that it was read from.
    pub(crate) fn answer(self, body: Vec<u8>) -> Answer {
        let Self { reading, amount, reason, flaw } = self;
        Answer { reading, amount, reason, flaw, body }
    }
}

/// Reads the body of a verified answer to `operation`, which was sent with `sent`: a wallet's JSON
/// object, or a bank's message from its type to its last field.
#[must_use]
pub fn read(operation: &Operation, sent: &Binding, body: &[u8]) -> Read {
    match &operation.form {
        Form::Wallet(form) => wallet::read::read(form.result.as_ref(), sent, body),
        Form::Bank(form) => bank::read::read(form, sent, body),
    }
}
