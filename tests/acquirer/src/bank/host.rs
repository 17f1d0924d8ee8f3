//! The bank host itself: reads a message, books it, decides how the answer leaves.
//!
//! An answer is made only after its commit. A message that came whole is booked even if its
//! terminal hangs up meanwhile, as it would be at a real bank. All waiting is `tokio::time`; the
//! books are worked on by blocking tasks, so a paused clock never runs away from them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use caisson_iso8583::{CUP, Length, Message, Spec, frame};
use tokio::time::{Instant, sleep};

use super::amounts::{self, Effect};
use super::books::BankBooks;
use super::books::desk::Desk;
use super::books::writer::Writer;
use super::config::BankConfig;
use super::deal::{self, Answer, cut};
use super::operation::BankOperation;
use super::request::Request;
use super::{BankConfigError, BankFaults};
use crate::fault::{FaultKind, FaultTarget as _};
use crate::{AcquirerError, ConnectionError};

/// Bytes of check value at the end of a key in DE62, which a badly signed sign-on spoils.
const CHECK_VALUE_AT: usize = 16;

/// The field of PIN blocks, and its bytes under AES.
const PIN_BLOCK: u8 = 52;
const LONG_BLOCK_BYTES: u16 = 16;
/// Bytes of the header of `cup`.
const HEADER_BYTES: u8 = 6;

/// The spec `cup` where PIN blocks are of AES.
static CUP_LONG: LazyLock<Spec> = LazyLock::new(|| {
    let mut fields = CUP.fields().to_vec();
    if let Some(block) = fields.iter_mut().find(|row| row.number == PIN_BLOCK) {
        block.length = Length::Fixed(LONG_BLOCK_BYTES);
    }
    Spec::new(CUP.name().to_owned(), true, HEADER_BYTES, fields).unwrap_or_else(|_| CUP.clone())
});

/// A bank host. Clones are handles of the same one.
#[derive(Clone)]
pub struct Bank(Arc<Shared>);

struct Shared {
    writer: Mutex<Writer>,
    books_path: PathBuf,
    config: BankConfig,
    started: Instant,
    started_ms: i64,
}

/// Why a bank host cannot open.
#[derive(Debug, thiserror::Error)]
pub enum BankError {
    /// Whoever wrote the configuration must mend it.
    #[error(transparent)]
    Config(#[from] BankConfigError),
    /// The books cannot be used.
    #[error(transparent)]
    Books(#[from] AcquirerError),
}

/// How an exchange leaves the host.
#[derive(Debug)]
pub(super) enum Reply {
    /// These bytes, with their length before them.
    Send(Vec<u8>),
    /// These bytes, twice.
    SendTwice(Vec<u8>),
    /// Nothing, on an open connection.
    Silence,
    /// Nothing, and the connection is closed.
    Drop,
}

/// What a request came to: the answer, unless lost, and how it leaves.
struct Booked {
    answer: Option<Answer>,
    fault: Option<FaultKind>,
}

impl Bank {
    /// Opens the host on its books, which are made if the file is new. One host per file. Must be
    /// called inside a tokio runtime, whose clock it keeps.
    ///
    /// # Errors
    /// [`BankError::Config`] for a configuration that cannot be, [`BankError::Books`] for a file
    /// that cannot be used.
    pub fn open(config: BankConfig, books: &Path) -> Result<Self, BankError> {
        config.check()?;
        let writer = Writer::open(books)?;
        let latest_ms = writer.latest_ms()?.unwrap_or(0);
        Ok(Self(Arc::new(Shared {
            books_path: writer.path().to_owned(),
            writer: Mutex::new(writer),
            started: Instant::now(),
            started_ms: config.opened_at_ms.max(latest_ms),
            config,
        })))
    }

    /// The faults that wait; a handle of the live list.
    #[must_use]
    pub fn faults(&self) -> &BankFaults {
        &self.0.config.faults
    }

    /// The books as they stand now.
    ///
    /// # Errors
    /// [`AcquirerError::Books`] if the file cannot be read.
    pub fn books(&self) -> Result<BankBooks, AcquirerError> {
        BankBooks::open(&self.0.books_path)
    }

    /// Takes a message through to the reply.
    pub(super) async fn exchange(&self, bytes: Vec<u8>) -> Result<Reply, ConnectionError> {
        let message = Message::unpack(self.spec(), &bytes)
            .map_err(|error| ConnectionError::Message(error.to_string()))?;
        let Some(mut answer) = Answer::to(&message) else {
            return Err(ConnectionError::Message(format!("{} is no request", message.mti())));
        };
        let operation = BankOperation::of(&message).ok_or("12");
        let request = operation.and_then(|operation| Request::read(operation, &message, &bytes));
        let request = match request {
            Ok(request) => request,
            Err(code) => {
                answer.code(code);
                return self.seal(&answer, false).map(Reply::Send);
            }
        };
        let bank = self.clone();
        // A task of its own: a terminal that hangs up does not take its message back.
        let work = tokio::spawn(async move { bank.carry_out(message, request, answer).await });
        work.await.unwrap_or(Err(ConnectionError::Dropped))
    }

    async fn carry_out(
        &self,
        message: Message<'static>,
        request: Request,
        answer: Answer,
    ) -> Result<Reply, ConnectionError> {
        let operation = request.operation;
        let scripted = self.faults().take(operation);
        let request = Arc::new(request);
        let asked = Arc::clone(&request);
        let chosen = self.blocking(move |bank| bank.commit(|desk| bank.chosen(desk, &asked)));
        let chosen = chosen.await?;
        let chosen = match scripted {
            Some(FaultKind::Refused(code)) => Effect::Declines(code),
            _ => chosen,
        };
        let fault = match (scripted, chosen) {
            (Some(kind), _) | (None, Effect::Fault(kind)) => Some(kind),
            _ => None,
        };
        if let Some(FaultKind::Slow(seconds)) = fault {
            sleep(Duration::from_secs(seconds.into())).await;
        }
        let booked = self.blocking(move |bank| {
            bank.commit(|desk| {
                let is_lost = fault == Some(FaultKind::RequestLost);
                let name = fault.map(|kind| kind.to_string().replace("OP", operation.name()));
                let answer = if is_lost {
                    None
                } else {
                    Some(deal::answer(desk, &message, &request, chosen, answer)?)
                };
                let code = answer.as_ref().and_then(|answer| answer.message.text(39));
                let mti = message.mti().to_string();
                desk.record(&mti, &request, operation.name(), name.as_deref(), code)?;
                Ok(Booked { answer, fault })
            })
        });
        self.deliver(booked.await?).await
    }

    /// What the amount chooses for this request. What strikes once strikes the first request.
    fn chosen(&self, desk: &Desk<'_>, request: &Request) -> rusqlite::Result<Effect> {
        let operation = request.operation;
        let amount = match request.amount {
            Some(amount) if self.0.config.amounts_choose && operation.is_chosen_by_amount() => {
                amount
            }
            _ => return Ok(Effect::Approves),
        };
        let effect = amounts::effect(amount);
        let is_again = matches!(effect, Effect::Fault(_))
            && desk.was_asked(&request.terminal, &request.stan, operation.name())?;
        Ok(if is_again { Effect::Approves } else { effect })
    }

    async fn deliver(&self, booked: Booked) -> Result<Reply, ConnectionError> {
        let Some(answer) = booked.answer else {
            return Ok(Reply::Silence);
        };
        let bytes = self.seal(&answer, booked.fault == Some(FaultKind::BadlySigned))?;
        Ok(match booked.fault {
            Some(FaultKind::RequestLost | FaultKind::AnswerLost) => Reply::Silence,
            Some(FaultKind::Dropped) => Reply::Drop,
            Some(FaultKind::Twice) => Reply::SendTwice(bytes),
            Some(FaultKind::Late(seconds)) => {
                sleep(Duration::from_secs(seconds.into())).await;
                Reply::Send(bytes)
            }
            Some(
                FaultKind::Slow(_)
                | FaultKind::Refused(_)
                | FaultKind::BadlySigned
                | FaultKind::RefusesConnections,
            )
            | None => Reply::Send(bytes),
        })
    }

    /// The bytes of an answer on the line; `badly`: nothing that proves it fits.
    fn seal(&self, answer: &Answer, badly: bool) -> Result<Vec<u8>, ConnectionError> {
        let wrong = |error: &dyn std::fmt::Display| ConnectionError::Message(error.to_string());
        let mut message = answer.message.clone();
        if badly && answer.keys_field {
            let mut keys = message.bytes(62).unwrap_or_default().to_vec();
            if let Some(byte) = keys.get_mut(CHECK_VALUE_AT) {
                *byte ^= 0xFF;
            }
            message.set_bytes(62, &keys).map_err(|error| wrong(&error))?;
        }
        let bytes = match answer.mac {
            None => message.pack().map_err(|error| wrong(&error))?,
            Some(key) => {
                let unsealed = message.pack_unsealed().map_err(|error| wrong(&error))?;
                let mut mac = cut(key.mac(unsealed.covered()), self.0.config.mac);
                if let (Some(first), true) = (mac.first_mut(), badly) {
                    *first ^= 0xFF;
                }
                unsealed.seal(mac)
            }
        };
        frame(&bytes).map_err(|error| wrong(&error))
    }

    /// How messages are written.
    fn spec(&self) -> &'static Spec {
        if self.0.config.has_long_blocks() { &CUP_LONG } else { &CUP }
    }

    fn now_ms(&self) -> i64 {
        let passed = i64::try_from(self.0.started.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.0.started_ms.saturating_add(passed)
    }

    fn commit<T>(
        &self,
        work: impl FnOnce(&Desk<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, AcquirerError> {
        // A panic under the lock rolls its transaction back; the books stay usable.
        let mut writer = self.0.writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.commit(&self.0.config, self.now_ms(), work)
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, AcquirerError> + Send + 'static,
    ) -> Result<T, ConnectionError> {
        let bank = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&bank)).await;
        done.unwrap_or(Err(AcquirerError::Stopping)).map_err(|error| {
            tracing::error!(%error, "exchange not booked");
            ConnectionError::Dropped
        })
    }
}

impl std::fmt::Debug for Bank {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Bank({})", self.0.books_path.display())
    }
}
