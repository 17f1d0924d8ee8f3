//! An app as an actor: a bounded mailbox in front, each message a call in a fresh instance.
//!
//! Guarantees: at most [`CALLS_AT_ONCE_MAX`] calls of one app run (one at the counter, the others
//! recovering), at most [`CALLS_WAITING_MAX`] wait; one more is refused at once. A call that faults
//! is counted; after [`FAULTS_IN_A_ROW_MAX`] without a good one in between, new counter calls wait
//! [`REST`] before they start, so that an app in a loop of traps cannot keep the terminal busy.

use crate::app::{App, CallReport, Outcome};
use crate::fault::AppFault;
use crate::payment::{ErrandData, IntentData, TicketData};
use crate::service::Service;
use crate::session::Session;
use caisson_core::Reason;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Calls of one app that may wait for their turn.
pub const CALLS_WAITING_MAX: usize = 8;
/// Calls of one app that run at once.
const CALLS_AT_ONCE_MAX: usize = 4;
/// Faults in a row after which the app rests before each call.
const FAULTS_IN_A_ROW_MAX: u32 = 5;
/// The rest.
const REST: Duration = Duration::from_secs(5);

/// A handle to a loaded app; clones share the mailbox.
#[derive(Debug, Clone)]
pub struct AppActor(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    app: App,
    mailbox: Semaphore,
    running: Semaphore,
    faults: AtomicU32,
}

impl AppActor {
    /// Takes over a loaded app.
    #[must_use]
    pub fn new(app: App) -> Self {
        Self(Arc::new(Inner {
            app,
            mailbox: Semaphore::new(CALLS_WAITING_MAX + CALLS_AT_ONCE_MAX),
            running: Semaphore::new(CALLS_AT_ONCE_MAX),
            faults: AtomicU32::new(0),
        }))
    }

    /// The app.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.0.app
    }

    /// What the app offers.
    pub async fn services(&self, session: Arc<dyn Session>) -> CallReport<Vec<Service>> {
        self.run(self.0.app.services(session)).await
    }

    /// Runs a service that moves no money; why it was not done, if the app says so.
    pub async fn serve(
        &self,
        session: Arc<dyn Session>,
        errand: ErrandData,
    ) -> CallReport<Result<(), Reason>> {
        self.run(self.0.app.serve(session, errand)).await
    }

    /// Starts a payment.
    pub async fn start(
        &self,
        session: Arc<dyn Session>,
        intent: IntentData,
    ) -> CallReport<Outcome> {
        self.run(self.0.app.start(session, intent)).await
    }

    /// Makes an unknown payment certain.
    pub async fn recover(
        &self,
        session: Arc<dyn Session>,
        ticket: TicketData,
    ) -> CallReport<Outcome> {
        self.run(self.0.app.recover(session, ticket)).await
    }

    async fn run<R>(&self, call: impl Future<Output = CallReport<R>>) -> CallReport<R> {
        let refused = || CallReport {
            result: Err(AppFault::TooManyCalls { app: self.0.app.id().to_owned() }),
            log: String::new(),
        };
        let Ok(_place) = self.0.mailbox.try_acquire() else {
            return refused();
        };
        let Ok(_turn) = self.0.running.acquire().await else {
            return refused();
        };
        if self.0.faults.load(Ordering::Relaxed) >= FAULTS_IN_A_ROW_MAX {
            tokio::time::sleep(REST).await;
        }
        let report = call.await;
        match report.result {
            Ok(_) => self.0.faults.store(0, Ordering::Relaxed),
            Err(_) => {
                self.0.faults.fetch_add(1, Ordering::Relaxed);
            }
        }
        report
    }
}
