//! The panel of the emulator.

use super::{Outbox, PosWindow};
use crate::message::{PanelState, Picture};

/// Writes the panel's globals, where the window has a panel.
pub(crate) struct PanelAdapter<W: PosWindow> {
    window: slint::Weak<W>,
    out: Outbox,
}

impl<W: PosWindow> PanelAdapter<W> {
    /// Connects the callbacks of `window`.
    pub(crate) fn new(window: &W, out: Outbox) -> Self {
        Self { window: window.as_weak(), out }
    }

    /// Shows all of it.
    pub(crate) fn show(&self, state: &PanelState) {
        let _ = (state, self.window.upgrade(), &self.out);
    }

    /// Adds a sheet to the roll.
    pub(crate) fn paper(&self, sheet: &Picture) {
        let _ = sheet;
    }

    /// Tears the roll off.
    pub(crate) fn tear(&self) {}
}
