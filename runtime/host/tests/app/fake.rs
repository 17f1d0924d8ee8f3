//! A terminal that remembers what an app asked of it, and answers each question kindly.

use async_trait::async_trait;
use caisson_core::document::Document;
use caisson_core::operation::Reading;
use caisson_core::permission::{Camera, Network, Payment, Permit, Printer, Storage, Ui};
use caisson_core::view::{SIGNATURE_POINTS_MAX, SIGNATURE_SIZE, View};
use caisson_core::{Language, Money};
use caisson_devices::storage::{StorageError, StorageKey};
use caisson_host::{
    AcquirerAnswer, CallStop, CardSession, PayStop, PrintStop, ScanStop, Scanned, Session,
    TagSession, UiAnswer, UiStop,
};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the fake acquirer says to everything.
pub(crate) const ANSWER: &[u8] = br#"{"state":"PAID"}"#;

#[derive(Default)]
pub(crate) struct Fake {
    asked: Mutex<Vec<String>>,
    cancel_after: Option<Duration>,
    /// What the app finds under each key of its storage.
    kept: Option<&'static [u8]>,
}

impl Fake {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Cancel is pressed after this time.
    pub(crate) fn cancelling_after(time: Duration) -> Arc<Self> {
        Arc::new(Self { cancel_after: Some(time), ..Self::default() })
    }

    /// The app's storage holds this value.
    pub(crate) fn keeping(value: &'static str) -> Arc<Self> {
        Arc::new(Self { kept: Some(value.as_bytes()), ..Self::default() })
    }

    /// What was asked so far, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn note(&self, what: String) {
        self.asked.lock().unwrap().push(what);
    }

    fn money(&self, verb: &str, operation: &str, request: &[u8]) -> AcquirerAnswer {
        self.note(format!("{verb} {operation} {}", String::from_utf8_lossy(request)));
        AcquirerAnswer {
            reading: Reading::Paid,
            amount: Some(yuan(1_150)),
            reason: None,
            body: ANSWER.to_vec(),
        }
    }
}

pub(crate) fn yuan(minor: u64) -> Money {
    Money::new(minor, "CNY".parse().unwrap()).unwrap()
}

impl CardSession for Fake {}

impl TagSession for Fake {}

#[async_trait]
impl Session for Fake {
    fn language(&self) -> Language {
        Language::En
    }

    async fn cancelled(&self) {
        match self.cancel_after {
            Some(time) => tokio::time::sleep(time).await,
            None => std::future::pending().await,
        }
    }

    async fn scan(
        &self,
        _: Permit<Camera>,
        prompt: String,
        _: Duration,
    ) -> Result<Scanned, ScanStop> {
        self.note(format!("scan {prompt}"));
        Ok(Scanned { text: "134567890123456789".to_owned(), symbology: "qr" })
    }

    async fn print(&self, _: Permit<Printer>, _: Document) -> Result<(), PrintStop> {
        self.note("print".to_owned());
        Ok(())
    }

    async fn call(
        &self,
        _: Permit<Network>,
        operation: String,
        order: String,
        _: Vec<u8>,
    ) -> Result<Vec<u8>, CallStop> {
        self.note(format!("call {operation} {order}"));
        Ok(b"{}".to_vec())
    }

    /// Whoever answers gives the most that the view allows.
    async fn show(
        &self,
        _: Permit<Ui>,
        view: View,
        _: Option<Duration>,
    ) -> Result<UiAnswer, UiStop> {
        self.note("show".to_owned());
        let most = |chars: u32| "7".repeat(usize::try_from(chars).unwrap());
        Ok(match view {
            View::Menu { rows, .. } => UiAnswer::Row(u32::try_from(rows.len() - 1).unwrap()),
            View::Amount { max_minor, .. } => UiAnswer::Amount(max_minor),
            View::Form { fields, .. } => {
                UiAnswer::Values(fields.iter().map(|field| most(field.chars_max)).collect())
            }
            View::Signature { .. } => {
                let mut stroke = vec![(0, 0); SIGNATURE_POINTS_MAX - 1];
                stroke.push(SIGNATURE_SIZE);
                UiAnswer::Strokes(vec![stroke])
            }
            _ => UiAnswer::Done,
        })
    }

    async fn wait(&self, _: Permit<Ui>, time: Duration) -> Result<(), UiStop> {
        tokio::time::sleep(time).await;
        Ok(())
    }

    async fn load(
        &self,
        _: Permit<Storage>,
        _: StorageKey,
    ) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.kept.map(<[u8]>::to_vec))
    }

    async fn store(
        &self,
        _: Permit<Storage>,
        _: StorageKey,
        _: Option<Vec<u8>>,
    ) -> Result<(), StorageError> {
        Ok(())
    }

    async fn keys(&self, _: Permit<Storage>) -> Result<Vec<StorageKey>, StorageError> {
        Ok(Vec::new())
    }

    async fn submit(
        &self,
        _: Permit<Payment>,
        operation: String,
        request: Vec<u8>,
        recovery: Vec<u8>,
    ) -> Result<AcquirerAnswer, PayStop> {
        let answer = self.money("submit", &operation, &request);
        self.note(format!("note {}", String::from_utf8_lossy(&recovery)));
        Ok(answer)
    }

    async fn inquire(
        &self,
        _: Permit<Payment>,
        operation: String,
        request: Vec<u8>,
    ) -> Result<AcquirerAnswer, PayStop> {
        Ok(self.money("inquire", &operation, &request))
    }

    async fn undo(
        &self,
        _: Permit<Payment>,
        operation: String,
        request: Vec<u8>,
    ) -> Result<AcquirerAnswer, PayStop> {
        Ok(self.money("undo", &operation, &request))
    }
}
