//! The desk's pages.

use super::{Outbox, PosWindow};
use caisson_core::desk::Page;
use caisson_devices::screen::Showing;

/// Writes the desk's globals.
pub(crate) struct DeskAdapter<W: PosWindow> {
    window: slint::Weak<W>,
    out: Outbox,
}

impl<W: PosWindow> DeskAdapter<W> {
    /// Connects the callbacks of `window`.
    pub(crate) fn new(window: &W, out: Outbox) -> Self {
        Self { window: window.as_weak(), out }
    }

    /// Shows `page`, which is the view of `showing`.
    pub(crate) fn show(&self, page: &Page, showing: &Showing) {
        let _ = (page, showing, self.window.upgrade(), &self.out);
    }
}
