//! Tags as one call of an app sees them. No type here can carry a tag's UID.

use super::card::{CardStop, NO_READER};
use async_trait::async_trait;
use caisson_core::permission::{Nfc, Permit};
use caisson_core::tag::{TagKind, TagRefusal};
use std::time::Duration;

/// A tag that was found, with power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundTag {
    /// Which of the tags of this call: a later one has a higher number, and an earlier one is gone.
    pub number: u32,
    /// What it is.
    pub kind: TagKind,
}

/// Why there is no tag, or no answer of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagStop {
    /// As with a card.
    Card(CardStop),
    /// It is a payment card.
    PaymentCard,
    /// A tag of a kind that the app does not speak, or that lacks what was asked for.
    WrongKind(String),
    /// Nothing was sent.
    Refused(TagRefusal),
    /// Nothing was sent: no application is selected.
    NothingSelected,
    /// Nothing was sent: it is no command in the short form.
    BadCommand(String),
}

impl From<CardStop> for TagStop {
    fn from(stop: CardStop) -> Self {
        Self::Card(stop)
    }
}

impl From<TagRefusal> for TagStop {
    fn from(refusal: TagRefusal) -> Self {
        Self::Refused(refusal)
    }
}

/// The tags' side of a [`Session`](super::Session). A terminal without a reader takes every
/// default.
#[async_trait]
pub trait TagSession: Send + Sync {
    /// Shows the card screen and waits for the first tag that is no payment card.
    async fn detect_tag(
        &self,
        _permit: Permit<Nfc>,
        _prompt: String,
        _within: Duration,
    ) -> Result<FoundTag, TagStop> {
        Err(CardStop::Offline(NO_READER.to_owned()).into())
    }

    /// Selects an application of the tag `number`, if the app's manifest lists it.
    async fn select_on_tag(
        &self,
        _permit: Permit<Nfc>,
        _number: u32,
        _aid: Vec<u8>,
    ) -> Result<Vec<u8>, TagStop> {
        Err(CardStop::Removed.into())
    }

    /// Sends a command to the application that is selected, if any app may send it.
    async fn transmit_to_tag(
        &self,
        _permit: Permit<Nfc>,
        _number: u32,
        _command: Vec<u8>,
    ) -> Result<Vec<u8>, TagStop> {
        Err(CardStop::Removed.into())
    }

    /// Reads the data area of a tag that is memory.
    async fn read_tag(&self, _permit: Permit<Nfc>, _number: u32) -> Result<Vec<u8>, TagStop> {
        Err(CardStop::Removed.into())
    }

    /// Takes the power of the tag `number`, if it is the one at hand.
    async fn leave_tag(&self, _number: u32) {}
}
