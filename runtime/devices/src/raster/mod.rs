//! A document as dots: what every printer of ours prints, the emulator shows and a test compares.
//!
//! Guarantees: the same document on the same paper gives the same dots, on every machine; one
//! [`Raster`] for each sheet (a [`Block::Cut`](caisson_core::document::Block::Cut) ends one), no
//! sheet without a dot or a feed; at most [`ROWS_MAX`] rows for the whole document; no input
//! panics. Deliberately not here: grey tones, pictures, right-to-left text, printers' own fonts.

mod code;
mod face;
mod layout;

use std::fmt;
use std::io::Cursor;

use image::{GrayImage, ImageFormat};

pub use layout::render;

/// Dots to a millimetre on every paper here (203 dpi, the common thermal head).
pub const DOTS_PER_MM: u32 = 8;
/// Longest document, in rows of dots: 5 m of paper. A settlement list of 500 blocks takes 2 to
/// 4 m; what is longer is a runaway composition that would empty the roll.
pub const ROWS_MAX: u32 = 5_000 * DOTS_PER_MM;

/// The width of the roll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// 58 mm, of which 48 mm are printed.
    Mm58,
    /// 80 mm, of which 72 mm are printed.
    Mm80,
}

impl Paper {
    /// Printed width in dots; a multiple of 8.
    #[must_use]
    pub const fn dots(self) -> u32 {
        match self {
            Self::Mm58 => 384,
            Self::Mm80 => 576,
        }
    }

    /// Printed width in Latin characters of normal size; a Chinese character takes 2.
    #[must_use]
    pub const fn columns(self) -> u32 {
        match self {
            Self::Mm58 => 32,
            Self::Mm80 => 48,
        }
    }

    /// Bytes of one row of dots.
    #[must_use]
    pub const fn row_bytes(self) -> usize {
        match self {
            Self::Mm58 => 48,
            Self::Mm80 => 72,
        }
    }
}

/// Why a document cannot be drawn. Nothing was printed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RasterError {
    /// Whoever composed it: print it in parts.
    #[error("document is longer than {max} rows of dots ({mm} mm); print it in parts",
        max = ROWS_MAX, mm = ROWS_MAX / DOTS_PER_MM)]
    TooLong,
    /// Whoever composed it: shorten the code's content.
    #[error("block {block} holds a code that no QR code of this paper's width can carry")]
    CodeTooLarge {
        /// Which block, from 0.
        block: usize,
    },
    /// Whoever built the program: the font in it is damaged; build from an intact checkout.
    #[error("the built-in font cannot be read")]
    Font,
    /// Developer of this module: drawing a valid document panicked.
    #[error("drawing the document failed within the program")]
    Stopped,
}

/// A 1-bit picture as wide as the paper. Rows of whole bytes, the leftmost dot is the highest bit,
/// 1 is black.
#[derive(Clone, PartialEq, Eq)]
pub struct Raster {
    paper: Paper,
    bits: Vec<u8>,
}

/// Shows the size only: the dots are the text of a receipt.
impl fmt::Debug for Raster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raster({} x {})", self.width(), self.height())
    }
}

impl Raster {
    /// A picture without rows.
    #[must_use]
    pub const fn empty(paper: Paper) -> Self {
        Self { paper, bits: Vec::new() }
    }

    /// A picture from packed rows; `None` unless `bits` is whole rows of that paper.
    #[must_use]
    pub fn from_bits(paper: Paper, bits: Vec<u8>) -> Option<Self> {
        bits.len().is_multiple_of(paper.row_bytes()).then_some(Self { paper, bits })
    }

    /// The paper it is for.
    #[must_use]
    pub const fn paper(&self) -> Paper {
        self.paper
    }

    /// Width in dots.
    #[must_use]
    pub const fn width(&self) -> u32 {
        self.paper.dots()
    }

    /// Height in rows of dots.
    #[must_use]
    pub fn height(&self) -> u32 {
        u32::try_from(self.bits.len() / self.paper.row_bytes()).unwrap_or(u32::MAX)
    }

    /// All rows, packed, from the top.
    #[must_use]
    pub fn bits(&self) -> &[u8] {
        &self.bits
    }

    /// True where a dot is black; false outside the picture.
    #[must_use]
    pub fn is_black(&self, x: u32, y: u32) -> bool {
        self.index(x, y).and_then(|index| self.bits.get(index)).is_some_and(|b| b & mask(x) != 0)
    }

    /// The picture in 8-bit luma, one byte a dot, row by row: 0 black, 255 white.
    #[must_use]
    pub fn to_luma(&self) -> Vec<u8> {
        self.bits
            .iter()
            .flat_map(|byte| (0..8).map(move |bit| if byte & (0x80 >> bit) == 0 { 255 } else { 0 }))
            .collect()
    }

    /// The picture as a PNG file; `None` without rows, which PNG cannot carry.
    #[must_use]
    pub fn to_png(&self) -> Option<Vec<u8>> {
        let picture = GrayImage::from_raw(self.width(), self.height(), self.to_luma())?;
        let mut file = Cursor::new(Vec::new());
        picture.write_to(&mut file, ImageFormat::Png).ok()?;
        Some(file.into_inner())
    }

    /// Puts the rows of `below` under these; false, and nothing done, when its paper is another.
    pub fn append(&mut self, below: &Self) -> bool {
        if self.paper == below.paper {
            self.bits.extend_from_slice(&below.bits);
        }
        self.paper == below.paper
    }

    /// Adds white rows.
    fn extend(&mut self, rows: u32) {
        let bytes = usize::try_from(rows).unwrap_or(0).saturating_mul(self.paper.row_bytes());
        self.bits.resize(self.bits.len().saturating_add(bytes), 0);
    }

    /// Makes a dot black; what lies outside the picture is left out.
    fn blacken(&mut self, x: u32, y: u32) {
        if let Some(index) = self.index(x, y)
            && let Some(byte) = self.bits.get_mut(index)
        {
            *byte |= mask(x);
        }
    }

    fn index(&self, x: u32, y: u32) -> Option<usize> {
        if x >= self.width() {
            return None;
        }
        let row = usize::try_from(y).ok()?.checked_mul(self.paper.row_bytes())?;
        row.checked_add(usize::try_from(x / 8).ok()?)
    }
}

const fn mask(x: u32) -> u8 {
    0x80 >> (x % 8)
}
