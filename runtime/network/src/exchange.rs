//! One exchange: sign, connect, send, hear, verify, read.
//!
//! Guarantees: one connection an exchange, one request a connection, never a retry. Each step is
//! bounded, and the whole by the operation's limit. [`Heard::NotSent`] only while not one byte of
//! the request was handed to the link, or to TLS before it. What the acquirer signed is verified
//! before a byte of the answer is interpreted; a second answer is never looked at.
//!
//! Deliberately not here: how a wallet (`wallet::exchange`) and a bank (`bank::exchange`) are asked
//! and heard, durability (the terminal records the intent before it calls) and logs.

mod wire;

use crate::connector::{Connector, Stream};
use crate::destination::{Destination, Form, Protocol, Trust};
use crate::heard::{Answer, Heard, Unheard, Unsent};
use crate::request::Prepared;
use crate::tls;
use crate::wallet::signature::{Nonces, SystemNonces};
use caisson_vault::{CardKeys, KeyStore, VaultError};
use rustls::ClientConfig;
use std::fmt;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

pub(crate) use wire::Wire;

/// Speaks with one destination. Exchanges may run side by side.
#[derive(Clone)]
pub struct Client {
    pub(crate) destination: Arc<Destination>,
    side: Side,
    connector: Arc<dyn Connector>,
    /// `None` on a private line.
    tls: Option<Arc<ClientConfig>>,
    /// True after a connection that did not come about; of all clones.
    failed: Arc<AtomicBool>,
}

/// What signs and verifies, as the destination's protocol needs it.
#[derive(Clone)]
enum Side {
    Wallet { keys: Arc<dyn KeyStore>, nonces: Arc<dyn Nonces> },
    Bank { keys: Arc<dyn CardKeys> },
}

/// Why a destination cannot be used. Integrator: provision the slot or correct the file.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ClientError {
    /// A slot of the destination's file is not in the key store, or is for something else.
    #[error("destination `{destination}`: {error}")]
    Slot {
        /// The destination.
        destination: String,
        /// What the key store says.
        error: VaultError,
    },
    /// A bank, and a key store without card keys.
    #[error(
        "destination `{destination}` is a bank, and the key store has no card keys; use one that has"
    )]
    NoCardKeys {
        /// The destination.
        destination: String,
    },
    /// TLS could not be set up.
    #[error("destination `{destination}`: TLS could not be set up: {error}; report this")]
    Tls {
        /// The destination.
        destination: String,
        /// What rustls says.
        error: rustls::Error,
    },
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Client");
        shown.field("destination", &self.destination.name);
        match &self.side {
            Side::Wallet { keys, .. } => shown.field("keys", keys),
            Side::Bank { keys } => shown.field("keys", keys),
        };
        shown.finish_non_exhaustive()
    }
}

impl Client {
    /// Speaks with `destination`, a wallet, over `connector`, signing and verifying with the slots
    /// of `keys` that the destination names.
    ///
    /// # Errors
    /// [`ClientError`]: a slot is not there, so that a wrong set-up shows before the first sale;
    /// [`ClientError::NoCardKeys`] for a bank, which needs [`Client::with_card_keys`].
    pub fn new(
        destination: Arc<Destination>,
        keys: Arc<dyn KeyStore>,
        connector: Arc<dyn Connector>,
    ) -> Result<Self, ClientError> {
        let Protocol::Wallet(wallet) = &destination.protocol else {
            return Err(ClientError::NoCardKeys { destination: destination.name.clone() });
        };
        for slot in [&wallet.signing_slot, &wallet.verifying_slot] {
            keys.public_key(slot).map_err(|error| ClientError::Slot {
                destination: destination.name.clone(),
                error,
            })?;
        }
        Self::on(destination, Side::Wallet { keys, nonces: Arc::new(SystemNonces) }, connector)
    }

    /// Speaks with `destination`, a wallet or a bank, over `connector`. The session keys of a bank
    /// need not be there yet: a sign-on brings them.
    ///
    /// # Errors
    /// [`ClientError`]: a slot that is provisioned, not downloaded, is not there.
    pub fn with_card_keys(
        destination: Arc<Destination>,
        keys: Arc<dyn CardKeys>,
        connector: Arc<dyn Connector>,
    ) -> Result<Self, ClientError> {
        let Protocol::Bank(bank) = &destination.protocol else {
            return Self::new(destination, keys, connector);
        };
        bank.keys
            .check(keys.as_ref())
            .map_err(|error| ClientError::Slot { destination: destination.name.clone(), error })?;
        Self::on(destination, Side::Bank { keys }, connector)
    }

    fn on(
        destination: Arc<Destination>,
        side: Side,
        connector: Arc<dyn Connector>,
    ) -> Result<Self, ClientError> {
        let config = |trust: &Trust| tls::client_config(Arc::clone(&trust.roots)).map(Arc::new);
        let tls = destination
            .trust()
            .map(config)
            .transpose()
            .map_err(|error| ClientError::Tls { destination: destination.name.clone(), error })?;
        Ok(Self { destination, side, connector, tls, failed: Arc::default() })
    }

    /// The same, with nonces of the caller's making. A bank knows none.
    #[must_use]
    pub fn with_nonces(mut self, given: Arc<dyn Nonces>) -> Self {
        if let Side::Wallet { nonces, .. } = &mut self.side {
            *nonces = given;
        }
        self
    }

    /// The keys of a bank's side.
    pub(crate) const fn card_keys(&self) -> Option<&Arc<dyn CardKeys>> {
        match &self.side {
            Side::Wallet { .. } => None,
            Side::Bank { keys } => Some(keys),
        }
    }

    /// Where it speaks to.
    #[must_use]
    pub fn destination(&self) -> &Destination {
        &self.destination
    }

    /// True where the last connection did not come about, or none can now: before anybody pays,
    /// [`Client::reach`] finds out.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        self.failed.load(Ordering::Relaxed) || self.connector.is_down()
    }

    /// Connects and agrees on TLS within `limit`, and sends nothing of a request.
    ///
    /// # Errors
    /// [`Unsent`]: why the destination cannot be reached.
    pub async fn reach(&self, limit: Duration) -> Result<(), Unsent> {
        self.connect(Limit::of(limit)).await.map(|_| ())
    }

    /// Sends `prepared`, which this destination prepared, and waits for its answer, at most as
    /// long as the operation's configuration says. Sends at most once. Dropping the future counts
    /// as sent.
    pub async fn exchange(&self, prepared: &Prepared) -> Heard {
        let limit = Limit::of(prepared.operation.timeout);
        match (&self.side, &self.destination.protocol, &prepared.operation.form) {
            (Side::Wallet { keys, nonces }, Protocol::Wallet(wallet), Form::Wallet(form)) => {
                self.ask_wallet((keys, nonces.as_ref()), (wallet, form), prepared, limit).await
            }
            (Side::Bank { keys }, _, Form::Bank(form)) => {
                self.ask_bank(keys, form, prepared, limit).await
            }
            // Another destination prepared it.
            _ => Unsent::Unmade.into(),
        }
    }

    /// Connects, and lets `hear` send its request and hear the answer.
    pub(crate) async fn over<F>(
        &self,
        prepared: &Prepared,
        limit: Limit,
        hear: impl FnOnce(Wire) -> F + Send,
    ) -> Heard
    where
        F: Future<Output = Result<Answer, Unheard>> + Send,
    {
        let stream = match self.connect(limit).await {
            Ok(stream) => stream,
            Err(cause) => return cause.into(),
        };
        let wire = Wire::new(stream, prepared.operation.kind);
        let begun = wire.begun();
        let heard = timeout_at(limit.end, hear(wire)).await;
        match heard.unwrap_or(Err(Unheard::NoTime { ms: limit.time.as_millis() })) {
            Ok(answer) => Heard::Answer(answer),
            Err(cause) if begun.get() => cause.into(),
            Err(Unheard::Lost { kind }) => self.lost(kind).into(),
            Err(Unheard::NoTime { .. }) => self.no_time("take the request", limit.time).into(),
            Err(_) => self.lost(io::ErrorKind::InvalidData).into(),
        }
    }

    /// Lets a key store sign on a thread of its own: it may wait for a device.
    pub(crate) async fn signed<T: Send + 'static>(
        &self,
        limit: Limit,
        sign: impl FnOnce() -> Result<T, Unsent> + Send + 'static,
    ) -> Result<T, Unsent> {
        timeout_at(limit.end, spawn_blocking(sign))
            .await
            .map_err(|_| self.no_time("be signed for", limit.time))?
            .map_err(|_| Unsent::Unmade)?
    }

    /// Connects, and remembers whether that came about.
    async fn connect(&self, limit: Limit) -> Result<Box<dyn Stream>, Unsent> {
        let connected = self.dial(limit).await;
        self.failed.store(connected.is_err(), Ordering::Relaxed);
        connected
    }

    async fn dial(&self, limit: Limit) -> Result<Box<dyn Stream>, Unsent> {
        let to = &self.destination;
        let step = to.connect_timeout.min(limit.time);
        let step_end = || limit.end.min(Instant::now() + to.connect_timeout);
        let stream = timeout_at(step_end(), self.connector.connect(&to.host, to.port))
            .await
            .map_err(|_| self.no_time("be reached", step))??;
        let mut stream = match (to.trust(), &self.tls) {
            (Some(trust), Some(tls)) => {
                let agreeing =
                    TlsConnector::from(Arc::clone(tls)).connect(trust.server_name.clone(), stream);
                let stream = timeout_at(step_end(), agreeing)
                    .await
                    .map_err(|_| self.no_time("agree on TLS", step))?
                    .map_err(|error| self.not_agreed(&error))?;
                Box::new(stream)
            }
            _ => stream,
        };
        stream.check().map_err(|error| self.lost(error.kind()))?;
        Ok(stream)
    }

    fn not_agreed(&self, error: &io::Error) -> Unsent {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(tls) => Unsent::Tls {
                host: self.destination.host.clone(),
                port: self.destination.port,
                error: tls.clone(),
            },
            None => self.lost(error.kind()),
        }
    }

    fn lost(&self, kind: io::ErrorKind) -> Unsent {
        Unsent::Lost { host: self.destination.host.clone(), port: self.destination.port, kind }
    }

    fn no_time(&self, step: &'static str, limit: Duration) -> Unsent {
        let (host, port) = (self.destination.host.clone(), self.destination.port);
        Unsent::NoTime { host, port, step, ms: limit.as_millis() }
    }
}

/// How long something may take, and when that is over.
#[derive(Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) time: Duration,
    pub(crate) end: Instant,
}

impl Limit {
    fn of(time: Duration) -> Self {
        Self { time, end: Instant::now() + time }
    }
}
