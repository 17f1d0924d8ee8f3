//! What a wallet's answer proves, by the pointers of its file.

use super::json::{self, Object};
use super::{Pointer, ResultRules};
use crate::read::{Flaw, Read};
use crate::request::Binding;
use caisson_core::Money;
use caisson_core::operation::Reading;
use serde_json::Value;

/// Reads the JSON object `body` by `rules`; a service has none.
pub(crate) fn read(rules: Option<&ResultRules>, sent: &Binding, body: &[u8]) -> Read {
    let object = match json::object(body) {
        Ok(object) => object,
        Err(error) => return Read::nothing(Some(Flaw::Json(error))),
    };
    let Some(rules) = rules else {
        return Read::nothing(None);
    };
    let reason = text(rules.reason.as_ref(), &object).and_then(|word| rules.reasons.get(word));
    match rules.apply(sent, &object) {
        Ok((reading, amount)) => Read { reading, amount, reason: reason.copied(), flaw: None },
        Err(flaw) => Read { reason: reason.copied(), ..Read::nothing(Some(flaw)) },
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
