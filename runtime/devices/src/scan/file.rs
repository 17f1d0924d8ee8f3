//! A picture file as luma, with every limit applied before memory is spent.

use std::fs::{self, File, FileType, Metadata};
use std::io::{Cursor, ErrorKind, Read};
use std::path::Path;

use image::error::ImageError;
use image::{DynamicImage, GrayImage, ImageFormat, ImageReader, Limits};

use super::{FILE_BYTES_MAX, PICTURE_BYTES_MAX, PICTURE_SIDE_MAX, Unread};
use crate::frame::Size;

/// Brightnesses that can stand behind a picture with transparent parts: paper, then a dark screen.
const BACKGROUNDS: [u8; 2] = [255, 0];

/// A picture as luma; twice, before bright and dark, when parts of it are transparent.
pub(crate) struct Pictures {
    picture: DynamicImage,
    pub(super) size: Size,
    /// Its end is missing, though a part could be unpacked.
    pub(super) truncated: bool,
    shown: usize,
}

impl Iterator for Pictures {
    type Item = GrayImage;

    fn next(&mut self) -> Option<GrayImage> {
        let background = *BACKGROUNDS.get(self.shown)?;
        self.shown += 1;
        if self.picture.color().has_alpha() {
            return Some(before(background, &self.picture));
        }
        self.shown = BACKGROUNDS.len();
        Some(std::mem::take(&mut self.picture).into_luma8())
    }
}

/// The picture laid on a surface of that brightness.
fn before(background: u8, picture: &DynamicImage) -> GrayImage {
    let picture = picture.to_luma_alpha8();
    let (width, height) = picture.dimensions();
    let pixels = picture.as_raw().chunks_exact(2).map(|pixel| {
        let (luma, alpha) = match pixel {
            [luma, alpha] => (u32::from(*luma), u32::from(*alpha)),
            _ => (0, 0),
        };
        let mixed = (luma * alpha + u32::from(background) * (255 - alpha)) / 255;
        u8::try_from(mixed).unwrap_or(u8::MAX)
    });
    GrayImage::from_raw(width, height, pixels.collect()).unwrap_or_default()
}

/// Unpacks the picture at `path`.
pub(crate) fn pictures(path: &Path) -> Result<Pictures, Unread> {
    let bytes = bytes(path)?;
    let format = match image::guess_format(&bytes) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) => format,
        _ => return Err(Unread::NotAPicture),
    };
    let truncated = is_truncated(format, &bytes);
    let mut reader = ImageReader::with_format(Cursor::new(&bytes), format);
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(PICTURE_SIDE_MAX);
    limits.max_image_height = Some(PICTURE_SIDE_MAX);
    limits.max_alloc = Some(PICTURE_BYTES_MAX);
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| match error {
        ImageError::Limits(_) => Unread::PictureTooLarge,
        _ if truncated => Unread::Truncated,
        error => Unread::Damaged { detail: error.to_string() },
    })?;
    let size = Size { width: picture.width(), height: picture.height() };
    Ok(Pictures { picture, size, truncated, shown: 0 })
}

/// The whole file. What is not a regular file is not even opened, since opening some devices acts
/// on them; and what takes its place in between does not block.
fn bytes(path: &Path) -> Result<Vec<u8>, Unread> {
    regular(&fs::metadata(path).map_err(|error| unreadable(&error))?)?;
    let file = open(path).map_err(|error| unreadable(&error))?;
    regular(&file.metadata().map_err(|error| unreadable(&error))?)?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    let length = bytes.len() as u64;
    if length > FILE_BYTES_MAX {
        return Err(Unread::FileTooLarge { bytes: length });
    }
    if bytes.is_empty() { Err(Unread::Empty) } else { Ok(bytes) }
}

fn regular(metadata: &Metadata) -> Result<(), Unread> {
    if !metadata.is_file() {
        return Err(Unread::NotAFile { kind: kind(metadata.file_type()) });
    }
    match metadata.len() {
        bytes if bytes > FILE_BYTES_MAX => Err(Unread::FileTooLarge { bytes }),
        _ => Ok(()),
    }
}

fn unreadable(error: &std::io::Error) -> Unread {
    match error.kind() {
        ErrorKind::NotFound => Unread::Missing,
        ErrorKind::PermissionDenied => Unread::Refused,
        _ => Unread::Unreadable { detail: error.to_string() },
    }
}

#[cfg(unix)]
fn open(path: &Path) -> std::io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok(rustix::fs::open(path, flags, Mode::empty())?.into())
}

#[cfg(not(unix))]
fn open(path: &Path) -> std::io::Result<File> {
    File::open(path)
}

fn kind(file_type: FileType) -> &'static str {
    if file_type.is_dir() {
        return "a directory";
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if file_type.is_fifo() {
            return "a pipe";
        }
        if file_type.is_socket() {
            return "a socket";
        }
        if file_type.is_char_device() || file_type.is_block_device() {
            return "a device";
        }
    }
    "something else"
}

/// Whether the format's own end is missing.
fn is_truncated(format: ImageFormat, bytes: &[u8]) -> bool {
    let last = |mark: &[u8]| bytes.windows(mark.len()).rposition(|window| window == mark);
    match format {
        ImageFormat::Png => last(b"IEND").is_none(),
        // A preview inside the head has an end of its own; only one behind the last scan counts.
        ImageFormat::Jpeg => last(&[0xff, 0xd9]) <= last(&[0xff, 0xda]),
        _ => match bytes.get(4..8) {
            Some(&[a, b, c, d]) => {
                bytes.len() as u64 - 8 < u64::from(u32::from_le_bytes([a, b, c, d]))
            }
            _ => true,
        },
    }
}
