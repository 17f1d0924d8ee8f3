//! One thread that asks the PC/SC service what its readers see.
//!
//! Guarantees: the thread ends within [`LOOK_AGAIN`] of its last [`Watch`] being dropped, mostly at
//! once; a service that was away is found again within [`RETRY`]. Readers that come and go are seen
//! (the pseudo reader of PC/SC part 5 announces them).

use std::ffi::{CStr, CString};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{io, thread};

use pcsc::{Context, PNP_NOTIFICATION, ReaderState, Scope, State};
use tokio::sync::watch;

/// Longest single wait for a change. A cancel that comes between two waits is lost; then it is
/// seen after this time.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// Pause before a service that is away is asked again.
const RETRY: Duration = Duration::from_millis(500);

/// What the service last said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    /// Nothing yet.
    Nothing,
    /// It cannot be reached.
    NoService(pcsc::Error),
    /// All its slots, those without a card too.
    Slots(Vec<SlotSeen>),
}

/// A slot or field of a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SlotSeen {
    /// The service's name for it.
    pub(super) name: CString,
    /// A card is in it.
    pub(super) is_present: bool,
    /// That card does not answer its reset.
    pub(super) is_mute: bool,
    /// How often a card came or went.
    pub(super) moves: u32,
    /// The card's answer to reset, as far as the service has read it.
    pub(super) atr: Vec<u8>,
}

impl SlotSeen {
    fn of(state: &ReaderState) -> Self {
        let flags = state.event_state();
        Self {
            name: state.name().to_owned(),
            is_present: flags.contains(State::PRESENT),
            is_mute: flags.contains(State::MUTE),
            moves: state.event_count(),
            atr: state.atr().to_vec(),
        }
    }

    /// The device that the slot belongs to: its name without the last number (PC/SC names end in
    /// the reader's number and the slot's).
    pub(super) fn device(&self) -> &[u8] {
        let name = self.name.to_bytes();
        let end = name.iter().rposition(|byte| *byte == b' ').unwrap_or(name.len());
        name.get(..end).unwrap_or(name)
    }

    /// Whether it is the card of an earlier look, not moved since.
    pub(super) fn is_same_card(&self, earlier: &Self) -> bool {
        self.name == earlier.name && self.is_present && self.moves == earlier.moves
    }

    #[cfg(test)]
    pub(super) fn for_test(name: &str, atr: &[u8]) -> Self {
        let name = CString::new(name).unwrap();
        Self { name, is_present: true, is_mute: false, moves: 1, atr: atr.to_vec() }
    }
}

/// The watching thread's other end. Each clone sees for itself; the last one ends the thread.
#[derive(Clone)]
pub(super) struct Watch {
    seen: watch::Receiver<Seen>,
    _thread: Arc<Thread>,
}

impl Watch {
    pub(super) fn start() -> io::Result<Self> {
        let (fill, seen) = watch::channel(Seen::Nothing);
        let stop = Arc::new(Stop::default());
        let for_thread = Arc::clone(&stop);
        let thread = thread::Builder::new().name("card-watch".to_owned());
        thread.spawn(move || watch_until_stopped(&fill, &for_thread))?;
        Ok(Self { seen, _thread: Arc::new(Thread(stop)) })
    }

    /// What was seen last; [`Watch::changed`] then waits for what comes after it.
    pub(super) fn look(&mut self) -> Seen {
        self.seen.borrow_and_update().clone()
    }

    /// Waits for something new.
    pub(super) async fn changed(&mut self) {
        if self.seen.changed().await.is_err() {
            // The thread crashed. The last word stands, and the caller's deadline ends the wait.
            std::future::pending::<()>().await;
        }
    }

    /// Waits until what is seen is `as_wanted`, and gives it; what is seen now counts.
    pub(super) async fn wait_for(&mut self, as_wanted: impl Fn(&Seen) -> bool) -> Seen {
        loop {
            let seen = self.look();
            if as_wanted(&seen) {
                return seen;
            }
            self.changed().await;
        }
    }
}

/// Ends the thread when it is dropped.
struct Thread(Arc<Stop>);

impl Drop for Thread {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// Tells the thread to end.
#[derive(Default)]
struct Stop {
    state: Mutex<StopState>,
    stopped: Condvar,
}

#[derive(Default)]
struct StopState {
    is_stopped: bool,
    /// What the thread waits in.
    context: Option<Context>,
}

impl Stop {
    fn state(&self) -> MutexGuard<'_, StopState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self) {
        let mut state = self.state();
        state.is_stopped = true;
        self.stopped.notify_all();
        if let Some(context) = state.context.take() {
            // Nothing waits in it, or it ends by itself after `LOOK_AGAIN`.
            let _ = context.cancel();
        }
    }

    fn is_stopped(&self) -> bool {
        self.state().is_stopped
    }

    /// Waits for `time`, or until stopped.
    fn pause(&self, time: Duration) {
        let waiting = |state: &mut StopState| !state.is_stopped;
        drop(self.stopped.wait_timeout_while(self.state(), time, waiting));
    }
}

fn watch_until_stopped(fill: &watch::Sender<Seen>, stop: &Stop) {
    while !stop.is_stopped() {
        let Err(error) = watch_service(fill, stop) else { return };
        stop.state().context = None;
        publish(fill, Seen::NoService(error));
        stop.pause(RETRY);
    }
}

/// Watches one life of the service; ends well only when stopped.
fn watch_service(fill: &watch::Sender<Seen>, stop: &Stop) -> Result<(), pcsc::Error> {
    let context = Context::establish(Scope::User)?;
    stop.state().context = Some(context.clone());
    let mut states = vec![ReaderState::new(PNP_NOTIFICATION(), State::UNAWARE)];
    while !stop.is_stopped() {
        let names = context.list_readers_owned()?;
        let is_pnp = |name: &CStr| name == PNP_NOTIFICATION();
        states.retain(|state| is_pnp(state.name()) || names.iter().any(|n| **n == *state.name()));
        for name in names {
            if !states.iter().any(|state| *state.name() == *name) {
                states.push(ReaderState::new(name, State::UNAWARE));
            }
        }
        match context.get_status_change(LOOK_AGAIN, &mut states) {
            Ok(()) => {}
            Err(pcsc::Error::Timeout | pcsc::Error::Cancelled) => continue,
            // A reader went between the list and the wait; the next list is without it.
            Err(pcsc::Error::UnknownReader | pcsc::Error::ReaderUnavailable) => {
                stop.pause(RETRY);
                continue;
            }
            Err(error) => return Err(error),
        }
        for state in &mut states {
            state.sync_current_state();
        }
        let slots = states.iter().filter(|state| !is_pnp(state.name())).map(SlotSeen::of);
        publish(fill, Seen::Slots(slots.collect()));
    }
    Ok(())
}

fn publish(fill: &watch::Sender<Seen>, seen: Seen) {
    fill.send_if_modified(|last| {
        let is_new = *last != seen;
        *last = seen;
        is_new
    });
}
