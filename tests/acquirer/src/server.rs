//! The gateway on a wire: TLS, HTTP/1.1, one exchange per connection.
//!
//! The caller brings the listener and the end ([`serve`]), or a single stream ([`serve_stream`]).
//! Nothing here decides about money. A client that does nothing is let go after a while.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONNECTION, CONTENT_TYPE};
use hyper::http::HeaderValue;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::exchange::Operation;
use crate::exchange::phone::Act;
use crate::gateway::{Gateway, Reply, Sealed, complaint};
use crate::signature::{Claim, KEY_HEADER, NONCE_HEADER, SIGNATURE_HEADER};
use crate::{AcquirerError, ConnectionError};
use repeat::Repeat;

mod repeat;

/// Largest body of a request: far above any honest one, far below what hurts.
pub const BODY_BYTES_MAX: usize = 64 * 1024;
/// Connections at a time; more wait in the listener's queue. A terminal needs one.
const CONNECTIONS_MAX: usize = 64;
/// A client has so long for the TLS handshake, for its headers and for its body, each.
const CLIENT_SECONDS_MAX: u64 = 10;
/// How long a lost message keeps the connection open: longer than any client's patience, so that
/// it is the client who gives up.
pub(crate) const SILENCE: Duration = Duration::from_secs(600);
/// Wait after a failed accept (no file handles left), so that a full process does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

const _: () = assert!(SILENCE.as_secs() > CLIENT_SECONDS_MAX);

/// Serves until `shutdown` completes; then open connections are dropped.
///
/// # Errors
/// [`AcquirerError::Books`] if time could not be kept because the books cannot be written.
pub async fn serve(
    listener: TcpListener,
    tls: Arc<ServerConfig>,
    gateway: Gateway,
    shutdown: impl Future<Output = ()>,
) -> Result<(), AcquirerError> {
    let time = gateway.keep_time();
    let accepting = accept_each(listener, |stream| {
        let (tls, gateway) = (Arc::clone(&tls), gateway.clone());
        async move { serve_stream(stream, tls, gateway).await }
    });
    tokio::select! {
        () = shutdown => Ok(()),
        ended = time => ended,
        () = accepting => Ok(()),
    }
}

/// Begins a task for each connection, never too many at a time; all end when this is dropped.
pub(crate) async fn accept_each<F>(listener: TcpListener, mut begin: impl FnMut(TcpStream) -> F)
where
    F: Future<Output = Result<(), ConnectionError>> + Send + 'static,
{
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    loop {
        let accepted = async {
            let slot = Arc::clone(&slots).acquire_owned().await;
            (slot, listener.accept().await)
        };
        let (slot, accepted) = tokio::select! {
            Some(_) = connections.join_next() => continue,
            accepted = accepted => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let serving = begin(stream);
                connections.spawn(async move {
                    let _slot = slot;
                    if let Err(error) = serving.await {
                        tracing::info!(%peer, %error, "connection ended without an answer");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "connection not accepted");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Serves the one exchange of `stream`, TLS included. `stream` may be a pipe in memory. Time is
/// kept only by the exchanges themselves unless [`serve`] or [`Gateway::keep_time`] runs too.
///
/// # Errors
/// [`ConnectionError`] if the connection ended otherwise than by an answer.
pub async fn serve_stream<S>(
    stream: S,
    tls: Arc<ServerConfig>,
    gateway: Gateway,
) -> Result<(), ConnectionError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    if gateway.faults().take_refusal() {
        return Err(ConnectionError::Refused);
    }
    let stream = accept_tls(stream, tls).await?;
    let (stream, twice) = Repeat::new(stream);
    let service = service_fn(|request| answer(&gateway, &twice, request));
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(CLIENT_SECONDS_MAX))
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service)
        .await?;
    Ok(())
}

/// The server's side of the TLS handshake, within the time that a client has for it.
pub(crate) async fn accept_tls<S>(
    stream: S,
    tls: Arc<ServerConfig>,
) -> Result<TlsStream<S>, ConnectionError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let patience = Duration::from_secs(CLIENT_SECONDS_MAX);
    match timeout(patience, TlsAcceptor::from(tls).accept(stream)).await {
        Ok(stream) => stream.map_err(ConnectionError::Handshake),
        Err(_) => Err(ConnectionError::HandshakeTimeout { seconds: CLIENT_SECONDS_MAX }),
    }
}

/// The connection is closed instead of answered.
#[derive(Debug, thiserror::Error)]
#[error("dropped by a fault or because the books cannot be written")]
struct Dropped;

async fn answer(
    gateway: &Gateway,
    twice: &AtomicBool,
    request: hyper::Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Dropped> {
    let reply = match reply(gateway, request).await {
        Ok(Ok(reply)) => reply,
        Ok(Err(error)) => {
            tracing::error!(%error, "exchange not booked");
            return Err(Dropped);
        }
        Err(sealed) => return Ok(response(sealed)),
    };
    match reply {
        Reply::Send(sealed) => Ok(response(sealed)),
        Reply::SendTwice(sealed) => {
            twice.store(true, Ordering::Relaxed);
            Ok(response(sealed))
        }
        Reply::Silence => {
            sleep(SILENCE).await;
            Err(Dropped)
        }
        Reply::Drop => Err(Dropped),
    }
}

/// Finds out what is asked; `Err` is a request that nobody can book.
async fn reply(
    gateway: &Gateway,
    request: hyper::Request<Incoming>,
) -> Result<Result<Reply, AcquirerError>, Sealed> {
    let path = request.uri().path();
    let operation = path.strip_prefix("/v1/").and_then(Operation::named);
    let act = Act::of_path(path);
    if operation.is_none() && act.is_none() {
        return Err(unusable(StatusCode::NOT_FOUND, "no such path"));
    }
    if request.method() != Method::POST {
        return Err(unusable(StatusCode::METHOD_NOT_ALLOWED, "every call is a POST"));
    }
    let header = |name| Some(request.headers().get(name)?.to_str().ok()?.to_owned());
    let claim = || {
        Some(Claim {
            key_id: header(KEY_HEADER)?,
            nonce: header(NONCE_HEADER)?,
            signature: header(SIGNATURE_HEADER)?,
        })
    };
    let claim = claim();
    let body = Limited::new(request.into_body(), BODY_BYTES_MAX).collect();
    let body = match timeout(Duration::from_secs(CLIENT_SECONDS_MAX), body).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(_)) => {
            return Err(unusable(StatusCode::PAYLOAD_TOO_LARGE, "body over 64 KiB or cut"));
        }
        Err(_) => return Err(unusable(StatusCode::REQUEST_TIMEOUT, "body not within 10 s")),
    };
    match (operation, act, claim) {
        (Some(operation), _, Some(claim)) => Ok(gateway.exchange(operation, claim, body).await),
        (None, Some(act), _) => Ok(gateway.phone(act, body).await),
        _ => Err(unusable(
            StatusCode::UNAUTHORIZED,
            "header caisson-key, caisson-nonce or caisson-signature is missing or not text",
        )),
    }
}

fn unusable(status: StatusCode, text: &str) -> Sealed {
    Sealed { status: status.as_u16(), body: complaint(text), signature: None }
}

fn response(sealed: Sealed) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(sealed.body)));
    *response.status_mut() =
        StatusCode::from_u16(sealed.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    if let Some(value) = sealed.signature.and_then(|text| HeaderValue::try_from(text).ok()) {
        headers.insert(SIGNATURE_HEADER, value);
    }
    response
}
