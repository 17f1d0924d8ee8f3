//! The card that one call of a system app has before it: found, spoken to, taken out.
//!
//! Guarantees: one call has the reader at a time; a card loses its power when its call ends. What a
//! card says passes through and is kept nowhere.
//!
//! Deliberately not here: the PIN (`pin`), what the card means (`apps/emv`, `apps/card`).

use crate::equipment::CardReaderSource;
use crate::keys::Keys;
use caisson_core::permission::{CardReader as Cards, Permit};
use caisson_devices::card_reader::{
    Access, CardError, CardReader, CardReaderError, CardSession, Command, Detected, Wanted,
};
use caisson_host::{CardStop, Entry, Found};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::Instant;
use zeroize::Zeroizing;

/// Longest that a card may take for one command, GET RESPONSE included: as the contract says.
const ANSWER_WAIT: Duration = Duration::from_secs(10);

/// The reader of a terminal, shared by its calls. Dropping the guard gives it to the next.
pub type SharedReader = Arc<Mutex<Box<dyn CardReaderSource>>>;

/// The reader while a call has it, for cards or for tags.
pub(crate) struct Open {
    reader: Box<dyn CardReader>,
    pub(crate) session: Option<CardSession>,
    /// True after several cards, or one that does not answer: they would be found again at once, so
    /// they must go first.
    pub(crate) must_clear: bool,
    /// Declared last: the next call may have the reader when the card has lost its power.
    _mine: OwnedMutexGuard<Box<dyn CardReaderSource>>,
}

impl Open {
    /// The reader that a call has, opened where it has none yet.
    pub(crate) async fn hold<'h>(
        held: &'h mut Option<Self>,
        from: Option<&SharedReader>,
    ) -> Result<&'h mut Self, CardStop> {
        let from = from.ok_or_else(no_reader)?;
        if held.is_none() {
            let mine = Arc::clone(from).try_lock_owned().map_err(|_| CardStop::Busy)?;
            let reader = mine.open().await.map_err(|error| of_reader(&error))?;
            *held = Some(Self { reader, session: None, must_clear: false, _mine: mine });
        }
        held.as_mut().ok_or(CardStop::Busy)
    }

    /// What comes first of what is `wanted`, until `deadline`; what must go goes first.
    pub(crate) async fn first(
        &mut self,
        access: Access<'_>,
        wanted: Wanted,
        deadline: Instant,
    ) -> Result<Detected, CardReaderError> {
        if self.must_clear {
            self.cleared(access, deadline).await?;
            self.must_clear = false;
        }
        let within = deadline.saturating_duration_since(Instant::now());
        self.reader.detect(access, wanted, within).await
    }

    /// Waits until nothing lies before the reader, until `deadline`.
    pub(crate) async fn cleared(
        &mut self,
        access: Access<'_>,
        deadline: Instant,
    ) -> Result<(), CardReaderError> {
        let within = deadline.saturating_duration_since(Instant::now());
        self.reader.cleared(access, within).await
    }
}

/// What one call has of the reader; nothing before its first `detect`.
#[derive(Default)]
pub(crate) struct CardAtHand(Mutex<Option<Open>>);

impl CardAtHand {
    /// Waits for the first card that is `wanted`, until `deadline` or Cancel.
    pub(crate) async fn detect(
        &self,
        from: Option<&SharedReader>,
        permit: &Permit<Cards>,
        entry: Entry,
        deadline: Instant,
        keys: &Keys,
    ) -> Result<Found, CardStop> {
        let mut held = self.0.lock().await;
        let open = Open::hold(&mut held, from).await?;
        open.session = None; // a card that was found before loses its power
        let wanted =
            Wanted { chip: entry.chip, contactless: entry.contactless, stripe: entry.stripe };
        let found = tokio::select! {
            biased;
            () = keys.cancelled() => return Err(CardStop::Cancelled),
            found = open.first(Access::Cards(permit), wanted, deadline) => found,
        };
        match found.map_err(|error| of_reader(&error))? {
            Detected::Chip(session) => {
                open.session = Some(session);
                Ok(Found::Chip)
            }
            Detected::Contactless(session) => {
                open.session = Some(session);
                Ok(Found::Contactless)
            }
            Detected::Stripe(stripe) => {
                Ok(Found::Stripe(Zeroizing::new(stripe.track_2().expose().to_owned())))
            }
            Detected::MuteChip => {
                open.must_clear = true;
                Err(CardStop::Unreadable("the chip does not answer its reset".to_owned()))
            }
            Detected::SeveralCards => {
                open.must_clear = true;
                Err(CardStop::Several)
            }
        }
    }

    /// Sends one command to the chip.
    pub(crate) async fn transmit(&self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardStop> {
        let mut held = self.0.lock().await;
        let session = held.as_mut().and_then(|open| open.session.as_mut());
        let session = session.ok_or(CardStop::NoCard)?;
        let command = Command::new(command).map_err(|error| CardStop::Other(error.to_string()))?;
        match session.transmit(&command, ANSWER_WAIT).await {
            Ok(answer) => Ok(answer.to_bytes()),
            Err(error) => Err(of_card(&error)),
        }
    }

    /// Takes the card's power and waits until it is gone, until `deadline` or Cancel.
    pub(crate) async fn remove(
        &self,
        permit: &Permit<Cards>,
        deadline: Instant,
        keys: &Keys,
    ) -> Result<(), CardStop> {
        let mut held = self.0.lock().await;
        let Some(open) = held.as_mut() else { return Ok(()) };
        open.session = None;
        tokio::select! {
            biased;
            () = keys.cancelled() => Err(CardStop::Cancelled),
            gone = open.cleared(Access::Cards(permit), deadline) => {
                gone.map_err(|error| of_reader(&error))
            }
        }
    }
}

/// What a call without a reader is told.
pub(crate) fn no_reader() -> CardStop {
    CardStop::Offline(
        "this terminal has no card reader; add [card-reader] to its profile".to_owned(),
    )
}

pub(crate) fn of_reader(error: &CardReaderError) -> CardStop {
    match error {
        CardReaderError::Late { .. } => CardStop::Timeout,
        CardReaderError::Busy { .. } => CardStop::Busy,
        CardReaderError::Misread { .. } | CardReaderError::Wedged { .. } => {
            CardStop::Unreadable(error.to_string())
        }
        CardReaderError::Missing { .. }
        | CardReaderError::NoService { .. }
        | CardReaderError::Refused { .. }
        | CardReaderError::Unplugged { .. }
        | CardReaderError::Unsupported { .. }
        | CardReaderError::Failed { .. } => CardStop::Offline(error.to_string()),
        CardReaderError::NothingWanted | CardReaderError::TagsOnly => {
            CardStop::Other(error.to_string())
        }
    }
}

pub(crate) fn of_card(error: &CardError) -> CardStop {
    match error {
        CardError::Removed | CardError::Spent => CardStop::Removed,
        CardError::Timeout { .. } => CardStop::Timeout,
        CardError::Unplugged => CardStop::Offline(error.to_string()),
        CardError::Endless | CardError::Malformed { .. } | CardError::Broken { .. } => {
            CardStop::Other(error.to_string())
        }
    }
}
