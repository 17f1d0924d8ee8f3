//! From what an app wants to ask to the request that is sent.
//!
//! Guarantees: what identifies the payment and its money is the payment's own, whatever the app
//! wrote; an app that wrote it is refused and told where. The same content gives the same bytes and
//! the same digest. An operation for refunds takes no sale, and one that takes money no refund.
//!
//! Deliberately not here: the forms, an object of JSON (`wallet::request`) and a message of ISO
//! 8583 (`bank::request`).

use crate::bank::EnteredPin;
use crate::destination::{Destination, Form, Operation};
use crate::wallet::json::JsonError;
use caisson_core::operation::OperationKind;
use caisson_core::payment::{Digest, Kind, REQUEST_BYTES_MAX};
use caisson_core::{Currency, Money, PaymentKey, Stan};
use caisson_iso8583::{FieldError, Mti, PackError, UnpackError};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// Longest field name in an app's request, in characters.
pub const NAME_CHARS_MAX: usize = 64;
/// Longest part of an unknown operation's name that an error repeats, in characters.
const SHOWN_CHARS_MAX: usize = 40;

/// What the host knows about the payment, and writes into its requests.
#[derive(Debug, Clone)]
pub struct Binding {
    /// The payment's key, which is its order number. For a service: the order to look up.
    pub order: PaymentKey,
    /// For a refund: the sale that it gives back.
    pub original: Option<PaymentKey>,
    /// How much. Only a service does without.
    pub amount: Option<Money>,
    /// For a bank: the trace number that goes with the payment's key. An undo carries the number of
    /// what it takes back, which is the same payment's.
    pub stan: Option<Stan>,
    /// For a bank: the PIN that was entered for this request.
    pub pin: Option<EnteredPin>,
}

impl Binding {
    /// What goes with a service about `order`: no money, no trace number, no PIN.
    #[must_use]
    pub const fn of_service(order: PaymentKey) -> Self {
        Self { order, original: None, amount: None, stan: None, pin: None }
    }
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
    /// Not a message of the acquirer's.
    #[error("the request to `{operation}` is no message of ISO 8583: {error}")]
    Message {
        /// The operation.
        operation: String,
        /// What is wrong, and where.
        error: UnpackError,
    },
    /// Another message type.
    #[error("the request to `{operation}` must have the message type {expected}; change it")]
    Type {
        /// The operation.
        operation: String,
        /// The operation's type.
        expected: Mti,
    },
    /// Another processing code.
    #[error(
        "the request to `{operation}` must have the processing code {expected} in field 3, or none; \
         change it"
    )]
    ProcessingCode {
        /// The operation.
        operation: String,
        /// The operation's code.
        expected: String,
    },
    /// The app wrote a field that only the host writes.
    #[error(
        "the request to `{operation}` sets field {field} ({name}), which the terminal writes; leave \
         it out"
    )]
    TakenField {
        /// The operation.
        operation: String,
        /// The field's number.
        field: u8,
        /// Its name.
        name: String,
    },
    /// The app wrote a field that the destination's file does not let it write.
    #[error(
        "the request to `{operation}` sets field {field} ({name}), which the destination's file \
         does not list; leave it out"
    )]
    UnlistedField {
        /// The operation.
        operation: String,
        /// The field's number.
        field: u8,
        /// Its name.
        name: String,
    },
    /// A reversal that would reverse something else.
    #[error(
        "the request to `{operation}` names another trace number in field 90 (original data \
         elements) than this payment's; correct it, or leave the field out"
    )]
    OriginalStan {
        /// The operation.
        operation: String,
    },
    /// Terminal: it has not given the payment a trace number.
    #[error("`{operation}` needs the payment's trace number")]
    StanMissing {
        /// The operation.
        operation: String,
    },
    /// No PIN was entered.
    #[error("`{operation}` needs a PIN; ask the cardholder for it first")]
    PinMissing {
        /// The operation.
        operation: String,
    },
    /// A PIN that would go nowhere.
    #[error("`{operation}` takes no PIN; do not ask for one, or use another operation")]
    PinNotHere {
        /// The operation.
        operation: String,
    },
    /// Terminal: the PIN was enciphered for another destination.
    #[error(
        "the PIN for `{operation}` was enciphered under another scheme, or in another format, than \
         its destination's"
    )]
    PinScheme {
        /// The operation.
        operation: String,
    },
    /// Acquirer: the file has no number for the currency.
    #[error(
        "`{operation}` cannot carry {currency}: the destination's file has no code for it; use \
         another way to pay"
    )]
    Currency {
        /// The operation.
        operation: String,
        /// The payment's currency.
        currency: Currency,
    },
    /// Terminal: a value of its own that does not fit, which the checks of the file rule out.
    #[error("the terminal cannot make the request to `{operation}`: {error}; report this")]
    HostField {
        /// The operation.
        operation: String,
        /// Which field, and why.
        error: FieldError,
    },
    /// All fields together are too long.
    #[error("the request to `{operation}` is {error}; shorten it")]
    Pack {
        /// The operation.
        operation: String,
        /// How long.
        error: PackError,
    },
}

/// A request as it will be sent. `Debug` shows no byte of it: it may hold a wallet's code or a card.
#[derive(Clone)]
pub struct Prepared {
    pub(crate) operation: Arc<Operation>,
    pub(crate) binding: Binding,
    pub(crate) content: Content,
    bytes: Zeroizing<Vec<u8>>,
    digest: Digest,
}

/// What only one protocol has.
#[derive(Clone)]
pub(crate) enum Content {
    Wallet { expires: Option<Duration> },
    Bank,
}

/// What a form makes of an app's request.
pub(crate) struct Made {
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    pub(crate) content: Content,
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

    /// True for an operation about an earlier payment: it gives back, or undoes that.
    #[must_use]
    pub fn is_of_refunds(&self) -> bool {
        self.operation.is_of_refunds()
    }

    /// The kind of payment that the operation is for: of a wallet's, a sale or a refund.
    #[must_use]
    pub fn of(&self) -> Kind {
        match &self.operation.form {
            Form::Wallet(_) if self.operation.is_of_refunds() => Kind::Refund,
            Form::Wallet(_) => Kind::Sale,
            Form::Bank(form) => form.of,
        }
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

    /// The body, at most [`REQUEST_BYTES_MAX`] bytes: the JSON object; or the ISO 8583 message
    /// without what another sending of the same would change, PIN block, key serial number and MAC.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// For an offer: how long it can be paid.
    #[must_use]
    pub const fn expires(&self) -> Option<Duration> {
        match self.content {
            Content::Wallet { expires } => expires,
            Content::Bank => None,
        }
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("operation", &self.operation.name)
            .field("binding", &self.binding)
            .field("bytes", &self.bytes.len())
            .field("digest", &self.digest)
            .field("expires", &self.expires())
            .finish()
    }
}

impl Destination {
    /// Makes the request of operation `name` from `body` (an app's JSON object for a wallet, its
    /// packed ISO 8583 message from type to last field for a bank, of at most
    /// [`REQUEST_BYTES_MAX`] bytes) for the payment that `binding` describes. Sends nothing.
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
        let Made { bytes, content } = match &operation.form {
            Form::Wallet(form) => form.make(name, body, binding)?,
            Form::Bank(form) => form.make(name, body, binding)?,
        };
        operation.check_length(bytes.len())?;
        let digest = Digest::of(&bytes);
        let (operation, binding) = (Arc::clone(operation), binding.clone());
        Ok(Prepared { operation, binding, content, bytes, digest })
    }
}

impl Operation {
    fn check_length(&self, bytes: usize) -> Result<(), RequestError> {
        if bytes > REQUEST_BYTES_MAX {
            return Err(RequestError::TooLarge { operation: self.name.clone(), bytes });
        }
        Ok(())
    }

    /// True for an operation about an earlier payment: it gives back, or undoes that.
    fn is_of_refunds(&self) -> bool {
        match &self.form {
            Form::Wallet(form) => form.fields.original.is_some(),
            Form::Bank(form) => form.original,
        }
    }

    fn check_purpose(&self, binding: &Binding) -> Result<(), RequestError> {
        let operation = || self.name.clone();
        let is_for_refunds = self.is_of_refunds();
        if is_for_refunds && binding.original.is_none() {
            return Err(RequestError::NotARefund { operation: operation() });
        }
        if self.kind.moves_money() && !is_for_refunds && binding.original.is_some() {
            return Err(RequestError::IsARefund { operation: operation() });
        }
        if self.kind != OperationKind::Service && binding.amount.is_none() {
            return Err(RequestError::AmountMissing { operation: operation() });
        }
        Ok(())
    }
}
