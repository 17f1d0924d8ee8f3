//! HTTP/1.1 over a stream, once.
//!
//! Guarantees: it is known whether a byte of the request was handed to TLS; head and body are
//! bounded while they are read.

use super::Signed;
use crate::ANSWER_BYTES_MAX;
use crate::connector::Stream;
use crate::destination::Destination;
use crate::heard::Unheard;
use crate::request::Prepared;
use crate::signature::{KEY_HEADER, NONCE_HEADER, SIGNATURE_HEADER};
use caisson_core::operation::OperationKind;
use caisson_points::Deed;
use caisson_vault::Signature;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{self, HeaderMap};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use std::error::Error;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::client::TlsStream;

/// The status of every business answer.
pub(super) const STATUS_ANSWERED: u16 = 200;
/// Most header lines of an answer.
const HEADERS_MAX: usize = 64;
/// Longest head of an answer, in bytes; also what is read ahead of the body.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Port that a `host` header leaves out.
const HTTPS_PORT: u16 = 443;

/// A stream that knows whether a byte was written to it.
pub(super) struct Wire {
    stream: TlsStream<Box<dyn Stream>>,
    begun: Begun,
    /// Kind of the operation, for the points.
    kind: OperationKind,
    has_sent: bool,
    has_received: bool,
}

/// Whether a byte of the request was handed to TLS. Once true, it stays.
#[derive(Clone, Default)]
pub(super) struct Begun(Arc<AtomicBool>);

impl Begun {
    pub(super) fn get(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// An answer as it came; nothing in it is believed yet.
pub(super) struct Raw {
    pub(super) status: u16,
    pub(super) signature: Option<Signature>,
    pub(super) is_json: bool,
    pub(super) body: Vec<u8>,
}

impl Wire {
    pub(super) fn new(stream: TlsStream<Box<dyn Stream>>, kind: OperationKind) -> Self {
        Self { stream, begun: Begun::default(), kind, has_sent: false, has_received: false }
    }

    pub(super) fn begun(&self) -> Begun {
        self.begun.clone()
    }

    /// Sends the request and reads the first answer.
    pub(super) async fn exchange(self, request: Request<Full<Bytes>>) -> Result<Raw, Unheard> {
        let (mut sender, connection) = http1::Builder::new()
            .max_headers(HEADERS_MAX)
            .max_buf_size(HEAD_BYTES_MAX)
            .handshake(TokioIo::new(self))
            .await
            .map_err(|error| broken(&error))?;
        let mut connection = pin!(connection);
        let mut answer = pin!(async {
            let answer = sender.send_request(request).await.map_err(|error| broken(&error))?;
            collect(answer).await
        });
        tokio::select! {
            biased;
            answer = &mut answer => return answer,
            // How the connection ended is told to whoever waits for the answer.
            _ended = &mut connection => {}
        }
        answer.await
    }
}

/// The request with its headers. `None` if one of them cannot stand in HTTP, which the checks of
/// the destination's file rule out.
pub(super) fn request(
    to: &Destination,
    prepared: &Prepared,
    signed: &Signed,
) -> Option<Request<Full<Bytes>>> {
    let bracketed = if to.host.contains(':') { format!("[{}]", to.host) } else { to.host.clone() };
    let host = match to.port {
        HTTPS_PORT => bracketed,
        port => format!("{bracketed}:{port}"),
    };
    Request::builder()
        .method(Method::POST)
        .uri(&prepared.operation.path)
        .header(header::HOST, host)
        .header(header::CONNECTION, "close")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json")
        .header(KEY_HEADER, &to.key_id)
        .header(NONCE_HEADER, &signed.nonce)
        .header(SIGNATURE_HEADER, signed.signature.to_string())
        .body(Full::new(Bytes::copy_from_slice(prepared.bytes())))
        .ok()
}

async fn collect(answer: Response<Incoming>) -> Result<Raw, Unheard> {
    let (head, body) = answer.into_parts();
    let signature = single(&head.headers, SIGNATURE_HEADER).and_then(|text| text.parse().ok());
    let is_json = single(&head.headers, header::CONTENT_TYPE.as_str())
        .and_then(|text| text.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            return Unheard::TooLarge;
        }
        error.downcast_ref::<hyper::Error>().map_or(Unheard::Http, broken)
    })?;
    Ok(Raw { status: head.status.as_u16(), signature, is_json, body: body.to_bytes().to_vec() })
}

/// The header's text, where it stands once.
fn single<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    if values.next().is_some() { None } else { first.to_str().ok() }
}

fn broken(error: &hyper::Error) -> Unheard {
    if error.is_parse() {
        return Unheard::Http;
    }
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(io) = inner.downcast_ref::<io::Error>() {
            return Unheard::Lost { kind: io.kind() };
        }
        source = inner.source();
    }
    Unheard::Lost { kind: io::ErrorKind::UnexpectedEof }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if !self.has_received && buffer.filled().len() > before {
            self.has_received = true;
            caisson_points::before(Deed::Receive, self.kind.name());
        }
        read
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if !self.begun.get() {
            caisson_points::before(Deed::Send, self.kind.name());
        }
        // Set before TLS sees the bytes: what it does with them is not known to us.
        self.begun.0.store(true, Ordering::Release);
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if !self.has_sent && self.begun.get() && flushed.is_ready() {
            self.has_sent = true;
            caisson_points::after(Deed::Send, self.kind.name());
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
