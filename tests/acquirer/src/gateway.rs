//! The gateway itself: believes a request, books it, decides how the answer leaves.
//!
//! An answer is made only after its commit. A request that was believed is booked even if its
//! client hangs up meanwhile, as it would be at a real wallet. All waiting is `tokio::time`; the
//! books are worked on by blocking tasks, so a paused clock never runs away from them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use hyper::body::Bytes;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

use crate::AcquirerError;
use crate::amounts::{self, Effect};
use crate::books::Books;
use crate::books::desk::{Desk, House, Record};
use crate::books::writer::Writer;
use crate::exchange::phone::Act;
use crate::exchange::{Answer, Operation, Request};
use crate::fault::{FaultKind, Faults};
use crate::signature::{AnswerKey, Claim, Distrust, Terminals, answer_text, sha256};

/// How a gateway is set up.
#[derive(Clone)]
pub struct GatewayConfig {
    /// The terminals' Ed25519 public keys by key id.
    pub terminals: BTreeMap<String, [u8; 32]>,
    /// The seed of the gateway's own signing key. Its public key: [`Gateway::public_key`].
    pub seed: [u8; 32],
    /// The one currency that it takes; another is declined as not-supported.
    pub currency: String,
    /// The name that a customer's phone shows.
    pub payee: String,
    /// Faults that wait from the start.
    pub faults: Faults,
    /// The clock's first moment, ms since 1970. Reopened books never go back before their latest.
    pub opened_at_ms: i64,
}

impl GatewayConfig {
    /// Takes CNY for "Caisson Test Shop", from no terminal yet, with no fault, from now on.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> Self {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self {
            terminals: BTreeMap::new(),
            seed,
            currency: "CNY".to_owned(),
            payee: "Caisson Test Shop".to_owned(),
            faults: Faults::default(),
            opened_at_ms: milliseconds(since),
        }
    }
}

/// A wallet gateway. Clones are handles of the same one.
#[derive(Clone)]
pub struct Gateway(Arc<Shared>);

struct Shared {
    writer: Mutex<Writer>,
    books_path: PathBuf,
    house: House,
    terminals: Terminals,
    key: AnswerKey,
    faults: Faults,
    started: Instant,
    started_ms: i64,
    /// Wakes [`Gateway::keep_time`] when something new may be due.
    changed: Notify,
}

/// How an exchange leaves the gateway.
#[derive(Debug)]
pub(crate) enum Reply {
    /// An HTTP answer.
    Send(Sealed),
    /// The same answer twice.
    SendTwice(Sealed),
    /// Nothing, on an open connection.
    Silence,
    /// Nothing, and the connection is closed.
    Drop,
}

/// An HTTP answer's parts.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) signature: Option<String>,
}

/// What a believed request came to: the answer, unless lost, and how it leaves.
struct Booked {
    answer: Option<Answer>,
    fault: Option<FaultKind>,
}

impl Gateway {
    /// Opens the gateway on its books, which are made if the file is new. One gateway per file.
    /// Must be called inside a tokio runtime, whose clock it keeps.
    ///
    /// # Errors
    /// [`AcquirerError::TerminalKey`] for bytes that are no key; [`AcquirerError::Books`] or
    /// [`AcquirerError::ForeignBooks`] for a file that cannot be used.
    pub fn open(config: GatewayConfig, books: &Path) -> Result<Self, AcquirerError> {
        let terminals = Terminals::new(&config.terminals)?;
        let writer = Writer::open(books)?;
        let latest_ms = writer.latest_ms()?.unwrap_or(0);
        let secret = sha256(&[b"caisson code token".as_slice(), &config.seed].concat());
        Ok(Self(Arc::new(Shared {
            books_path: writer.path().to_owned(),
            writer: Mutex::new(writer),
            house: House { currency: config.currency, payee: config.payee, secret },
            terminals,
            key: AnswerKey::new(&config.seed),
            faults: config.faults,
            started: Instant::now(),
            started_ms: config.opened_at_ms.max(latest_ms),
            changed: Notify::new(),
        })))
    }

    /// The Ed25519 public key that verifies this gateway's answers.
    #[must_use]
    pub fn public_key(&self) -> [u8; 32] {
        self.0.key.public()
    }

    /// The faults that wait; a handle of the live list.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }

    /// The books as they stand now, what is due by now included.
    ///
    /// # Errors
    /// [`AcquirerError::Books`] if the file cannot be read or written.
    pub fn books(&self) -> Result<Books, AcquirerError> {
        self.commit(|_| Ok(()))?;
        Books::open(&self.0.books_path)
    }

    /// Books what becomes due, when it is due, until dropped. `serve` runs it.
    ///
    /// # Errors
    /// [`AcquirerError::Books`] if the file cannot be read or written.
    pub async fn keep_time(&self) -> Result<(), AcquirerError> {
        loop {
            let due_ms = self.blocking(|gateway| {
                gateway.commit(|_| Ok(()))?;
                gateway.writer(|writer| writer.next_due_ms())
            });
            match due_ms.await? {
                None => self.0.changed.notified().await,
                Some(due_ms) => {
                    let wait = u64::try_from(due_ms - self.now_ms()).unwrap_or(0);
                    tokio::select! {
                        () = sleep(Duration::from_millis(wait)) => {}
                        () = self.0.changed.notified() => {}
                    }
                }
            }
        }
    }

    /// Takes a terminal's request through to the reply.
    pub(crate) async fn exchange(
        &self,
        operation: Operation,
        claim: Claim,
        body: Bytes,
    ) -> Result<Reply, AcquirerError> {
        let path = format!("/v1/{}", operation.name());
        if let Err(distrust) = self.0.terminals.verify(&claim, &path, &body) {
            return Ok(Reply::Send(refused(distrust)));
        }
        let gateway = self.clone();
        // A task of its own: a client that hangs up does not take its request back.
        let work = tokio::spawn(async move { gateway.carry_out(operation, claim, body).await });
        work.await.unwrap_or(Err(AcquirerError::Stopping))
    }

    async fn carry_out(
        &self,
        operation: Operation,
        claim: Claim,
        body: Bytes,
    ) -> Result<Reply, AcquirerError> {
        let scripted = self.0.faults.take(operation);
        let request = Arc::new(Request::read(operation, &body));
        let chosen = match scripted {
            Some(kind) => Effect::Fault(kind),
            None => {
                let request = Arc::clone(&request);
                self.blocking(move |gateway| gateway.chosen(operation, &request)).await?
            }
        };
        if let Effect::Fault(FaultKind::Slow(seconds)) = chosen {
            sleep(Duration::from_secs(seconds.into())).await;
        }
        let (key_id, nonce) = (claim.key_id.clone(), claim.nonce.clone());
        let asked = body.clone();
        let booked = self.blocking(move |gateway| {
            gateway.commit(|desk| {
                if desk.nonce_is_used(&key_id, &nonce)? {
                    return Ok(None);
                }
                let booked = book(desk, &request, chosen, scripted.is_some())?;
                let answer = booked.answer.as_ref().map(Answer::to_body);
                desk.record(&Record {
                    signed: Some((&key_id, &nonce)),
                    operation: operation.name(),
                    subject: request.subject(),
                    request: &asked,
                    fault: fault_name(chosen, operation),
                    answer: answer.as_deref(),
                })?;
                Ok(Some(booked))
            })
        });
        let Some(booked) = booked.await? else {
            return Ok(Reply::Send(refused(Distrust::NonceUsed)));
        };
        self.0.changed.notify_one();
        Ok(self.deliver(booked, &claim.nonce, &body).await)
    }

    /// What the amount chooses for this request. What strikes once strikes the first request.
    fn chosen(&self, operation: Operation, request: &Request) -> Result<Effect, AcquirerError> {
        let (Some(subject), Some(amount)) = (request.subject(), request.amount()) else {
            return Ok(Effect::Succeeds);
        };
        let effect = amounts::effect(operation, amount);
        let once = matches!(effect, Effect::Fault(_) | Effect::BusyBooked | Effect::BusyNotBooked);
        if once && self.commit(|desk| desk.was_asked(operation.name(), subject))? {
            return Ok(Effect::Succeeds);
        }
        Ok(effect)
    }

    async fn deliver(&self, booked: Booked, nonce: &str, request: &[u8]) -> Reply {
        let Some(answer) = booked.answer else {
            return Reply::Silence;
        };
        let body = answer.to_body();
        let badly = booked.fault == Some(FaultKind::BadlySigned);
        let text = answer_text(200, nonce, request, body.as_bytes());
        let signature = Some(self.0.key.sign(&text, badly));
        let sealed = Sealed { status: 200, body, signature };
        match booked.fault {
            Some(FaultKind::RequestLost | FaultKind::AnswerLost) => Reply::Silence,
            Some(FaultKind::Dropped) => Reply::Drop,
            Some(FaultKind::Twice) => Reply::SendTwice(sealed),
            Some(FaultKind::Late(seconds)) => {
                sleep(Duration::from_secs(seconds.into())).await;
                Reply::Send(sealed)
            }
            // It answers by no code, so nobody scripts one.
            Some(
                FaultKind::Slow(_)
                | FaultKind::Refused(_)
                | FaultKind::BadlySigned
                | FaultKind::RefusesConnections,
            )
            | None => Reply::Send(sealed),
        }
    }

    /// Lets the customer's phone act.
    pub(crate) async fn phone(&self, act: Act, body: Bytes) -> Result<Reply, AcquirerError> {
        let body = self.blocking(move |gateway| {
            gateway.commit(|desk| {
                let (answer, order) = act.book(desk, &body)?;
                let text = answer.to_body();
                desk.record(&Record {
                    signed: None,
                    operation: act.path(),
                    subject: order.as_deref(),
                    request: &body,
                    fault: None,
                    answer: Some(&text),
                })?;
                Ok(text)
            })
        });
        let body = body.await?;
        self.0.changed.notify_one();
        Ok(Reply::Send(Sealed { status: 200, body, signature: None }))
    }

    fn now_ms(&self) -> i64 {
        self.0.started_ms + milliseconds(self.0.started.elapsed())
    }

    fn commit<T>(
        &self,
        work: impl FnOnce(&Desk<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, AcquirerError> {
        self.writer(|writer| writer.commit(&self.0.house, self.now_ms(), work))
    }

    fn writer<T>(&self, work: impl FnOnce(&mut Writer) -> T) -> T {
        // A panic under the lock rolls its transaction back; the books stay usable.
        work(&mut self.0.writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, AcquirerError> + Send + 'static,
    ) -> Result<T, AcquirerError> {
        let gateway = self.clone();
        let task = tokio::task::spawn_blocking(move || work(&gateway));
        task.await.unwrap_or(Err(AcquirerError::Stopping))
    }
}

fn book(
    desk: &Desk<'_>,
    request: &Request,
    chosen: Effect,
    scripted: bool,
) -> rusqlite::Result<Booked> {
    let (answer, fault) = match chosen {
        Effect::Fault(FaultKind::RequestLost) => (None, Some(FaultKind::RequestLost)),
        Effect::Fault(kind) => {
            // A scripted fault concerns the wire; the amount still chooses what is booked.
            let effect = if scripted { lasting(request) } else { Effect::Succeeds };
            (Some(request.book(desk, effect)?), Some(kind))
        }
        Effect::BusyNotBooked => (Some(request.busy()), None),
        Effect::BusyBooked => {
            request.book(desk, Effect::Succeeds)?;
            (Some(request.busy()), None)
        }
        effect => (Some(request.book(desk, effect)?), None),
    };
    Ok(Booked { answer, fault })
}

/// What the amount chooses for the booking itself, without what happens on the wire.
fn lasting(request: &Request) -> Effect {
    let (Some(operation), Some(amount)) = (request.operation(), request.amount()) else {
        return Effect::Succeeds;
    };
    amounts::effect(operation, amount)
}

fn fault_name(chosen: Effect, operation: Operation) -> Option<String> {
    match chosen {
        Effect::Fault(kind) => Some(kind.to_string().replace("OP", operation.name())),
        Effect::BusyBooked => Some("busy, booked".to_owned()),
        Effect::BusyNotBooked => Some("busy, not booked".to_owned()),
        _ => None,
    }
}

/// The unsigned answer to a request that is not believed.
fn refused(distrust: Distrust) -> Sealed {
    Sealed { status: 401, body: complaint(&distrust.to_string()), signature: None }
}

/// The body of an answer that is not a business answer: for the developer who reads it.
pub(crate) fn complaint(text: &str) -> String {
    serde_json::json!({ "error": text }).to_string()
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
