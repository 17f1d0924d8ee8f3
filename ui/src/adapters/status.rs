//! The status bar and what anybody can set.

use super::PosWindow;
use caisson_core::desk::Theme;
use caisson_devices::screen::Status;

/// Writes the globals `Status` and `Theme`.
pub(crate) struct StatusAdapter<W: PosWindow>(slint::Weak<W>);

impl<W: PosWindow> StatusAdapter<W> {
    /// For `window`.
    pub(crate) fn new(window: &W) -> Self {
        Self(window.as_weak())
    }

    /// Shows it.
    pub(crate) fn show(&self, status: &Status) {
        let Some(window) = self.0.upgrade() else { return };
        let bar = window.status();
        bar.set_merchant(status.merchant.as_str().into());
        bar.set_operator(status.operator.as_deref().unwrap_or_default().into());
        bar.set_time(status.time.as_str().into());
        bar.set_is_online(status.is_online);
        bar.set_is_development(status.is_development);
        window.theme().set_dark(status.settings.theme == Theme::Dark);
    }
}
