//! From a picture to the text of the code in it.
//!
//! Guarantees: whatever the pixels are, [`decode`] ends after a bounded number of passes over a
//! bounded number of pixels and does not panic; a fault inside the decoder is an error, and it
//! prints nothing. A text is returned only when the code's own check holds, and that of a bar code
//! only when several lines across it agree. What was read can be a customer's payment code:
//! it never appears in a `Debug`.
//!
//! The first code found is returned. Deliberately not here: choosing between several codes in one
//! picture, and what a text means.

use std::fmt;

use image::GrayImage;

use crate::frame::Frame;

mod bearing;
mod code_128;
mod ean;
mod guard;
mod lines;
mod picture;
mod reader;
mod search;

/// Longest text or payload in bytes. The densest QR code holds 2,953 bytes or 7,089 digits, at
/// most 3 bytes a character once its charset became UTF-8.
pub const TEXT_BYTES_MAX: usize = 3 * 7_089;

/// A kind of code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Symbology {
    /// QR code (ISO/IEC 18004).
    Qr,
    /// Code 128 (ISO/IEC 15417).
    Code128,
    /// EAN-13 (ISO/IEC 15420); a UPC-A code reads as one with a leading 0.
    Ean13,
}

impl Symbology {
    /// Every kind that is read.
    pub const ALL: [Self; 3] = [Self::Qr, Self::Code128, Self::Ean13];

    /// The name that people know it by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Qr => "QR",
            Self::Code128 => "Code 128",
            Self::Ean13 => "EAN-13",
        }
    }

    /// Whether it is a row of bars, whose check is one digit and so needs a second look.
    #[must_use]
    pub const fn is_bars(self) -> bool {
        !matches!(self, Self::Qr)
    }
}

impl fmt::Display for Symbology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The kinds of code to look for. Fewer are quicker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Formats {
    qr: bool,
    code_128: bool,
    ean_13: bool,
}

impl Formats {
    /// All that are read: what a wallet may show.
    pub const ALL: Self = Self { qr: true, code_128: true, ean_13: true };
    /// None; nothing is ever found.
    pub const NONE: Self = Self { qr: false, code_128: false, ean_13: false };

    /// The same and one more.
    #[must_use]
    pub const fn with(mut self, symbology: Symbology) -> Self {
        match symbology {
            Symbology::Qr => self.qr = true,
            Symbology::Code128 => self.code_128 = true,
            Symbology::Ean13 => self.ean_13 = true,
        }
        self
    }

    /// Whether that kind is looked for.
    #[must_use]
    pub const fn contains(self, symbology: Symbology) -> bool {
        match symbology {
            Symbology::Qr => self.qr,
            Symbology::Code128 => self.code_128,
            Symbology::Ean13 => self.ean_13,
        }
    }

    /// Whether any code made of bars is looked for.
    #[must_use]
    pub const fn has_bars(self) -> bool {
        self.code_128 || self.ean_13
    }
}

/// What a code says.
#[derive(Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The kind of code.
    pub symbology: Symbology,
    /// The text, at most [`TEXT_BYTES_MAX`] bytes. For a QR code without a charset of its own this
    /// is the decoder's best guess; `bytes` is what was encoded.
    pub text: String,
    /// The payload as encoded, before any charset was applied.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Decoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decoded({}, {} bytes)", self.symbology, self.bytes.len())
    }
}

/// How much may be spent on one picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// A frame of a stream between two that are looked at fully: the half-sized picture only.
    Glance,
    /// A frame of a stream: half size, then full size.
    Frame,
    /// A still that will not come again: many scales, thresholds and directions.
    Still,
}

/// The decoder failed. Nobody at the counter can help: try the next picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A defect of the decoder that this picture brought to light.
    #[error("the decoder failed on this picture")]
    Crashed,
}

/// Looks for a code in `frame`.
///
/// Computes for milliseconds ([`Effort::Frame`]) up to seconds ([`Effort::Still`]): call it where
/// blocking is allowed.
///
/// # Errors
/// [`DecodeError::Crashed`]; the decoder can be used again at once.
pub fn decode(
    frame: &Frame,
    formats: Formats,
    effort: Effort,
) -> Result<Option<Decoded>, DecodeError> {
    guard::guarded(|| {
        let pixels = frame.packed();
        let size = frame.size();
        let view = picture::View { pixels: &pixels, width: size.width, height: size.height };
        match effort {
            Effort::Glance => search::glance(view, formats),
            Effort::Frame => search::frame(view, formats),
            Effort::Still => search::still(picture::owned(view), formats),
        }
    })
}

/// Looks for a code in a still of any size; a huge one is scaled down first. As [`decode`] with
/// [`Effort::Still`].
///
/// # Errors
/// [`DecodeError::Crashed`].
pub fn decode_still(still: GrayImage, formats: Formats) -> Result<Option<Decoded>, DecodeError> {
    guard::guarded(|| search::still(still, formats))
}
