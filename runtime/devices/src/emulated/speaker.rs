//! A speaker without a loudspeaker: remembers what it played.

use crate::speaker::{Sound, Speaker};
use caisson_core::desk::Volume;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// Sounds that are remembered; older ones are forgotten first.
const HISTORY_MAX: usize = 10_000;

/// Is told of each sound before `play` returns.
type Listener = Box<dyn Fn(Sound) + Send + Sync>;

/// The speaker; clones share it.
#[derive(Clone)]
pub struct EmulatedSpeaker(Arc<Inner>);

struct Inner {
    history: Mutex<Vec<Sound>>,
    played: watch::Sender<usize>,
    volume: watch::Sender<Volume>,
    listener: Mutex<Option<Listener>>,
}

impl std::fmt::Debug for EmulatedSpeaker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmulatedSpeaker").field("played", &self.history().len()).finish()
    }
}

impl Default for EmulatedSpeaker {
    fn default() -> Self {
        Self::new()
    }
}

impl EmulatedSpeaker {
    /// A speaker that has played nothing.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Inner {
            history: Mutex::new(Vec::new()),
            played: watch::Sender::new(0),
            volume: watch::Sender::new(Volume::default()),
            listener: Mutex::new(None),
        }))
    }

    /// Everything that could be heard so far, oldest first.
    #[must_use]
    pub fn played(&self) -> Vec<Sound> {
        self.history().clone()
    }

    /// How many sounds were played, to wait for the next one.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<usize> {
        self.0.played.subscribe()
    }

    /// How loud it is, now and later.
    #[must_use]
    pub fn volume(&self) -> watch::Receiver<Volume> {
        self.0.volume.subscribe()
    }

    /// Has `listener` told of each sound while whoever plays it still waits: to see what was so at
    /// that very moment.
    pub fn listen(&self, listener: impl Fn(Sound) + Send + Sync + 'static) {
        *self.0.listener.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(listener));
    }

    fn history(&self) -> MutexGuard<'_, Vec<Sound>> {
        self.0.history.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Speaker for EmulatedSpeaker {
    fn play(&self, sound: Sound) {
        if *self.0.volume.borrow() == Volume::Off {
            return;
        }
        let mut history = self.history();
        if history.len() >= HISTORY_MAX {
            history.remove(0);
        }
        history.push(sound);
        drop(history);
        let listener = self.0.listener.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(listener) = &*listener {
            listener(sound);
        }
        drop(listener);
        self.0.played.send_modify(|count| *count = count.saturating_add(1));
    }

    fn set_volume(&self, volume: Volume) {
        self.0.volume.send_replace(volume);
    }
}
