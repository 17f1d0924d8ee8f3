//! Small values that outlive a restart: never money, orders or codes. Permission `storage`.

use crate::bindings::caisson::storage::storage as host;

pub use host::{Code, Error, delete, keys};

/// The value under `key`; `None` where there is none.
///
/// # Errors
/// Any [`Code`].
pub fn value(key: &str) -> Result<Option<Vec<u8>>, Error> {
    host::get(key)
}

/// Keeps `value`, at most 16 KiB, under `key`; durable when it returns.
///
/// # Errors
/// Any [`Code`]; an earlier value then stands.
pub fn keep(key: &str, value: &[u8]) -> Result<(), Error> {
    host::set(key, value)
}
