//! A terminal where nobody is and nothing works: enough to ask an app what it offers.

use async_trait::async_trait;
use caisson_core::Language;
use caisson_core::document::Document;
use caisson_core::permission::{Camera, Network, Payment, Permit, Printer, Storage, Ui};
use caisson_core::view::View;
use caisson_devices::storage::{StorageError, StorageKey};
use caisson_host::{
    AcquirerAnswer, CallStop, CardSession, PayStop, PrintStop, ScanStop, Scanned, Session,
    TagSession, UiAnswer, UiStop,
};
use std::path::PathBuf;
use std::time::Duration;

const WHY: &str = "an app is only being looked at";

/// The session. Every use of the terminal is refused.
pub(crate) struct Nobody;

fn no_storage() -> StorageError {
    StorageError::Failed { folder: PathBuf::new(), cause: WHY.to_owned() }
}

impl CardSession for Nobody {}

impl TagSession for Nobody {}

#[async_trait]
impl Session for Nobody {
    fn language(&self) -> Language {
        Language::En
    }

    async fn cancelled(&self) {
        std::future::pending().await
    }

    async fn scan(&self, _: Permit<Camera>, _: String, _: Duration) -> Result<Scanned, ScanStop> {
        Err(ScanStop::Offline(WHY.to_owned()))
    }

    async fn print(&self, _: Permit<Printer>, _: Document) -> Result<(), PrintStop> {
        Err(PrintStop::Offline(WHY.to_owned()))
    }

    async fn call(
        &self,
        _: Permit<Network>,
        operation: String,
        _: String,
        _: Vec<u8>,
    ) -> Result<Vec<u8>, CallStop> {
        Err(CallStop::UnknownOperation(operation))
    }

    async fn show(&self, _: Permit<Ui>, _: View, _: Option<Duration>) -> Result<UiAnswer, UiStop> {
        Err(UiStop::Timeout)
    }

    async fn wait(&self, _: Permit<Ui>, _: Duration) -> Result<(), UiStop> {
        Err(UiStop::Timeout)
    }

    async fn load(
        &self,
        _: Permit<Storage>,
        _: StorageKey,
    ) -> Result<Option<Vec<u8>>, StorageError> {
        Err(no_storage())
    }

    async fn store(
        &self,
        _: Permit<Storage>,
        _: StorageKey,
        _: Option<Vec<u8>>,
    ) -> Result<(), StorageError> {
        Err(no_storage())
    }

    async fn keys(&self, _: Permit<Storage>) -> Result<Vec<StorageKey>, StorageError> {
        Err(no_storage())
    }

    async fn submit(
        &self,
        _: Permit<Payment>,
        operation: String,
        _: Vec<u8>,
        _: Vec<u8>,
    ) -> Result<AcquirerAnswer, PayStop> {
        Err(PayStop::UnknownOperation(operation))
    }

    async fn inquire(
        &self,
        _: Permit<Payment>,
        operation: String,
        _: Vec<u8>,
    ) -> Result<AcquirerAnswer, PayStop> {
        Err(PayStop::UnknownOperation(operation))
    }

    async fn undo(
        &self,
        _: Permit<Payment>,
        operation: String,
        _: Vec<u8>,
    ) -> Result<AcquirerAnswer, PayStop> {
        Err(PayStop::UnknownOperation(operation))
    }
}
