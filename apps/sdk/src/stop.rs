//! Why an app's story ended early, and what that means for the money.

use crate::note::NoteError;
use crate::{
    Outcome, camera, card_reader, emv, network, nfc, payment, pin_pad, printer, reason, storage, ui,
};
use std::fmt;

/// Why the story ended early. Every error of this crate turns into one by `?`.
///
/// ```
/// use caisson_sdk::{Outcome, Stop, ui};
///
/// let pressed = ui::Error { code: ui::Code::Cancelled, detail: String::new() };
/// let stop = Stop::from(pressed);
/// assert_eq!(stop.outcome(false), Outcome::cancelled("cancelled-by-cashier"));
/// assert_eq!(stop.outcome(true), Outcome::Unknown);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    reason: &'static str,
    detail: String,
}

impl Stop {
    /// Ended for `reason`, one of the terminal's words; `detail` is for the log.
    #[must_use]
    pub fn new(reason: &'static str, detail: &str) -> Self {
        Self { reason, detail: detail.into() }
    }

    /// The app cannot go on; `detail` is for the log.
    #[must_use]
    pub fn failed(detail: &str) -> Self {
        Self::new(reason::APP_FAILED, detail)
    }

    /// The terminal's word for why.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        self.reason
    }

    /// What it means for the payment: unknown where a request that can move money may have left
    /// the terminal, else cancelled.
    #[must_use]
    pub fn outcome(&self, may_have_left: bool) -> Outcome {
        if may_have_left { Outcome::Unknown } else { Outcome::cancelled(self.reason) }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason, self.detail)
    }
}

impl std::error::Error for Stop {}

impl From<camera::Error> for Stop {
    fn from(error: camera::Error) -> Self {
        use camera::Code;
        let reason = match error.code {
            Code::Cancelled => reason::CANCELLED_BY_CASHIER,
            Code::Timeout => reason::CODE_UNREADABLE,
            Code::Offline => reason::CAMERA_OFFLINE,
            Code::Denied | Code::Busy | Code::TooLarge | Code::Other => reason::APP_FAILED,
        };
        Self::new(reason, &format!("camera: {error}"))
    }
}

impl From<card_reader::Error> for Stop {
    fn from(error: card_reader::Error) -> Self {
        use card_reader::Code;
        let reason = match error.code {
            Code::Cancelled => reason::CANCELLED_BY_CASHIER,
            Code::Timeout => reason::NOBODY_ACTED,
            Code::Several => reason::TOO_MANY_CARDS,
            Code::Removed => reason::CARD_REMOVED,
            Code::Unreadable => reason::CHIP_UNREADABLE,
            // The terminal has no word for a reader alone.
            Code::Offline => reason::KERNEL_FAILED,
            Code::Denied | Code::Busy | Code::NoCard | Code::TooLarge | Code::Other => {
                reason::APP_FAILED
            }
        };
        Self::new(reason, &format!("card reader: {error}"))
    }
}

impl From<nfc::Error> for Stop {
    fn from(error: nfc::Error) -> Self {
        use nfc::Code;
        let reason = match error.code {
            Code::Cancelled => reason::CANCELLED_BY_CASHIER,
            Code::Timeout => reason::NOBODY_ACTED,
            Code::Several => reason::TOO_MANY_CARDS,
            Code::Removed => reason::CARD_REMOVED,
            Code::Unreadable => reason::CHIP_UNREADABLE,
            Code::PaymentCard | Code::WrongType => reason::CARD_NOT_SUPPORTED,
            // The terminal has no word for a reader alone.
            Code::Offline => reason::KERNEL_FAILED,
            Code::Denied
            | Code::Busy
            | Code::NotListed
            | Code::NotAllowed
            | Code::TooLarge
            | Code::Other => reason::APP_FAILED,
        };
        Self::new(reason, &format!("nfc: {error}"))
    }
}

impl From<pin_pad::Error> for Stop {
    fn from(error: pin_pad::Error) -> Self {
        use pin_pad::Code;
        let reason = match error.code {
            Code::Cancelled => reason::PIN_CANCELLED,
            Code::Timeout => reason::NOBODY_ACTED,
            Code::Offline => reason::KERNEL_FAILED,
            Code::Denied | Code::Refused | Code::BadPan | Code::Other => reason::APP_FAILED,
        };
        Self::new(reason, &format!("pin pad: {error}"))
    }
}

impl From<emv::Error> for Stop {
    fn from(error: emv::Error) -> Self {
        use emv::Code;
        let reason = match error.code {
            Code::Denied | Code::Busy => reason::APP_FAILED,
            Code::BadInput | Code::BadConfiguration | Code::WrongOrder | Code::Other => {
                reason::KERNEL_FAILED
            }
        };
        Self::new(reason, &format!("emv: {error}"))
    }
}

impl From<ui::Error> for Stop {
    fn from(error: ui::Error) -> Self {
        use ui::Code;
        let reason = match error.code {
            Code::Cancelled => reason::CANCELLED_BY_CASHIER,
            Code::Timeout => reason::NOBODY_ACTED,
            Code::Denied | Code::TooLarge | Code::BadText | Code::TooOften | Code::Other => {
                reason::APP_FAILED
            }
        };
        Self::new(reason, &format!("ui: {error}"))
    }
}

impl From<payment::Error> for Stop {
    fn from(error: payment::Error) -> Self {
        use payment::Code;
        let reason = match error.code {
            Code::NotSent => reason::OFFLINE,
            Code::NoAnswer => reason::NO_ANSWER,
            Code::Denied
            | Code::UnknownOperation
            | Code::BadRequest
            | Code::Refused
            | Code::Other => reason::APP_FAILED,
        };
        Self::new(reason, &format!("payment: {error}"))
    }
}

impl From<network::Error> for Stop {
    fn from(error: network::Error) -> Self {
        use network::Code;
        let reason = match error.code {
            // Nothing that moves money goes this way, so no answer is as good as not sent.
            Code::NotSent | Code::NoAnswer => reason::OFFLINE,
            Code::Denied
            | Code::UnknownOperation
            | Code::WrongKind
            | Code::BadRequest
            | Code::TooLarge
            | Code::Other => reason::APP_FAILED,
        };
        Self::new(reason, &format!("network: {error}"))
    }
}

impl From<printer::Error> for Stop {
    fn from(error: printer::Error) -> Self {
        Self::failed(&format!("printer: {error}"))
    }
}

impl From<storage::Error> for Stop {
    fn from(error: storage::Error) -> Self {
        use storage::Code;
        let reason = match error.code {
            Code::Full => reason::STORAGE_FULL,
            Code::Denied | Code::BadKey | Code::TooLarge | Code::Other => reason::APP_FAILED,
        };
        Self::new(reason, &format!("storage: {error}"))
    }
}

impl From<NoteError> for Stop {
    fn from(error: NoteError) -> Self {
        Self::failed(&error.to_string())
    }
}
