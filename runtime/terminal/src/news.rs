//! What work behind the counter tells the desk.
//!
//! Guarantee: while a desk owns the counter's screen, nobody else draws on it between payments.

use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::watch;

/// That something has changed, and whether anybody is there to be told.
#[derive(Debug, Default)]
pub(crate) struct News {
    count: watch::Sender<u64>,
    has_desk: AtomicBool,
}

impl News {
    /// Some payment is not as it was.
    pub(crate) fn tell(&self) {
        self.count.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Changes with each piece of news.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.count.subscribe()
    }

    /// True while a desk owns the screen.
    pub(crate) fn has_desk(&self) -> bool {
        self.has_desk.load(Ordering::Relaxed)
    }

    /// A desk owns the screen until the guard is dropped; `None` where another one does.
    pub(crate) fn man(&self) -> Option<Manned<'_>> {
        let was_manned = self.has_desk.swap(true, Ordering::Relaxed);
        (!was_manned).then_some(Manned(self))
    }
}

/// See [`News::man`].
pub(crate) struct Manned<'n>(&'n News);

impl Drop for Manned<'_> {
    fn drop(&mut self) {
        self.0.has_desk.store(false, Ordering::Relaxed);
    }
}
