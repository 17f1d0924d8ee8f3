//! The recovery note: what a fresh instance needs to find out what became of a payment. The
//! terminal seals it and erases it when the payment is final.
//!
//! ```
//! use caisson_sdk::note;
//!
//! #[derive(serde::Serialize, serde::Deserialize, Debug, PartialEq)]
//! struct Note {
//!     wallet: String,
//! }
//!
//! let note = Note { wallet: "alipay".into() };
//! let bytes = note::encode(&note)?;
//! assert_eq!(note::decode::<Note>(&bytes)?, note);
//! # Ok::<(), note::NoteError>(())
//! ```

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Longest note that the terminal keeps, in bytes.
pub const NOTE_BYTES_MAX: usize = 4 * 1024;

/// Why a note cannot be written or read. App developer: change the note's type.
#[derive(Debug, thiserror::Error)]
pub enum NoteError {
    /// It would not be kept.
    #[error(
        "recovery note of {bytes} bytes, limit {max}: note only what recover needs",
        max = NOTE_BYTES_MAX
    )]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// It is not what this version of the app writes.
    #[error("recovery note is not of the expected form (line {line}, column {column})")]
    Form {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
}

/// `note` as JSON.
///
/// # Errors
/// [`NoteError::TooLarge`]; [`NoteError::Form`] where JSON cannot hold it.
pub fn encode<T: Serialize>(note: &T) -> Result<Vec<u8>, NoteError> {
    let bytes = serde_json::to_vec(note).map_err(|error| form(&error))?;
    if bytes.len() > NOTE_BYTES_MAX {
        return Err(NoteError::TooLarge { bytes: bytes.len() });
    }
    Ok(bytes)
}

/// The note in `bytes`.
///
/// # Errors
/// [`NoteError::TooLarge`], [`NoteError::Form`].
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, NoteError> {
    if bytes.len() > NOTE_BYTES_MAX {
        return Err(NoteError::TooLarge { bytes: bytes.len() });
    }
    serde_json::from_slice(bytes).map_err(|error| form(&error))
}

/// The place only: the text of the error could quote the note, which is sealed for a reason.
fn form(error: &serde_json::Error) -> NoteError {
    NoteError::Form { line: error.line(), column: error.column() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_fits_up_to_its_limit_and_not_one_byte_more() {
        let of = |chars: usize| "x".repeat(chars);
        let quotes = 2;
        let fitting = encode(&of(NOTE_BYTES_MAX - quotes)).unwrap();
        assert_eq!(decode::<String>(&fitting).unwrap(), of(NOTE_BYTES_MAX - quotes));
        let over = encode(&of(NOTE_BYTES_MAX - quotes + 1)).unwrap_err();
        assert_eq!(
            over.to_string(),
            "recovery note of 4097 bytes, limit 4096: note only what recover needs"
        );
    }

    #[test]
    fn a_foreign_note_is_an_error_that_quotes_nothing_of_it() {
        let error = decode::<u8>(b"\"6212345678\"").unwrap_err();
        assert_eq!(
            error.to_string(),
            "recovery note is not of the expected form (line 1, column 12)"
        );
    }
}
