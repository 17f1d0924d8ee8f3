//! The screen in the words that every terminal shares: one view at a time down, keys up.
//!
//! Guarantees: the amount of a payment stays beside every view of it; what is on the screen is
//! always one [`Showing`], complete in itself, so that a screen can be drawn anew at any time.
//! Deliberately not here: how a view looks, and which keys it has (`ui`, `emulated/screen.rs`).

use async_trait::async_trait;
use caisson_core::view::View;
use caisson_core::{Language, Money};
use caisson_vault::Passcode;
use tokio::time::Instant;

/// Everything that the screen needs to draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Showing {
    /// The app in whose name the view is shown; `None` for the terminal's own.
    pub app: Option<String>,
    /// The view.
    pub view: View,
    /// The amount of the payment that is under way.
    pub amount: Option<Money>,
    /// The language.
    pub language: Language,
    /// True where Cancel does something.
    pub can_cancel: bool,
    /// When the wait ends, for the countdown.
    pub until: Option<Instant>,
}

impl Showing {
    /// The whole as one line, for transcripts and a terminal without a display.
    #[must_use]
    pub fn line(&self) -> String {
        self.view.line(self.amount, self.language)
    }
}

/// What a person pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// The one button of a message.
    Ok,
    /// Cancel in the status bar.
    Cancel,
    /// A row of a menu, from 0.
    Row(u32),
    /// Yes to the host's question.
    Yes,
    /// No to the host's question.
    No,
    /// A code, keyed whole on the host's own pad.
    Code(Passcode),
}

/// A screen with keys.
#[async_trait]
pub trait Screen: Send + Sync {
    /// Puts this on the screen in place of what was there. Does not wait.
    fn show(&self, showing: Showing);

    /// The next key that a person presses. Dropping the future loses no key.
    async fn next_key(&self) -> Key;
}
