//! The contactless flow: our own entry point and one online-only flow as qPBOC and qVSDC have it.
//!
//! **Certified by nobody.** It serves the emulator, the tests and whoever wants to see how a tap
//! works; a vendor brings the certified kernel of each payment system in its place.
//!
//! Guarantee: the issuer is always asked. No card is approved in here, whatever it says; limits
//! are held before the card is touched. Deliberately not here: offline data authentication,
//! torn recovery, mag-stripe mode, kernels 2, 4, 5, 6 and 8.

mod entry;
mod reading;

use crate::cardholder::{Cardholder, PinResult};
use crate::outcome::{Cause, CryptogramKind, Decision, End, Verification};
use crate::records;
use crate::sale::Extent;
use crate::session::{Session, cancelled};
use emv::Tag;

/// 9F6C, card transaction qualifiers.
const CARD_QUALIFIERS: Tag = Tag(0x9F6C);

/// Runs to the card's answer to GET PROCESSING OPTIONS, and reads its records.
pub(crate) fn first(
    session: &mut Session<'_, '_>,
    cardholder: &mut dyn Cardholder,
    extent: Extent,
) -> Result<Decision, End> {
    let started = match entry::start(session)? {
        entry::Entry::OtherInterface => return Ok(Decision::OtherInterface),
        entry::Entry::Started(started) => started,
    };
    let kind = reading::read(session, started.locator.as_ref())?;
    if session.account()?.is_none() {
        return Err(End::data("neither 5A nor 57 is there"));
    }
    if extent == Extent::ReadOnly {
        session.notes.cryptogram = None;
        return Ok(Decision::GoOnline);
    }
    match kind {
        CryptogramKind::Aac => return Ok(Decision::Declined),
        CryptogramKind::Tc => {
            let detail = "an approval by the card where only the issuer may give one";
            return Err(End::data(format!("GET PROCESSING OPTIONS: {detail}")));
        }
        CryptogramKind::Arqc => {}
    }
    let qualifiers = Qualifiers::read(session);
    if has_expired(session) && !qualifiers.goes_online_if_expired {
        return Ok(Decision::Declined);
    }
    verify(session, cardholder, qualifiers, started.needs_verification)
}

/// What of 9F6C is heard. Without one there is no bit set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Qualifiers {
    is_there: bool,
    wants_online_pin: bool,
    wants_signature: bool,
    goes_online_if_expired: bool,
    was_verified_on_own_device: bool,
}

impl Qualifiers {
    fn read(session: &Session<'_, '_>) -> Self {
        match session.object(CARD_QUALIFIERS) {
            Some(&[first, second]) => Self {
                is_there: true,
                wants_online_pin: first & 0x80 != 0,
                wants_signature: first & 0x40 != 0,
                goes_online_if_expired: first & 0x08 != 0,
                was_verified_on_own_device: second & 0x80 != 0,
            },
            _ => Self::default(),
        }
    }
}

fn has_expired(session: &Session<'_, '_>) -> bool {
    let today = session.tx.ctx.inputs.transaction_date;
    let last = session.object(emv::core::tags::APPLICATION_EXPIRATION_DATE);
    last.is_some_and(|last| last < today.as_slice())
}

/// Cardholder verification as the card's qualifiers ask for it: PIN online before own device
/// before signature.
fn verify(
    session: &mut Session<'_, '_>,
    cardholder: &mut dyn Cardholder,
    qualifiers: Qualifiers,
    is_needed: bool,
) -> Result<Decision, End> {
    let capabilities = session.tx.ctx.terminal.terminal_capabilities;
    let can_pin = capabilities.enciphered_pin_for_online_verification;
    // A card without qualifiers leaves it to the terminal.
    let any = is_needed && !qualifiers.is_there;
    if (qualifiers.wants_online_pin || any) && can_pin {
        let Some(account) = session.account()? else { return Err(End::data("5A is missing")) };
        return match cancelled(cardholder.online_pin(&account.pan))? {
            PinResult::Verified => {
                session.notes.verification = Verification::OnlinePin;
                Ok(Decision::GoOnline)
            }
            PinResult::PadFailed => Ok(Decision::OtherInterface),
            _ => {
                session.notes.verification = Verification::Failed;
                Ok(Decision::Declined)
            }
        };
    }
    if qualifiers.was_verified_on_own_device {
        session.notes.verification = Verification::OwnDevice;
    } else if (qualifiers.wants_signature || any) && capabilities.signature {
        session.notes.verification = Verification::Signature;
    } else if is_needed || qualifiers.wants_online_pin || qualifiers.wants_signature {
        // What is needed cannot be done here; inserted, there may be another way.
        return Ok(Decision::OtherInterface);
    }
    Ok(Decision::GoOnline)
}

/// No application at all.
fn none_found(detail: &str) -> End {
    End::new(Cause::NoApplication, detail)
}

/// The records that the locator names, after the answer's own objects.
fn read_records(
    session: &mut Session<'_, '_>,
    locator: &emv::de::application_file_locator::ApplicationFileLocator,
) -> Result<(), End> {
    records::read(session, locator).map(|_| ())
}
