//! VERIFY and GET CHALLENGE (EMV Book 3, 6.5.12 and 6.5.6; enciphered PIN: Book 2, 7.2).

use super::Card;
use super::transaction::PinCheck;
use crate::apdu::{
    AUTHENTICATION_FAILED, CONDITIONS_NOT_SATISFIED, Command, DATA_INVALIDATED, METHOD_BLOCKED, Sw,
    WRONG_DATA, WRONG_LENGTH, WRONG_P1_P2,
};
use crate::symmetric::eight;

/// A plaintext PIN block is in the command (P2).
const PLAIN: u8 = 0x80;
/// An enciphered one is.
const ENCIPHERED: u8 = 0x88;

impl Card {
    pub(super) fn get_challenge(&mut self, command: &Command<'_>) -> Result<Vec<u8>, Sw> {
        if (command.p1, command.p2) != (0, 0) {
            return Err(WRONG_P1_P2);
        }
        if !command.data.is_empty() {
            return Err(WRONG_LENGTH);
        }
        self.selected().ok_or(CONDITIONS_NOT_SATISFIED)?;
        let challenge = self.random();
        self.with_session(|session| session.challenge = Some(challenge));
        Ok(challenge.to_vec())
    }

    pub(super) fn verify(&mut self, command: &Command<'_>) -> Result<Vec<u8>, Sw> {
        let at = self.selected().ok_or(CONDITIONS_NOT_SATISFIED)?;
        if command.p1 != 0 || !matches!(command.p2, PLAIN | ENCIPHERED) {
            return Err(WRONG_P1_P2);
        }
        if self.pin.is_none() {
            return Err(CONDITIONS_NOT_SATISFIED);
        }
        if self.tries_left == 0 {
            self.note_pin(PinCheck::Wrong);
            return Err(METHOD_BLOCKED);
        }
        // The challenge serves once, whatever comes of it.
        let challenge = self.session.as_mut().and_then(|session| session.challenge.take());
        let block = if command.p2 == PLAIN {
            <[u8; 8]>::try_from(command.data).map_err(|_| WRONG_LENGTH)?
        } else {
            let challenge = challenge.ok_or(DATA_INVALIDATED)?;
            self.deciphered(at, command.data, challenge)?
        };
        let digits = pin_of(block).ok_or(WRONG_DATA)?;
        if self.pin.as_ref().is_some_and(|pin| pin.matches(&digits)) {
            self.tries_left = self.profile.chip.as_ref().map_or(0, |chip| chip.pin_tries);
            self.note_pin(PinCheck::Right);
            return Ok(Vec::new());
        }
        self.tries_left -= 1;
        self.note_pin(PinCheck::Wrong);
        Err(0x63C0 | u16::from(self.tries_left))
    }

    fn note_pin(&mut self, check: PinCheck) {
        self.with_session(|session| session.transaction.pin = check);
    }

    /// `7F`, the PIN block, the challenge, padding (EMV Book 2, table 25). A wrong challenge costs
    /// no try: nothing was compared.
    fn deciphered(&self, at: usize, data: &[u8], challenge: [u8; 8]) -> Result<[u8; 8], Sw> {
        let loaded = self.applications.get(at).ok_or(CONDITIONS_NOT_SATISFIED)?;
        let key = loaded.certificates.pin.or(loaded.certificates.icc);
        let pair = &key.ok_or(CONDITIONS_NOT_SATISFIED)?.pair;
        if data.len() != pair.len() {
            return Err(WRONG_LENGTH);
        }
        let plain = pair.private(data);
        match plain.as_slice() {
            [0x7F, rest @ ..] if rest.get(8..16) == Some(&challenge) => Ok(eight(rest)),
            _ => Err(AUTHENTICATION_FAILED),
        }
    }
}

/// The digits of a PIN block `2L` digits `F…` (EMV Book 3, table 24).
fn pin_of(block: [u8; 8]) -> Option<String> {
    let [control, ..] = block;
    let length = usize::from(control & 0xF);
    if control >> 4 != 2 || !(4..=12).contains(&length) {
        return None;
    }
    let text: String = block.iter().skip(1).map(|byte| format!("{byte:02X}")).collect();
    let (digits, fill) = text.split_at_checked(length)?;
    let well_formed =
        digits.bytes().all(|digit| digit.is_ascii_digit()) && fill.bytes().all(|sign| sign == b'F');
    well_formed.then(|| digits.to_owned())
}
