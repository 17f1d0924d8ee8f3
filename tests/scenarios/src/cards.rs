//! The cards of the customers: named files of the deck, held to the emulated reader.
//!
//! Guarantee: while the world stands, a card keeps its state (counters, tries, scripts) from one
//! payment to the next, as a card in a purse does. Deliberately not here:
//! what a card answers (`caisson_cards`), and how a reader finds it (`caisson_devices`).

use async_trait::async_trait;
use caisson_cards::{Card, CardProfile, Fault, deck};
use caisson_devices::card_reader::{CardReader, CardReaderError, Interface, Stripe, StripeError};
use caisson_devices::emulated::card_reader::{Deck, Silence, VirtualCard};
use caisson_devices::screen::PinDigits;
use caisson_terminal::CardReaderSource;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Why a card cannot be presented. Author of the scenario: take a card of the deck.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CardsError {
    /// No such card, or one that is broken as a file.
    #[error("{0}; `tests/cards/deck/README.md` lists the cards")]
    Deck(String),
    /// Nothing to swipe.
    #[error("card {0} has no stripe")]
    NoStripe(String),
    /// Nobody waits for a swipe, and a stripe that nobody waits for is lost.
    #[error("nobody waits for a stripe; wait for the card screen before this step")]
    NobodyWaits,
    /// No card was presented, so nobody knows a PIN.
    #[error("no card was presented; present one before its PIN is keyed")]
    NoCard,
}

/// The PIN that the bank knows for a card whose chip compares none.
const ONLINE_PIN: &str = "123456";

/// The PIN of a card of the deck: the chip's, and the bank knows the same.
pub(crate) fn pin_of(profile: &CardProfile) -> &str {
    profile.cardholders_pin().unwrap_or(ONLINE_PIN)
}

/// A purse and a reader's slot, field and stripe. Clones share them.
#[derive(Clone)]
pub struct Cards {
    reader: Deck,
    purse: Arc<Mutex<Purse>>,
}

#[derive(Default)]
struct Purse {
    cards: BTreeMap<String, SharedCard>,
    /// The card that was presented last.
    last: Option<String>,
}

#[derive(Clone)]
struct SharedCard {
    profile: CardProfile,
    card: Arc<Mutex<Card>>,
}

impl Default for Cards {
    fn default() -> Self {
        Self { reader: Deck::new("emulated"), purse: Arc::default() }
    }
}

impl std::fmt::Debug for Cards {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cards").field("last", &self.purse().last).finish_non_exhaustive()
    }
}

impl Cards {
    /// Puts the card `name` into the slot.
    ///
    /// # Errors
    /// [`CardsError::Deck`].
    pub fn insert(&self, name: &str) -> Result<(), CardsError> {
        let shared = self.take(name)?;
        // A chip that gives no answer to reset is nothing but plastic to the reader.
        match shared.lock().power_on(caisson_cards::Interface::Contact) {
            Ok(_) => self.reader.insert(InReader(shared.clone())),
            Err(_) => self.reader.insert_mute(),
        }
        Ok(())
    }

    /// Holds the card `name` into the field; a card with a second one beside it brings both.
    ///
    /// # Errors
    /// [`CardsError::Deck`].
    pub fn tap(&self, name: &str) -> Result<(), CardsError> {
        let shared = self.take(name)?;
        let has_second = shared.profile.misbehaviour.second_card_in_field;
        self.reader.tap(InReader(shared.clone()));
        if has_second {
            self.reader.tap(InReader(shared));
        }
        Ok(())
    }

    /// Puts a card into the slot that is no file of the deck: a test's own.
    pub fn insert_other(&self, card: impl VirtualCard + 'static) {
        self.reader.insert(card);
    }

    /// Draws the card `name` through the stripe's reader.
    ///
    /// # Errors
    /// [`CardsError`].
    pub fn swipe(&self, name: &str) -> Result<(), CardsError> {
        let shared = self.take(name)?;
        let track = shared.profile.track_2();
        let track = track.ok_or_else(|| CardsError::NoStripe(name.to_owned()))?;
        let read = Stripe::new(None, &track);
        self.swiped(read)
    }

    fn swiped(&self, read: Result<Stripe, StripeError>) -> Result<(), CardsError> {
        if self.reader.swipe(read) { Ok(()) } else { Err(CardsError::NobodyWaits) }
    }

    /// Takes every card away.
    pub fn remove(&self) {
        self.reader.remove();
    }

    /// The PIN of the card that was presented last.
    ///
    /// # Errors
    /// [`CardsError::NoCard`].
    pub fn pin(&self) -> Result<PinDigits, CardsError> {
        let purse = self.purse();
        let shared = purse.last.as_ref().and_then(|name| purse.cards.get(name));
        let pin = pin_of(&shared.ok_or(CardsError::NoCard)?.profile);
        PinDigits::new(pin).ok_or(CardsError::NoCard)
    }

    /// A PIN that is not the card's.
    ///
    /// # Errors
    /// [`CardsError::NoCard`].
    pub fn wrong_pin(&self) -> Result<PinDigits, CardsError> {
        let right = self.pin()?;
        let wrong = if right.expose() == "9999" { "8888" } else { "9999" };
        PinDigits::new(wrong).ok_or(CardsError::NoCard)
    }

    fn take(&self, name: &str) -> Result<SharedCard, CardsError> {
        let mut purse = self.purse();
        purse.last = Some(name.to_owned());
        if let Some(shared) = purse.cards.get(name) {
            return Ok(shared.clone());
        }
        let profile = deck::profile(name).map_err(|error| CardsError::Deck(error.to_string()))?;
        let card = Card::load(&profile).map_err(|error| CardsError::Deck(error.to_string()))?;
        let shared = SharedCard { profile, card: Arc::new(Mutex::new(card)) };
        purse.cards.insert(name.to_owned(), shared.clone());
        Ok(shared)
    }

    fn purse(&self) -> MutexGuard<'_, Purse> {
        self.purse.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl CardReaderSource for Cards {
    async fn open(&self) -> Result<Box<dyn CardReader>, CardReaderError> {
        Ok(Box::new(self.reader.open()?))
    }
}

impl SharedCard {
    fn lock(&self) -> MutexGuard<'_, Card> {
        self.card.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A card as the reader has it.
struct InReader(SharedCard);

impl VirtualCard for InReader {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Silence> {
        self.0.lock().transmit(command).map_err(|fault| match fault {
            Fault::Torn | Fault::NoPower => Silence::Gone,
            Fault::Mute | Fault::NoInterface => Silence::Mute,
        })
    }

    fn power_on(&mut self, interface: Interface) {
        let interface = match interface {
            Interface::Contact => caisson_cards::Interface::Contact,
            Interface::Contactless => caisson_cards::Interface::Contactless,
        };
        // A card without that interface stays silent, and its commands say so.
        let _ = self.0.lock().power_on(interface);
    }
}
