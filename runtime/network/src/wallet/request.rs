//! From an app's JSON object to the bytes that are sent.
//!
//! Guarantees: order number, original, amount and currency are the payment's own, whatever the app
//! wrote; an app that wrote one of them, in any case of letters, is refused and told which. The
//! same object gives the same bytes and the same digest, whatever its order and blanks.

use super::json::{self, Object};
use super::{Expires, Pointer, WalletForm};
use crate::request::{Binding, Content, Made, NAME_CHARS_MAX, RequestError};
use caisson_core::PaymentKey;
use serde_json::Value;
use std::time::Duration;

impl WalletForm {
    /// The request of `operation`, whose body `app` is within the limit, for `binding`.
    pub(crate) fn make(
        &self,
        operation: &str,
        app: &[u8],
        binding: &Binding,
    ) -> Result<Made, RequestError> {
        let name = || operation.to_owned();
        let mut object =
            json::object(app).map_err(|error| RequestError::Json { operation: name(), error })?;
        if !object.iter().all(plain_names) {
            return Err(RequestError::FieldName { operation: name() });
        }
        if !object.values().all(is_exact) {
            return Err(RequestError::Number { operation: name() });
        }
        let expires = self
            .expires
            .as_ref()
            .map(|expires| read_expires(expires, name(), &object))
            .transpose()?;
        self.write_host_fields(operation, &mut object, binding)?;
        let bytes = json::canonical(object).into_bytes();
        Ok(Made { bytes: bytes.into(), content: Content::Wallet { expires } })
    }

    fn write_host_fields(
        &self,
        operation: &str,
        object: &mut Object,
        binding: &Binding,
    ) -> Result<(), RequestError> {
        let mut write = |pointer: &Option<Pointer>, value: Option<Value>| match (pointer, value) {
            (Some(pointer), Some(value)) => pointer.write(object, value).map_err(|_| {
                let (operation, pointer) = (operation.to_owned(), pointer.to_string());
                RequestError::Taken { operation, pointer }
            }),
            (Some(_), None) => Err(RequestError::AmountMissing { operation: operation.to_owned() }),
            (None, _) => Ok(()),
        };
        let number = |key: &PaymentKey| Value::from(key.as_str());
        write(&self.fields.order, Some(number(&binding.order)))?;
        write(&self.fields.original, binding.original.as_ref().map(number))?;
        write(&self.fields.amount, binding.amount.map(|amount| amount.minor().into()))?;
        write(&self.fields.currency, binding.amount.map(|amount| amount.currency().code().into()))
    }
}

fn read_expires(
    expires: &Expires,
    operation: String,
    object: &Object,
) -> Result<Duration, RequestError> {
    expires
        .pointer
        .find(object)
        .and_then(Value::as_u64)
        .filter(|seconds| (1..=u64::from(expires.max_s)).contains(seconds))
        .map(Duration::from_secs)
        .ok_or_else(|| RequestError::Expires {
            operation,
            pointer: expires.pointer.to_string(),
            max_s: expires.max_s,
        })
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
