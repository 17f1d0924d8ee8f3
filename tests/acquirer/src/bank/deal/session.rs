//! Sign-on with its keys, sign-off, echo.

use super::{Answer, Stop, check_mac, put_batch};
use crate::bank::books::desk::{Desk, SessionKeys, Till};
use crate::bank::cipher::DoubleKey;
use crate::bank::config::{BankTerminal, KeyScheme};
use crate::bank::request::Request;

/// New keys, enciphered under the master key, each with its check value; and the open batch. Under
/// DUKPT the batch alone: there are keys already, and the request shows that it has them.
pub(super) fn sign_on(
    desk: &Desk<'_>,
    terminal: &BankTerminal,
    till: &Till,
    request: &Request,
    answer: &mut Answer,
) -> Result<(), Stop> {
    let master = match &terminal.scheme {
        KeyScheme::MasterSession { master } => master,
        KeyScheme::Dukpt { .. } => {
            check_mac(desk, till, request, true)?;
            put_batch(answer, till.batch)?;
            answer.code("00");
            return Ok(());
        }
    };
    let (id, seed) = (&request.terminal, &desk.house.seed);
    let key = |use_of_it| DoubleKey::derived(seed, &format!("{use_of_it} {id} {}", till.sign_ons));
    let keys = SessionKeys { pin: key("pin"), mac: key("mac") };
    let mut field = Vec::new();
    for key in [keys.pin, keys.mac] {
        for half in key.halves() {
            field.extend(master.encrypt_short(half)?);
        }
        field.extend(key.check_value());
    }
    answer.message.set_bytes(62, &field)?;
    put_batch(answer, till.batch)?;
    desk.set_keys(&request.terminal, Some(keys))?;
    // The terminal has no key yet that could verify a MAC.
    answer.mac = None;
    answer.keys_field = true;
    answer.code("00");
    Ok(())
}

/// Forgets the keys.
pub(super) fn sign_off(
    desk: &Desk<'_>,
    request: &Request,
    answer: &mut Answer,
) -> Result<(), Stop> {
    desk.set_keys(&request.terminal, None)?;
    answer.code("00");
    Ok(())
}

/// Somebody is there.
pub(super) fn echo(answer: &mut Answer) -> Result<(), Stop> {
    answer.code("00");
    Ok(())
}
