//! Real card readers: chip and contactless by the system's PC/SC service, stripes by the keyboard
//! that a stripe reader pretends to be.
//!
//! Guarantees: a thread of its own watches the readers (`watch`), and each session has one thread
//! with its own context and card (`slot`), so that a card that never answers blocks nobody else.
//! Such a card holds its reader, which is then wedged, until the driver gives the call back: mostly
//! when the card is taken out. A card is held exclusively, in one transaction for the whole
//! session. A stripe reader is grabbed from [`LinuxCardReader::open`] on; without the grab, card
//! numbers would be typed into the focused window.
//!
//! Limits: the service itself gives a card power for a moment when it comes, to read its ATR.
//! Libraries and services beneath (libpcsclite, evdev) keep buffers that are not wiped here.
//!
//! Deliberately not here: several cards that the reader itself hides (it shows one, or none); the
//! slots of a reader's own security modules.

mod cards;
mod interface;
mod keys;
mod slot;
mod stripe;
mod watch;

use std::fmt;
use std::future::pending;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::timeout;

use crate::camera::milliseconds;
use crate::card_reader::{Access, CardReader, CardReaderError, DETAIL_CHARS_MAX, Detected, Wanted};
use cards::Cards;
use stripe::StripeReader;

pub use interface::ReaderRule;
pub use stripe::StripeDevice;

/// Which readers are used, from the device profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The reader's name in errors.
    pub name: String,
    /// The readers of the PC/SC service, if any is used.
    pub cards: Option<Vec<ReaderRule>>,
    /// The stripe reader, if there is one.
    pub stripe: Option<StripeDevice>,
}

/// The card readers of a terminal. Opened and used within a tokio runtime that has I/O and time
/// enabled; outside of one, tokio panics.
pub struct LinuxCardReader {
    name: String,
    cards: Option<Cards>,
    stripe: Option<StripeReader>,
}

impl LinuxCardReader {
    /// Starts to watch the readers and grabs the stripe reader.
    ///
    /// # Errors
    /// Of the stripe reader: [`CardReaderError::Missing`], [`CardReaderError::Busy`],
    /// [`CardReaderError::Refused`], [`CardReaderError::Failed`]. Whether the PC/SC service runs is
    /// told by [`CardReader::detect`].
    pub fn open(options: Options) -> Result<Self, CardReaderError> {
        let Options { name, cards, stripe } = options;
        let stripe = stripe.map(StripeReader::open).transpose()?;
        let cards = cards.map(|rules| Cards::watch(&name, rules)).transpose()?;
        Ok(Self { name, cards, stripe })
    }
}

#[async_trait]
impl CardReader for LinuxCardReader {
    async fn detect(
        &mut self,
        access: Access<'_>,
        wanted: Wanted,
        within: Duration,
    ) -> Result<Detected, CardReaderError> {
        wanted.check(access)?;
        let mut cards = self.cards.as_mut().filter(|_| wanted.chip || wanted.contactless);
        let mut stripe = self.stripe.as_mut().filter(|_| wanted.stripe);
        if let Some(Err(error)) = stripe.as_mut().map(|stripe| stripe.begin()) {
            // Told when it went; from then on the slots go on without it.
            if cards.is_none() || matches!(error, CardReaderError::Unplugged { .. }) {
                return Err(error);
            }
            stripe = None;
        }
        let is_alone = stripe.is_none();
        if cards.is_none() && is_alone {
            return Err(CardReaderError::Unsupported { reader: self.name.clone() });
        }
        let card = async {
            match &mut cards {
                Some(cards) => cards.first(wanted, is_alone).await,
                None => pending().await,
            }
        };
        let swiped = async {
            match &mut stripe {
                Some(stripe) => stripe.swiped().await.map(Detected::Stripe),
                None => pending().await,
            }
        };
        let first = async {
            tokio::select! {
                card = card => card,
                swiped = swiped => swiped,
            }
        };
        let found = timeout(within, first).await;
        let is_wedged = cards.is_some_and(|cards| cards.is_wedged());
        found.unwrap_or_else(|_| {
            let reader = self.name.clone();
            Err(match is_wedged {
                true => CardReaderError::Wedged { reader },
                false => CardReaderError::Late { reader, within_ms: milliseconds(within) },
            })
        })
    }

    async fn cleared(
        &mut self,
        access: Access<'_>,
        within: Duration,
    ) -> Result<(), CardReaderError> {
        Wanted::CONTACTLESS.check(access)?;
        let Some(cards) = &mut self.cards else { return Ok(()) };
        let late =
            CardReaderError::Late { reader: self.name.clone(), within_ms: milliseconds(within) };
        timeout(within, cards.cleared()).await.unwrap_or(Err(late))
    }
}

impl fmt::Debug for LinuxCardReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinuxCardReader").field("name", &self.name).finish_non_exhaustive()
    }
}

/// [`CardReaderError::Failed`] with a driver's words, cut to what an error carries.
fn failed(reader: &str, detail: &dyn fmt::Display) -> CardReaderError {
    let detail = detail.to_string().chars().take(DETAIL_CHARS_MAX).collect();
    CardReaderError::Failed { reader: reader.to_owned(), detail }
}
