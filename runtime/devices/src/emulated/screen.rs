//! A screen without a display: remembers what it showed, and is pressed by commands.

use crate::screen::{Key, Screen, Showing, Status};
use async_trait::async_trait;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Mutex as AsyncMutex, mpsc, watch};

/// Showings that are remembered; older ones are forgotten first.
const HISTORY_MAX: usize = 10_000;
/// Keys that wait to be taken; more are dropped, as on a keypad.
const KEYS_WAITING_MAX: usize = 16;

/// The screen; clones share it.
#[derive(Clone)]
pub struct EmulatedScreen(Arc<Inner>);

struct Inner {
    history: Mutex<Vec<Showing>>,
    shown: watch::Sender<usize>,
    status: watch::Sender<Status>,
    press: mpsc::Sender<Key>,
    pressed: AsyncMutex<mpsc::Receiver<Key>>,
}

impl std::fmt::Debug for EmulatedScreen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmulatedScreen").field("shown", &self.history().len()).finish()
    }
}

impl Default for EmulatedScreen {
    fn default() -> Self {
        Self::new()
    }
}

impl EmulatedScreen {
    /// An empty screen.
    #[must_use]
    pub fn new() -> Self {
        let (press, pressed) = mpsc::channel(KEYS_WAITING_MAX);
        Self(Arc::new(Inner {
            history: Mutex::new(Vec::new()),
            shown: watch::Sender::new(0),
            status: watch::Sender::new(Status::default()),
            press,
            pressed: AsyncMutex::new(pressed),
        }))
    }

    /// Everything shown so far, oldest first.
    #[must_use]
    pub fn shown(&self) -> Vec<Showing> {
        self.history().clone()
    }

    /// What is on the screen now.
    #[must_use]
    pub fn current(&self) -> Option<Showing> {
        self.history().last().cloned()
    }

    /// Everything shown after the first `seen` views that is still remembered, oldest first, and how
    /// many were shown in all.
    #[must_use]
    pub fn since(&self, seen: usize) -> (Vec<Showing>, usize) {
        let history = self.history();
        let all = *self.0.shown.borrow();
        let new = all.saturating_sub(seen).min(history.len());
        (history.iter().skip(history.len() - new).cloned().collect(), all)
    }

    /// How many views were shown, to wait for the next one.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<usize> {
        self.0.shown.subscribe()
    }

    /// What stands in the status bar, now and later.
    #[must_use]
    pub fn status_bar(&self) -> watch::Receiver<Status> {
        self.0.status.subscribe()
    }

    /// Presses a key. False where so many wait that it is lost.
    pub fn press(&self, key: Key) -> bool {
        self.0.press.try_send(key).is_ok()
    }

    fn history(&self) -> MutexGuard<'_, Vec<Showing>> {
        self.0.history.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Screen for EmulatedScreen {
    fn show(&self, showing: Showing) {
        let mut history = self.history();
        if history.len() >= HISTORY_MAX {
            history.remove(0);
        }
        history.push(showing);
        // Before the history is free again, so that the count is always that of the history.
        self.0.shown.send_modify(|count| *count = count.saturating_add(1));
    }

    fn status(&self, status: Status) {
        self.0.status.send_replace(status);
    }

    async fn next_key(&self) -> Key {
        match self.0.pressed.lock().await.recv().await {
            Some(key) => key,
            // The sender lives as long as this object, so there is always a next key to wait for.
            None => std::future::pending().await,
        }
    }
}
