//! What an answer proves: a pure function of operation, request and body.
//!
//! Guarantees: whatever is missing, unlisted, contradictory or about another order is
//! [`Reading::Unreadable`]; nothing is guessed. Never panics, whatever the bytes.
//!
//! Deliberately not here: signatures. Only a body whose signature held may be read.

use crate::destination::{Operation, ResultRules};
use crate::json::{self, JsonError, Object};
use crate::pointer::Pointer;
use crate::request::Binding;
use caisson_core::operation::Reading;
use caisson_core::{Money, Reason};
use serde_json::Value;

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
    /// Paid in another currency.
    #[error("the answer says paid in another currency than was asked for, or in none")]
    CurrencyDiffers,
    /// Paid, and partly given back by somebody else.
    #[error("the answer says paid and given back in part; a person must look at the order")]
    PartlyRefunded,
}

/// Reads the body of a verified answer to `operation`, which was sent with `sent`.
#[must_use]
pub fn read(operation: &Operation, sent: &Binding, body: &[u8]) -> Read {
    let nothing = |flaw| Read { reading: Reading::Unreadable, amount: None, reason: None, flaw };
    let object = match json::object(body) {
        Ok(object) => object,
        Err(error) => return nothing(Some(Flaw::Json(error))),
    };
    let Some(rules) = &operation.result else {
        return nothing(None);
    };
    let reason = text(rules.reason.as_ref(), &object).and_then(|word| rules.reasons.get(word));
    match rules.apply(sent, &object) {
        Ok((reading, amount)) => Read { reading, amount, reason: reason.copied(), flaw: None },
        Err(flaw) => Read { reason: reason.copied(), ..nothing(Some(flaw)) },
    }
}

impl ResultRules {
    fn apply(&self, sent: &Binding, object: &Object) -> Result<(Reading, Option<Money>), Flaw> {
        match text(Some(&self.order), object) {
            Some(order) if order == sent.order.as_str() => {}
            Some(_) => return Err(Flaw::OrderDiffers),
            None => return Err(Flaw::OrderMissing),
        }
        let word = text(Some(&self.pointer), object).ok_or(Flaw::ResultMissing)?;
        match self.words.get(word).ok_or(Flaw::ResultUnlisted)? {
            Reading::Paid => self.paid(sent, object),
            Reading::NotPaid => {
                self.check_final(object)?;
                Ok((Reading::NotPaid, None))
            }
            other => Ok((*other, None)),
        }
    }

    fn check_final(&self, object: &Object) -> Result<(), Flaw> {
        if self.unproved.is_empty() {
            return Ok(());
        }
        let word = text(self.reason.as_ref(), object).ok_or(Flaw::ReasonMissing)?;
        if self.unproved.contains(word) { Err(Flaw::Unproved) } else { Ok(()) }
    }

    fn paid(&self, sent: &Binding, object: &Object) -> Result<(Reading, Option<Money>), Flaw> {
        let asked = sent.amount.ok_or(Flaw::AmountMissing)?;
        let currency = asked.currency();
        if self.currency.is_some() && text(self.currency.as_ref(), object) != Some(currency.code())
        {
            return Err(Flaw::CurrencyDiffers);
        }
        let minor = |pointer: Option<&Pointer>| {
            pointer.and_then(|pointer| pointer.find(object)).and_then(Value::as_u64)
        };
        let paid = minor(self.amount.as_ref()).ok_or(Flaw::AmountMissing)?;
        let paid = Money::new(paid, currency).map_err(|_| Flaw::AmountDiffers)?;
        if paid.is_zero() || paid.minor() > asked.minor() {
            return Err(Flaw::AmountDiffers);
        }
        if self.refunded.is_none() {
            return Ok((Reading::Paid, Some(paid)));
        }
        match minor(self.refunded.as_ref()).ok_or(Flaw::AmountMissing)? {
            0 => Ok((Reading::Paid, Some(paid))),
            given_back if given_back == paid.minor() => Ok((Reading::Undone, None)),
            _ => Err(Flaw::PartlyRefunded),
        }
    }
}

fn text<'o>(pointer: Option<&Pointer>, object: &'o Object) -> Option<&'o str> {
    pointer?.find(object)?.as_str()
}
