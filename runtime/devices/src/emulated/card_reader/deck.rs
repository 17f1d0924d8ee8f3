//! The hand that holds virtual cards to an emulated reader, and what lies there now.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::{EmulatedCardReader, VirtualCard};
use crate::card_reader::{CardReaderError, Interface, Stripe, StripeError, Wanted};

/// What can go wrong with the emulated reader itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The plug is out: an open reader ends, a new one is not there.
    Unplugged,
    /// Another program has it.
    Busy,
    /// It answers every question with an error.
    Failing,
}

/// What happens to the next card that is powered up, at the command of this number, the first
/// being 1. GET RESPONSE counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mishap {
    /// The card acts on it and is torn away before its answer is heard.
    TornAway(u32),
    /// The card never answers it, nor any later one.
    Mute(u32),
}

/// A card as the deck and a session share it.
pub(super) type SharedCard = Arc<Mutex<Box<dyn VirtualCard>>>;

/// The hand that holds cards to an emulated reader. Clones move the same hand.
#[derive(Clone)]
pub struct Deck {
    name: Arc<str>,
    state: Arc<Mutex<State>>,
    changed: Arc<watch::Sender<()>>,
    awaited: Arc<watch::Sender<Option<Wanted>>>,
}

#[derive(Default)]
struct State {
    /// In the slot; at most one.
    slot: Vec<Placed>,
    /// In the field, in the order in which they came.
    field: Vec<Placed>,
    swiped: Option<Result<Stripe, StripeError>>,
    /// Sessions not yet dropped, also of cards that are gone. As on a real reader, slot or field
    /// then finds nothing else.
    sessions: Vec<(u64, Interface)>,
    fault: Option<Fault>,
    mishap: Option<Mishap>,
    is_open: bool,
    next_id: u64,
}

struct Placed {
    id: u64,
    /// None for a card the wrong way round.
    card: Option<SharedCard>,
    /// A session ended with a command unanswered; nobody gets it before it is taken out.
    is_wedged: bool,
}

/// What lies there for somebody who looks.
pub(super) enum Look {
    Card { id: u64, interface: Interface },
    MuteChip,
    SeveralCards,
    Swiped(Result<Stripe, StripeError>),
    Nothing { is_wedged: bool },
}

impl Deck {
    /// A reader without cards; `name` is the reader's name in errors.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            state: Arc::default(),
            changed: Arc::new(watch::Sender::new(())),
            awaited: Arc::new(watch::Sender::new(None)),
        }
    }

    /// Opens the reader; one at a time.
    ///
    /// # Errors
    /// [`CardReaderError::Missing`] while unplugged, [`CardReaderError::Busy`] while busy or
    /// already open.
    pub fn open(&self) -> Result<EmulatedCardReader, CardReaderError> {
        let reader = self.name.to_string();
        let mut state = self.state();
        match state.fault {
            Some(Fault::Unplugged) => return Err(CardReaderError::Missing { reader }),
            Some(Fault::Busy) => return Err(CardReaderError::Busy { reader }),
            Some(Fault::Failing) | None => {}
        }
        if std::mem::replace(&mut state.is_open, true) {
            return Err(CardReaderError::Busy { reader });
        }
        drop(state);
        Ok(EmulatedCardReader { deck: self.clone() })
    }

    /// Puts a card into the slot; one that is there is taken out first.
    pub fn insert(&self, card: impl VirtualCard + 'static) {
        self.change(|state| state.slot = vec![state.placed(Some(share(card)))]);
    }

    /// Puts a card into the slot that does not answer its reset: the wrong way round, or broken.
    pub fn insert_mute(&self) {
        self.change(|state| state.slot = vec![state.placed(None)]);
    }

    /// Brings a card into the field, beside those that are there: a second makes several.
    pub fn tap(&self, card: impl VirtualCard + 'static) {
        self.change(|state| {
            let placed = state.placed(Some(share(card)));
            state.field.push(placed);
        });
    }

    /// Takes every card out of slot and field.
    pub fn remove(&self) {
        self.change(|state| {
            state.slot.clear();
            state.field.clear();
        });
    }

    /// Swipes a card, or a stripe that cannot be read. True if somebody waited for it; else it is
    /// lost, as on a real reader.
    pub fn swipe(&self, stripe: Result<Stripe, StripeError>) -> bool {
        let is_awaited = self.awaited.borrow().is_some_and(|wanted| wanted.stripe);
        if is_awaited {
            self.change(|state| state.swiped = Some(stripe));
        }
        is_awaited
    }

    /// Tears the next card that gets power away at its command number `command`, the first being
    /// 1, GET RESPONSE counted: the card acts on it, its answer is lost. Then all cards are out.
    pub fn tear_away_at(&self, command: u32) {
        self.change(|state| state.mishap = Some(Mishap::TornAway(command)));
    }

    /// Makes the next card that gets power mute from its command number `command` on: no answer
    /// until it is taken out.
    pub fn mute_at(&self, command: u32) {
        self.change(|state| state.mishap = Some(Mishap::Mute(command)));
    }

    /// Sets or heals the reader's fault.
    pub fn set_fault(&self, fault: Option<Fault>) {
        self.change(|state| state.fault = fault);
    }

    /// The present fault.
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        self.state().fault
    }

    /// What somebody waits for at this moment.
    #[must_use]
    pub fn awaits(&self) -> Option<Wanted> {
        *self.awaited.borrow()
    }

    /// Waits until somebody waits for a card, and says for what. Bounded by its caller.
    pub async fn awaited(&self) -> Wanted {
        let mut awaited = self.awaited.subscribe();
        loop {
            let wanted = *awaited.borrow_and_update();
            match wanted {
                Some(wanted) => return wanted,
                // The sender lives as long as `self`, so this does not fail.
                None => drop(awaited.changed().await),
            }
        }
    }

    /// True while a session with a card is open.
    #[must_use]
    pub fn has_session(&self) -> bool {
        !self.state().sessions.is_empty()
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Somebody waits for `wanted` until the answer is dropped.
    pub(super) fn wait_for(&self, wanted: Wanted) -> Awaited {
        self.state().swiped = None;
        self.awaited.send_replace(Some(wanted));
        Awaited(self.clone())
    }

    pub(super) fn look(&self, wanted: Wanted) -> Look {
        let mut state = self.state();
        if let Some(stripe) = state.swiped.take() {
            return Look::Swiped(stripe);
        }
        let mut is_wedged = false;
        for interface in [Interface::Contact, Interface::Contactless] {
            let cards = match interface {
                _ if !wanted.has(interface) => continue,
                Interface::Contact => &state.slot,
                Interface::Contactless if state.field.len() > 1 => return Look::SeveralCards,
                Interface::Contactless => &state.field,
            };
            if state.sessions.iter().any(|(_, held)| *held == interface) {
                continue;
            }
            match cards.first() {
                Some(Placed { card: None, .. }) => return Look::MuteChip,
                Some(Placed { is_wedged: true, .. }) => is_wedged = true,
                Some(Placed { id, .. }) => return Look::Card { id: *id, interface },
                None => {}
            }
        }
        Look::Nothing { is_wedged }
    }

    pub(super) fn is_clear(&self) -> bool {
        let state = self.state();
        state.slot.is_empty() && state.field.is_empty()
    }

    /// Gives a card and the mishap that awaits it to a session.
    pub(super) fn take_up(
        &self,
        id: u64,
        interface: Interface,
    ) -> Option<(SharedCard, Option<Mishap>)> {
        let mut state = self.state();
        let card = state.find(id)?.card.clone()?;
        state.sessions.push((id, interface));
        Some((card, state.mishap.take()))
    }

    /// A session has ended, with a command unanswered or not.
    pub(super) fn give_back(&self, id: u64, is_unanswered: bool) {
        self.change(|state| {
            state.sessions.retain(|(held, _)| *held != id);
            if let Some(placed) = state.find(id) {
                placed.is_wedged = is_unanswered;
            }
        });
    }

    pub(super) fn is_there(&self, id: u64) -> bool {
        self.state().find(id).is_some()
    }

    pub(super) fn close(&self) {
        self.state().is_open = false;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, act: impl FnOnce(&mut State)) {
        act(&mut self.state());
        self.changed.send_replace(());
    }
}

impl State {
    fn placed(&mut self, card: Option<SharedCard>) -> Placed {
        self.next_id += 1;
        Placed { id: self.next_id, card, is_wedged: false }
    }

    fn find(&mut self, id: u64) -> Option<&mut Placed> {
        self.slot.iter_mut().chain(&mut self.field).find(|placed| placed.id == id)
    }
}

fn share(card: impl VirtualCard + 'static) -> SharedCard {
    Arc::new(Mutex::new(Box::new(card)))
}

impl fmt::Debug for Deck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deck").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Somebody waits; dropped when not any more.
pub(super) struct Awaited(Deck);

impl Drop for Awaited {
    fn drop(&mut self) {
        self.0.awaited.send_replace(None);
    }
}
