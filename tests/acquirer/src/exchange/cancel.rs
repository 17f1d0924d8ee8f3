//! `cancel`: takes an order back, whatever became of it: unpaid it is closed, paid it is given back
//! in full, unknown it is remembered as closed so that a request that comes late finds it so.
//!
//! WeChat answers `TOO_EARLY` in the first 15 s after `pay`, and `WAITING` while its customer is
//! confirming: then ask again. May be repeated without end.

use super::{Answer, BadRequest, Fields, Outcome};
use crate::books::desk::{Desk, seconds_ms};
use crate::books::order::{Order, OrderState, Presented};

/// `{order}`.
pub(crate) struct Cancel {
    pub(crate) order: String,
}

impl Cancel {
    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, BadRequest> {
        Ok(Self { order: fields.number("order")? })
    }

    pub(super) fn book(&self, desk: &Desk<'_>) -> rusqlite::Result<Answer> {
        let outcome = match desk.order(&self.order)? {
            None => {
                desk.open_closed(&self.order)?;
                Outcome::Closed
            }
            Some(order) if order.state == OrderState::Closed => Outcome::Closed,
            Some(order) => match refusal(&order, desk.now_ms) {
                Some(outcome) => outcome,
                None => {
                    desk.close(&order, desk.now_ms)?;
                    Outcome::Closed
                }
            },
        };
        Ok(Answer::new(outcome).order(&self.order))
    }
}

/// Why the wallet does not cancel this order now. Its rules hold for codes that were scanned.
fn refusal(order: &Order, now_ms: i64) -> Option<Outcome> {
    let wallet = order.wallet.filter(|_| order.presented == Presented::Customer)?;
    if now_ms < order.opened_at_ms + seconds_ms(wallet.cancel_not_before_s()) {
        Some(Outcome::TooEarly)
    } else if order.state == OrderState::Waiting && !wallet.cancels_while_waiting() {
        Some(Outcome::Waiting)
    } else {
        None
    }
}
