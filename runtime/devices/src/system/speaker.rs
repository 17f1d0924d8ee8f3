//! The machine's own loudspeaker.
//!
//! Guarantees: a thread of its own plays, so that a sound card that hangs holds up nobody; a machine
//! without one is silent and says so once; a card that goes away is opened anew for the next sound.
//! Between sounds the card is left to others.

mod output;

use crate::speaker::queue::Queue;
use crate::speaker::samples::samples;
use crate::speaker::{Sound, Speaker};
use caisson_core::desk::Volume;
use output::{Card, Gain, Output};
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How long the card stays open after a sound: an announcement follows its tone without a gap, and
/// between two customers nothing runs.
const OPEN_FOR: Duration = Duration::from_secs(5);

/// The loudspeaker. Its thread ends with it.
pub struct SystemSpeaker(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    gain: Gain,
}

#[derive(Default)]
struct State {
    queue: Queue,
    is_off: bool,
    is_over: bool,
}

impl std::fmt::Debug for SystemSpeaker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SystemSpeaker").finish_non_exhaustive()
    }
}

impl SystemSpeaker {
    /// Starts the thread. The card is opened for the first sound.
    ///
    /// # Errors
    /// The system's word where it gives no thread.
    pub fn start() -> io::Result<Self> {
        Self::on(Card::default)
    }

    /// The same on what `open` makes, on the thread that plays.
    fn on<O: Output>(open: impl FnOnce() -> O + Send + 'static) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
            gain: Gain::default(),
        });
        let played = Arc::clone(&shared);
        thread::Builder::new()
            .name("speaker".to_owned())
            .spawn(move || play_all(&played, &mut open()))?;
        Ok(Self(shared))
    }
}

impl Drop for SystemSpeaker {
    fn drop(&mut self) {
        self.0.state().is_over = true;
        self.0.changed.notify_all();
    }
}

impl Speaker for SystemSpeaker {
    fn play(&self, sound: Sound) {
        let mut state = self.0.state();
        if !state.is_off {
            state.queue.push(sound);
            self.0.changed.notify_all();
        }
    }

    fn set_volume(&self, volume: Volume) {
        self.0.gain.set(volume);
        let mut state = self.0.state();
        state.is_off = volume == Volume::Off;
        if state.is_off {
            state.queue.clear();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the next sound, at most `within`; `None` where none came or it is over.
    fn next(&self, within: Option<Duration>) -> Option<Sound> {
        let is_idle = |state: &mut State| state.queue.is_empty() && !state.is_over;
        let mut state = match within {
            None => self.changed.wait_while(self.state(), is_idle),
            Some(within) => {
                let waited = self.changed.wait_timeout_while(self.state(), within, is_idle);
                waited
                    .map(|(state, _)| state)
                    .map_err(|error| PoisonError::new(error.into_inner().0))
            }
        }
        .unwrap_or_else(PoisonError::into_inner);
        if state.is_over { None } else { state.queue.pop() }
    }
}

/// Plays what comes until the speaker is gone.
fn play_all(shared: &Shared, output: &mut impl Output) {
    let (mut is_open, mut is_missing) = (false, false);
    loop {
        let Some(sound) = shared.next(is_open.then_some(OPEN_FOR)) else {
            output.close();
            is_open = false;
            if shared.state().is_over {
                return;
            }
            continue;
        };
        let played = output.play(samples(sound), &shared.gain);
        is_open = played.is_ok();
        match played {
            Ok(()) if is_missing => tracing::info!("the speaker is back"),
            Err(error) if !is_missing => {
                tracing::warn!(%error, "no sound; the speaker is tried again for the next one");
            }
            _ => {}
        }
        is_missing = !is_open;
        if !is_open {
            output.close();
        }
    }
}

#[cfg(test)]
mod tests;
