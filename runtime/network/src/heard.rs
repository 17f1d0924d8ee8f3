//! What became of an exchange, and why.
//!
//! Guarantees: [`Heard::NotSent`] carries only causes from before the first byte of the request,
//! [`Heard::NoAnswer`] only later ones; the types keep them apart. No cause and no `Debug` shows a
//! byte of a body.

use crate::ANSWER_BYTES_MAX;
use crate::bank::read::Foreign;
use crate::connector::ConnectError;
use crate::read::Flaw;
use crate::wallet::json::JsonError;
use crate::wallet::signature::NoncesError;
use caisson_core::operation::Reading;
use caisson_core::{Money, Reason};
use caisson_iso8583::{FrameError, UnpackError};
use caisson_vault::VaultError;
use std::fmt;
use std::io;

/// What became of an exchange.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// Certainly not one byte of the request left.
    NotSent {
        /// For people.
        reason: Reason,
        /// For the log.
        cause: Unsent,
    },
    /// The request, or part of it, may have arrived; no answer counts.
    NoAnswer {
        /// For people.
        reason: Reason,
        /// For the log.
        cause: Unheard,
    },
    /// An answer whose signature holds.
    Answer(Answer),
}

impl From<Unsent> for Heard {
    fn from(cause: Unsent) -> Self {
        Self::NotSent { reason: cause.reason(), cause }
    }
}

impl From<Unheard> for Heard {
    fn from(cause: Unheard) -> Self {
        Self::NoAnswer { reason: cause.reason(), cause }
    }
}

/// A verified answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// What it proves.
    pub reading: Reading,
    /// How much moved, beside [`Reading::Paid`] only.
    pub amount: Option<Money>,
    /// The acquirer's reason in the terminal's words.
    pub reason: Option<Reason>,
    /// Why it proves nothing, for the log.
    pub flaw: Option<Flaw>,
    /// The JSON object as the acquirer sent it, or a bank's message from its type to its last
    /// field, without PIN block, keys and message code; at most [`ANSWER_BYTES_MAX`] bytes.
    pub body: Vec<u8>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("reading", &self.reading)
            .field("amount", &self.amount)
            .field("reason", &self.reason)
            .field("flaw", &self.flaw)
            .field("bytes", &self.body.len())
            .finish()
    }
}

/// Why nothing left the terminal.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Unsent {
    /// No nonce.
    #[error(transparent)]
    Nonces(#[from] NoncesError),
    /// The key store did not sign.
    #[error("the request was not signed: {0}")]
    Key(#[from] VaultError),
    /// The key store broke off, or the request took no form; a fault of this program.
    #[error("the request could not be made; report this with the steps that led to it")]
    Unmade,
    /// No link.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A step before the request took too long.
    #[error("{host}:{port} took more than {ms} ms to {step}; check the network")]
    NoTime {
        /// The host.
        host: String,
        /// The port.
        port: u16,
        /// What was being done.
        step: &'static str,
        /// The limit that ran out, in milliseconds.
        ms: u128,
    },
    /// The link broke before the request.
    #[error(
        "the link to {host}:{port} broke before the request was sent: {kind}; check the network"
    )]
    Lost {
        /// The host.
        host: String,
        /// The port.
        port: u16,
        /// The system's reason.
        kind: io::ErrorKind,
    },
    /// The host did not prove to be the acquirer's.
    #[error(
        "{host}:{port} did not prove to be the acquirer's: {error}; check the terminal's date and \
         the roots in the destination's file"
    )]
    Tls {
        /// The host.
        host: String,
        /// The port.
        port: u16,
        /// What is wrong with its certificate or its TLS.
        error: rustls::Error,
    },
}

impl Unsent {
    /// The reason for people: nothing was sent, so nobody paid.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        match self {
            Self::Connect(_) | Self::NoTime { .. } | Self::Lost { .. } => Reason::Offline,
            Self::Key(VaultError::NoSessionKey { .. }) => Reason::SignOnNeeded,
            // The table has one reason for "no safe way to the acquirer; the owner must act".
            Self::Nonces(_) | Self::Key(_) | Self::Unmade | Self::Tls { .. } => Reason::TlsFailed,
        }
    }
}

/// Why no answer counts although something may have left.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unheard {
    /// Nothing came in time.
    #[error("no answer within {ms} ms")]
    NoTime {
        /// The operation's limit, in milliseconds.
        ms: u128,
    },
    /// The link broke.
    #[error("the link broke after the request was begun: {kind}")]
    Lost {
        /// The system's reason.
        kind: io::ErrorKind,
    },
    /// Not HTTP.
    #[error("the answer is no HTTP; the acquirer's host, or something before it, is at fault")]
    Http,
    /// Above [`ANSWER_BYTES_MAX`].
    #[error("the answer has more than {max} bytes; the acquirer must shorten \
             it", max = ANSWER_BYTES_MAX)]
    TooLarge,
    /// No signature, several, or no base64 of one.
    #[error("the answer has no single signature in its header; the acquirer must sign it")]
    Unsigned,
    /// Not signed by the acquirer, or not as the answer to this request.
    #[error("the answer does not count: {0}")]
    Distrusted(#[from] VaultError),
    /// The key store broke off while verifying; a fault of this program.
    #[error("the answer could not be verified; report this with the steps that led to it")]
    Unverified,
    /// Signed, but no business answer.
    #[error("the acquirer answered with HTTP status {status}, which proves nothing")]
    Status {
        /// The status.
        status: u16,
    },
    /// Signed, but not said to be JSON.
    #[error("the answer's content type is not application/json; the acquirer must correct it")]
    ContentType,
    /// Signed, but no JSON object.
    #[error("the answer is {0}; the acquirer must correct it")]
    Json(JsonError),
    /// A bank's frame of no sane length.
    #[error("the answer's frame is wrong: {0}; the acquirer must correct it")]
    Frame(FrameError),
    /// A bank's frame without room for a message.
    #[error("the answer is shorter than its TPDU and header; the acquirer must correct it")]
    NoMessage,
    /// A bank's message that the destination's file does not describe.
    #[error(
        "the answer is no message of ISO 8583 as the destination's file describes it: {0}; the \
         acquirer must correct one of them"
    )]
    Message(UnpackError),
    /// A bank's answer without a message code.
    #[error("the answer has no message code; the acquirer must add one")]
    NoCode,
    /// A bank's answer to something else. An earlier request's, or a line that two terminals share.
    #[error("the answer is not to this request: {0}; the acquirer must find out why it came")]
    Foreign(Foreign),
    /// A sign-on that was approved without keys.
    #[error(
        "the sign-on's answer has not both keys with their check values in field 62; the acquirer \
         must send them, or correct key_bytes and check_value_bytes in the destination's file"
    )]
    NoKeys,
    /// A sign-on's keys that the vault did not take; those in use stay.
    #[error("the keys of the sign-on were not taken: {0}")]
    Keys(VaultError),
}

impl Unheard {
    /// The reason for people: the terminal is finding out.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        match self {
            Self::NoTime { .. } | Self::Lost { .. } => Reason::NoAnswer,
            Self::Unsigned
            | Self::Distrusted(_)
            | Self::Unverified
            | Self::NoCode
            | Self::Keys(_) => Reason::AnswerUnverified,
            Self::Http
            | Self::Frame(_)
            | Self::NoMessage
            | Self::Message(_)
            | Self::Foreign(_)
            | Self::NoKeys
            | Self::TooLarge
            | Self::Status { .. }
            | Self::ContentType
            | Self::Json(_) => Reason::AnswerUnreadable,
        }
    }
}
