//! The desktop twin of a card reader: its cards are virtual, and a [`Deck`] is the hand that holds
//! them.
//!
//! Guarantees: waiting follows tokio's clock, so a paused clock plays a whole sale in no time.
//! Mishaps behave as on a real reader: a card torn away has seen the command whose answer is lost;
//! a mute card holds the reader until it is taken out. A swipe reaches only a caller who waits for
//! one, as on a real reader; [`Deck::awaited`] tells a script when one does.

mod deck;
mod link;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{Instant, timeout_at};

use crate::camera::milliseconds;
use crate::card_reader::{
    ATR_BYTES_MAX, Access, CardReader, CardReaderError, CardSession, Detected, Interface, Wanted,
};
use deck::Look;
use link::VirtualLink;

pub use deck::{Deck, Fault};

/// A card of our own making. Its owner decides what it knows and how it misbehaves.
pub trait VirtualCard: Send {
    /// Answers one command, exactly as it was sent: `61xx` and `6Cxx` are the reader's business.
    ///
    /// # Errors
    /// [`Silence`]: there is no answer, whether the card acted on the command or not.
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Silence>;

    /// The card gets power, in a slot or in a field: everything volatile is forgotten.
    fn power_on(&mut self, _interface: Interface) {}

    /// Its power is taken: the session is over, or the card was torn away.
    fn power_off(&mut self) {}

    /// Its answer to reset: by default the least that EMV allows for T=0 (EMV Book 1, 8.3), and
    /// what a PC/SC reader makes up for a contactless card without historical bytes.
    fn atr(&self, interface: Interface) -> Vec<u8> {
        match interface {
            Interface::Contact => vec![0x3B, 0x60, 0x00, 0x00],
            Interface::Contactless => vec![0x3B, 0x80, 0x80, 0x01, 0x01],
        }
    }
}

impl VirtualCard for Box<dyn VirtualCard> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Silence> {
        (**self).transmit(command)
    }

    fn power_on(&mut self, interface: Interface) {
        (**self).power_on(interface);
    }

    fn power_off(&mut self) {
        (**self).power_off();
    }

    fn atr(&self, interface: Interface) -> Vec<u8> {
        (**self).atr(interface)
    }
}

/// Why a virtual card does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Silence {
    /// It takes itself away.
    #[error("the virtual card took itself away")]
    Gone,
    /// It stays where it is, and stays silent.
    #[error("the virtual card does not answer")]
    Mute,
}

/// A card reader on the desktop; made by [`Deck::open`].
pub struct EmulatedCardReader {
    deck: Deck,
}

impl EmulatedCardReader {
    /// The error of the present fault.
    fn check(&self) -> Result<(), CardReaderError> {
        let reader = self.deck.name().to_owned();
        match self.deck.fault() {
            Some(Fault::Unplugged) => Err(CardReaderError::Unplugged { reader }),
            Some(Fault::Busy) => Err(CardReaderError::Busy { reader }),
            Some(Fault::Failing) => {
                let detail = "the emulated reader fails".to_owned();
                Err(CardReaderError::Failed { reader, detail })
            }
            None => Ok(()),
        }
    }

    fn power_up(&self, id: u64, interface: Interface) -> Option<CardSession> {
        let (card, mishap) = self.deck.take_up(id, interface)?;
        let mut atr = {
            let mut card = card.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            card.power_on(interface);
            card.atr(interface)
        };
        atr.truncate(ATR_BYTES_MAX);
        let link = VirtualLink::new(self.deck.clone(), id, card, mishap);
        Some(CardSession::new(Box::new(link), interface, &atr))
    }
}

#[async_trait]
impl CardReader for EmulatedCardReader {
    async fn detect(
        &mut self,
        access: Access<'_>,
        wanted: Wanted,
        within: Duration,
    ) -> Result<Detected, CardReaderError> {
        wanted.check(access)?;
        let until = Instant::now() + within;
        let mut changes = self.deck.changes();
        let _awaited = self.deck.wait_for(wanted);
        loop {
            self.check()?;
            match self.deck.look(wanted) {
                Look::Card { id, interface } => match self.power_up(id, interface) {
                    Some(session) if interface == Interface::Contact => {
                        return Ok(Detected::Chip(session));
                    }
                    Some(session) => return Ok(Detected::Contactless(session)),
                    // Gone between the look and the power: look again.
                    None => continue,
                },
                Look::MuteChip => return Ok(Detected::MuteChip),
                Look::SeveralCards => return Ok(Detected::SeveralCards),
                Look::Swiped(Ok(stripe)) => return Ok(Detected::Stripe(stripe)),
                Look::Swiped(Err(cause)) => {
                    let reader = self.deck.name().to_owned();
                    return Err(CardReaderError::Misread { reader, cause });
                }
                Look::Nothing { is_wedged } => {
                    if timeout_at(until, changes.changed()).await.is_err() {
                        return Err(late(&self.deck, is_wedged, within));
                    }
                }
            }
        }
    }

    async fn cleared(
        &mut self,
        access: Access<'_>,
        within: Duration,
    ) -> Result<(), CardReaderError> {
        Wanted::CONTACTLESS.check(access)?;
        let until = Instant::now() + within;
        let mut changes = self.deck.changes();
        loop {
            self.check()?;
            if self.deck.is_clear() {
                return Ok(());
            }
            if timeout_at(until, changes.changed()).await.is_err() {
                return Err(late(&self.deck, false, within));
            }
        }
    }
}

fn late(deck: &Deck, is_wedged: bool, within: Duration) -> CardReaderError {
    let reader = deck.name().to_owned();
    match is_wedged {
        true => CardReaderError::Wedged { reader },
        false => CardReaderError::Late { reader, within_ms: milliseconds(within) },
    }
}

impl Drop for EmulatedCardReader {
    fn drop(&mut self) {
        self.deck.close();
    }
}

impl fmt::Debug for EmulatedCardReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmulatedCardReader").field("deck", &self.deck).finish()
    }
}
