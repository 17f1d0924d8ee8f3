//! A message as the bank reads it: who asks, about what, for how much. What is missing is a format
//! error (30).

use caisson_iso8583::{Layout, Message, mask};
use sha2::{Digest as _, Sha256};

use super::operation::{BankOperation, digits};

/// The answer code of a message that lacks what its kind needs.
pub(super) const FORMAT: &str = "30";

/// Where a key serial number stands.
const SERIAL: u8 = 62;
const PIN_BLOCK: u8 = 52;
const MACS: [u8; 2] = [64, 128];

/// What every request of a terminal says.
pub(super) struct Request {
    pub(super) operation: BankOperation,
    pub(super) terminal: String,
    pub(super) merchant: String,
    pub(super) stan: String,
    pub(super) batch: i64,
    /// DE4, in minor units.
    pub(super) amount: Option<i64>,
    pub(super) currency: Option<String>,
    pub(super) card: Option<Card>,
    pub(super) expiry: Option<String>,
    pub(super) pin_block: Option<Vec<u8>>,
    /// DE62 of a request under DUKPT: the key serial number.
    pub(super) serial: Option<Vec<u8>>,
    pub(super) chip: Option<Vec<u8>>,
    /// DE61: batch and STAN of the original.
    pub(super) original: Option<(i64, String)>,
    pub(super) rrn: Option<String>,
    pub(super) auth_code: Option<String>,
    /// What the MAC covers, and the MAC; none in a message without.
    pub(super) sealed: Option<(Vec<u8>, Vec<u8>)>,
    /// SHA-256 of what is asked: without the MAC, and without the mark of a repeat in its type; under
    /// DUKPT also without serial number and PIN block, which a repeat has anew.
    pub(super) digest: [u8; 32],
}

/// A card as a message names it.
pub(super) struct Card {
    pub(super) pan: String,
    pub(super) sequence: u8,
}

impl Card {
    /// What the books know it by.
    pub(super) fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.pan.as_bytes()).into()
    }

    pub(super) fn masked(&self) -> String {
        mask::mask_pan(&self.pan)
    }
}

impl Request {
    /// Reads `message`, whose bytes are `bytes`.
    ///
    /// # Errors
    /// [`FORMAT`] if a field is missing that every request has.
    pub(super) fn read(
        operation: BankOperation,
        message: &Message<'_>,
        bytes: &[u8],
    ) -> Result<Self, &'static str> {
        let text = |number| message.text(number).map(str::to_owned);
        let layout = Layout::read(message.spec(), bytes).map_err(|_| FORMAT)?;
        let sealed = layout.mac_covers().zip(layout.mac()).and_then(|(covered, mac)| {
            Some((bytes.get(covered)?.to_vec(), bytes.get(mac)?.to_vec()))
        });
        Ok(Self {
            operation,
            terminal: text(41).ok_or(FORMAT)?,
            merchant: text(42).ok_or(FORMAT)?,
            stan: text(11).ok_or(FORMAT)?,
            batch: digits(message, 2..8).parse().map_err(|_| FORMAT)?,
            amount: message.number(4).and_then(|amount| i64::try_from(amount).ok()),
            currency: text(49),
            card: card(message),
            expiry: text(14),
            pin_block: message.bytes(52).map(<[u8]>::to_vec),
            serial: message.bytes(SERIAL).map(<[u8]>::to_vec),
            chip: message.bytes(55).map(<[u8]>::to_vec),
            original: original(message),
            rrn: text(37),
            auth_code: text(38),
            sealed,
            digest: digest(message),
        })
    }

    /// The serial number as the books write it.
    pub(super) fn serial_text(&self) -> Option<String> {
        let hex = |bytes: &Vec<u8>| bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        self.serial.as_ref().map(hex)
    }

    /// The amount, which must be one.
    pub(super) fn some_amount(&self) -> Result<i64, &'static str> {
        self.amount.filter(|amount| *amount > 0).ok_or(FORMAT)
    }
}

fn digest(message: &Message<'_>) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(message.mti().first().bcd().to_be_bytes());
    let has_serial = message.has(SERIAL);
    let counts = |number: &u8| match *number {
        SERIAL | PIN_BLOCK => !has_serial,
        number => !MACS.contains(&number),
    };
    for number in message.numbers().filter(counts) {
        let bytes = message.bytes(number).unwrap_or_default();
        // A field has less than 1,000 bytes, and its length keeps it apart from the next.
        digest.update([number]);
        digest.update(bytes.len().to_be_bytes());
        digest.update(bytes);
    }
    digest.finalize().into()
}

/// The card of DE2, else of the track.
fn card(message: &Message<'_>) -> Option<Card> {
    let of_track = || message.text(35).and_then(|track| track.split('D').next());
    let pan = message.text(2).or_else(of_track)?;
    let sequence = message.number(23).and_then(|number| u8::try_from(number).ok());
    Some(Card { pan: pan.to_owned(), sequence: sequence.unwrap_or_default() })
}

fn original(message: &Message<'_>) -> Option<(i64, String)> {
    let text = message.text(61)?;
    let batch = text.get(..6)?.parse().ok()?;
    Some((batch, text.get(6..12)?.to_owned()))
}
