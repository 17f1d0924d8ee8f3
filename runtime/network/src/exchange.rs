//! One exchange: sign, connect, send, hear, verify, read.
//!
//! Guarantees: one connection an exchange, one request a connection, never a retry. Each step is
//! bounded, and the whole by the operation's limit. [`Heard::NotSent`] only while not one byte of
//! the request was handed to TLS. The signature is verified before a byte of the answer is
//! interpreted, and it covers this request's nonce and body; a second answer is never looked at.
//!
//! Deliberately not here: durability (the terminal records the intent before it calls) and logs.

mod wire;

use crate::connector::{Connector, Stream};
use crate::destination::Destination;
use crate::heard::{Answer, Heard, Unheard, Unsent};
use crate::read::{Flaw, read};
use crate::request::Prepared;
use crate::signature::{Nonces, SystemNonces, answer_text, request_text};
use crate::tls;
use caisson_core::hex;
use caisson_points::Deed;
use caisson_vault::{KeyStore, Signature, VaultError};
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use rustls::ClientConfig;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use wire::Wire;

/// Speaks with one destination. Exchanges may run side by side.
#[derive(Clone)]
pub struct Client {
    destination: Arc<Destination>,
    keys: Arc<dyn KeyStore>,
    connector: Arc<dyn Connector>,
    nonces: Arc<dyn Nonces>,
    tls: Arc<ClientConfig>,
    /// True after a connection that did not come about; of all clones.
    failed: Arc<AtomicBool>,
}

/// Why a destination cannot be used. Integrator: provision the slot or correct the file.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ClientError {
    /// A slot of the destination's file is not in the key store.
    #[error("destination `{destination}`: {error}")]
    Slot {
        /// The destination.
        destination: String,
        /// What the key store says.
        error: VaultError,
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
        f.debug_struct("Client")
            .field("destination", &self.destination.name)
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Speaks with `destination` over `connector`, signing and verifying with the slots of `keys`
    /// that the destination names.
    ///
    /// # Errors
    /// [`ClientError`]: a slot is not there, so that a wrong set-up shows before the first sale.
    pub fn new(
        destination: Arc<Destination>,
        keys: Arc<dyn KeyStore>,
        connector: Arc<dyn Connector>,
    ) -> Result<Self, ClientError> {
        let name = || destination.name.clone();
        for slot in [&destination.signing_slot, &destination.verifying_slot] {
            keys.public_key(slot)
                .map_err(|error| ClientError::Slot { destination: name(), error })?;
        }
        let tls = tls::client_config(Arc::clone(&destination.roots))
            .map_err(|error| ClientError::Tls { destination: name(), error })?;
        let nonces = Arc::new(SystemNonces);
        let (tls, failed) = (Arc::new(tls), Arc::default());
        Ok(Self { destination, keys, connector, nonces, tls, failed })
    }

    /// The same, with nonces of the caller's making.
    #[must_use]
    pub fn with_nonces(mut self, nonces: Arc<dyn Nonces>) -> Self {
        self.nonces = nonces;
        self
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
        self.connect(Instant::now() + limit, limit).await.map(|_| ())
    }

    /// Sends `prepared`, which this destination prepared, and waits for its answer, at most as
    /// long as the operation's configuration says. Sends at most once. Dropping the future counts
    /// as sent.
    pub async fn exchange(&self, prepared: &Prepared) -> Heard {
        let timeout = prepared.operation.timeout;
        let deadline = Instant::now() + timeout;
        let signed = match self.sign(prepared, deadline, timeout).await {
            Ok(signed) => signed,
            Err(cause) => return cause.into(),
        };
        let stream = match self.connect(deadline, timeout).await {
            Ok(stream) => stream,
            Err(cause) => return cause.into(),
        };
        let Some(request) = wire::request(&self.destination, prepared, &signed) else {
            return Unsent::Unmade.into();
        };
        let wire = Wire::new(stream, prepared.operation.kind);
        let begun = wire.begun();
        let heard = timeout_at(deadline, self.hear(wire, request, prepared, &signed.nonce)).await;
        match heard.unwrap_or(Err(Unheard::NoTime { ms: timeout.as_millis() })) {
            Ok(answer) => Heard::Answer(answer),
            Err(cause) if begun.get() => cause.into(),
            Err(Unheard::Lost { kind }) => self.lost(kind).into(),
            Err(Unheard::NoTime { .. }) => self.no_time("take the request", timeout).into(),
            Err(_) => self.lost(io::ErrorKind::InvalidData).into(),
        }
    }

    async fn sign(
        &self,
        prepared: &Prepared,
        deadline: Instant,
        timeout: Duration,
    ) -> Result<Signed, Unsent> {
        let nonce = hex::text(&self.nonces.next()?);
        let text = request_text(&prepared.operation.path, &nonce, prepared.bytes());
        let (keys, slot) = (Arc::clone(&self.keys), self.destination.signing_slot.clone());
        let signing = spawn_blocking(move || keys.sign(&slot, text.as_bytes()));
        let signature = timeout_at(deadline, signing)
            .await
            .map_err(|_| self.no_time("be signed for", timeout))?
            .map_err(|_| Unsent::Unmade)??;
        Ok(Signed { nonce, signature })
    }

    /// Connects, and remembers whether that came about.
    async fn connect(
        &self,
        deadline: Instant,
        timeout: Duration,
    ) -> Result<TlsStream<Box<dyn Stream>>, Unsent> {
        let connected = self.dial(deadline, timeout).await;
        self.failed.store(connected.is_err(), Ordering::Relaxed);
        connected
    }

    async fn dial(
        &self,
        deadline: Instant,
        timeout: Duration,
    ) -> Result<TlsStream<Box<dyn Stream>>, Unsent> {
        let to = &self.destination;
        let limit = to.connect_timeout.min(timeout);
        let step_end = || deadline.min(Instant::now() + to.connect_timeout);
        let stream = timeout_at(step_end(), self.connector.connect(&to.host, to.port))
            .await
            .map_err(|_| self.no_time("be reached", limit))??;
        let agreeing =
            TlsConnector::from(Arc::clone(&self.tls)).connect(to.server_name.clone(), stream);
        let mut stream = timeout_at(step_end(), agreeing)
            .await
            .map_err(|_| self.no_time("agree on TLS", limit))?
            .map_err(|error| self.not_agreed(&error))?;
        stream.get_mut().0.check().map_err(|error| self.lost(error.kind()))?;
        Ok(stream)
    }

    async fn hear(
        &self,
        wire: Wire,
        request: Request<Full<Bytes>>,
        prepared: &Prepared,
        nonce: &str,
    ) -> Result<Answer, Unheard> {
        let heard = wire.exchange(request).await?;
        let text = answer_text(heard.status, nonce, prepared.bytes(), &heard.body);
        let signature = heard.signature.ok_or(Unheard::Unsigned)?;
        let (keys, slot) = (Arc::clone(&self.keys), self.destination.verifying_slot.clone());
        spawn_blocking(move || keys.verify(&slot, text.as_bytes(), &signature))
            .await
            .map_err(|_| Unheard::Unverified)??;
        if heard.status != wire::STATUS_ANSWERED {
            return Err(Unheard::Status { status: heard.status });
        }
        if !heard.is_json {
            return Err(Unheard::ContentType);
        }
        let read = read(&prepared.operation, &prepared.binding, &heard.body);
        if let Some(Flaw::Json(error)) = read.flaw {
            return Err(Unheard::Json(error));
        }
        caisson_points::after(Deed::Receive, prepared.operation.kind.name());
        Ok(Answer {
            reading: read.reading,
            amount: read.amount,
            reason: read.reason,
            flaw: read.flaw,
            body: heard.body,
        })
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

/// A nonce, and the signature over it and the request.
struct Signed {
    nonce: String,
    signature: Signature,
}
