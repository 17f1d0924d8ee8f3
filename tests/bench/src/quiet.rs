//! A terminal in which nothing happens: what an app's call costs without the terminal's own work.

use crate::replay::{Replay, moment};
use crate::run::Failure;
use async_trait::async_trait;
use caisson_core::Language;
use caisson_core::document::Document;
use caisson_core::permission::{
    Camera, CardReader, Emv, Network, Payment, Permit, PinPad, Printer, Storage, Ui,
};
use caisson_core::view::View;
use caisson_devices::storage::{StorageError, StorageKey};
use caisson_host::{
    AcquirerAnswer, App, CallStop, CardSession, CardStop, Moment, PayStop, PinEntry, PinStop,
    PrintStop, ScanStop, Scanned, Session, TagSession, UiAnswer, UiStop,
};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// Answers at once, moves nothing, and remembers when the first view was asked for.
#[derive(Debug, Default)]
pub(crate) struct QuietSession {
    first_view: OnceLock<Instant>,
    waits: bool,
    card: Option<Arc<Replay>>,
}

impl QuietSession {
    /// One before whose camera nothing is ever held.
    pub(crate) fn that_waits() -> Self {
        Self { waits: true, ..Self::default() }
    }

    /// One with `card` in its reader, and a cardholder who keys the right PIN at once.
    pub(crate) fn with_card(card: Arc<Replay>) -> Self {
        Self { card: Some(card), ..Self::default() }
    }

    /// When the app first showed something, if it has.
    pub(crate) fn first_view(&self) -> Option<Instant> {
        self.first_view.get().copied()
    }

    fn viewed(&self) {
        self.first_view.get_or_init(Instant::now);
    }
}

fn no_operation() -> PayStop {
    PayStop::UnknownOperation("there is no acquirer here".to_owned())
}

#[async_trait]
impl CardSession for QuietSession {
    async fn transmit(
        &self,
        _permit: Permit<CardReader>,
        command: Vec<u8>,
    ) -> Result<Vec<u8>, CardStop> {
        let card = self.card.as_ref().ok_or(CardStop::NoCard)?;
        let answer = card.answer(&command);
        answer.ok_or_else(|| CardStop::Other("not the command that was recorded".to_owned()))
    }

    async fn enter_pin(
        &self,
        _permit: Permit<PinPad>,
        _pan: Zeroizing<String>,
    ) -> Result<PinEntry, PinStop> {
        Ok(PinEntry::Entered)
    }

    fn moment(&self, _permit: &Permit<Emv>) -> Option<Moment> {
        Some(moment())
    }
}

impl TagSession for QuietSession {}

#[async_trait]
impl Session for QuietSession {
    fn language(&self) -> Language {
        Language::En
    }

    async fn cancelled(&self) {
        std::future::pending().await
    }

    async fn scan(
        &self,
        _permit: Permit<Camera>,
        _prompt: String,
        _within: Duration,
    ) -> Result<Scanned, ScanStop> {
        self.viewed();
        if self.waits {
            return std::future::pending().await;
        }
        Err(ScanStop::Cancelled)
    }

    async fn print(&self, _permit: Permit<Printer>, _document: Document) -> Result<(), PrintStop> {
        Ok(())
    }

    async fn call(
        &self,
        _permit: Permit<Network>,
        operation: String,
        _order: String,
        _request: Vec<u8>,
    ) -> Result<Vec<u8>, CallStop> {
        Err(CallStop::UnknownOperation(operation))
    }

    async fn show(
        &self,
        _permit: Permit<Ui>,
        _view: View,
        _wait: Option<Duration>,
    ) -> Result<UiAnswer, UiStop> {
        self.viewed();
        Ok(UiAnswer::Done)
    }

    async fn wait(&self, _permit: Permit<Ui>, _time: Duration) -> Result<(), UiStop> {
        Ok(())
    }

    async fn load(
        &self,
        _permit: Permit<Storage>,
        _key: StorageKey,
    ) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(None)
    }

    async fn store(
        &self,
        _permit: Permit<Storage>,
        _key: StorageKey,
        _value: Option<Vec<u8>>,
    ) -> Result<(), StorageError> {
        Ok(())
    }

    async fn keys(&self, _permit: Permit<Storage>) -> Result<Vec<StorageKey>, StorageError> {
        Ok(Vec::new())
    }

    async fn submit(
        &self,
        _permit: Permit<Payment>,
        _operation: String,
        _request: Vec<u8>,
        _recovery: Vec<u8>,
    ) -> Result<AcquirerAnswer, PayStop> {
        Err(no_operation())
    }

    async fn inquire(
        &self,
        _permit: Permit<Payment>,
        _operation: String,
        _request: Vec<u8>,
    ) -> Result<AcquirerAnswer, PayStop> {
        Err(no_operation())
    }

    async fn undo(
        &self,
        _permit: Permit<Payment>,
        _operation: String,
        _request: Vec<u8>,
    ) -> Result<AcquirerAnswer, PayStop> {
        Err(no_operation())
    }
}

/// What an app's call took; an error where it failed, or wrote a word to its log.
pub(crate) async fn served(
    app: &App,
    session: &Arc<QuietSession>,
    errand: &str,
) -> Result<Duration, Failure> {
    let begun = Instant::now();
    let report = app.serve(Arc::<QuietSession>::clone(session), errand).await;
    let took = begun.elapsed();
    report.result?.map_err(|reason| reason.to_string())?;
    if report.log.is_empty() { Ok(took) } else { Err(report.log.into()) }
}
