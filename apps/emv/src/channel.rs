//! Between the kernel and the card: every command counts, every answer is measured.
//!
//! Guarantee: at most [`COMMANDS_MAX`] commands in one call, whatever a card's lists ask for; no
//! answer longer than a short APDU's goes any further; a status word is one of ISO 7816-4.
//! What must never happen: a card's bytes in the text of an error.

use crate::card::{Card, CardError};
use crate::outcome::{Cause, End};
use emv::core::apdu::{Command, Response};
use emv::core::card_reader::CardReader;

/// Most commands in one call. A real card needs fewer than 60; its lists could ask for 16,000.
pub(crate) const COMMANDS_MAX: u32 = 600;
/// Longest answer: 256 bytes of data, two of status (ISO 7816-4, short length fields).
const ANSWER_BYTES_MAX: usize = 258;
/// Longest command: header, Lc, 255 bytes of data, Le.
const COMMAND_BYTES_MAX: usize = 261;

/// A card, counted and measured.
pub(crate) struct Channel<'c> {
    card: &'c mut dyn Card,
    left: u32,
}

impl<'c> Channel<'c> {
    pub(crate) fn new(card: &'c mut dyn Card) -> Self {
        Self { card, left: COMMANDS_MAX }
    }

    /// Sends the bytes of a command.
    pub(crate) fn send(&mut self, command: &[u8]) -> Result<Response, End> {
        let name = name(command);
        if !(4..=COMMAND_BYTES_MAX).contains(&command.len()) {
            return Err(End::data(format!("{name}: the card asks for too long a command")));
        }
        self.left = self.left.checked_sub(1).ok_or_else(|| {
            End::data(format!("{name}: the card asks for more than {COMMANDS_MAX} commands"))
        })?;
        let answer = self.card.transmit(command).map_err(|error| lost(name, error))?;
        if answer.len() > ANSWER_BYTES_MAX {
            return Err(End::data(format!("{name}: the answer has {} bytes", answer.len())));
        }
        Response::parse(&answer)
            .map_err(|_| End::data(format!("{name}: the answer ends in no status word")))
    }
}

impl CardReader for Channel<'_> {
    type Error = End;

    fn transmit(&mut self, command: &Command) -> Result<Response, End> {
        let bytes = command.to_bytes().map_err(|_| {
            let name = name(&[command.cla.0, command.ins.0]);
            End::data(format!("{name}: the card asks for too long a command"))
        })?;
        self.send(&bytes)
    }
}

fn lost(name: &str, error: CardError) -> End {
    let cause = match error {
        CardError::Removed => Cause::CardRemoved,
        CardError::Timeout => Cause::CardTimeout,
        CardError::Wedged | CardError::Other => Cause::ReaderFailed,
    };
    End::new(cause, format!("{name}: {error}"))
}

/// The command's name (EMV Book 3, table 3).
pub(crate) fn name(command: &[u8]) -> &'static str {
    match command.get(1) {
        Some(0x1E) => "APPLICATION BLOCK",
        Some(0x18) => "APPLICATION UNBLOCK",
        Some(0x16) => "CARD BLOCK",
        Some(0x82) => "EXTERNAL AUTHENTICATE",
        Some(0xAE) => "GENERATE AC",
        Some(0x84) => "GET CHALLENGE",
        Some(0xCA) => "GET DATA",
        Some(0xA8) => "GET PROCESSING OPTIONS",
        Some(0x88) => "INTERNAL AUTHENTICATE",
        Some(0x24) => "PIN CHANGE/UNBLOCK",
        Some(0xDA) => "PUT DATA",
        Some(0xB2) => "READ RECORD",
        Some(0xDC) => "UPDATE RECORD",
        Some(0xA4) => "SELECT",
        Some(0x20) => "VERIFY",
        Some(0xC0) => "GET RESPONSE",
        _ => "unknown command",
    }
}
