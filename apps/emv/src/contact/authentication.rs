//! Offline data authentication (EMV Book 3, 10.3; Book 2, 5 and 6), by the crate.

use crate::outcome::{Authentication, End};
use crate::records::Records;
use crate::session::{Session, ended};
use emv::core::oda::{CaPublicKey, OdaOutcome};

/// Authenticates the card as card and terminal both can; the result is in the TVR. For CDA this
/// only recovers the card's key: the signature comes with the cryptogram.
pub(super) fn authenticate(session: &mut Session<'_, '_>, records: &Records) -> Result<(), End> {
    let authorities = authorities(session);
    // What cannot be signed is told to the crate as something that was not signed.
    let signed = if records.is_signable { records.signed.as_slice() } else { &[0x6A] };
    let outcome = session
        .tx
        .perform_offline_data_authentication(&authorities, &[], &[], signed)
        .map_err(|error| ended("offline data authentication", error))?;
    session.notes.authentication = match outcome {
        OdaOutcome::NotPerformed | OdaOutcome::XdaArmed => Authentication::NotPerformed,
        OdaOutcome::SdaSuccess { .. } | OdaOutcome::SdaFailed => Authentication::Sda,
        OdaOutcome::DdaSuccess { .. } | OdaOutcome::DdaFailed => Authentication::Dda,
        OdaOutcome::CdaArmed | OdaOutcome::CdaFailed => Authentication::Cda,
    };
    Ok(())
}

/// The payment systems' keys that have not expired.
pub(super) fn authorities(session: &Session<'_, '_>) -> Vec<CaPublicKey> {
    let today = session.tx.ctx.inputs.transaction_date;
    let keys = session.configuration.authorities();
    keys.iter().filter_map(|key| key.for_crate(today)).collect()
}
