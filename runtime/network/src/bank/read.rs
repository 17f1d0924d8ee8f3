//! What a bank's answer proves, by the codes of its file.
//!
//! Guarantees: a code that the file does not list proves nothing. Paid in full is the amount that
//! was asked for and no other; paid in part is more than nothing and less than that.

use super::{BankForm, Code, Codes, field};
use crate::read::{Flaw, Read};
use crate::request::Binding;
use caisson_core::Money;
use caisson_core::operation::Reading;
use caisson_iso8583::Message;

/// Why an answer is not the one to the request that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Foreign {
    /// Another message type.
    #[error("it has another message type than the request's answer")]
    Type,
    /// Another trace number, or none.
    #[error("it has another trace number (field 11) than the request, or none")]
    Stan,
    /// Another terminal, or none.
    #[error("it is for another terminal (field 41), or for none")]
    Terminal,
    /// Another merchant.
    #[error("it is for another merchant (field 42)")]
    Merchant,
}

/// Whether `message` answers the request that was sent with `sent`.
pub(super) fn check_ours(
    form: &BankForm,
    sent: &Binding,
    message: &Message<'_>,
) -> Result<(), Foreign> {
    let text = |number| message.text(number);
    if Some(message.mti()) != form.mti.answer() {
        return Err(Foreign::Type);
    }
    if sent.stan.is_none_or(|stan| text(field::STAN) != Some(stan.to_string().as_str())) {
        return Err(Foreign::Stan);
    }
    if text(field::TERMINAL) != Some(form.bank.terminal.as_str()) {
        return Err(Foreign::Terminal);
    }
    match text(field::MERCHANT) {
        Some(merchant) if merchant != form.bank.merchant => Err(Foreign::Merchant),
        _ => Ok(()),
    }
}

/// Reads `body`, a message from its type on.
pub(crate) fn read(form: &BankForm, sent: &Binding, body: &[u8]) -> Read {
    let Ok(message) = Message::unpack(&form.bank.spec, body) else {
        return Read::nothing(Some(Flaw::Message));
    };
    if let Err(foreign) = check_ours(form, sent, &message) {
        return Read::nothing(Some(Flaw::Foreign(foreign)));
    }
    let code = message.text(field::ANSWER_CODE);
    let reason = code.and_then(|code| form.bank.reasons.get(code)).copied();
    let Some(codes) = &form.codes else {
        return Read { reason, ..Read::nothing(None) };
    };
    match apply(form, codes, sent, &message) {
        Ok((reading, amount)) => Read { reading, amount, reason, flaw: None },
        Err(flaw) => Read { reason, ..Read::nothing(Some(flaw)) },
    }
}

fn apply(
    form: &BankForm,
    codes: &Codes,
    sent: &Binding,
    message: &Message<'_>,
) -> Result<(Reading, Option<Money>), Flaw> {
    let code = message.text(field::ANSWER_CODE).ok_or(Flaw::ResultMissing)?;
    let meaning = codes.get(code).ok_or(Flaw::ResultUnlisted)?;
    match meaning {
        Code::NotPaid => Ok((Reading::NotPaid, None)),
        Code::Undone => Ok((Reading::Undone, None)),
        Code::Unproved => Err(Flaw::Unproved),
        Code::Paid | Code::Partial => {
            let asked = sent.amount.ok_or(Flaw::AmountMissing)?;
            let currency = form.bank.currencies.get(&asked.currency()).map(String::as_str);
            if message.has(field::CURRENCY) && message.text(field::CURRENCY) != currency {
                return Err(Flaw::CurrencyDiffers);
            }
            let moved = message.number(field::AMOUNT).ok_or(Flaw::AmountMissing)?;
            let moved = Money::new(moved, asked.currency()).map_err(|_| Flaw::AmountOther)?;
            let fits = match meaning {
                Code::Partial => !moved.is_zero() && moved.minor() < asked.minor(),
                _ => moved == asked && !moved.is_zero(),
            };
            if fits { Ok((Reading::Paid, Some(moved))) } else { Err(Flaw::AmountOther) }
        }
    }
}
