//! Glue for `caisson:network`: WIT in, [`Session::call`](crate::Session::call) out. No policy.

use crate::bindings::caisson::network::network as wit;
use crate::fault::{self, Code};
use crate::limits::ASKED_TOO_OFTEN;
use crate::session::CallStop;
use crate::state::CallState;
use caisson_core::payment::REQUEST_BYTES_MAX;
use caisson_core::permission::Network;

pub(crate) type NetworkFault = fault::Fault<wit::Code>;

impl Code for wit::Code {
    const DENIED: Self = Self::Denied;
}

impl wit::Host for CallState {
    async fn call(
        &mut self,
        operation: String,
        order: String,
        request: Vec<u8>,
    ) -> Result<Vec<u8>, NetworkFault> {
        let permit = self.permit::<Network>()?;
        if request.len() > REQUEST_BYTES_MAX {
            let detail = format!("request of {} bytes, limit {REQUEST_BYTES_MAX}", request.len());
            return Err(NetworkFault::code(wit::Code::TooLarge, detail));
        }
        if !self.may_ask_acquirer() {
            return Err(NetworkFault::code(wit::Code::Other, ASKED_TOO_OFTEN));
        }
        let call = self.session.call(permit, operation, order, request);
        Ok(self.kill.unless_fired(call).await??)
    }

    fn convert_error(&mut self, fault: NetworkFault) -> wasmtime::Result<wit::Error> {
        let (code, detail) = fault.into_parts()?;
        Ok(wit::Error { code, detail })
    }
}

impl From<CallStop> for NetworkFault {
    fn from(stop: CallStop) -> Self {
        match stop {
            CallStop::UnknownOperation(detail) => Self::code(wit::Code::UnknownOperation, detail),
            CallStop::WrongKind(detail) => Self::code(wit::Code::WrongKind, detail),
            CallStop::BadRequest(detail) => Self::code(wit::Code::BadRequest, detail),
            CallStop::NotSent(reason) => Self::code(wit::Code::NotSent, reason),
            CallStop::NoAnswer(reason) => Self::code(wit::Code::NoAnswer, reason),
        }
    }
}
