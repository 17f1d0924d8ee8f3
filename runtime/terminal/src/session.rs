//! What one call of an app gets from this terminal: the counter with its cashier, or the quiet of
//! a recovery.

use crate::answer::answer_to;
use crate::card::CardAtHand;
use crate::driver::{Driver, Request};
use crate::keys::{Answer, Keys};
use crate::tag::TagAtHand;
use crate::terminal::{Hosted, Inner};
use async_trait::async_trait;
use caisson_core::document::Document;
use caisson_core::operation::OperationKind;
use caisson_core::payment::REQUEST_BYTES_MAX;
use caisson_core::permission::{Camera, Network, Payment, Permit, Printer, Storage, Ui};
use caisson_core::view::View;
use caisson_core::{Language, Money, Reason};
use caisson_devices::camera::CameraError;
use caisson_devices::decode::Formats;
use caisson_devices::printer::PrinterError;
use caisson_devices::scan::{ScanError, scan_stream};
use caisson_devices::screen::Showing;
use caisson_devices::storage::{StorageError, StorageKey};
use caisson_host::{
    AcquirerAnswer, CallStop, PayStop, PrintStop, ScanStop, Scanned, Session, UiAnswer, UiStop,
};
use caisson_network::{Binding, EnteredPin, Heard, PinUse, RequestError};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// Who else is there while an app runs.
pub(crate) enum Company {
    /// A cashier, with the keys of the screen.
    Counter(Keys),
    /// Nobody: what is only shown is shown to no one, and what waits for a person times out at once.
    Nobody,
}

/// The terminal as one call of an app sees it.
pub(crate) struct TillSession {
    pub(crate) inner: Arc<Inner>,
    pub(crate) hosted: Arc<Hosted>,
    /// The payment that is under way; `None` for what moves no money.
    pub(crate) driver: Option<Arc<Driver>>,
    pub(crate) company: Company,
    pub(crate) amount: Option<Money>,
    pub(crate) recovering: bool,
    /// The card that this call has.
    pub(crate) card: CardAtHand,
    /// The tag that this call has.
    pub(crate) tag: TagAtHand,
    /// Enciphered, for the next request of an operation that takes a PIN; once.
    pub(crate) pin: Mutex<Option<EnteredPin>>,
    /// How a service says that it ended, and how long that may stand.
    last_word: Mutex<Option<(View, Duration)>>,
}

impl TillSession {
    /// Of a call that has no payment.
    pub(crate) fn new(inner: &Arc<Inner>, hosted: &Arc<Hosted>, company: Company) -> Self {
        Self {
            inner: Arc::clone(inner),
            hosted: Arc::clone(hosted),
            driver: None,
            company,
            amount: None,
            recovering: false,
            card: CardAtHand::default(),
            tag: TagAtHand::default(),
            pin: Mutex::default(),
            last_word: Mutex::default(),
        }
    }

    /// Of a call about the payment of `driver`.
    pub(crate) fn of_payment(driver: &Arc<Driver>, company: Company, amount: Money) -> Self {
        let new = Self::new(&driver.inner, &driver.hosted, company);
        Self { driver: Some(Arc::clone(driver)), amount: Some(amount), ..new }
    }

    /// Shows how a service ended, until somebody has read it; `false` where it said nothing. A
    /// Cancel that was pressed while it worked takes nothing away: what was done is done.
    pub(crate) async fn show_last_word(&self) -> bool {
        let Company::Counter(keys) = &self.company else { return false };
        let Some((view, wait)) = self.last_word.lock().await.take() else { return false };
        let asked = view.clone();
        let until = Instant::now() + wait;
        keys.begin_anew().await;
        self.show_view(view, Some(until));
        keys.answer(until, |key| answer_to(&asked, key)).await;
        true
    }

    pub(crate) fn show_view(&self, view: View, until: Option<Instant>) {
        if matches!(self.company, Company::Nobody) {
            return;
        }
        self.inner.equipment.screen.show(Showing {
            app: Some(self.hosted.face(self.inner.language())),
            view,
            amount: self.amount,
            language: self.inner.language(),
            can_cancel: true,
            until,
        });
    }

    /// The keys of whoever is there. Without company nobody acts in time, and nobody cancels.
    pub(crate) fn keys(&self) -> Result<&Keys, UiStop> {
        match &self.company {
            Company::Counter(keys) if keys.is_cancelled() => Err(UiStop::Cancelled),
            Company::Counter(keys) => Ok(keys),
            Company::Nobody => Err(UiStop::Timeout),
        }
    }

    /// The PIN that was entered, for an operation that takes one.
    async fn take_pin(&self, operation: &str) -> Option<EnteredPin> {
        let operation = self.hosted.client.as_ref()?.destination().operation(operation)?;
        match operation.pin() {
            PinUse::None => None,
            PinUse::Optional | PinUse::Required => self.pin.lock().await.take(),
        }
    }

    fn driver(&self) -> Result<&Driver, PayStop> {
        self.driver.as_deref().ok_or_else(|| {
            PayStop::BadRequest(
                "this call has no payment: only start and recover move money".into(),
            )
        })
    }
}

#[async_trait]
impl Session for TillSession {
    fn language(&self) -> Language {
        self.inner.language()
    }

    async fn cancelled(&self) {
        match &self.company {
            Company::Counter(keys) => keys.cancelled().await,
            Company::Nobody => std::future::pending().await,
        }
    }

    async fn scan(
        &self,
        permit: Permit<Camera>,
        prompt: String,
        within: Duration,
    ) -> Result<Scanned, ScanStop> {
        let keys = self.keys().map_err(|stop| match stop {
            UiStop::Cancelled => ScanStop::Cancelled,
            UiStop::Timeout | UiStop::HostSaysHowItEnded => ScanStop::Timeout,
        })?;
        let Ok(source) = self.inner.equipment.camera.try_lock() else {
            return Err(ScanStop::Busy);
        };
        let deadline = Instant::now() + within;
        self.show_view(View::Scan { prompt }, Some(deadline));
        let looking = async {
            let mut camera = source.open().await?;
            scan_stream(camera.as_mut(), &permit, Formats::ALL, deadline).await
        };
        let found = tokio::select! {
            biased;
            () = keys.cancelled() => return Err(ScanStop::Cancelled),
            found = looking => found,
        };
        self.show_view(View::Wait, None);
        match found {
            Ok(found) => Ok(Scanned { symbology: found.symbology.name(), text: found.text }),
            Err(ScanError::TimedOut { .. }) => Err(ScanStop::Timeout),
            Err(ScanError::Camera(CameraError::Busy { .. })) => Err(ScanStop::Busy),
            Err(ScanError::Camera(error)) => Err(ScanStop::Offline(error.to_string())),
        }
    }

    async fn print(&self, permit: Permit<Printer>, document: Document) -> Result<(), PrintStop> {
        let key = self.inner.next_slip_key().ok_or(PrintStop::Other("no job key".to_owned()))?;
        let mut printer = self.inner.equipment.printer.lock().await;
        printer.print(&permit, &key, &document).await.map_err(|error| match error {
            PrinterError::PaperOut(_) => PrintStop::PaperOut,
            PrinterError::CoverOpen(_) => PrintStop::CoverOpen,
            PrinterError::Offline { .. } => PrintStop::Offline(error.to_string()),
            other => PrintStop::Other(other.to_string()),
        })
    }

    async fn call(
        &self,
        _permit: Permit<Network>,
        operation: String,
        order: String,
        request: Vec<u8>,
    ) -> Result<Vec<u8>, CallStop> {
        if request.len() > REQUEST_BYTES_MAX {
            return Err(CallStop::BadRequest("the request is above 64 KiB".to_owned()));
        }
        let client = self.hosted.client.as_ref().ok_or_else(|| {
            CallStop::UnknownOperation("the app's manifest names no destination".to_owned())
        })?;
        let order = order.parse().map_err(|error: caisson_core::key::KeyError| {
            CallStop::BadRequest(error.to_string())
        })?;
        let pin = self.take_pin(&operation).await;
        let known = client.destination().operation(&operation).map(|o| o.kind());
        if known.is_some_and(|kind| kind != OperationKind::Service) {
            return Err(CallStop::WrongKind(format!("{operation} is not of the kind service")));
        }
        // A number costs a row of the journal: what is refused by its name gets none.
        let stan = match client.destination().is_bank() && known.is_some() {
            true => Some(self.inner.next_stan().await.map_err(|error| {
                tracing::error!(%error, "a request without a trace number is not sent");
                CallStop::NotSent(Reason::StorageFull)
            })?),
            false => None,
        };
        let binding = Binding { stan, pin, ..Binding::of_service(order) };
        let prepared =
            client.destination().prepare(&operation, &request, &binding).map_err(|error| {
                match error {
                    RequestError::UnknownOperation { .. } => {
                        CallStop::UnknownOperation(error.to_string())
                    }
                    _ => CallStop::BadRequest(error.to_string()),
                }
            })?;
        match client.exchange(&prepared).await {
            Heard::Answer(answer) => Ok(answer.body),
            Heard::NotSent { reason, .. } => Err(CallStop::NotSent(reason)),
            Heard::NoAnswer { reason, .. } => Err(CallStop::NoAnswer(reason)),
        }
    }

    async fn show(
        &self,
        _permit: Permit<Ui>,
        view: View,
        wait: Option<Duration>,
    ) -> Result<UiAnswer, UiStop> {
        // Outcome before screen: what looks like an end must not stand there before the journal
        // holds one.
        if matches!(view, View::Result { .. }) {
            if self.driver.is_some() {
                return Err(UiStop::HostSaysHowItEnded);
            }
            *self.last_word.lock().await = Some((view, wait.unwrap_or_default()));
            return Ok(UiAnswer::Done);
        }
        if matches!(self.company, Company::Nobody) && wait.is_none() {
            return Ok(UiAnswer::Done);
        }
        let keys = self.keys()?;
        let asked = view.clone();
        let until = wait.map(|wait| Instant::now() + wait);
        keys.forget().await;
        self.show_view(view, until);
        let Some(until) = until else {
            return Ok(UiAnswer::Done);
        };
        let answer = keys.answer(until, |key| answer_to(&asked, key));
        let answer = match answer.await {
            Answer::Given(answer) => Ok(answer),
            Answer::Cancelled => Err(UiStop::Cancelled),
            Answer::Silence => Err(UiStop::Timeout),
        };
        self.show_view(View::Wait, None);
        answer
    }

    async fn wait(&self, _permit: Permit<Ui>, time: Duration) -> Result<(), UiStop> {
        tokio::select! {
            biased;
            () = self.cancelled() => Err(UiStop::Cancelled),
            () = tokio::time::sleep(time) => Ok(()),
        }
    }

    async fn load(
        &self,
        permit: Permit<Storage>,
        key: StorageKey,
    ) -> Result<Option<Vec<u8>>, StorageError> {
        self.inner.equipment.storage.get(&permit, &key).await
    }

    async fn store(
        &self,
        permit: Permit<Storage>,
        key: StorageKey,
        value: Option<Vec<u8>>,
    ) -> Result<(), StorageError> {
        match value {
            Some(value) => self.inner.equipment.storage.set(&permit, &key, &value).await,
            None => self.inner.equipment.storage.delete(&permit, &key).await.map(|_| ()),
        }
    }

    async fn keys(&self, permit: Permit<Storage>) -> Result<Vec<StorageKey>, StorageError> {
        self.inner.equipment.storage.keys(&permit).await
    }

    async fn submit(
        &self,
        _permit: Permit<Payment>,
        operation: String,
        request: Vec<u8>,
        recovery: Vec<u8>,
    ) -> Result<AcquirerAnswer, PayStop> {
        let driver = self.driver()?;
        let request = Request { body: &request, pin: self.take_pin(&operation).await };
        driver.submit(&operation, request, &recovery, self.recovering).await
    }

    async fn inquire(
        &self,
        _permit: Permit<Payment>,
        operation: String,
        request: Vec<u8>,
    ) -> Result<AcquirerAnswer, PayStop> {
        let request = Request { body: &request, pin: None };
        self.driver()?.ask(OperationKind::Inquiry, &operation, request).await
    }

    async fn undo(
        &self,
        _permit: Permit<Payment>,
        operation: String,
        request: Vec<u8>,
    ) -> Result<AcquirerAnswer, PayStop> {
        let request = Request { body: &request, pin: None };
        self.driver()?.ask(OperationKind::Undo, &operation, request).await
    }
}
