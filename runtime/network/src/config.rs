//! A destination's file: TOML that the acquirer wrote and signed.
//!
//! `examples/wallet.toml` shows every key with its meaning. Guarantees: not a byte is interpreted
//! before the acquirer's signature over the exact file has held; an unknown key is an error; every
//! error names file, place and remedy. What loads is complete: each operation that can move money
//! says where the host writes order, amount and currency, and how its answer is read.
//!
//! The signing key is for destination files only: the signature covers the file's bytes and
//! nothing that would tell them from another kind of file.

pub(crate) mod check;
mod error;
mod operation;
pub(crate) mod raw;

pub use error::{ConfigError, Fault};

use crate::destination::Destination;
use caisson_vault::{PublicKey, Signature, verify_detached};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// Largest destination file or roots file, in bytes: room for 32 operations and a dozen roots.
pub const FILE_BYTES_MAX: usize = 64 * 1024;
/// Largest signature file, in bytes: 88 characters and a line end, with room to spare.
pub const SIGNATURE_BYTES_MAX: usize = 128;
/// Most operations of a destination.
pub const OPERATIONS_MAX: usize = 32;
/// Longest name of a destination, an operation or a key, in characters.
pub const NAME_CHARS_MAX: usize = 40;
/// Longest host name, in characters: what DNS allows.
pub const HOST_CHARS_MAX: usize = 253;
/// Longest path of an operation, in characters.
pub const PATH_CHARS_MAX: usize = 128;
/// Most words in one list of results, or reasons in one destination.
pub const WORDS_MAX: usize = 128;
/// Longest result or reason of an acquirer, in characters.
pub const WORD_CHARS_MAX: usize = 64;
/// Shortest time limit, in milliseconds: below, a healthy line fails.
pub const TIMEOUT_MS_MIN: u32 = 100;
/// Longest time limit, in milliseconds: above, a cashier has given up.
pub const TIMEOUT_MS_MAX: u32 = 120_000;
/// Longest that an offer may be payable, in seconds: one day.
pub const EXPIRES_S_MAX: u32 = 24 * 60 * 60;
/// Most root certificates.
pub const ROOTS_MAX: usize = 16;

impl Destination {
    /// Reads the destination file at `path` and the detached signature at `signature_path` (one
    /// line of base64 over the exact bytes of the file), which must be by `key`, the acquirer's in
    /// the terminal's profile. A relative `roots_file` is looked for beside `path`.
    ///
    /// # Errors
    /// [`ConfigError`]: the first thing that is wrong.
    pub fn load(path: &Path, signature_path: &Path, key: &PublicKey) -> Result<Self, ConfigError> {
        let bytes = read_file(path, FILE_BYTES_MAX)?;
        let signature = read_signature(path, signature_path)?;
        verify_detached(key, &bytes, &signature).map_err(|_| ConfigError::SignatureRefused {
            file: path.to_owned(),
            signature: signature_path.to_owned(),
            key: *key,
        })?;
        let text =
            String::from_utf8(bytes).map_err(|_| ConfigError::NotText { file: path.to_owned() })?;
        check::destination(path, path.parent(), &text)
    }

    /// Reads the text of a destination file that nobody signed, for tests and for checking a file
    /// before it is signed. Errors name the file `name`; `roots_file` is refused.
    ///
    /// # Errors
    /// [`ConfigError`]: the first thing that is wrong.
    pub fn parse(name: &str, text: &str) -> Result<Self, ConfigError> {
        let file = Path::new(name);
        if text.len() > FILE_BYTES_MAX {
            return Err(ConfigError::TooLarge { file: file.to_owned(), max: FILE_BYTES_MAX });
        }
        check::destination(file, None, text)
    }
}

fn read_signature(path: &Path, signature_path: &Path) -> Result<Signature, ConfigError> {
    let wrong = || ConfigError::SignatureForm {
        file: path.to_owned(),
        signature: signature_path.to_owned(),
    };
    let bytes = read_file(signature_path, SIGNATURE_BYTES_MAX)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| wrong())?;
    text.trim_ascii_end().parse().map_err(|_| wrong())
}

/// Reads a regular file of at most `max` bytes; a pipe or a device is refused: it may never end.
fn read_file(path: &Path, max: usize) -> Result<Vec<u8>, ConfigError> {
    let failed =
        |error: std::io::Error| ConfigError::Read { file: path.to_owned(), kind: error.kind() };
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(ConfigError::NotAFile { file: path.to_owned() });
    }
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > max {
        return Err(ConfigError::TooLarge { file: path.to_owned(), max });
    }
    Ok(bytes)
}
