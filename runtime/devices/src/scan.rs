//! Reading a code: out of a picture file, or out of what a camera sees.
//!
//! Guarantees of [`scan_file`]: whatever stands at the path (nothing, a directory, a pipe, a
//! device, a bomb, noise), it ends, does not panic, holds at most a few hundred megabytes, and
//! says in one line what it read or why it read nothing.

use std::path::Path;

use crate::decode::{self, Decoded, Formats};
use crate::frame::Size;

mod file;
mod stream;

pub(crate) use file::pictures;
pub use stream::{ScanError, scan_stream};

/// Largest picture file in bytes: several times a photograph of 12 megapixels as PNG.
pub const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Longest side of a picture in a file, in pixels.
pub const PICTURE_SIDE_MAX: u32 = 16_384;

/// Most memory for the decoded picture in bytes: 64 megapixels with four bytes each. It stops
/// a small file that unfolds into gigabytes.
pub const PICTURE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// What became of one picture file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScanVerdict {
    /// A code was read.
    Read(Decoded),
    /// Nothing was read.
    Unread(Unread),
}

impl ScanVerdict {
    /// Whether a code was read.
    #[must_use]
    pub const fn is_read(&self) -> bool {
        matches!(self, Self::Read(_))
    }

    /// The answer as one line without its end: path, tab, kind of code, tab, text; when nothing
    /// was read the kind is `none` and the text is the reason. Characters that would break the
    /// line or turn its direction appear as `\n`, `\t`, `\u{…}`; all others are as they are.
    #[must_use]
    pub fn line(&self, path: &Path) -> String {
        let path = one_line(&path.to_string_lossy());
        match self {
            Self::Read(found) => format!("{path}\t{}\t{}", found.symbology, one_line(&found.text)),
            Self::Unread(reason) => format!("{path}\tnone\t{}", one_line(&reason.to_string())),
        }
    }
}

/// Why nothing was read from a file. The person who chose the file acts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// Correct the path.
    #[error("no such file")]
    Missing,
    /// Ask for the right to read it.
    #[error("the system does not let this user read it")]
    Refused,
    /// Give a picture file instead.
    #[error("not a regular file but {kind}")]
    NotAFile {
        /// What it is, with its article.
        kind: &'static str,
    },
    /// The storage or the file system failed.
    #[error("cannot be read: {detail}")]
    Unreadable {
        /// The system's words.
        detail: String,
    },
    /// Save the picture again.
    #[error("an empty file")]
    Empty,
    /// Save it smaller.
    #[error("a file of {bytes} bytes; at most {FILE_BYTES_MAX} are read")]
    FileTooLarge {
        /// Its length, or the first length beyond the limit.
        bytes: u64,
    },
    /// Save it as one of these.
    #[error("not a PNG, JPEG or WebP picture")]
    NotAPicture,
    /// Save it smaller.
    #[error(
        "too large a picture; at most {PICTURE_SIDE_MAX} pixels a side and {PICTURE_BYTES_MAX} bytes unpacked are read"
    )]
    PictureTooLarge,
    /// Copy it again: its end is missing.
    #[error("a truncated picture")]
    Truncated,
    /// Save it again.
    #[error("a damaged picture: {detail}")]
    Damaged {
        /// The decoder's words.
        detail: String,
    },
    /// Take a sharper, closer or straighter picture.
    #[error("no code found in {size} pixels")]
    NoCode {
        /// Size of the picture.
        size: Size,
    },
    /// Take another picture, and report this one to the makers of Caisson.
    #[error("the decoder failed on this picture")]
    DecoderFailed,
}

/// Reads the first code found in the picture at `path`. Its format is told by its content, not by
/// its name. Computes for up to some seconds.
#[must_use]
pub fn scan_file(path: &Path) -> ScanVerdict {
    match pictures(path).and_then(first_code) {
        Ok(found) => ScanVerdict::Read(found),
        Err(reason) => ScanVerdict::Unread(reason),
    }
}

fn first_code(pictures: file::Pictures) -> Result<Decoded, Unread> {
    let (size, truncated) = (pictures.size, pictures.truncated);
    for luma in pictures {
        let found = decode::decode_still(luma, Formats::ALL).map_err(|_| Unread::DecoderFailed)?;
        if let Some(found) = found {
            return Ok(found);
        }
    }
    Err(if truncated { Unread::Truncated } else { Unread::NoCode { size } })
}

/// The text with everything escaped that would break a line or turn its direction.
fn one_line(text: &str) -> String {
    let breaks = |c: char| {
        c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if breaks(c) { line.extend(c.escape_default()) } else { line.push(c) }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::Symbology;

    #[test]
    fn an_answer_stays_one_line_whatever_is_in_path_and_text() {
        let text = "a\tb\nc\u{202e}d\\e 付款".to_owned();
        let found = Decoded { symbology: Symbology::Qr, bytes: text.clone().into_bytes(), text };
        assert_eq!(
            ScanVerdict::Read(found).line(Path::new("/tmp/x\ny.png")),
            "/tmp/x\\ny.png\tQR\ta\\tb\\nc\\u{202e}d\\e 付款"
        );
        assert_eq!(
            ScanVerdict::Unread(Unread::Empty).line(Path::new("x.png")),
            "x.png\tnone\tan empty file"
        );
    }
}
