//! The key serial number of a request under DUKPT: what follows from it, and that it came once only.

use super::Stop;
use crate::bank::base_key::BaseKeyError;
use crate::bank::books::desk::{Desk, Till};
use crate::bank::config::KeyScheme;
use crate::bank::dukpt;
use crate::bank::request::Request;

impl From<BaseKeyError> for Stop {
    /// The host cannot use a key of its own: a failure of the centre.
    fn from(error: BaseKeyError) -> Self {
        tracing::error!(%error, "request not checked");
        Self::Code("96")
    }
}

/// Under DUKPT the keys of this exchange, in place of those of a sign-on.
pub(super) fn put_keys(scheme: &KeyScheme, till: &mut Till, request: &Request) -> Result<(), Stop> {
    if let KeyScheme::Dukpt { base } = scheme {
        till.keys = match &request.serial {
            Some(serial) => dukpt::keys(base, serial)?,
            None => None,
        };
    }
    Ok(())
}

/// No key is for two messages: whoever sends a serial number again is not believed.
pub(super) fn check(desk: &Desk<'_>, request: &Request) -> Result<(), Stop> {
    match request.serial_text() {
        Some(serial) if desk.has_serial(&request.terminal, &serial)? => Err(Stop::Code("A0")),
        _ => Ok(()),
    }
}
