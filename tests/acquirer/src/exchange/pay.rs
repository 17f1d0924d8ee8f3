//! `pay`: takes money with a code that the customer shows.
//!
//! The same order with the same data is answered with where it stands now, and charged once.
//! Other data under a known number moves nothing.

use super::{Answer, BadRequest, Fields, Outcome, Reason, paid};
use crate::amounts::{CONFIRM_AFTER_S, Effect};
use crate::books::desk::{Desk, seconds_ms};
use crate::books::order::{CodeDigest, Due, Order, OrderState, Presented};
use crate::signature::sha256;
use crate::wallet::Wallet;

/// `{order, amount, currency, wallet, code, subject?}`. Keeps the code's digest, never the code.
pub(crate) struct Pay {
    pub(crate) order: String,
    pub(crate) amount: i64,
    currency: String,
    wallet: Wallet,
    code: CodeDigest,
    /// The code looks like one of the wallet that was named.
    code_fits: bool,
}

impl Pay {
    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, BadRequest> {
        let code = fields.text("code")?;
        let wallet = fields.wallet()?;
        Ok(Self {
            order: fields.number("order")?,
            amount: fields.amount()?,
            currency: fields.currency()?,
            wallet,
            code: sha256(code.as_bytes()),
            code_fits: Wallet::of_code(code) == Some(wallet),
        })
    }

    pub(super) fn book(&self, desk: &Desk<'_>, effect: Effect) -> rusqlite::Result<Answer> {
        if let Some(order) = desk.order(&self.order)? {
            return Ok(self.again(&order));
        }
        let (state, reason, due) = self.verdict(desk, effect)?;
        let order = desk.open(Order {
            id: 0,
            number: self.order.clone(),
            presented: Presented::Customer,
            wallet: Some(self.wallet),
            amount: self.amount,
            currency: self.currency.clone(),
            code: Some(self.code),
            token: None,
            expires_s: None,
            state,
            reason,
            opened_at_ms: desk.now_ms,
            due: due.map(|(due, after_s)| (due, desk.now_ms + seconds_ms(after_s))),
            captured: 0,
            given_back: 0,
            captures: 0,
        })?;
        if state == OrderState::Paid {
            desk.capture(&order, desk.now_ms)?;
        }
        Ok(standing(&order))
    }

    /// What becomes of a new order; the first check that fails decides.
    fn verdict(&self, desk: &Desk<'_>, effect: Effect) -> rusqlite::Result<Verdict> {
        let declined = |reason| Ok((OrderState::Declined, Some(reason), None));
        let waiting = |due| Ok((OrderState::Waiting, None, Some(due)));
        if self.currency != desk.house.currency {
            return declined(Reason::NotSupported);
        }
        if !self.code_fits {
            return declined(Reason::CodeInvalid);
        }
        if desk.code_is_used(&self.code)? {
            return declined(Reason::CodeUsed);
        }
        match effect {
            Effect::Declines(reason) => declined(reason),
            Effect::Confirms { pays: true } => waiting((Due::Pay, CONFIRM_AFTER_S)),
            Effect::Confirms { pays: false } => waiting((Due::Refuse, CONFIRM_AFTER_S)),
            Effect::NeverConfirms => waiting((Due::Close, self.wallet.confirm_window_s())),
            _ => Ok((OrderState::Paid, None, None)),
        }
    }

    /// The answer to a number that is known.
    fn again(&self, order: &Order) -> Answer {
        let same = order.presented == Presented::Customer
            && order.amount == self.amount
            && order.currency == self.currency
            && order.wallet == Some(self.wallet)
            && order.code == Some(self.code);
        if same || order.presented == Presented::Never {
            standing(order)
        } else {
            Answer::declined(Reason::DuplicateDiffers).order(&self.order)
        }
    }
}

/// State, reason, and what happens by itself after how many seconds.
type Verdict = (OrderState, Option<Reason>, Option<(Due, u32)>);

fn standing(order: &Order) -> Answer {
    match order.state {
        OrderState::Paid => paid(order),
        OrderState::Waiting | OrderState::Created => {
            Answer::new(Outcome::Waiting).order(&order.number).amount(order.amount, &order.currency)
        }
        OrderState::Declined => {
            Answer::declined(order.reason.unwrap_or(Reason::NotSupported)).order(&order.number)
        }
        OrderState::Closed => Answer::declined(Reason::OrderClosed).order(&order.number),
    }
}
