//! Views, the status bar and keys as they pass between the processes.

use super::WireError;
use caisson_core::desk::{Act, Settings};
use caisson_core::view::View;
use caisson_core::{Language, Money, PaymentKey};
use caisson_devices::screen::{
    AppFace, Key, PinDigits, Place, Point, ReceiptWish, Showing, Status,
};
use caisson_vault::Passcode;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::time::Duration;
use tokio::time::Instant;
use zeroize::Zeroizing;

/// A [`Showing`]; what is left of a wait in place of when it ends.
#[derive(Serialize, Deserialize)]
pub(crate) struct WireShowing {
    app: Option<(String, String)>,
    view: View,
    amount: Option<Money>,
    language: Language,
    can_cancel: bool,
    left_ms: Option<u64>,
}

impl WireShowing {
    pub(crate) fn of(showing: Showing) -> Self {
        let left = |until: Instant| until.saturating_duration_since(Instant::now()).as_millis();
        Self {
            app: showing.app.map(|app| (app.id, app.name)),
            view: showing.view,
            amount: showing.amount,
            language: showing.language,
            can_cancel: showing.can_cancel,
            left_ms: showing.until.map(|until| u64::try_from(left(until)).unwrap_or(u64::MAX)),
        }
    }

    pub(crate) fn showing(self) -> Showing {
        Showing {
            app: self.app.map(|(id, name)| AppFace { id, name }),
            view: self.view,
            amount: self.amount,
            language: self.language,
            can_cancel: self.can_cancel,
            until: self
                .left_ms
                .and_then(|ms| Instant::now().checked_add(Duration::from_millis(ms))),
        }
    }
}

/// A [`Status`].
#[derive(Serialize, Deserialize)]
pub(crate) struct WireStatus {
    merchant: String,
    operator: Option<String>,
    time: String,
    is_online: bool,
    is_development: bool,
    settings: Settings,
}

impl WireStatus {
    pub(crate) fn of(status: Status) -> Self {
        let Status { merchant, operator, time, is_online, is_development, settings } = status;
        Self { merchant, operator, time, is_online, is_development, settings }
    }

    pub(crate) fn status(self) -> Status {
        let Self { merchant, operator, time, is_online, is_development, settings } = self;
        Status { merchant, operator, time, is_online, is_development, settings }
    }
}

/// A [`Key`].
#[derive(Serialize, Deserialize)]
pub(crate) enum WireKey {
    Ok,
    Cancel,
    Row(u32),
    Yes,
    No,
    Code(Digits),
    Pin(Digits),
    Amount(u64),
    Values(Vec<String>),
    Strokes(Vec<Vec<(u16, u16)>>),
    Receipt(WireWish),
    Go(WirePlace),
    Do(Act, PaymentKey),
    Search(String),
    Set(Settings),
}

impl WireKey {
    pub(crate) fn of(key: Key) -> Self {
        match key {
            Key::Ok => Self::Ok,
            Key::Cancel => Self::Cancel,
            Key::Row(row) => Self::Row(row),
            Key::Yes => Self::Yes,
            Key::No => Self::No,
            Key::Code(code) => Self::Code(Digits(Zeroizing::new(code.expose().to_owned()))),
            Key::Pin(pin) => Self::Pin(Digits(Zeroizing::new(pin.expose().to_owned()))),
            Key::Amount(minor) => Self::Amount(minor),
            Key::Values(values) => Self::Values(values),
            Key::Strokes(strokes) => {
                let stroke = |points: Vec<Point>| points.iter().map(|p| (p.x, p.y)).collect();
                Self::Strokes(strokes.into_iter().map(stroke).collect())
            }
            Key::Receipt(wish) => Self::Receipt(WireWish::of(wish)),
            Key::Go(place) => Self::Go(WirePlace::of(place)),
            Key::Do(act, key) => Self::Do(act, key),
            Key::Search(text) => Self::Search(text),
            Key::Set(settings) => Self::Set(settings),
        }
    }

    pub(crate) fn key(self) -> Result<Key, WireError> {
        Ok(match self {
            Self::Ok => Key::Ok,
            Self::Cancel => Key::Cancel,
            Self::Row(row) => Key::Row(row),
            Self::Yes => Key::Yes,
            Self::No => Key::No,
            Self::Code(Digits(digits)) => {
                Key::Code(Passcode::new(&digits).ok_or(WireError::Part { part: "code" })?)
            }
            Self::Pin(Digits(digits)) => {
                Key::Pin(PinDigits::new(&digits).ok_or(WireError::Part { part: "PIN" })?)
            }
            Self::Amount(minor) => Key::Amount(minor),
            Self::Values(values) => Key::Values(values),
            Self::Strokes(strokes) => {
                let stroke = |points: Vec<(u16, u16)>| {
                    points.into_iter().map(|(x, y)| Point { x, y }).collect()
                };
                Key::Strokes(strokes.into_iter().map(stroke).collect())
            }
            Self::Receipt(wish) => Key::Receipt(wish.wish()),
            Self::Go(place) => Key::Go(place.place()),
            Self::Do(act, key) => Key::Do(act, key),
            Self::Search(text) => Key::Search(text),
            Self::Set(settings) => Key::Set(settings),
        })
    }
}

/// The digits of a code: wiped when dropped, never in a `Debug`.
pub(crate) struct Digits(Zeroizing<String>);

impl Serialize for Digits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Digits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|digits| Self(Zeroizing::new(digits)))
    }
}

/// A [`ReceiptWish`].
#[derive(Serialize, Deserialize)]
pub(crate) enum WireWish {
    Paper,
    Code,
    Nothing,
}

impl WireWish {
    const fn of(wish: ReceiptWish) -> Self {
        match wish {
            ReceiptWish::Paper => Self::Paper,
            ReceiptWish::Code => Self::Code,
            ReceiptWish::Nothing => Self::Nothing,
        }
    }

    const fn wish(self) -> ReceiptWish {
        match self {
            Self::Paper => ReceiptWish::Paper,
            Self::Code => ReceiptWish::Code,
            Self::Nothing => ReceiptWish::Nothing,
        }
    }
}

/// A [`Place`].
#[derive(Serialize, Deserialize)]
pub(crate) enum WirePlace {
    Back,
    Keypad,
    Menu,
    History,
    Totals,
    Problems,
    Settings,
    About,
    SignOut,
}

impl WirePlace {
    const fn of(place: Place) -> Self {
        match place {
            Place::Back => Self::Back,
            Place::Keypad => Self::Keypad,
            Place::Menu => Self::Menu,
            Place::History => Self::History,
            Place::Totals => Self::Totals,
            Place::Problems => Self::Problems,
            Place::Settings => Self::Settings,
            Place::About => Self::About,
            Place::SignOut => Self::SignOut,
        }
    }

    const fn place(self) -> Place {
        match self {
            Self::Back => Place::Back,
            Self::Keypad => Place::Keypad,
            Self::Menu => Place::Menu,
            Self::History => Place::History,
            Self::Totals => Place::Totals,
            Self::Problems => Place::Problems,
            Self::Settings => Place::Settings,
            Self::About => Place::About,
            Self::SignOut => Place::SignOut,
        }
    }
}
