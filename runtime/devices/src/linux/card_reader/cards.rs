//! Which card to power up, of all that the PC/SC service sees.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::failed;
use super::interface::{self, ReaderRule};
use super::slot::{self, NotPowered, Use, Uses};
use super::watch::{Seen, SlotSeen, Watch};
use crate::card_reader::{CardReaderError, CardSession, Detected, Interface, Wanted};

/// Pause before a card is tried again that did not come to life: the service may still have been
/// busy with the one before.
const TRY_AGAIN: Duration = Duration::from_millis(200);

/// The slots and fields of a terminal.
pub(super) struct Cards {
    name: String,
    rules: Vec<ReaderRule>,
    watch: Watch,
    uses: Uses,
    /// A card that did not come to life, as it was seen then, and when it is tried again.
    dead: Option<(SlotSeen, Instant)>,
    /// A reader was there once.
    had_reader: bool,
    /// A wedged reader was in the way when somebody last looked.
    is_wedged: bool,
}

enum Look {
    Card(SlotSeen, Interface),
    MuteChip,
    SeveralCards,
    Nothing,
}

impl Cards {
    /// Starts to watch the readers that `rules` name.
    pub(super) fn watch(name: &str, rules: Vec<ReaderRule>) -> Result<Self, CardReaderError> {
        let watch = Watch::start().map_err(|error| failed(name, &error))?;
        let (name, uses) = (name.to_owned(), Uses::default());
        Ok(Self { name, rules, watch, uses, dead: None, had_reader: false, is_wedged: false })
    }

    /// The first card that is wanted, however long that takes. A missing reader is an error only
    /// where nothing else `is_alone` to wait for.
    pub(super) async fn first(
        &mut self,
        wanted: Wanted,
        is_alone: bool,
    ) -> Result<Detected, CardReaderError> {
        loop {
            match self.look(wanted, is_alone)? {
                Look::MuteChip => return Ok(Detected::MuteChip),
                Look::SeveralCards => return Ok(Detected::SeveralCards),
                Look::Nothing => {}
                Look::Card(slot, interface) => {
                    match self.power_up(slot, interface, wanted).await? {
                        Some(found) => return Ok(found),
                        None => continue,
                    }
                }
            }
            let again_at = self.dead.as_ref().map(|(_, again_at)| *again_at);
            tokio::select! {
                () = self.watch.changed() => {}
                () = self.uses.changed() => {}
                () = sleep_until(again_at.unwrap_or_else(Instant::now)), if again_at.is_some() => {
                    self.dead = None;
                }
            }
        }
    }

    /// Whether a wedged reader was in the way of what was wanted last.
    pub(super) fn is_wedged(&self) -> bool {
        self.is_wedged
    }

    /// Waits until no card is in any slot or field.
    pub(super) async fn cleared(&mut self) -> Result<(), CardReaderError> {
        loop {
            let slots = self.slots(true)?;
            if slots.is_some_and(|slots| slots.iter().all(|(slot, _)| !slot.is_present)) {
                return Ok(());
            }
            self.watch.changed().await;
        }
    }

    /// The slots that the profile names, each with how it speaks; `None` before the first look of
    /// the watch.
    fn slots(
        &mut self,
        is_alone: bool,
    ) -> Result<Option<Vec<(SlotSeen, Interface)>>, CardReaderError> {
        let reader = self.name.clone();
        let slots = match self.watch.look() {
            Seen::Nothing => return Ok(None),
            // A service that is just ending says so too, but not of somebody whom it served.
            Seen::NoService(pcsc::Error::NoAccess | pcsc::Error::SecurityViolation)
                if !self.had_reader =>
            {
                return Err(CardReaderError::Refused { reader });
            }
            Seen::NoService(error) => {
                return Err(CardReaderError::NoService { reader, detail: error.to_string() });
            }
            Seen::Slots(slots) => slots,
        };
        let named =
            |slot: SlotSeen| interface::of(&self.rules, &slot).map(|interface| (slot, interface));
        let ours: Vec<_> = slots.into_iter().filter_map(named).collect();
        if ours.is_empty() && is_alone {
            return Err(match self.had_reader {
                true => CardReaderError::Unplugged { reader },
                false => CardReaderError::Missing { reader },
            });
        }
        self.had_reader |= !ours.is_empty();
        Ok(Some(ours))
    }

    fn look(&mut self, wanted: Wanted, is_alone: bool) -> Result<Look, CardReaderError> {
        self.is_wedged = false;
        let mut here = self.slots(is_alone)?.unwrap_or_default();
        here.retain(|(slot, interface)| slot.is_present && wanted.has(*interface));
        for (slot, interface) in &here {
            let beside = |(other, how): &&(SlotSeen, Interface)| {
                *how == Interface::Contactless && other.device() == slot.device()
            };
            if *interface == Interface::Contactless && here.iter().filter(beside).count() > 1 {
                return Ok(Look::SeveralCards);
            }
            match self.uses.of(&slot.name) {
                Some(Use::Wedged) => self.is_wedged = true,
                Some(Use::Session) => {}
                None if slot.is_mute && *interface == Interface::Contact => {
                    return Ok(Look::MuteChip);
                }
                None if slot.is_mute || self.is_dead(slot) => {}
                None => return Ok(Look::Card(slot.clone(), *interface)),
            }
        }
        Ok(Look::Nothing)
    }

    /// Whether the card was tried just now, and nothing was seen of it since.
    fn is_dead(&self, slot: &SlotSeen) -> bool {
        let is_it = |dead: &SlotSeen| dead.is_same_card(slot) && dead.atr == slot.atr;
        self.dead.as_ref().is_some_and(|(dead, _)| is_it(dead))
    }

    /// Powers a card up. `None` when it is gone, not alive, or not wanted after all; then it is not
    /// tried again at once.
    async fn power_up(
        &mut self,
        slot: SlotSeen,
        interface: Interface,
        wanted: Wanted,
    ) -> Result<Option<Detected>, CardReaderError> {
        let Some(held) = self.uses.take(&slot.name) else { return Ok(None) };
        match slot::power_up(&slot, held, self.watch.clone()).await {
            Ok((link, atr)) => {
                // For a moment the service shows a new card with the ATR of the one before.
                let powered = SlotSeen { atr: atr.clone(), ..slot.clone() };
                let interface = interface::of(&self.rules, &powered).unwrap_or(interface);
                if !wanted.has(interface) {
                    self.dead = Some((slot, Instant::now() + TRY_AGAIN));
                    return Ok(None);
                }
                let session = CardSession::new(Box::new(link), interface, &atr);
                Ok(Some(match interface {
                    Interface::Contact => Detected::Chip(session),
                    Interface::Contactless => Detected::Contactless(session),
                }))
            }
            Err(NotPowered::Mute) if interface == Interface::Contact => {
                Ok(Some(Detected::MuteChip))
            }
            Err(NotPowered::Mute | NotPowered::Gone) => {
                self.dead = Some((slot, Instant::now() + TRY_AGAIN));
                Ok(None)
            }
            Err(NotPowered::Busy) => Err(CardReaderError::Busy { reader: self.name.clone() }),
            Err(NotPowered::Failed(detail)) => Err(failed(&self.name, &detail)),
        }
    }
}
