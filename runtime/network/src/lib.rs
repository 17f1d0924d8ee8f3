//! Destinations and their operations: the only way from a payment to an acquirer.
//!
//! Guarantees: an app reaches an acquirer only through the operations of a [`Destination`], whose
//! file the acquirer signed. The host, never an app, writes order number, original, amount and
//! currency. Two languages are spoken: signed JSON over HTTPS with a wallet (`wallet`), ISO 8583
//! with message codes with a bank (`bank`). An answer counts only if the acquirer's signature
//! covers this very request, or its message code holds and it names this request's trace number.
//! "Not sent" is said only if not one byte of the request was handed to the link; everything else
//! is "no answer" or an answer. No body appears in an error, a `Debug` or a log.
//!
//! Deliberately not here: what an answer means for a payment (`caisson_core::payment`), journalling
//! before sending (the terminal), retries (the terminal), and general networking (nowhere).

mod bank;
pub mod config;
pub mod connector;
mod destination;
pub mod emulated;
mod exchange;
mod heard;
pub mod links;
mod points;
mod read;
mod request;
mod tls;
mod wallet;

pub use bank::read::Foreign;
pub use bank::{EnteredPin, PinError, PinUse};
pub use config::ConfigError;
pub use connector::{ConnectError, Connector, Stream, TcpConnector};
pub use destination::{Destination, Operation};
pub use exchange::{Client, ClientError};
pub use heard::{Answer, Heard, Unheard, Unsent};
pub use links::{Links, RankedConnector};
pub use points::points;
pub use read::{Flaw, Read, read};
pub use request::{Binding, NAME_CHARS_MAX, Prepared, RequestError};
pub use wallet::json::{DEPTH_MAX, JsonError};
pub use wallet::signature::{NONCE_BYTES, Nonces, NoncesError, SystemNonces};

/// Largest answer of an acquirer, in bytes. Reading stops there, so that no answer, signed or not,
/// can fill the memory.
pub const ANSWER_BYTES_MAX: usize = 64 * 1024;
