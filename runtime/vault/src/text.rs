//! Names and public values as text: base64 with padding, one text for one value.
//!
//! Guarantees: a text is bounded before it is decoded, and two different texts never stand for the
//! same value. An error never repeats the text: whoever mixes up two files may have pasted a
//! secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Why a text is no slot name, public key or signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Whoever wrote the name: shorten it, or write one.
    #[error("a slot name of {bytes} bytes; it must have 1 to {max}", max = crate::SLOT_CHARS_MAX)]
    SlotLength {
        /// Length of the refused name, in bytes.
        bytes: usize,
    },
    /// Whoever wrote the name: use the allowed characters only.
    #[error("character {position} of the slot name is none of a-z, 0-9 and -")]
    SlotCharacter {
        /// The first refused character, counted from 1.
        position: usize,
    },
    /// Whoever pasted the text: copy it again, whole.
    #[error("not a {what}: it must be {bytes} bytes in base64 with padding; copy it again, whole")]
    Encoding {
        /// `public key` or `signature`.
        what: &'static str,
        /// Bytes that it must have when decoded.
        bytes: usize,
    },
    /// Whoever made the key: these bytes are no public key, or one under which anybody can sign.
    #[error("not a usable Ed25519 public key: take the key that its owner's key store shows")]
    Point,
}

/// The text of `bytes`.
pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The bytes of `text`, if it is base64 in its one allowed form.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Exactly `N` bytes from `text`; a text of another length is refused before it is decoded.
pub(crate) fn decode_exact<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != N.div_ceil(3) * 4 {
        return None;
    }
    decode(text)?.try_into().ok()
}

/// Lets serde read and write a type as the text of its `FromStr` and `Display`.
macro_rules! serde_as_text {
    ($type:ty) => {
        impl TryFrom<String> for $type {
            type Error = $crate::TextError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(value: $type) -> Self {
                value.to_string()
            }
        }
    };
}
