//! Why a view was not shown, or not answered, in the contract's codes.

use super::UiFault;
use crate::bindings::caisson::ui::ui as wit;
use crate::session::UiStop;
use caisson_core::view::ViewError;

impl From<ViewError> for UiFault {
    fn from(error: ViewError) -> Self {
        match error {
            ViewError::TooLong { .. } | ViewError::AmountTooLarge { .. } => {
                Self::code(wit::Code::TooLarge, error)
            }
            ViewError::Empty { .. }
            | ViewError::BadCharacter { .. }
            | ViewError::SecretField { .. }
            | ViewError::SecretTitle => Self::code(wit::Code::BadText, error),
        }
    }
}

impl From<UiStop> for UiFault {
    fn from(stop: UiStop) -> Self {
        match stop {
            UiStop::Cancelled => Self::code(wit::Code::Cancelled, "Cancel was pressed"),
            UiStop::Timeout => Self::code(wit::Code::Timeout, "nobody acted in time"),
            UiStop::HostSaysHowItEnded => Self::code(
                wit::Code::Denied,
                "the host alone says how a payment ended; return the outcome, and it will be shown",
            ),
        }
    }
}
