//! EMVCo QR codes for payment systems: merchant-presented ([`MerchantPresented`], text TLV closed
//! by a CRC) and customer-presented ([`CustomerPresented`], base64 of BER-TLV).
//!
//! Guarantees: every length is checked before it is used, nesting is bounded, and an error names
//! the data object and the place. An error never carries a value: a customer's code can hold a
//! card number.
//!
//! Deliberately not here: languages, tips and card data. The app needs a payload to show, and to
//! know whose code it reads.

mod crc;
mod customer;
mod merchant;

pub use crc::crc16;
pub use customer::CustomerPresented;
pub use merchant::{MerchantPresented, Object, Value};

/// Longest payload, in characters (EMVCo, both modes): what a phone still reads at arm's length.
pub const PAYLOAD_CHARS_MAX: usize = 512;

/// Why a payload cannot be read or built. `offset` counts characters of a merchant-presented text,
/// bytes of a decoded customer-presented one; `tag` is decimal in the former, BER in the latter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmvError {
    /// Shorten it.
    #[error("payload of {chars} characters, limit {max}", max = PAYLOAD_CHARS_MAX)]
    TooLong {
        /// Its length.
        chars: usize,
    },
    /// Not the transport alphabet.
    #[error("payload is not base64")]
    NotBase64,
    /// A tag is expected, and something else stands there.
    #[error("no tag at {offset}")]
    BadTag {
        /// Where.
        offset: usize,
    },
    /// A length is expected, and something else, or one out of range, stands there.
    #[error("data object {tag} at {offset}: bad length")]
    BadLength {
        /// Whose.
        tag: Tag,
        /// Where the object begins.
        offset: usize,
    },
    /// The payload ends inside a data object.
    #[error("data object {tag} at {offset}: the payload ends inside it")]
    Truncated {
        /// Which.
        tag: Tag,
        /// Where it begins.
        offset: usize,
    },
    /// A value to build with is empty or too long for its two digits of length.
    #[error("data object {tag}: value of {chars} characters, allowed 1 to 99")]
    ValueLength {
        /// Whose.
        tag: Tag,
        /// Its length.
        chars: usize,
    },
    /// The value is not one that the specification allows.
    #[error("data object {tag} at {offset}: not an allowed value")]
    BadValue {
        /// Whose.
        tag: Tag,
        /// Where it begins.
        offset: usize,
    },
    /// A mandatory data object is not where it must be.
    #[error("data object {tag} is missing, or not in its place")]
    Missing {
        /// Which.
        tag: Tag,
    },
    /// A data object stands there twice.
    #[error("data object {tag} at {offset}: a second one")]
    Repeated {
        /// Which.
        tag: Tag,
        /// Where the second begins.
        offset: usize,
    },
    /// Something stands behind the last data object.
    #[error("data object {tag} at {offset}: nothing may follow the checksum")]
    Trailing {
        /// What.
        tag: Tag,
        /// Where it begins.
        offset: usize,
    },
    /// The checksum is of another text: misread, or changed.
    #[error("checksum {stated:04X}, but the text has {computed:04X}")]
    BadChecksum {
        /// What the payload says.
        stated: u16,
        /// What it should say.
        computed: u16,
    },
    /// Templates inside templates inside templates.
    #[error("data object {tag} at {offset}: nested too deep")]
    TooDeep {
        /// Which.
        tag: Tag,
        /// Where it begins.
        offset: usize,
    },
}

/// A data object's name, as it is written in a specification.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// Two decimal digits.
    Id(u8),
    /// One to three bytes of BER.
    Ber(u32),
}

impl std::fmt::Debug for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => write!(f, "{id:02}"),
            Self::Ber(tag) => write!(f, "{tag:02X}"),
        }
    }
}

impl std::fmt::Display for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self, f)
    }
}
