//! GET DATA (EMV Book 3, 6.5.7): counters, tries, the log's format, and what scripts have put.

use super::Card;
use crate::apdu::{CONDITIONS_NOT_SATISFIED, Command, DATA_NOT_FOUND, Sw, WRONG_LENGTH};
use crate::tlv::tlv;

/// Format of the transaction log (9F4F): date, time, amount, currency, type, counter. The log
/// itself is empty.
const LOG_FORMAT: [u8; 16] =
    [0x9A, 3, 0x9F, 0x21, 3, 0x9F, 0x02, 6, 0x5F, 0x2A, 2, 0x9C, 1, 0x9F, 0x36, 2];

impl Card {
    pub(super) fn get_data(&self, command: &Command<'_>) -> Result<Vec<u8>, Sw> {
        let at = self.selected().ok_or(CONDITIONS_NOT_SATISFIED)?;
        let loaded = self.applications.get(at).ok_or(CONDITIONS_NOT_SATISFIED)?;
        if !command.data.is_empty() {
            return Err(WRONG_LENGTH);
        }
        let tag = u32::from(command.p1) << 8 | u32::from(command.p2);
        let value = match tag {
            0x9F36 => loaded.atc.to_be_bytes().to_vec(),
            0x9F13 => loaded.last_online.to_be_bytes().to_vec(),
            0x9F17 if self.pin.is_some() => vec![self.tries_left],
            0x9F4F => LOG_FORMAT.to_vec(),
            _ => loaded.put.get(&tag).cloned().ok_or(DATA_NOT_FOUND)?,
        };
        Ok(tlv(tag, &value))
    }
}
