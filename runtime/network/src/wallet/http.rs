//! HTTP/1.1 over a stream, once.
//!
//! Guarantees: head and body are bounded while they are read.

use super::exchange::Signed;
use super::signature::{KEY_HEADER, NONCE_HEADER, SIGNATURE_HEADER};
use super::{Wallet, WalletForm};
use crate::ANSWER_BYTES_MAX;
use crate::destination::Destination;
use crate::exchange::Wire;
use crate::heard::Unheard;
use crate::request::Prepared;
use caisson_vault::Signature;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{self, HeaderMap};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use std::error::Error;
use std::io;
use std::pin::pin;

/// The status of every business answer.
pub(super) const STATUS_ANSWERED: u16 = 200;
/// Most header lines of an answer.
const HEADERS_MAX: usize = 64;
/// Longest head of an answer, in bytes; also what is read ahead of the body.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Port that a `host` header leaves out.
const HTTPS_PORT: u16 = 443;

/// An answer as it came; nothing in it is believed yet.
pub(super) struct Raw {
    pub(super) status: u16,
    pub(super) signature: Option<Signature>,
    pub(super) is_json: bool,
    pub(super) body: Vec<u8>,
}

/// Sends the request and reads the first answer.
pub(super) async fn send(wire: Wire, request: Request<Full<Bytes>>) -> Result<Raw, Unheard> {
    let (mut sender, connection) = http1::Builder::new()
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .handshake(TokioIo::new(wire))
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

/// The request with its headers. `None` if one of them cannot stand in HTTP, which the checks of
/// the destination's file rule out.
pub(super) fn request(
    to: &Destination,
    (wallet, form): (&Wallet, &WalletForm),
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
        .uri(&form.path)
        .header(header::HOST, host)
        .header(header::CONNECTION, "close")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json")
        .header(KEY_HEADER, &wallet.key_id)
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
