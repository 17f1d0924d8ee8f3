//! Glue for `caisson:pin-pad`: WIT in, [`CardSession::enter_pin`](crate::CardSession::enter_pin)
//! out. No PIN passes here: not in, not out.

use crate::bindings::caisson::pin_pad::pin_pad as wit;
use crate::fault::{self, Code};
use crate::session::{PinEntry, PinStop};
use crate::state::CallState;
use caisson_core::permission::PinPad;
use zeroize::Zeroizing;

/// Shortest and longest PAN, in digits: ISO/IEC 7812-1.
const PAN_DIGITS: std::ops::RangeInclusive<usize> = 8..=19;

pub(crate) type PinPadFault = fault::Fault<wit::Code>;

impl Code for wit::Code {
    const DENIED: Self = Self::Denied;
}

/// True for what can be a PAN.
pub(crate) fn is_pan(text: &str) -> bool {
    PAN_DIGITS.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl wit::Host for CallState {
    async fn enter(&mut self, pan: String) -> Result<wit::Entry, PinPadFault> {
        let permit = self.permit::<PinPad>()?;
        let pan = Zeroizing::new(pan);
        if !is_pan(&pan) {
            return Err(PinStop::BadPan.into());
        }
        Ok(match self.kill.unless_fired(self.session.enter_pin(permit, pan)).await?? {
            PinEntry::Entered => wit::Entry::Entered,
            PinEntry::Bypassed => wit::Entry::Bypassed,
        })
    }

    fn convert_error(&mut self, fault: PinPadFault) -> wasmtime::Result<wit::Error> {
        let (code, detail) = fault.into_parts()?;
        Ok(wit::Error { code, detail })
    }
}

impl From<PinStop> for PinPadFault {
    fn from(stop: PinStop) -> Self {
        match stop {
            PinStop::Cancelled => Self::code(wit::Code::Cancelled, "Cancel was pressed"),
            PinStop::Timeout => Self::code(wit::Code::Timeout, "no PIN was entered in time"),
            PinStop::Refused(detail) => Self::code(wit::Code::Refused, detail),
            PinStop::BadPan => Self::code(wit::Code::BadPan, "a PAN has 8 to 19 digits"),
            PinStop::Offline(detail) => Self::code(wit::Code::Offline, detail),
        }
    }
}
