//! The devices of one terminal, held so that payments can share them.

use crate::card::SharedReader;
use async_trait::async_trait;
use caisson_devices::camera::{Camera, CameraError};
use caisson_devices::card_reader::{CardReader, CardReaderError};
use caisson_devices::printer::Printer;
use caisson_devices::screen::Screen;
use caisson_devices::speaker::{Silent, Speaker};
use caisson_devices::storage::Storage;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Opens the camera when somebody wants to scan; between scans it is closed and dark.
#[async_trait]
pub trait CameraSource: Send + Sync {
    /// Opens it.
    ///
    /// # Errors
    /// [`CameraError`] where it is missing or taken.
    async fn open(&self) -> Result<Box<dyn Camera>, CameraError>;
}

/// Opens the card reader when a call wants a card; between calls its cards have no power.
#[async_trait]
pub trait CardReaderSource: Send + Sync {
    /// Opens it.
    ///
    /// # Errors
    /// [`CardReaderError`] where it is missing or taken.
    async fn open(&self) -> Result<Box<dyn CardReader>, CardReaderError>;
}

/// Screen, camera, printer, storage, speaker and card reader.
#[derive(Clone)]
pub struct Equipment {
    /// What people see and press.
    pub screen: Arc<dyn Screen>,
    /// Where codes are read; one scan at a time.
    pub camera: Arc<Mutex<Box<dyn CameraSource>>>,
    /// Where paper comes out; one job at a time.
    pub printer: Arc<Mutex<Box<dyn Printer>>>,
    /// Where apps keep values.
    pub storage: Arc<dyn Storage>,
    /// What people hear.
    pub speaker: Arc<dyn Speaker>,
    /// Where cards are read; one call at a time. `None` where the terminal has no reader.
    pub card_reader: Option<SharedReader>,
}

impl std::fmt::Debug for Equipment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Equipment").finish_non_exhaustive()
    }
}

impl Equipment {
    /// Puts the devices together, without a speaker and a card reader.
    #[must_use]
    pub fn new(
        screen: Arc<dyn Screen>,
        camera: Box<dyn CameraSource>,
        printer: Box<dyn Printer>,
        storage: Arc<dyn Storage>,
    ) -> Self {
        Self {
            screen,
            camera: Arc::new(Mutex::new(camera)),
            printer: Arc::new(Mutex::new(printer)),
            storage,
            speaker: Arc::new(Silent),
            card_reader: None,
        }
    }

    /// The same with a speaker.
    #[must_use]
    pub fn with_speaker(mut self, speaker: Arc<dyn Speaker>) -> Self {
        self.speaker = speaker;
        self
    }

    /// The same with a card reader.
    #[must_use]
    pub fn with_card_reader(mut self, reader: Box<dyn CardReaderSource>) -> Self {
        self.card_reader = Some(Arc::new(Mutex::new(reader)));
        self
    }
}
