//! `create`: opens an order and gives the address to show as a code. Nothing is paid by it.
//!
//! It can be paid until it is closed or `expires_s` are over. The same order with the same data
//! gives the same code.

use super::{Answer, BadRequest, Fields, Outcome, Reason, paid};
use crate::amounts::{Effect, PAY_ALONE_AFTER_S};
use crate::books::desk::{Desk, seconds_ms};
use crate::books::order::{Due, Order, OrderState, Presented};
use crate::wallet::Wallet;

/// Where a shown code leads; the order's token follows.
pub(super) const CODE_URL: &str = "https://pay.caisson.test/q/";
/// Longest life of a shown code: a day, after which no cashier waits for it.
const EXPIRES_S_MAX: u32 = 86_400;

/// `{order, amount, currency, expires_s, wallet?}`.
pub(crate) struct Create {
    pub(crate) order: String,
    pub(crate) amount: i64,
    currency: String,
    expires_s: u32,
    wallet: Option<Wallet>,
}

impl Create {
    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, BadRequest> {
        let expires_s = u32::try_from(fields.integer("expires_s")?)
            .ok()
            .filter(|seconds| (1..=EXPIRES_S_MAX).contains(seconds))
            .ok_or_else(|| fields.bad("expires_s", "is not within 1 and 86400 seconds"))?;
        Ok(Self {
            order: fields.number("order")?,
            amount: fields.amount()?,
            currency: fields.currency()?,
            expires_s,
            wallet: fields.wallet_if_any()?,
        })
    }

    pub(super) fn book(&self, desk: &Desk<'_>, effect: Effect) -> rusqlite::Result<Answer> {
        if let Some(order) = desk.order(&self.order)? {
            return Ok(self.again(&order));
        }
        let supported = self.currency == desk.house.currency;
        let due = match effect {
            _ if !supported => None,
            Effect::PaysAlone if PAY_ALONE_AFTER_S < self.expires_s => {
                Some((Due::Pay, PAY_ALONE_AFTER_S))
            }
            _ => Some((Due::Close, self.expires_s)),
        };
        let order = desk.open(Order {
            id: 0,
            number: self.order.clone(),
            presented: Presented::Merchant,
            wallet: self.wallet,
            amount: self.amount,
            currency: self.currency.clone(),
            code: None,
            token: supported.then(|| desk.token(&self.order)),
            expires_s: Some(self.expires_s),
            state: if supported { OrderState::Created } else { OrderState::Declined },
            reason: (!supported).then_some(Reason::NotSupported),
            opened_at_ms: desk.now_ms,
            due: due.map(|(due, after_s)| (due, desk.now_ms + seconds_ms(after_s))),
            captured: 0,
            given_back: 0,
            captures: 0,
        })?;
        Ok(standing(&order))
    }

    /// The answer to a number that is known.
    fn again(&self, order: &Order) -> Answer {
        let same = order.presented == Presented::Merchant
            && order.amount == self.amount
            && order.currency == self.currency
            && order.wallet == self.wallet
            && order.expires_s == Some(self.expires_s);
        if same || order.presented == Presented::Never {
            standing(order)
        } else {
            Answer::declined(Reason::DuplicateDiffers).order(&self.order)
        }
    }
}

fn standing(order: &Order) -> Answer {
    match order.state {
        OrderState::Paid => paid(order),
        OrderState::Created | OrderState::Waiting => {
            let token = order.token.as_deref().unwrap_or_default();
            Answer::new(Outcome::Created)
                .order(&order.number)
                .amount(order.amount, &order.currency)
                .text("code_url", &format!("{CODE_URL}{token}"))
        }
        OrderState::Declined => {
            Answer::declined(order.reason.unwrap_or(Reason::NotSupported)).order(&order.number)
        }
        OrderState::Closed => Answer::declined(Reason::OrderClosed).order(&order.number),
    }
}
