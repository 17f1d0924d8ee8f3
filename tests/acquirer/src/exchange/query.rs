//! `query` and `lookup`: where an order stands. Neither moves anything.

use super::{Answer, BadRequest, Fields, Outcome, Reason, paid};
use crate::books::desk::Desk;
use crate::books::order::{Order, OrderState};

/// `{order}`.
pub(crate) struct Query {
    pub(crate) order: String,
}

impl Query {
    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, BadRequest> {
        Ok(Self { order: fields.number("order")? })
    }

    pub(super) fn book(&self, desk: &Desk<'_>) -> rusqlite::Result<Answer> {
        Ok(match desk.order(&self.order)? {
            Some(order) => standing(&order),
            None => Answer::new(Outcome::NotFound).order(&self.order),
        })
    }
}

fn standing(order: &Order) -> Answer {
    let answer = match order.state {
        OrderState::Paid => return paid(order).minor("refunded", order.given_back),
        OrderState::Closed => return Answer::new(Outcome::Closed).order(&order.number),
        OrderState::Waiting => Answer::new(Outcome::Waiting),
        OrderState::Created => Answer::new(Outcome::Created),
        OrderState::Declined => Answer::declined(order.reason.unwrap_or(Reason::NotSupported)),
    };
    answer.order(&order.number).amount(order.amount, &order.currency)
}
