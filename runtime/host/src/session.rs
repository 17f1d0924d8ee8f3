//! What one call of an app can ask of the terminal: messages down, plain answers up.
//!
//! Everything here could be serialised, so that apps can run in a process of their own without a
//! change above or below. A function that reaches a device or the network takes a permit.

use async_trait::async_trait;
use caisson_core::document::Document;
use caisson_core::operation::Reading;
use caisson_core::payment::Rule;
use caisson_core::permission::{Camera, Network, Payment, Permit, Printer, Storage, Ui};
use caisson_core::view::View;
use caisson_core::{Language, Money, Reason};
use caisson_devices::storage::{StorageError, StorageKey};
use std::time::Duration;

mod card;
mod tag;

pub use card::{
    CardSession, CardStop, Entry, Found, KernelFiles, Moment, OfflinePin, OfflinePinEnd, PinEntry,
    PinStop,
};
pub use tag::{FoundTag, TagSession, TagStop};

/// What was read before the camera. No `Debug`: a payment code is as good as money.
#[derive(Clone, PartialEq, Eq)]
pub struct Scanned {
    /// The content.
    pub text: String,
    /// `qr`, `code-128`, `ean-13`.
    pub symbology: &'static str,
}

/// Why nothing was scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScanStop {
    /// The cashier pressed Cancel.
    Cancelled,
    /// Nothing was read in time.
    Timeout,
    /// Another scan is running.
    Busy,
    /// The camera does not work.
    Offline(String),
}

/// Why a sheet is missing or incomplete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrintStop {
    /// No paper.
    PaperOut,
    /// The lid is open.
    CoverOpen,
    /// No printer.
    Offline(String),
    /// Another fault.
    Other(String),
}

/// Why a service call has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallStop {
    /// No such operation.
    UnknownOperation(String),
    /// Not of the kind `service`.
    WrongKind(String),
    /// The request cannot be sent as it is.
    BadRequest(String),
    /// Nothing left the terminal.
    NotSent(Reason),
    /// Sent, and nothing that verifies came back.
    NoAnswer(Reason),
}

/// What a view was answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UiAnswer {
    /// Shown, read, or waited.
    Done,
    /// The row that was chosen.
    Row(u32),
    /// The amount that was keyed, in minor units.
    Amount(u64),
    /// A form's values, one for each field.
    Values(Vec<String>),
    /// A signature: strokes of points (x, y) in the field `core::view::SIGNATURE_SIZE`.
    Strokes(Vec<Vec<(u16, u16)>>),
}

/// Why a view was not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UiStop {
    /// The cashier pressed Cancel.
    Cancelled,
    /// Nobody acted in time.
    Timeout,
    /// How a payment ended is not an app's to say.
    HostSaysHowItEnded,
}

/// A verified answer of the acquirer.
#[derive(Clone, PartialEq, Eq)]
pub struct AcquirerAnswer {
    /// What it proves.
    pub reading: Reading,
    /// What moved.
    pub amount: Option<Money>,
    /// The acquirer's reason.
    pub reason: Option<Reason>,
    /// The answer as it came.
    pub body: Vec<u8>,
}

/// Why a payment call has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PayStop {
    /// No such operation.
    UnknownOperation(String),
    /// The request cannot be sent as it is.
    BadRequest(String),
    /// The call breaks a rule.
    Refused(Rule),
    /// Nothing left the terminal.
    NotSent(Reason),
    /// Sent, and nothing that verifies came back.
    NoAnswer(Reason),
    /// The terminal has stopped taking money.
    Stopped(String),
}

/// The terminal as one call of an app sees it. Made anew for each call.
///
/// When a call is killed (its time is up, or 20 seconds after Cancel), the function that it waits
/// in is dropped where it stands. So whatever a function makes durable must reach memory in the
/// same task that commits it, never in the future that is dropped.
#[async_trait]
pub trait Session: CardSession + TagSession {
    /// The language that the cashier reads.
    fn language(&self) -> Language;

    /// Ends when the cashier has pressed Cancel; never where nobody can.
    async fn cancelled(&self);

    /// Shows the scan screen and waits for a code.
    async fn scan(
        &self,
        permit: Permit<Camera>,
        prompt: String,
        within: Duration,
    ) -> Result<Scanned, ScanStop>;

    /// Prints paper that is not a receipt.
    async fn print(&self, permit: Permit<Printer>, document: Document) -> Result<(), PrintStop>;

    /// Calls a `service` operation about `order`.
    async fn call(
        &self,
        permit: Permit<Network>,
        operation: String,
        order: String,
        request: Vec<u8>,
    ) -> Result<Vec<u8>, CallStop>;

    /// Shows a view. With `wait` it returns when a person has answered, or in time.
    async fn show(
        &self,
        permit: Permit<Ui>,
        view: View,
        wait: Option<Duration>,
    ) -> Result<UiAnswer, UiStop>;

    /// Waits with the current view on the screen.
    async fn wait(&self, permit: Permit<Ui>, time: Duration) -> Result<(), UiStop>;

    /// The value under `key`.
    async fn load(
        &self,
        permit: Permit<Storage>,
        key: StorageKey,
    ) -> Result<Option<Vec<u8>>, StorageError>;

    /// Keeps `value` under `key`, durably; `None` forgets it.
    async fn store(
        &self,
        permit: Permit<Storage>,
        key: StorageKey,
        value: Option<Vec<u8>>,
    ) -> Result<(), StorageError>;

    /// All keys.
    async fn keys(&self, permit: Permit<Storage>) -> Result<Vec<StorageKey>, StorageError>;

    /// Hands over the one request that can move money.
    async fn submit(
        &self,
        permit: Permit<Payment>,
        operation: String,
        request: Vec<u8>,
        recovery: Vec<u8>,
    ) -> Result<AcquirerAnswer, PayStop>;

    /// Asks what became of the payment.
    async fn inquire(
        &self,
        permit: Permit<Payment>,
        operation: String,
        request: Vec<u8>,
    ) -> Result<AcquirerAnswer, PayStop>;

    /// Takes the payment back.
    async fn undo(
        &self,
        permit: Permit<Payment>,
        operation: String,
        request: Vec<u8>,
    ) -> Result<AcquirerAnswer, PayStop>;
}
