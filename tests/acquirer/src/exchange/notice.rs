//! `notice`: a word to the shop's owner, whose phone the acquirer knows. Moves nothing; that it came
//! stands among the exchanges.

use super::{Answer, BadRequest, Fields, Outcome};

/// `{order, reason}`; what else it says is for the owner's eyes.
pub(crate) struct Notice {
    pub(crate) order: String,
}

impl Notice {
    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, BadRequest> {
        fields.text("reason")?;
        Ok(Self { order: fields.number("order")? })
    }

    pub(super) fn answer(&self) -> Answer {
        Answer::new(Outcome::Received).order(&self.order)
    }
}
