//! Making open payments certain, behind the counter and across restarts.

use crate::counter::{ending, log_app, shown};
use crate::driver::Driver;
use crate::error::TerminalError;
use crate::session::{Company, TillSession};
use crate::terminal::{Hosted, Inner};
use caisson_core::payment::{Effect, Ending, Input, Intent, Kind, OFFER_MARGIN, Payment, State};
use caisson_core::view::View;
use caisson_core::{Money, PaymentKey, Reason};
use caisson_host::{IntentData, ServiceKind, TicketData};
use caisson_journal::{Filter, JournalError, LIST_ROWS_MAX, Order, PaymentRow};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Time between two questions about a closed offer.
const WATCH_EVERY: Duration = Duration::from_secs(30);
/// Wait before a refund that the host starts is tried again after it was refused outright; it
/// doubles up to [`REFUND_AGAIN_MAX`].
const REFUND_AGAIN: Duration = Duration::from_secs(60);
/// Longest wait between two tries of such a refund.
const REFUND_AGAIN_MAX: Duration = Duration::from_secs(60 * 60);

impl Inner {
    /// Carries out what a step decided, each on a task of its own.
    pub(crate) fn follow(self: &Arc<Self>, driver: &Arc<Driver>, effects: &[Effect]) {
        for effect in effects {
            let (inner, driver) = (Arc::clone(self), Arc::clone(driver));
            match effect {
                Effect::RecoverIn(wait) => {
                    let wait = *wait;
                    self.spawn(async move {
                        tokio::time::sleep(wait).await;
                        inner.recover(&driver).await
                    });
                }
                Effect::Watch(time) => {
                    let time = *time;
                    self.spawn(async move { inner.watch(&driver, time).await });
                }
                Effect::Refund(amount) => {
                    let amount = *amount;
                    self.spawn(async move { inner.give_back(&driver, amount).await });
                }
                Effect::Alarm => {
                    tracing::error!(key = %driver.key(), "parked: an owner must resolve it");
                    self.news.tell();
                }
                Effect::Send | Effect::Tell => {}
            }
        }
    }

    /// One try to make a payment certain.
    async fn recover(self: &Arc<Self>, driver: &Arc<Driver>) -> Result<(), TerminalError> {
        let trying = driver.trying.lock().await;
        let effects = self.try_once(driver).await?;
        drop(trying);
        self.follow(driver, &effects);
        Ok(())
    }

    /// What a bank has to take back goes to it before anything new does, the oldest first: one try
    /// for each payment of `hosted` that is not certain. A payment whose own try is under way is
    /// waited for. A wallet's orders have nothing to do with each other.
    pub(crate) async fn take_back_first(
        self: &Arc<Self>,
        hosted: &Hosted,
    ) -> Result<(), TerminalError> {
        if !hosted.client.as_ref().is_some_and(|client| client.destination().is_bank()) {
            return Ok(());
        }
        for row in self.uncertain(hosted).await? {
            self.show(View::Wait, None, None);
            let Some(driver) = self.driver_of(&row.key).await? else { continue };
            let Ok(trying) = driver.trying.try_lock() else {
                drop(driver.trying.lock().await);
                continue;
            };
            let effects = self.try_once(&driver).await?;
            drop(trying);
            // Its own next try is planned already.
            let others: Vec<Effect> =
                effects.into_iter().filter(|e| !matches!(e, Effect::RecoverIn(_))).collect();
            self.follow(&driver, &others);
        }
        Ok(())
    }

    /// The payments of `hosted` that the terminal is still finding out about, the oldest first.
    pub(crate) async fn uncertain(
        &self,
        hosted: &Hosted,
    ) -> Result<Vec<PaymentRow>, TerminalError> {
        let filter = Filter { open_only: true, limit: LIST_ROWS_MAX, order: Order::OldestFirst };
        let mut rows = self.journal.with(move |journal| journal.list(filter)).await??;
        rows.retain(|row| row.app == hosted.manifest.id && row.state == State::Unknown);
        Ok(rows)
    }

    /// One try, for whoever holds the driver's `trying`; what follows from it is the caller's.
    async fn try_once(
        self: &Arc<Self>,
        driver: &Arc<Driver>,
    ) -> Result<Vec<Effect>, TerminalError> {
        self.running()?;
        if !driver.payment().await.state().is_open() {
            return Ok(Vec::new());
        }
        driver.count_attempt().await;
        let effects = self.ask_app(driver).await?;
        if effects.contains(&Effect::Tell) || effects.contains(&Effect::Alarm) {
            self.tell(driver).await?;
        }
        Ok(effects)
    }

    /// Calls the app's `recover` in a fresh instance and takes its word through `core`.
    async fn ask_app(self: &Arc<Self>, driver: &Arc<Driver>) -> Result<Vec<Effect>, TerminalError> {
        let recovery = match driver.note().await {
            Ok(note) => note,
            // A key store that fails may work at the next try; where it never does, the payment is
            // parked in the end, and the owner can say what became of it.
            Err(TerminalError::Vault(error)) => {
                tracing::error!(key = %driver.key(), %error, "the note cannot be opened");
                let unknown = Ending::Unknown { reason: Reason::NoAnswer };
                return Ok(driver.step([Input::Ended(unknown)]).await?);
            }
            Err(error) => return Err(error),
        };
        let payment = driver.payment().await;
        let hosted = &driver.hosted;
        let ticket = TicketData {
            intent: IntentData {
                service: payment.intent().service.clone(),
                amount: payment.intent().amount,
                settings: Arc::clone(&hosted.settings),
                // A ticket has its note.
                original: Vec::new(),
            },
            recovery,
            age: driver.age().await,
            closed: payment.is_watched(),
        };
        let asked = payment.intent().amount;
        let mut session = TillSession::of_payment(driver, Company::Nobody, asked);
        session.recovering = true;
        let called = hosted.actor.recover(Arc::new(session), ticket).await;
        log_app(hosted, &called.log, called.result.as_ref().err());
        self.running()?;
        Ok(driver.step([Input::Ended(ending(called.result, true))]).await?)
    }

    /// The money is certain now, or parked: the screen says so if nobody is using it, and an
    /// approval that the customer may still be waiting for is printed.
    pub(crate) async fn tell(self: &Arc<Self>, driver: &Driver) -> Result<(), TerminalError> {
        let payment = driver.payment().await;
        if self.news.has_desk() {
            self.news.tell();
        } else if let Ok(_counter) = self.counter.try_lock() {
            let outcome = shown(&payment);
            let amount = payment.approved().unwrap_or(payment.intent().amount);
            let reason = payment.reason();
            let view = View::Outcome { outcome, reason, asks_receipt: false };
            self.show(view, Some(amount), None);
            self.sound_outcome(outcome, payment.approved());
        }
        if payment.state() == State::Approved {
            self.print_receipt(driver).await?;
        }
        Ok(())
    }

    /// Asks about a closed offer until its time is over; paid after all, it is given back.
    async fn watch(
        self: &Arc<Self>,
        driver: &Arc<Driver>,
        time: Duration,
    ) -> Result<(), TerminalError> {
        let end = Instant::now() + time.max(OFFER_MARGIN);
        while driver.payment().await.is_watched() {
            driver.step([Input::WatchAgain]).await?;
            let effects = self.ask_app(driver).await?;
            self.follow(driver, &effects);
            if !driver.payment().await.is_watched() {
                return Ok(());
            }
            if Instant::now() >= end {
                let effects = driver.step([Input::WatchOver]).await?;
                self.follow(driver, &effects);
                return Ok(());
            }
            tokio::time::sleep_until(end.min(Instant::now() + WATCH_EVERY)).await;
        }
        Ok(())
    }

    /// Refunds an offer that was paid after it was closed, by a payment of its own, once.
    async fn give_back(
        self: &Arc<Self>,
        late: &Arc<Driver>,
        amount: Money,
    ) -> Result<(), TerminalError> {
        let mut again = REFUND_AGAIN;
        loop {
            self.running()?;
            let sale = late.key().clone();
            let (open, refunded) = self
                .journal
                .with(move |journal| {
                    let open = journal.linked_refund_open(&sale)?;
                    Ok::<_, JournalError>((open, journal.refunded(&sale)?))
                })
                .await??;
            let is_back = amount.is_within(refunded).unwrap_or(false);
            match open {
                Some(refund) => self.until_certain(&refund).await?,
                None if is_back => {
                    let effects = late.step([Input::GivenBack]).await?;
                    self.follow(late, &effects);
                    return self.tell(late).await;
                }
                None if self.start_refund(late, amount).await? => {}
                None => {
                    tracing::error!(key = %late.key(), "a late payment could not be given back yet");
                    tokio::time::sleep(again).await;
                    again = again.saturating_mul(2).min(REFUND_AGAIN_MAX);
                }
            }
        }
    }

    /// Waits while the refund's own recovery is at work.
    async fn until_certain(self: &Arc<Self>, refund: &PaymentKey) -> Result<(), TerminalError> {
        while let Some(driver) = self.driver_of(refund).await?
            && driver.payment().await.state().is_open()
        {
            tokio::time::sleep(WATCH_EVERY).await;
        }
        Ok(())
    }

    /// Starts a refund in the host's own name. False where it was refused or nothing was sent.
    async fn start_refund(
        self: &Arc<Self>,
        late: &Driver,
        amount: Money,
    ) -> Result<bool, TerminalError> {
        let sale = late.payment().await.intent().clone();
        let hosted = Arc::clone(&late.hosted);
        let Some(service) = hosted.services().iter().find(|s| s.kind == ServiceKind::Refund) else {
            tracing::error!(app = %sale.app, "the app has no refund service");
            return Ok(false);
        };
        let terminal_id = self.merchant.terminal_id.clone();
        let intent = Intent {
            key: self.journal.with(move |journal| journal.next_key(&terminal_id)).await??,
            kind: Kind::Refund,
            app: sale.app.clone(),
            service: service.id.clone(),
            amount,
            original: Some(sale.key.clone()),
            merchant_order: None,
            released: None,
        };
        let data = IntentData {
            service: service.id.clone(),
            amount,
            settings: Arc::clone(&hosted.settings),
            original: self.facts_of(Some(&sale.key)).await?,
        };
        let driver =
            Arc::new(Driver::new(Arc::clone(self), Arc::clone(&hosted), Payment::new(intent)));
        let session = TillSession::of_payment(&driver, Company::Nobody, amount);
        let called = hosted.actor.start(Arc::new(session), data).await;
        log_app(&hosted, &called.log, called.result.as_ref().err());
        self.running()?;
        let effects = driver.step([Input::Ended(ending(called.result, true))]).await?;
        let payment = driver.payment().await;
        if !payment.is_at_risk() || payment.state() == State::Declined {
            return Ok(false);
        }
        self.remember(&driver);
        if effects.contains(&Effect::Tell) {
            self.tell(&driver).await?;
        }
        self.follow(&driver, &effects);
        Ok(true)
    }
}
