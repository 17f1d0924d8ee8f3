//! What one call of a system app gets of cards and PINs from this terminal.
//!
//! A recovery has no cardholder: nothing is detected, asked or chosen there.

use crate::card::no_reader;
use crate::clock::local_digits;
use crate::keys::Keys;
use crate::pin::Entered;
use crate::session::TillSession;
use async_trait::async_trait;
use caisson_core::permission::{CardReader, Emv, Permit, PinPad};
use caisson_core::view::{PinAsk, View};
use caisson_devices::screen::Key;
use caisson_host::{
    CardSession, CardStop, Entry, Found, KernelFiles, Moment, OfflinePin, OfflinePinEnd, PinEntry,
    PinStop, UiStop,
};
use caisson_network::PinError;
use std::time::Duration;
use tokio::time::Instant;
use zeroize::Zeroizing;

/// How long a cardholder may take to choose an application.
const CHOICE: Duration = Duration::from_secs(60);
/// Largest transaction sequence counter, 9F41.
const COUNTER_MAX: u64 = 99_999_999;

impl TillSession {
    fn card_keys(&self) -> Result<&Keys, CardStop> {
        self.keys().map_err(|stop| match stop {
            UiStop::Cancelled => CardStop::Cancelled,
            UiStop::Timeout | UiStop::HostSaysHowItEnded => CardStop::Timeout,
        })
    }
}

#[async_trait]
impl CardSession for TillSession {
    async fn detect(
        &self,
        permit: Permit<CardReader>,
        prompt: String,
        entry: Entry,
        within: Duration,
    ) -> Result<Found, CardStop> {
        let keys = self.card_keys()?;
        let reader = self.inner.equipment.card_reader.as_ref();
        reader.ok_or_else(no_reader)?;
        let deadline = Instant::now() + within;
        self.show_view(View::PresentCard { prompt }, Some(deadline));
        let found = self.card.detect(reader, &permit, entry, deadline, keys).await;
        self.show_view(View::Wait, None);
        found
    }

    async fn transmit(
        &self,
        _permit: Permit<CardReader>,
        command: Vec<u8>,
    ) -> Result<Vec<u8>, CardStop> {
        let command = Zeroizing::new(command);
        self.card.transmit(&command).await.map(|answer| answer.to_vec())
    }

    async fn remove(&self, permit: Permit<CardReader>, within: Duration) -> Result<(), CardStop> {
        let keys = self.card_keys()?;
        self.card.remove(&permit, Instant::now() + within, keys).await
    }

    async fn enter_pin(
        &self,
        _permit: Permit<PinPad>,
        pan: Zeroizing<String>,
    ) -> Result<PinEntry, PinStop> {
        let refused = |why: &str| PinStop::Refused(why.to_owned());
        let client = self.hosted.client.as_ref();
        let client = client.ok_or_else(|| refused("the app's manifest names no destination"))?;
        let keys = self.keys().map_err(|stop| match stop {
            UiStop::Cancelled => PinStop::Cancelled,
            UiStop::Timeout | UiStop::HostSaysHowItEnded => PinStop::Timeout,
        })?;
        *self.pin.lock().await = None;
        match self.inner.ask_pin(PinAsk::First, self.amount, keys).await {
            Entered::Pin(pin) => {
                let entered = client.encipher_pin(pan, pin).await.map_err(|error| match error {
                    PinError::NotTaken { .. } => PinStop::Refused(error.to_string()),
                    PinError::Pan => PinStop::BadPan,
                    PinError::Key(_) | PinError::Interrupted => PinStop::Offline(error.to_string()),
                })?;
                *self.pin.lock().await = Some(entered);
                Ok(PinEntry::Entered)
            }
            Entered::Bypassed => Ok(PinEntry::Bypassed),
            Entered::Cancelled => Err(PinStop::Cancelled),
            Entered::Silence => Err(PinStop::Timeout),
        }
    }

    async fn offline_pin(&self, _permit: Permit<PinPad>, method: OfflinePin) -> OfflinePinEnd {
        match self.keys() {
            Ok(keys) => self.inner.compare_pin(&method, self.amount, keys, &self.card).await,
            Err(UiStop::Cancelled) => OfflinePinEnd::Cancelled,
            Err(UiStop::Timeout | UiStop::HostSaysHowItEnded) => OfflinePinEnd::PadFailed,
        }
    }

    async fn choose(&self, _permit: Permit<Emv>, labels: Vec<String>) -> Option<u32> {
        let keys = self.keys().ok()?;
        let until = Instant::now() + CHOICE;
        let count = labels.len();
        keys.forget().await;
        let title = CHOOSE.in_language(self.inner.language()).to_owned();
        self.show_view(View::Menu { title, rows: labels }, Some(until));
        let answer = keys.answer(until, |key| match key {
            Key::Row(row) if usize::try_from(row).is_ok_and(|row| row < count) => Some(row),
            _ => None,
        });
        let chosen = match answer.await {
            crate::keys::Answer::Given(row) => Some(row),
            crate::keys::Answer::Cancelled | crate::keys::Answer::Silence => None,
        };
        self.show_view(View::Wait, None);
        chosen
    }

    fn kernel_files(&self, _permit: &Permit<Emv>) -> KernelFiles {
        self.inner.kernel_files.clone()
    }

    fn moment(&self, _permit: &Permit<Emv>) -> Option<Moment> {
        let mut chance = [0; 4];
        getrandom::fill(&mut chance).ok()?;
        let now = self.inner.clock.now();
        let (date, time) = local_digits(now, self.inner.utc_offset_minutes);
        let sequence = self.driver.as_deref().and_then(|driver| driver.key().sequence());
        let counter = sequence.unwrap_or(0) % COUNTER_MAX + 1;
        Some(Moment {
            date,
            time,
            unpredictable: u32::from_be_bytes(chance),
            counter: u32::try_from(counter).unwrap_or(1),
        })
    }
}

const CHOOSE: caisson_core::language::Text =
    caisson_core::language::Text { zh: "请选择卡应用", en: "Choose the card's application" };
