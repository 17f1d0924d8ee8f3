//! The screen in the words that every terminal shares: one view at a time down, keys up.
//!
//! Guarantees: the amount of a payment stays beside every view of it; what is on the screen is
//! always one [`Showing`], complete in itself, so that a screen can be drawn anew at any time. What
//! stands in the status bar is a [`Status`], which changes by itself and is never an app's.
//! Deliberately not here: how a view looks, and which keys it has (`ui`, `emulated/screen.rs`).

mod panel;
mod picture;

use async_trait::async_trait;
use caisson_core::PaymentKey;
use caisson_core::desk::{Act, Settings};
use caisson_core::view::View;
use caisson_core::{Language, Money};
use caisson_vault::Passcode;
use tokio::time::Instant;
use zeroize::Zeroizing;

pub use panel::{LinkState, PanelState, Power, TRANSCRIPT_LINES_MAX, TranscriptLine};
pub use picture::{Area, Picture};

/// An app as people know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppFace {
    /// Its id.
    pub id: String,
    /// Its name in the screen's language.
    pub name: String,
}

/// Everything that the screen needs to draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Showing {
    /// The app in whose name the view is shown; `None` for the terminal's own.
    pub app: Option<AppFace>,
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

/// The status bar, which is the terminal's own on every page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// The shop.
    pub merchant: String,
    /// Who is signed in.
    pub operator: Option<String>,
    /// The shop's time, `10:00`.
    pub time: String,
    /// False where the last connection to an acquirer failed, or no link is up.
    pub is_online: bool,
    /// True where an app runs that nobody signed, or keys are test keys.
    pub is_development: bool,
    /// Language, look and volume.
    pub settings: Settings,
}

/// A point of a signature, in the field `core::view::SIGNATURE_SIZE`, from the top left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// To the right.
    pub x: u16,
    /// Down.
    pub y: u16,
}

/// Where a person wants to go on the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Back to where the page was opened from.
    Back,
    /// The keypad.
    Keypad,
    /// The menu.
    Menu,
    /// Payments.
    History,
    /// The day's totals.
    Totals,
    /// What is not settled.
    Problems,
    /// What anybody can set.
    Settings,
    /// What this is.
    About,
    /// Out: the next one signs in.
    SignOut,
}

/// What receipt a customer wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptWish {
    /// On paper.
    Paper,
    /// As a code for the phone.
    Code,
    /// None.
    Nothing,
}

/// Fewest and most digits of a PIN: ISO 9564-1, 8.1.
pub const PIN_DIGITS: std::ops::RangeInclusive<usize> = 4..=12;

/// A PIN on its way from the pad to the vault. Its `Debug` tells nothing, and it is wiped when it
/// is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct PinDigits(Zeroizing<String>);

impl PinDigits {
    /// The PIN in `text`; `None` where it is not 4 to 12 digits.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let fits = PIN_DIGITS.contains(&text.len());
        (is_digits && fits).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The digits, for the vault, or for a wire between two processes of one emulator.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PinDigits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PinDigits(hidden)")
    }
}

/// What a person pressed. Each is whole: a screen collects digits, strokes and values itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// The one button of a message.
    Ok,
    /// Cancel in the status bar.
    Cancel,
    /// A row of a menu or a list, from 0.
    Row(u32),
    /// Yes to the host's question.
    Yes,
    /// No to the host's question.
    No,
    /// A code, keyed whole on the host's own pad.
    Code(Passcode),
    /// A PIN, keyed whole on the host's own pad.
    Pin(PinDigits),
    /// An amount in minor units.
    Amount(u64),
    /// The values of a form's fields, one for each.
    Values(Vec<String>),
    /// A signature, stroke by stroke.
    Strokes(Vec<Vec<Point>>),
    /// What receipt the customer wants.
    Receipt(ReceiptWish),
    /// Another page of the desk.
    Go(Place),
    /// Something with the payment on the page.
    Do(Act, PaymentKey),
    /// A text to search for; empty for all.
    Search(String),
    /// Language, look and volume from now on.
    Set(Settings),
}

/// A screen with keys.
#[async_trait]
pub trait Screen: Send + Sync {
    /// Puts this on the screen in place of what was there. Does not wait.
    fn show(&self, showing: Showing);

    /// Puts this into the status bar. Does not wait; a screen without a bar does nothing.
    fn status(&self, status: Status) {
        drop(status);
    }

    /// The next key that a person presses. Dropping the future loses no key.
    async fn next_key(&self) -> Key;
}
