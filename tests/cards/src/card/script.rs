//! An issuer's script commands (EMV Book 3, 10.10), each with a MAC (Book 2, 9.2).
//!
//! What must never happen: a command without the right MAC changes anything. The MAC is the last
//! eight bytes of the data and is bound to the transaction's first cryptogram, so a recorded
//! script is of no use in another transaction.

use super::Card;
use crate::apdu::{
    CONDITIONS_NOT_SATISFIED, Command, DATA_NOT_FOUND, NOT_ALLOWED, SECURE_MESSAGING_WRONG,
    SECURITY_NOT_SATISFIED, Sw, UNKNOWN_INS, WRONG_DATA, WRONG_P1_P2,
};
use crate::cryptogram::{deciphered_pin, script_mac};
use crate::profile::Pin;

/// Data that PUT DATA may change, one byte each: consecutive offline limits (9F58, 9F59 of VIS;
/// 9F14, 9F23 of EMV).
const PUTTABLE: [u32; 4] = [0x9F14, 0x9F23, 0x9F58, 0x9F59];

impl Card {
    pub(super) fn script(&mut self, command: &Command<'_>) -> Result<Vec<u8>, Sw> {
        if !matches!(command.ins, 0x16 | 0x18 | 0x1E | 0x24 | 0xDA) {
            return Err(UNKNOWN_INS);
        }
        let at = self.selected().ok_or(CONDITIONS_NOT_SATISFIED)?;
        let loaded = self.applications.get(at).ok_or(CONDITIONS_NOT_SATISFIED)?;
        let atc = loaded.atc;
        let cryptogram = self.session.as_ref().and_then(|now| now.transaction.cryptogram);
        let cryptogram = cryptogram.ok_or(SECURITY_NOT_SATISFIED)?;
        let (data, mac) = command.data.split_last_chunk::<8>().ok_or(SECURITY_NOT_SATISFIED)?;
        if script_mac(&self.keys, command.header(), atc, cryptogram, data) != *mac {
            return Err(SECURE_MESSAGING_WRONG);
        }
        match (command.ins, data) {
            (0x16, []) => self.blocked = true,
            (0x18, []) => self.set_blocked(at, false),
            (0x1E, []) => self.set_blocked(at, true),
            (0xDA, [value]) => self.put(at, command, *value)?,
            (0x24, _) => self.change_pin(command, atc, data)?,
            _ => return Err(WRONG_DATA),
        }
        Ok(Vec::new())
    }

    fn set_blocked(&mut self, at: usize, blocked: bool) {
        if let Some(loaded) = self.applications.get_mut(at) {
            loaded.blocked = blocked;
        }
    }

    fn put(&mut self, at: usize, command: &Command<'_>, value: u8) -> Result<(), Sw> {
        let tag = u32::from(command.p1) << 8 | u32::from(command.p2);
        if !PUTTABLE.contains(&tag) {
            return Err(DATA_NOT_FOUND);
        }
        if let Some(loaded) = self.applications.get_mut(at) {
            loaded.put.insert(tag, vec![value]);
        }
        Ok(())
    }

    /// P2 `00` gives the tries back; `02` sets a new PIN and gives the tries back.
    fn change_pin(&mut self, command: &Command<'_>, atc: u16, data: &[u8]) -> Result<(), Sw> {
        let tries = self.profile.chip.as_ref().map_or(0, |chip| chip.pin_tries);
        if self.pin.is_none() {
            return Err(NOT_ALLOWED);
        }
        match (command.p1, command.p2, data) {
            (0, 0, []) => {}
            (0, 2, _) => {
                let digits = deciphered_pin(&self.keys, atc, data).ok_or(WRONG_DATA)?;
                self.pin = Some(Pin::new(digits));
            }
            _ => return Err(WRONG_P1_P2),
        }
        self.tries_left = tries;
        Ok(())
    }
}
