//! A payment at the counter, from the cashier's keys to the paper.

use crate::admit::Ready;
use crate::driver::Driver;
use crate::error::TerminalError;
use crate::keys::{Keys, Listening};
use crate::receipts::Receipts;
use crate::session::{Company, TillSession};
use crate::terminal::{Hosted, Inner, Terminal};
use caisson_core::payment::{Effect, Ending, Fact, Input, Kind, Payment, State};
use caisson_core::view::{Outcome as Shown, View};
use caisson_core::{Money, PaymentKey, Reason};
use caisson_devices::screen::Showing;
use caisson_host::{AppFault, ErrandData, IntentData, KillCause, Outcome, ServiceKind, Session};
use std::sync::Arc;
use tokio::time::Instant;

/// What the cashier wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The app's id.
    pub app: String,
    /// Which of its services.
    pub service: String,
    /// The amount as keyed: `12.00`.
    pub amount: String,
    /// The currency as keyed; `None` for the terminal's own.
    pub currency: Option<String>,
    /// The earlier payment's key, for a service that has one.
    pub original: Option<PaymentKey>,
    /// The merchant's own order number.
    pub merchant_order: Option<Order>,
}

/// A merchant's order number: 1 to 40 plain characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order(String);

impl Order {
    /// Checks and keeps `text`; `None` where it is not an order number.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
        ((1..=40).contains(&text.len()) && plain).then(|| Self(text.to_owned()))
    }

    /// As the merchant wrote it.
    pub(crate) fn text(&self) -> String {
        self.0.clone()
    }
}

/// How it went, as the cashier was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The payment's key; `None` where it was refused before it had one, or never risked anything.
    pub key: Option<PaymentKey>,
    /// Where it stands.
    pub state: Option<State>,
    /// What the screen said.
    pub outcome: Shown,
    /// Why.
    pub reason: Option<Reason>,
    /// What moved.
    pub approved: Option<Money>,
    /// Why the receipt did not come out.
    pub print_failed: Option<Reason>,
}

/// How a service that moves no money ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Served {
    /// Why it was not done; `None` where it was.
    pub stopped: Option<Reason>,
    /// True where the app has told people how it ended.
    pub is_told: bool,
}

impl Served {
    /// True where it was done.
    #[must_use]
    pub const fn is_done(self) -> bool {
        self.stopped.is_none()
    }

    /// Why it was not done, where people have to be told: whoever pressed Cancel knows.
    #[must_use]
    pub fn untold(self) -> Option<Reason> {
        self.stopped.filter(|reason| !self.is_told && *reason != Reason::CancelledByCashier)
    }
}

impl Report {
    const fn refused(reason: Reason) -> Self {
        Self {
            key: None,
            state: None,
            outcome: Shown::of_reason(reason),
            reason: Some(reason),
            approved: None,
            print_failed: None,
        }
    }
}

impl Terminal {
    /// Moves or reserves money as the cashier asks: checks, starts the app, shows the outcome,
    /// prints. Returns when the screen has said how it ended; an unknown payment goes on behind.
    ///
    /// # Errors
    /// Only what stops the terminal: a journal that cannot be written.
    pub async fn pay(&self, request: Request) -> Result<Report, TerminalError> {
        self.pay_with(request, Receipts::Printed).await
    }

    pub(crate) async fn pay_with(
        &self,
        request: Request,
        receipts: Receipts,
    ) -> Result<Report, TerminalError> {
        let inner = self.inner();
        let _counter = inner.counter.lock().await;
        inner.running()?;
        let (keys, listening) = Keys::listen(Arc::clone(&inner.equipment.screen));
        let (report, due) = match inner.admit(request, &keys).await? {
            Ok(ready) => inner.take(ready, (keys, listening), receipts).await?,
            Err((reason, amount)) => {
                drop(listening);
                let report = Report::refused(reason);
                inner.show_outcome(&report, amount, receipts);
                (report, None)
            }
        };
        let report = match due {
            None => report,
            Some(driver) => {
                inner.ask_signature(&driver, &report, receipts).await?;
                Report { print_failed: inner.serve_receipt(&driver, receipts).await?, ..report }
            }
        };
        if let Some(reason) = report.print_failed {
            inner.show(View::Notice { reason }, report.approved, receipts.until());
            inner.sound_attention();
        }
        inner.tidy_when_idle();
        Ok(report)
    }

    /// Runs a service that moves no money. Nothing is settled while a payment of the app is parked or
    /// not certain: what is taken back after its batch was closed would be missing in the next one.
    ///
    /// # Errors
    /// Only what stops the terminal.
    pub async fn serve(&self, app: &str, service: &str) -> Result<Served, TerminalError> {
        let inner = self.inner();
        let _counter = inner.counter.lock().await;
        let refused = |reason| {
            inner.show_outcome(&Report::refused(reason), None, Receipts::Printed);
            Ok(Served { stopped: Some(reason), is_told: false })
        };
        let offered = inner.offering(app, service, ServiceKind::is_errand);
        let Some((hosted, kind)) = offered else {
            return refused(Reason::AppMissing);
        };
        inner.take_back_first(&hosted).await?;
        if kind == ServiceKind::Settle
            && let Some(reason) = inner.why_not_settled(&hosted).await?
        {
            return refused(reason);
        }
        let (keys, listening) = Keys::listen(Arc::clone(&inner.equipment.screen));
        let session = Arc::new(TillSession::new(inner, &hosted, Company::Counter(keys)));
        let own: Arc<dyn Session> = Arc::<TillSession>::clone(&session);
        let settings = Arc::clone(&hosted.settings);
        let errand = ErrandData { service: service.to_owned(), settings };
        let report = hosted.actor.serve(own, errand).await;
        log_app(&hosted, &report.log, report.result.as_ref().err());
        let is_told = session.show_last_word().await;
        drop(listening);
        let stopped = match report.result {
            Ok(done) => done.err(),
            Err(AppFault::Killed { cause: KillCause::Cancel, .. }) => {
                Some(Reason::CancelledByCashier)
            }
            Err(_) => Some(Reason::AppFailed),
        };
        let served = Served { stopped, is_told };
        match served.untold() {
            Some(reason) => inner.show_outcome(&Report::refused(reason), None, Receipts::Printed),
            None => inner.show(View::Idle, None, None),
        }
        Ok(served)
    }

    /// Prints another copy of a receipt; it says that it is one.
    ///
    /// # Errors
    /// Only what stops the terminal.
    pub async fn reprint(&self, key: &PaymentKey) -> Result<Option<Reason>, TerminalError> {
        let inner = self.inner();
        let Some(driver) = inner.driver_of(key).await? else {
            return Ok(Some(Reason::OriginalNotFound));
        };
        if driver.payment().await.approved().is_none() {
            return Ok(Some(Reason::OriginalNotPaid));
        }
        inner.print_receipt(&driver).await
    }
}

impl Inner {
    /// Why the acquirer cannot close what was paid so far; `None` where all of it is certain.
    async fn why_not_settled(&self, hosted: &Hosted) -> Result<Option<Reason>, TerminalError> {
        if self.is_parked(&hosted.manifest.id).await? {
            return Ok(Some(Reason::MethodParked));
        }
        let is_certain = self.uncertain(hosted).await?.is_empty();
        Ok((!is_certain).then_some(Reason::SettleLater))
    }

    /// Runs the app's `start` with the cashier there, and tells how it ended. With the payment
    /// where its customer has a receipt to come.
    async fn take(
        self: &Arc<Self>,
        ready: Ready,
        (keys, listening): (Keys, Listening),
        receipts: Receipts,
    ) -> Result<(Report, Option<Arc<Driver>>), TerminalError> {
        let Ready { hosted, intent } = ready;
        self.begun.note(intent.key.clone());
        let amount = intent.amount;
        let original = self.facts_of(intent.original.as_ref()).await?;
        let data = IntentData {
            original,
            service: intent.service.clone(),
            amount,
            settings: Arc::clone(&hosted.settings),
        };
        self.show(View::Wait, Some(amount), None);
        let driver =
            Arc::new(Driver::new(Arc::clone(self), Arc::clone(&hosted), Payment::new(intent)));
        let session = TillSession::of_payment(&driver, Company::Counter(keys), amount);
        let called = hosted.actor.start(Arc::new(session), data).await;
        log_app(&hosted, &called.log, called.result.as_ref().err());
        self.running()?;
        let at_risk = driver.payment().await.is_at_risk();
        let fault = called.result.as_ref().err().map(ToString::to_string);
        let ended = ending(called.result, at_risk);
        let fault = fault.filter(|_| ended == Ending::Died);
        let effects = driver.step([Input::Ended(ended)]).await?;
        let payment = driver.payment().await;
        self.judge_version(&hosted, &payment, fault);
        let report = Report {
            key: payment.is_at_risk().then(|| driver.key().clone()),
            state: Some(payment.state()),
            outcome: shown(&payment),
            reason: payment.reason(),
            approved: payment.approved(),
            print_failed: None,
        };
        if payment.is_at_risk() {
            self.remember(&driver);
        }
        // A key that is pressed from now on answers what the outcome asks.
        drop(listening);
        self.show_outcome(&report, Some(amount), receipts);
        self.follow(&driver, &effects);
        let has_receipt = effects.contains(&Effect::Tell) && payment.state() == State::Approved;
        Ok((report, has_receipt.then_some(driver)))
    }

    /// What its app said of an earlier payment.
    pub(crate) async fn facts_of(
        &self,
        key: Option<&PaymentKey>,
    ) -> Result<Vec<Fact>, TerminalError> {
        let Some(key) = key.cloned() else { return Ok(Vec::new()) };
        let found = self.journal.with(move |journal| journal.payment(&key)).await??;
        Ok(found.map(|payment| payment.facts().to_vec()).unwrap_or_default())
    }

    /// Puts one of the terminal's own views on the screen.
    pub(crate) fn show(&self, view: View, amount: Option<Money>, until: Option<Instant>) {
        let can_cancel = matches!(
            view,
            View::Confirm { .. }
                | View::Hold { .. }
                | View::Pin { .. }
                | View::Signature { .. }
                | View::Instead { .. }
                | View::Page(_)
        );
        let language = self.language();
        let showing = Showing { app: None, view, amount, language, can_cancel, until };
        self.equipment.screen.show(showing);
    }

    fn show_outcome(&self, report: &Report, asked: Option<Money>, receipts: Receipts) {
        self.show_end(report, asked, receipts);
        self.sound_outcome(report.outcome, report.approved);
    }

    /// How it ended, without its sound.
    pub(crate) fn show_end(&self, report: &Report, asked: Option<Money>, receipts: Receipts) {
        let asks_receipt = receipts == Receipts::Asked && report.state == Some(State::Approved);
        let view = View::Outcome { outcome: report.outcome, reason: report.reason, asks_receipt };
        self.show(view, report.approved.or(asked), receipts.until());
    }
}

/// What people are told of a payment as it stands.
pub(crate) fn shown(payment: &Payment) -> Shown {
    shown_as(payment.intent().kind, payment.state(), payment.reason())
}

/// What people are told of a payment of which this is known.
pub(crate) const fn shown_as(kind: Kind, state: State, reason: Option<Reason>) -> Shown {
    match (state, reason) {
        (State::Approved | State::Completed, _) => match kind {
            Kind::Sale | Kind::Completion => Shown::Approved,
            Kind::Refund => Shown::Refunded,
            Kind::PreAuth => Shown::Reserved,
            Kind::Release => Shown::Released,
        },
        (State::Authorising | State::Unknown | State::Parked | State::Created, _) => Shown::Unknown,
        (_, Some(reason)) => Shown::of_reason(reason),
        (_, None) => Shown::Declined,
    }
}

/// The app's word, or its fault, as `core` takes it. An app that was ended after Cancel while the
/// host itself was still waiting for the acquirer did nothing wrong.
pub(crate) fn ending(result: Result<Outcome, AppFault>, at_risk: bool) -> Ending {
    match result {
        Ok(Outcome::Approved { amount, facts }) => Ending::Approved { amount, facts },
        Ok(Outcome::Declined(reason)) => Ending::Declined { reason },
        Ok(Outcome::Cancelled(reason)) => Ending::Cancelled { reason },
        Ok(Outcome::Unknown) => Ending::Unknown { reason: Reason::NoAnswer },
        Err(AppFault::Killed { cause: KillCause::Cancel, .. }) if at_risk => {
            Ending::Unknown { reason: Reason::NoAnswer }
        }
        Err(AppFault::Killed { cause: KillCause::Cancel, .. }) => {
            Ending::Cancelled { reason: Reason::CancelledByCashier }
        }
        Err(_) => Ending::Died,
    }
}

/// An app's log lines and its fault, for whoever looks after the terminal.
pub(crate) fn log_app(hosted: &Hosted, log: &str, fault: Option<&AppFault>) {
    let app = hosted.manifest.id.as_str();
    for line in log.lines() {
        tracing::info!(app, "{line}");
    }
    if let Some(fault) = fault {
        tracing::warn!(app, %fault, "the app failed");
    }
}
