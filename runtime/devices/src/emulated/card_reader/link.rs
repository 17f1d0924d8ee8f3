//! The channel to a virtual card.

use std::future::pending;
use std::sync::PoisonError;

use async_trait::async_trait;
use zeroize::Zeroizing;

use super::Silence;
use super::deck::{Deck, Fault, Mishap, SharedCard};
use crate::card_reader::{CardError, CardLink, Command};

/// A virtual card with power.
pub(super) struct VirtualLink {
    deck: Deck,
    id: u64,
    card: SharedCard,
    mishap: Option<Mishap>,
    /// Commands sent so far.
    sent: u32,
    /// A command is with the card.
    is_unanswered: bool,
}

impl VirtualLink {
    pub(super) fn new(deck: Deck, id: u64, card: SharedCard, mishap: Option<Mishap>) -> Self {
        Self { deck, id, card, mishap, sent: 0, is_unanswered: false }
    }

    /// What the card does with the command; none when it stays mute.
    fn answer(&mut self, command: &[u8]) -> Option<Result<Vec<u8>, CardError>> {
        self.sent = self.sent.saturating_add(1);
        if matches!(self.mishap, Some(Mishap::Mute(first)) if self.sent >= first) {
            return None;
        }
        let answer = self.card.lock().unwrap_or_else(PoisonError::into_inner).transmit(command);
        let is_torn = matches!(self.mishap, Some(Mishap::TornAway(at)) if self.sent == at);
        match answer {
            Ok(answer) if !is_torn => Some(Ok(answer)),
            Err(Silence::Mute) => None,
            Ok(_) | Err(Silence::Gone) => {
                self.deck.remove();
                Some(Err(CardError::Removed))
            }
        }
    }

    /// The error of a card or a reader that is not there any more.
    fn check(&self) -> Result<(), CardError> {
        match self.deck.fault() {
            Some(Fault::Unplugged) => Err(CardError::Unplugged),
            _ if !self.deck.is_there(self.id) => Err(CardError::Removed),
            _ => Ok(()),
        }
    }

    /// Waits for the card or the reader to go away, and says which.
    async fn gone(&self) -> CardError {
        let mut changes = self.deck.changes();
        loop {
            if let Err(error) = self.check() {
                return error;
            }
            if changes.changed().await.is_err() {
                // The deck that holds the sender is our own: it does not end.
                pending::<()>().await;
            }
        }
    }
}

#[async_trait]
impl CardLink for VirtualLink {
    async fn exchange(&mut self, command: &Command) -> Result<Zeroizing<Vec<u8>>, CardError> {
        self.check()?;
        self.is_unanswered = true;
        let answer = match self.answer(command.bytes()) {
            Some(answer) => answer.map(Zeroizing::new),
            None => Err(self.gone().await),
        };
        self.is_unanswered = false;
        answer
    }

    async fn removed(&mut self) {
        self.gone().await;
    }
}

impl Drop for VirtualLink {
    fn drop(&mut self) {
        self.card.lock().unwrap_or_else(PoisonError::into_inner).power_off();
        self.deck.give_back(self.id, self.is_unanswered);
    }
}
