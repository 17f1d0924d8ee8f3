//! Drives one payment: each input through `core`, each event into the journal, then the effect.
//!
//! Guarantee: the in-memory payment moves on only after its events are durable.

use crate::error::TerminalError;
use crate::stan::stan;
use crate::terminal::{Hosted, Inner};
use caisson_core::operation::OperationKind;
use caisson_core::payment::{Effect, Event, Input, Payment, Rule, Step, Submission};
use caisson_core::{Money, PaymentKey};
use caisson_host::{AcquirerAnswer, PayStop};
use caisson_journal::{Commit, JournalError, Recovery};
use caisson_network::{Binding, Client, EnteredPin, Heard, Prepared};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// What is said when a step ends with the program.
const GOING_DOWN: &str = "the program is going down";

/// Why a step was not made.
#[derive(Debug)]
pub(crate) enum StepError {
    /// The call breaks a rule; nothing has changed.
    Rule(Rule),
    /// The journal cannot be written; the terminal has stopped.
    Journal(JournalError),
    /// An owner cannot resolve the payment so; nothing has changed.
    Resolve(String),
    /// The program is going down.
    Interrupted,
}

impl From<StepError> for TerminalError {
    fn from(error: StepError) -> Self {
        match error {
            StepError::Rule(rule) => Self::OwnRule(rule),
            StepError::Resolve(cause) => Self::Halted { cause },
            StepError::Journal(error) => Self::Journal(error),
            StepError::Interrupted => Self::Halted { cause: GOING_DOWN.to_owned() },
        }
    }
}

impl From<StepError> for PayStop {
    fn from(error: StepError) -> Self {
        match error {
            StepError::Rule(rule) => Self::Refused(rule),
            StepError::Resolve(cause) => Self::Stopped(cause),
            StepError::Journal(error) => Self::Stopped(error.to_string()),
            StepError::Interrupted => Self::Stopped(GOING_DOWN.to_owned()),
        }
    }
}

/// What an app hands over for a request.
pub(crate) struct Request<'a> {
    /// What it wants to ask.
    pub(crate) body: &'a [u8],
    /// The PIN that was entered for it.
    pub(crate) pin: Option<EnteredPin>,
}

/// One payment under way.
pub(crate) struct Driver {
    pub(crate) inner: Arc<Inner>,
    pub(crate) hosted: Arc<Hosted>,
    key: PaymentKey,
    payment: Arc<Mutex<Payment>>,
    submitted: Mutex<Instant>,
    /// Held while its app tries to make it certain: one try at a time.
    pub(crate) trying: Mutex<()>,
}

impl Driver {
    pub(crate) fn new(inner: Arc<Inner>, hosted: Arc<Hosted>, payment: Payment) -> Self {
        let key = payment.intent().key.clone();
        let submitted = Mutex::new(Instant::now());
        let payment = Arc::new(Mutex::new(payment));
        Self { inner, hosted, key, payment, submitted, trying: Mutex::new(()) }
    }

    pub(crate) fn key(&self) -> &PaymentKey {
        &self.key
    }

    /// The payment as it is now.
    pub(crate) async fn payment(&self) -> Payment {
        self.payment.lock().await.clone()
    }

    /// Since the request was handed over, as far as this run of the terminal knows.
    pub(crate) async fn age(&self) -> Duration {
        self.submitted.lock().await.elapsed()
    }

    pub(crate) async fn count_attempt(&self) {
        self.payment.lock().await.count_attempt();
    }

    /// Takes inputs in order, makes their events durable in one commit, returns their effects.
    pub(crate) async fn step(
        &self,
        inputs: impl IntoIterator<Item = Input>,
    ) -> Result<Vec<Effect>, StepError> {
        self.step_with(inputs, None).await
    }

    async fn step_with(
        &self,
        inputs: impl IntoIterator<Item = Input>,
        note: Option<Vec<u8>>,
    ) -> Result<Vec<Effect>, StepError> {
        let inputs: Vec<Input> = inputs.into_iter().collect();
        let play = move |next: &mut Payment| {
            let (mut events, mut effects) = (Vec::new(), Vec::new());
            for input in inputs {
                let step = next.step(input).map_err(StepError::Rule)?;
                events.extend(step.events);
                effects.extend(step.effects);
            }
            Ok(Step { events, effects })
        };
        self.play(play, note).await
    }

    /// An owner says what became of a parked payment.
    pub(crate) async fn resolve(
        &self,
        paid: Option<Money>,
        why: String,
    ) -> Result<Vec<Effect>, StepError> {
        let play = move |next: &mut Payment| {
            next.resolve(paid, &why).map_err(|error| StepError::Resolve(error.to_string()))
        };
        self.play(play, None).await
    }

    /// Runs on a task of its own: a caller that is dropped in the middle (an app that is ended)
    /// must not leave the journal ahead of the payment in memory.
    async fn play(
        &self,
        play: impl FnOnce(&mut Payment) -> Result<Step, StepError> + Send + 'static,
        note: Option<Vec<u8>>,
    ) -> Result<Vec<Effect>, StepError> {
        let mut payment = Arc::clone(&self.payment).lock_owned().await;
        let (inner, key) = (Arc::clone(&self.inner), self.key.clone());
        let app = self.hosted.manifest.id.clone();
        let step = tokio::spawn(async move {
            let mut next = payment.clone();
            let Step { events, effects } = play(&mut next)?;
            for event in &events {
                if let Event::AppFault { rule } = event {
                    tracing::warn!(%app, %key, %rule, "the app broke a rule");
                }
            }
            if !events.is_empty() {
                let erase = next.state().is_final() && !next.is_watched();
                commit(&inner, key, events, note, erase).await.map_err(StepError::Journal)?;
            }
            *payment = next;
            Ok(effects)
        });
        step.await.unwrap_or(Err(StepError::Interrupted))
    }

    /// Hands over the one request that can move money.
    pub(crate) async fn submit(
        &self,
        operation: &str,
        request: Request<'_>,
        recovery: &[u8],
        recovering: bool,
    ) -> Result<AcquirerAnswer, PayStop> {
        let client = self.client()?;
        let prepared = self.prepare(client, operation, request).await?;
        let submission = Submission {
            operation: operation.to_owned(),
            kind: prepared.kind(),
            of: prepared.of(),
            request: prepared.digest(),
            request_bytes: prepared.bytes().len(),
            recovery_bytes: recovery.len(),
            repeatable: prepared.is_repeatable(),
            expires: prepared.expires(),
        };
        let note = match recovering {
            // A repeat changes nothing about the note that is durable.
            true => None,
            false => Some(self.seal(recovery)?),
        };
        self.step_with([Input::Submit { submission, recovering }], note).await?;
        if !recovering {
            *self.submitted.lock().await = Instant::now();
        }
        match client.exchange(&prepared).await {
            Heard::NotSent { reason, cause } => {
                tracing::info!(key = %self.key, %cause, "not sent");
                if !recovering {
                    self.step([Input::NotSent { reason }]).await?;
                }
                Err(PayStop::NotSent(reason))
            }
            heard => self.hear(heard).await,
        }
    }

    /// Asks or takes back.
    pub(crate) async fn ask(
        &self,
        kind: OperationKind,
        operation: &str,
        request: Request<'_>,
    ) -> Result<AcquirerAnswer, PayStop> {
        let client = self.client()?;
        let prepared = self.prepare(client, operation, request).await?;
        if prepared.kind() != kind {
            return Err(PayStop::Refused(Rule::WrongKind));
        }
        // An undo that was made for another kind of payment takes back something else.
        let own = self.payment.lock().await.intent().kind;
        if kind == OperationKind::Undo && prepared.of() != own {
            return Err(PayStop::Refused(Rule::WrongKind));
        }
        let asked = match prepared.is_of_refunds() && kind == OperationKind::Undo {
            true => Input::TakeBackRefund,
            false => Input::Ask { kind },
        };
        self.step([asked]).await?;
        match client.exchange(&prepared).await {
            Heard::NotSent { reason, cause } => {
                tracing::info!(key = %self.key, operation, %cause, "not sent");
                Err(PayStop::NotSent(reason))
            }
            heard => self.hear(heard).await,
        }
    }

    async fn hear(&self, heard: Heard) -> Result<AcquirerAnswer, PayStop> {
        let answer = match heard {
            Heard::NotSent { reason, .. } => return Err(PayStop::NotSent(reason)),
            Heard::NoAnswer { reason, cause } => {
                tracing::info!(key = %self.key, %cause, "no answer");
                return Err(PayStop::NoAnswer(reason));
            }
            Heard::Answer(answer) => answer,
        };
        if let Some(flaw) = &answer.flaw {
            tracing::info!(key = %self.key, %flaw, "the answer proves nothing");
        }
        let (reading, amount, reason) = (answer.reading, answer.amount, answer.reason);
        self.step([Input::Heard { reading, amount, reason }]).await?;
        Ok(AcquirerAnswer { reading, amount, reason, body: answer.body })
    }

    /// The app's own note, opened; empty where there is none.
    pub(crate) async fn note(&self) -> Result<Vec<u8>, TerminalError> {
        let key = self.key.clone();
        let sealed = self.inner.journal.with(move |journal| journal.recovery(&key)).await??;
        match sealed {
            Some(sealed) => {
                let slot = &self.inner.recovery_slot;
                Ok(self.inner.keys.open(slot, self.key.as_str().as_bytes(), &sealed)?.to_vec())
            }
            None => Ok(Vec::new()),
        }
    }

    fn seal(&self, note: &[u8]) -> Result<Vec<u8>, PayStop> {
        let slot = &self.inner.recovery_slot;
        self.inner
            .keys
            .seal(slot, self.key.as_str().as_bytes(), note)
            .map_err(|error| PayStop::Stopped(error.to_string()))
    }

    fn client(&self) -> Result<&Client, PayStop> {
        self.hosted.client.as_ref().ok_or_else(|| {
            PayStop::UnknownOperation("the app's manifest names no destination".to_owned())
        })
    }

    async fn prepare(
        &self,
        client: &Client,
        operation: &str,
        Request { body, pin }: Request<'_>,
    ) -> Result<Prepared, PayStop> {
        use caisson_network::RequestError;
        let intent = self.payment.lock().await.intent().clone();
        let binding = Binding {
            stan: intent.key.sequence().map(stan),
            pin,
            order: intent.key,
            original: intent.original,
            amount: Some(intent.amount),
        };
        client.destination().prepare(operation, body, &binding).map_err(|error| match error {
            RequestError::UnknownOperation { .. } => PayStop::UnknownOperation(error.to_string()),
            _ => PayStop::BadRequest(error.to_string()),
        })
    }
}

/// Makes events durable. A failure that the journal calls fatal stops the terminal.
async fn commit(
    inner: &Inner,
    key: PaymentKey,
    events: Vec<Event>,
    note: Option<Vec<u8>>,
    erase: bool,
) -> Result<(), JournalError> {
    let at = inner.clock.now();
    let done = inner
        .journal
        .with(move |journal| {
            let recovery = match &note {
                Some(sealed) => Recovery::Store(sealed),
                None if erase => Recovery::Erase,
                None => Recovery::Keep,
            };
            journal.commit(&Commit { key: &key, events: &events, recovery, at })
        })
        .await?;
    inner.heard(done)
}
