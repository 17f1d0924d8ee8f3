//! `refund`: gives back some or all of a payment, under a number of its own; and `refund-query`.
//!
//! The same number with the same data is paid out once and answered the same again. A refund that
//! was declined stays declined under its number.

use super::{Answer, BadRequest, Fields, Outcome, Reason};
use crate::amounts::Effect;
use crate::books::desk::{Desk, Refund as Entry};
use crate::books::order::{Order, OrderState};

/// `{refund, order, amount, currency}`.
pub(crate) struct Refund {
    pub(crate) refund: String,
    order: String,
    pub(crate) amount: i64,
    currency: String,
}

impl Refund {
    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, BadRequest> {
        Ok(Self {
            refund: fields.number("refund")?,
            order: fields.number("order")?,
            amount: fields.amount()?,
            currency: fields.currency()?,
        })
    }

    pub(super) fn book(&self, desk: &Desk<'_>, effect: Effect) -> rusqlite::Result<Answer> {
        if let Some(entry) = desk.refund(&self.refund)? {
            let same = entry.order == self.order
                && entry.amount == self.amount
                && entry.currency == self.currency;
            return Ok(if same {
                standing(&entry)
            } else {
                Answer::declined(Reason::DuplicateDiffers).refund(&self.refund).order(&self.order)
            });
        }
        let order = desk.order(&self.order)?;
        let reason = self.refusal(order.as_ref(), effect);
        let entry = Entry {
            number: self.refund.clone(),
            order: self.order.clone(),
            amount: self.amount,
            currency: self.currency.clone(),
            reason,
        };
        desk.open_refund(&entry)?;
        if let (None, Some(order)) = (reason, order) {
            desk.give_back(&order, &entry)?;
        }
        Ok(standing(&entry))
    }

    /// Why nothing is given back; the first check that fails decides.
    fn refusal(&self, order: Option<&Order>, effect: Effect) -> Option<Reason> {
        let Some(order) = order.filter(|order| order.captured > 0) else {
            return Some(Reason::NotPaid);
        };
        if order.state == OrderState::Closed {
            Some(Reason::OrderClosed)
        } else if self.currency != order.currency {
            Some(Reason::NotSupported)
        } else if self.amount > order.net() {
            Some(Reason::RefundExceeds)
        } else if let Effect::Declines(reason) = effect {
            Some(reason)
        } else {
            None
        }
    }
}

/// `{refund}`.
pub(crate) struct RefundQuery {
    pub(crate) refund: String,
}

impl RefundQuery {
    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, BadRequest> {
        Ok(Self { refund: fields.number("refund")? })
    }

    pub(super) fn book(&self, desk: &Desk<'_>) -> rusqlite::Result<Answer> {
        Ok(match desk.refund(&self.refund)? {
            Some(entry) => standing(&entry),
            None => Answer::new(Outcome::NotFound).refund(&self.refund),
        })
    }
}

fn standing(entry: &Entry) -> Answer {
    let answer = match entry.reason {
        None => Answer::new(Outcome::Refunded),
        Some(reason) => Answer::declined(reason),
    };
    answer.refund(&entry.number).order(&entry.order).amount(entry.amount, &entry.currency)
}
