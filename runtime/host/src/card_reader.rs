//! Glue for `caisson:card-reader`: WIT in, [`CardSession`](crate::CardSession) out. No policy.

use crate::bindings::caisson::card_reader::card_reader as wit;
use crate::fault::{self, Code};
use crate::session::{CardStop, Entry, Found};
use crate::state::CallState;
use caisson_core::permission::CardReader;
use caisson_core::view::View;
use std::time::Duration;

/// Longest wait for a card, in milliseconds: as the contract says.
const WAIT_MS_MAX: u32 = 120_000;
/// Shortest and longest command APDU, in bytes: a header, and a short one with data and Le.
const COMMAND_BYTES: std::ops::RangeInclusive<usize> = 4..=261;

pub(crate) type CardReaderFault = fault::Fault<wit::Code>;

impl Code for wit::Code {
    const DENIED: Self = Self::Denied;
}

fn wait(timeout_ms: u32) -> Result<Duration, CardReaderFault> {
    if (1..=WAIT_MS_MAX).contains(&timeout_ms) {
        return Ok(Duration::from_millis(timeout_ms.into()));
    }
    let detail = format!("timeout-ms {timeout_ms}, limit 1 to {WAIT_MS_MAX}");
    Err(CardReaderFault::code(wit::Code::TooLarge, detail))
}

impl wit::Host for CallState {
    async fn detect(
        &mut self,
        prompt: String,
        entry: wit::Entry,
        timeout_ms: u32,
    ) -> Result<wit::Found, CardReaderFault> {
        let permit = self.permit::<CardReader>()?;
        let within = wait(timeout_ms)?;
        View::PresentCard { prompt: prompt.clone() }
            .check()
            .map_err(|error| CardReaderFault::code(wit::Code::TooLarge, error))?;
        let entry = Entry {
            chip: entry.contains(wit::Entry::CHIP),
            contactless: entry.contains(wit::Entry::CONTACTLESS),
            stripe: entry.contains(wit::Entry::STRIPE),
        };
        let detecting = self.session.detect(permit, prompt, entry, within);
        Ok(match self.kill.unless_fired(detecting).await?? {
            Found::Chip => wit::Found::Chip,
            Found::Contactless => wit::Found::Contactless,
            Found::Stripe(track) => {
                wit::Found::Stripe(wit::Stripe { track_2: track.as_str().to_owned() })
            }
        })
    }

    async fn transmit(&mut self, command: Vec<u8>) -> Result<Vec<u8>, CardReaderFault> {
        let permit = self.permit::<CardReader>()?;
        if !COMMAND_BYTES.contains(&command.len()) {
            let detail = format!("a command of {} bytes, limit 4 to 261", command.len());
            return Err(CardReaderFault::code(wit::Code::TooLarge, detail));
        }
        Ok(self.kill.unless_fired(self.session.transmit(permit, command)).await??)
    }

    async fn remove(&mut self, timeout_ms: u32) -> Result<(), CardReaderFault> {
        let permit = self.permit::<CardReader>()?;
        let within = wait(timeout_ms)?;
        Ok(self.kill.unless_fired(self.session.remove(permit, within)).await??)
    }

    fn convert_error(&mut self, fault: CardReaderFault) -> wasmtime::Result<wit::Error> {
        let (code, detail) = fault.into_parts()?;
        Ok(wit::Error { code, detail })
    }
}

impl From<CardStop> for CardReaderFault {
    fn from(stop: CardStop) -> Self {
        match stop {
            CardStop::Cancelled => Self::code(wit::Code::Cancelled, "Cancel was pressed"),
            CardStop::Timeout => Self::code(wit::Code::Timeout, "nothing came in time"),
            CardStop::Offline(detail) => Self::code(wit::Code::Offline, detail),
            CardStop::Busy => Self::code(wit::Code::Busy, "another app has the reader"),
            CardStop::Several => Self::code(wit::Code::Several, "several cards are in the field"),
            CardStop::Removed => Self::code(wit::Code::Removed, "the card is gone"),
            CardStop::Unreadable(detail) => Self::code(wit::Code::Unreadable, detail),
            CardStop::NoCard => Self::code(wit::Code::NoCard, "no chip was found"),
            CardStop::Other(detail) => Self::code(wit::Code::Other, detail),
        }
    }
}
