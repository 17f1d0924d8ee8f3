//! From an app's JSON object to the bytes that are sent.
//!
//! Guarantees: order number, original, amount and currency are the payment's own, whatever the app
//! wrote; an app that wrote one of them, in any case of letters, is refused and told which. The
//! same object gives the same bytes and the same digest, whatever its order and blanks. A refund
//! never reaches an operation that takes money, and a sale none that gives it back.

use crate::destination::{Destination, Expires, Operation};
use crate::json::{self, JsonError, Object};
use crate::pointer::Pointer;
use caisson_core::operation::OperationKind;
use caisson_core::payment::{Digest, REQUEST_BYTES_MAX};
use caisson_core::{Money, PaymentKey};
use serde_json::Value;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Longest field name in an app's request, in characters.
pub const NAME_CHARS_MAX: usize = 64;
/// Longest part of an unknown operation's name that an error repeats, in characters.
const SHOWN_CHARS_MAX: usize = 40;

/// What the host knows about the payment, and writes into its requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The payment's key, which is its order number. For a service: the order to look up.
    pub order: PaymentKey,
    /// For a refund: the sale that it gives back.
    pub original: Option<PaymentKey>,
    /// How much. Only a service does without.
    pub amount: Option<Money>,
}

/// Why a request was not made. App developer: nothing was sent; change what the text says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// No such operation.
    #[error("destination `{destination}` has no operation `{operation}`; it has {known}")]
    UnknownOperation {
        /// The destination's name.
        destination: String,
        /// What was asked for, cut to 40 characters.
        operation: String,
        /// The names that there are.
        known: String,
    },
    /// Above the limit, with or without the host's fields.
    #[error("a request of {bytes} bytes to `{operation}`, limit {max}; shorten \
             it", max = REQUEST_BYTES_MAX)]
    TooLarge {
        /// The operation.
        operation: String,
        /// Its length.
        bytes: usize,
    },
    /// Not a JSON object.
    #[error("the request to `{operation}` is {error}")]
    Json {
        /// The operation.
        operation: String,
        /// What is wrong, and where.
        error: JsonError,
    },
    /// A field name that some reader could take for another.
    #[error(
        "the request to `{operation}` has a field name that is not 1 to {max} visible ASCII \
         characters; rename it",
        max = NAME_CHARS_MAX
    )]
    FieldName {
        /// The operation.
        operation: String,
    },
    /// A number that is not sent as it was written: readers keep of it what a float holds.
    #[error(
        "the request to `{operation}` has a number with a fraction or beyond 64 bits, which loses \
         digits on its way; write it as a string"
    )]
    Number {
        /// The operation.
        operation: String,
    },
    /// The app wrote what only the host writes.
    #[error("the request to `{operation}` sets {pointer}, which the terminal writes; leave it out")]
    Taken {
        /// The operation.
        operation: String,
        /// The host's field.
        pointer: String,
    },
    /// A refund's operation for a payment that is none.
    #[error(
        "`{operation}` gives back an earlier sale, and this payment is no refund; use another \
         operation"
    )]
    NotARefund {
        /// The operation.
        operation: String,
    },
    /// An operation that takes money, for a refund.
    #[error("`{operation}` takes money, and this payment is a refund; use another operation")]
    IsARefund {
        /// The operation.
        operation: String,
    },
    /// Terminal: it asked for a payment's operation without the payment's amount.
    #[error("`{operation}` needs the payment's amount; only a service does without")]
    AmountMissing {
        /// The operation.
        operation: String,
    },
    /// An offer that does not say how long it can be paid.
    #[error(
        "the request to `{operation}` must say in {pointer} for how long it can be paid: whole \
         seconds, 1 to {max_s}"
    )]
    Expires {
        /// The operation.
        operation: String,
        /// Where the app says it.
        pointer: String,
        /// The longest that the destination's file allows, in seconds.
        max_s: u32,
    },
}

/// A request as it will be sent. `Debug` shows no byte of it: it may hold a wallet's code.
#[derive(Clone)]
pub struct Prepared {
    pub(crate) operation: Arc<Operation>,
    pub(crate) binding: Binding,
    bytes: Vec<u8>,
    digest: Digest,
    expires: Option<Duration>,
}

impl Prepared {
    /// The operation's name.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.operation.name
    }

    /// What the operation may do to money.
    #[must_use]
    pub fn kind(&self) -> OperationKind {
        self.operation.kind
    }

    /// True where the same request may be sent again.
    #[must_use]
    pub fn is_repeatable(&self) -> bool {
        self.operation.repeatable
    }

    /// SHA-256 of [`Self::bytes`].
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The body, at most [`REQUEST_BYTES_MAX`] bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// For an offer: how long it can be paid.
    #[must_use]
    pub const fn expires(&self) -> Option<Duration> {
        self.expires
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("operation", &self.operation.name)
            .field("binding", &self.binding)
            .field("bytes", &self.bytes.len())
            .field("digest", &self.digest)
            .field("expires", &self.expires)
            .finish()
    }
}

impl Destination {
    /// Makes the request of operation `name` from `body`, an app's JSON object of at most
    /// [`REQUEST_BYTES_MAX`] bytes, for the payment that `binding` describes. Sends nothing.
    ///
    /// # Errors
    /// [`RequestError`]: the first thing that is wrong.
    pub fn prepare(
        &self,
        name: &str,
        body: &[u8],
        binding: &Binding,
    ) -> Result<Prepared, RequestError> {
        let Some(operation) = self.operations.get(name) else {
            return Err(RequestError::UnknownOperation {
                destination: self.name.clone(),
                operation: name.chars().take(SHOWN_CHARS_MAX).collect(),
                known: self.operations.keys().map(String::as_str).collect::<Vec<_>>().join(", "),
            });
        };
        operation.check_length(body.len())?;
        operation.check_purpose(binding)?;
        let mut object = json::object(body)
            .map_err(|error| RequestError::Json { operation: operation.name.clone(), error })?;
        if !object.iter().all(plain_names) {
            return Err(RequestError::FieldName { operation: operation.name.clone() });
        }
        if !object.values().all(is_exact) {
            return Err(RequestError::Number { operation: operation.name.clone() });
        }
        let expires = operation
            .expires
            .as_ref()
            .map(|expires| operation.read_expires(expires, &object))
            .transpose()?;
        operation.write_host_fields(&mut object, binding)?;
        let bytes = json::canonical(object).into_bytes();
        operation.check_length(bytes.len())?;
        Ok(Prepared {
            operation: Arc::clone(operation),
            binding: binding.clone(),
            digest: Digest::of(&bytes),
            bytes,
            expires,
        })
    }
}

impl Operation {
    fn check_length(&self, bytes: usize) -> Result<(), RequestError> {
        if bytes > REQUEST_BYTES_MAX {
            return Err(RequestError::TooLarge { operation: self.name.clone(), bytes });
        }
        Ok(())
    }

    fn check_purpose(&self, binding: &Binding) -> Result<(), RequestError> {
        let operation = || self.name.clone();
        if self.fields.original.is_some() && binding.original.is_none() {
            return Err(RequestError::NotARefund { operation: operation() });
        }
        if self.kind.moves_money() && self.fields.original.is_none() && binding.original.is_some() {
            return Err(RequestError::IsARefund { operation: operation() });
        }
        if self.kind != OperationKind::Service && binding.amount.is_none() {
            return Err(RequestError::AmountMissing { operation: operation() });
        }
        Ok(())
    }

    fn read_expires(&self, expires: &Expires, object: &Object) -> Result<Duration, RequestError> {
        expires
            .pointer
            .find(object)
            .and_then(Value::as_u64)
            .filter(|seconds| (1..=u64::from(expires.max_s)).contains(seconds))
            .map(Duration::from_secs)
            .ok_or_else(|| RequestError::Expires {
                operation: self.name.clone(),
                pointer: expires.pointer.to_string(),
                max_s: expires.max_s,
            })
    }

    fn write_host_fields(
        &self,
        object: &mut Object,
        binding: &Binding,
    ) -> Result<(), RequestError> {
        let mut write = |pointer: &Option<Pointer>, value: Option<Value>| match (pointer, value) {
            (Some(pointer), Some(value)) => pointer.write(object, value).map_err(|_| {
                let (operation, pointer) = (self.name.clone(), pointer.to_string());
                RequestError::Taken { operation, pointer }
            }),
            (Some(_), None) => Err(RequestError::AmountMissing { operation: self.name.clone() }),
            (None, _) => Ok(()),
        };
        let number = |key: &PaymentKey| Value::from(key.as_str());
        write(&self.fields.order, Some(number(&binding.order)))?;
        write(&self.fields.original, binding.original.as_ref().map(number))?;
        write(&self.fields.amount, binding.amount.map(|amount| amount.minor().into()))?;
        write(&self.fields.currency, binding.amount.map(|amount| amount.currency().code().into()))
    }
}

/// True where every name in the value is visible ASCII of a sane length, so that no reader can take
/// one name for another by folding letters.
fn plain_names((name, value): (&String, &Value)) -> bool {
    let plain = (1..=NAME_CHARS_MAX).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_graphic());
    plain && plain_inside(value)
}

/// True where every number in the value is sent as it was written. A wallet's code of 20 digits is
/// beyond 64 bits.
fn is_exact(value: &Value) -> bool {
    match value {
        Value::Number(number) => !number.is_f64(),
        Value::Object(object) => object.values().all(is_exact),
        Value::Array(items) => items.iter().all(is_exact),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

fn plain_inside(value: &Value) -> bool {
    match value {
        Value::Object(object) => object.iter().all(plain_names),
        Value::Array(items) => items.iter().all(plain_inside),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}
