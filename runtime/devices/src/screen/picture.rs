//! What can be seen, as pixels.

use std::fmt;

/// Pixels, 4 bytes each: red, green, blue, opacity.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `width` times `height` times 4 bytes, row by row from the top.
    pub rgba: Vec<u8>,
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({} x {})", self.width, self.height)
    }
}

/// Which pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// The device's screen alone.
    Screen,
    /// The whole window.
    Window,
}
