//! Calls that move no money: look-ups, balances, sign-on. Permission `network`.

use crate::bindings::caisson::network::network as host;
use serde_json::Value;

pub use host::{Code, Error};

/// Hands `request`, a JSON object, to a service operation about the order `order`, and waits for
/// the verified answer, as long as the operation's configuration says. May repeat.
///
/// # Errors
/// Any [`Code`]; *other* where the answer is not JSON.
pub fn call(operation: &str, order: &str, request: &Value) -> Result<Value, Error> {
    let body = host::call(operation, order, request.to_string().as_bytes())?;
    serde_json::from_slice(&body).map_err(|error| Error {
        code: Code::Other,
        detail: format!("answer is not JSON (column {})", error.column()),
    })
}

/// As [`call`], for an acquirer that speaks ISO 8583: `request` and answer are messages from their
/// type to their last field; the terminal writes trace number, terminal, merchant, PIN block and
/// MAC, and keeps back the keys of an answer.
///
/// # Errors
/// Any [`Code`].
pub fn call_message(operation: &str, order: &str, request: &[u8]) -> Result<Vec<u8>, Error> {
    host::call(operation, order, request)
}
