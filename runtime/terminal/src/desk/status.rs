//! The status bar: sent when it changes, and looked at each minute.

use super::{Desk, Shift, lock};
use crate::clock::local_text;
use crate::error::TerminalError;
use crate::terminal::Inner;
use caisson_core::desk::Settings;
use caisson_devices::screen::Status;
use caisson_vault::Kind;
use std::time::Duration;

const MINUTE_MS: u64 = 60_000;

impl Desk {
    /// Brings the status bar up to date, and ends the locks whose time is over.
    pub(super) async fn refresh(&self, shift: &Shift) -> Result<(), TerminalError> {
        self.end_locks().await?;
        let operator = shift.who.as_ref().map(|operator| operator.name.clone());
        let status = self.inner().status(operator);
        let mut bar = lock(&self.bar);
        if bar.as_ref() != Some(&status) {
            self.inner().equipment.screen.status(status.clone());
            *bar = Some(status);
        }
        Ok(())
    }

    /// Until the clock shows another minute.
    pub(super) fn until_next_minute(&self) -> Duration {
        let passed = self.inner().clock.now().ms % MINUTE_MS;
        Duration::from_millis(MINUTE_MS.saturating_sub(passed))
    }
}

impl Inner {
    fn status(&self, operator: Option<String>) -> Status {
        let now = local_text(self.clock.now(), self.utc_offset_minutes);
        let time = now.get(11..16).unwrap_or_default().to_owned();
        let settings: Settings = self.settings.now();
        Status {
            merchant: self.merchant.name.clone(),
            operator,
            time,
            is_online: !self.apps().any(|(_, hosted)| hosted.is_doubtful()),
            is_development: self.keys.kind() == Kind::Development
                || self.apps().any(|(_, hosted)| hosted.is_development),
            settings,
        }
    }
}
