//! The message code of a request, and that of its answer.
//!
//! Guarantees: a request leaves with a message code over all of it, PIN block included, unless its
//! operation says that it has none; the answer's code is verified with the same key, or under DUKPT
//! with the key of the same transaction, before a field of it is believed.

use super::keys::{EnteredPin, Keys, RequestKey};
use super::{BankForm, field};
use crate::heard::{Unheard, Unsent};
use caisson_iso8583::{FieldError, Layout, Message, frame};
use caisson_vault::CardKeys;
use std::sync::Arc;
use zeroize::Zeroizing;

/// A request as it goes on the line.
pub(super) struct Sealed {
    /// Length, TPDU, header and message.
    pub(super) framed: Zeroizing<Vec<u8>>,
    /// What its answer is verified with; `None` where neither has a message code.
    pub(super) key: Option<RequestKey>,
}

/// Puts PIN block, key serial number and message code into `body`, and the frame around it. May
/// wait for the disk.
pub(super) fn seal(
    form: &BankForm,
    keys: &dyn CardKeys,
    pin: Option<&EnteredPin>,
    body: &[u8],
) -> Result<Sealed, Unsent> {
    let bank = &form.bank;
    let unmade = |_: FieldError| Unsent::Unmade;
    let mut message = Message::unpack(&bank.spec, body).map_err(|_| Unsent::Unmade)?;
    if let Some(pin) = pin {
        message.set_bytes(field::PIN_BLOCK, pin.block.block()).map_err(unmade)?;
    }
    let key = if form.protection.has_mac() { Some(request_key(form, keys, pin)?) } else { None };
    if let (Some(number), Some(RequestKey::Dukpt(transaction))) = (bank.keys.ksn_field(), &key) {
        set_ksn(&mut message, number, transaction.ksn().as_bytes()).map_err(unmade)?;
    }
    let packed = match &key {
        None => message.pack().map_err(|_| Unsent::Unmade)?,
        Some(key) => {
            let unsealed = message.pack_unsealed().map_err(|_| Unsent::Unmade)?;
            let code = keys.mac(key.working(), bank.mac, unsealed.covered())?;
            unsealed.seal(code.leftmost())
        }
    };
    let mut whole = Zeroizing::new(Vec::with_capacity(bank.head.len() + packed.len()));
    whole.extend_from_slice(&bank.head);
    whole.extend_from_slice(&packed);
    let framed = Zeroizing::new(frame(&whole).map_err(|_| Unsent::Unmade)?);
    Ok(Sealed { framed, key })
}

fn request_key(
    form: &BankForm,
    keys: &dyn CardKeys,
    pin: Option<&EnteredPin>,
) -> Result<RequestKey, Unsent> {
    match (&form.bank.keys, pin.and_then(|pin| pin.transaction.as_ref())) {
        (Keys::MasterSession(slots), _) => Ok(RequestKey::Session(slots.mac.clone())),
        (Keys::Dukpt { .. }, Some(transaction)) => Ok(RequestKey::Dukpt(Arc::clone(transaction))),
        (Keys::Dukpt { slot, .. }, None) => {
            Ok(RequestKey::Dukpt(Arc::new(keys.begin_transaction(slot)?)))
        }
    }
}

/// Writes a key serial number: bytes into a field of bytes, hexadecimal into a text.
pub(super) fn set_ksn(message: &mut Message<'_>, number: u8, ksn: &[u8]) -> Result<(), FieldError> {
    let is_text = |field: &caisson_iso8583::FieldSpec| field.content != caisson_iso8583::Content::B;
    if message.spec().field(number).is_some_and(is_text) {
        message.set(number, &caisson_core::hex::text(ksn).to_ascii_uppercase())?;
    } else {
        message.set_bytes(number, ksn)?;
    }
    Ok(())
}

/// Whether `packed`, an answer from its message type on, was made with `key`. May wait for the disk.
pub(super) fn verify(
    form: &BankForm,
    keys: &dyn CardKeys,
    key: &RequestKey,
    packed: &[u8],
) -> Result<(), Unheard> {
    let layout = Layout::read(&form.bank.spec, packed).map_err(Unheard::Message)?;
    let part = |range| packed.get(range);
    let covered = layout.mac_covers().and_then(part).ok_or(Unheard::NoCode)?;
    let code = layout.mac().and_then(part).ok_or(Unheard::NoCode)?;
    keys.verify_mac(key.working(), form.bank.mac, covered, code).map_err(Unheard::Distrusted)
}
