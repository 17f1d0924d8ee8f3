//! `close`: ends a shown code before another is shown or cash is taken. A code that was paid first
//! stays paid, and the answer says so. May be repeated.
//!
//! For an order whose code was scanned this is not the way: it is declined while its customer is
//! confirming, because only `cancel` knows the wallets' rules.

use super::{Answer, BadRequest, Fields, Outcome, Reason, paid};
use crate::books::desk::Desk;
use crate::books::order::OrderState;

/// `{order}`.
pub(crate) struct Close {
    pub(crate) order: String,
}

impl Close {
    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, BadRequest> {
        Ok(Self { order: fields.number("order")? })
    }

    pub(super) fn book(&self, desk: &Desk<'_>) -> rusqlite::Result<Answer> {
        let Some(order) = desk.order(&self.order)? else {
            desk.open_closed(&self.order)?;
            return Ok(Answer::new(Outcome::Closed).order(&self.order));
        };
        Ok(match order.state {
            OrderState::Paid => paid(&order).minor("refunded", order.given_back),
            OrderState::Waiting => Answer::declined(Reason::NotSupported).order(&self.order),
            OrderState::Created => {
                desk.close(&order, desk.now_ms)?;
                Answer::new(Outcome::Closed).order(&self.order)
            }
            OrderState::Declined | OrderState::Closed => {
                Answer::new(Outcome::Closed).order(&self.order)
            }
        })
    }
}
