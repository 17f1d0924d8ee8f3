//! What can be held before the emulated lens.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use image::{DynamicImage, GrayImage, Luma};
use qrcodegen::{QrCode, QrCodeEcc};

use crate::frame::{Frame, FrameError, Size};
use crate::scan::{Unread, pictures};

/// The sensor's size; a larger picture is seen at most this long on its longer side.
const SENSOR: Size = Size { width: 1_280, height: 720 };

/// Pictures of a folder that are shown, in order of their names.
const FOLDER_FILES_MAX: usize = 64;

/// How often each picture of a folder is seen before the next: long enough to read a bar code,
/// which takes two pictures in a row.
const SHOWN_TIMES: u64 = 5;

/// Brightness of what lies behind everything.
const TABLE: u8 = 120;

/// Pixels of each module of a drawn code where the sensor has room.
const MODULE_PIXELS_MAX: u32 = 8;

/// Bright modules around a drawn code.
const QUIET_MODULES: u32 = 4;

/// Why a scene cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SceneError {
    /// Shorten the text.
    #[error("a text of {bytes} bytes does not fit into a QR code")]
    TextTooLong {
        /// Its length.
        bytes: usize,
    },
    /// Correct the file, for the reason given.
    #[error("{path}: {reason}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: Unread,
    },
    /// Put PNG, JPEG or WebP files into the folder.
    #[error("{path}: a folder without pictures")]
    EmptyFolder {
        /// Which folder.
        path: PathBuf,
    },
    /// Correct the raster.
    #[error(transparent)]
    Raster(#[from] FrameError),
}

/// One or more pictures, seen one after the other, over and over.
#[derive(Clone)]
pub struct Scene {
    first: Frame,
    others: Vec<Frame>,
}

impl Scene {
    /// An empty table.
    #[must_use]
    pub fn nothing() -> Self {
        Self { first: Frame::uniform(TABLE, SENSOR), others: Vec::new() }
    }

    /// A raster of luma, rows `size.width` bytes apart.
    ///
    /// # Errors
    /// [`SceneError::Raster`] when size and bytes do not fit together.
    pub fn luma(pixels: Vec<u8>, size: Size) -> Result<Self, SceneError> {
        Ok(Self { first: Frame::from_luma(pixels, size, size.width)?, others: Vec::new() })
    }

    /// A text, as the QR code that a phone would show.
    ///
    /// # Errors
    /// [`SceneError::TextTooLong`] beyond 2,331 bytes, what a QR code holds at level M.
    pub fn text(text: &str) -> Result<Self, SceneError> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium)
            .map_err(|_| SceneError::TextTooLong { bytes: text.len() })?;
        let modules = code.size().unsigned_abs() + 2 * QUIET_MODULES;
        let scale = (SENSOR.height / modules).clamp(1, MODULE_PIXELS_MAX);
        let side = modules * scale;
        let (left, top) = ((SENSOR.width - side) / 2, (SENSOR.height - side) / 2);
        let module = |pixel: u32| {
            i32::try_from(pixel / scale).unwrap_or(0) - i32::try_from(QUIET_MODULES).unwrap_or(0)
        };
        let picture = GrayImage::from_fn(SENSOR.width, SENSOR.height, |x, y| {
            let inside = (left..left + side).contains(&x) && (top..top + side).contains(&y);
            Luma(match inside {
                true if code.get_module(module(x - left), module(y - top)) => [20],
                true => [235],
                false => [TABLE],
            })
        });
        Self::luma(picture.into_raw(), SENSOR)
    }

    /// The picture in a file.
    ///
    /// # Errors
    /// [`SceneError::File`] with the reason.
    pub fn file(path: &Path) -> Result<Self, SceneError> {
        Ok(Self { first: frame(path)?, others: Vec::new() })
    }

    /// The pictures of a folder in order of their names, each for half a second, over and over.
    /// Files of other kinds are passed over.
    ///
    /// # Errors
    /// [`SceneError::EmptyFolder`] when there is no picture in it, [`SceneError::File`] when one
    /// of them cannot be read.
    pub fn folder(path: &Path) -> Result<Self, SceneError> {
        let mut files: Vec<PathBuf> = fs::read_dir(path)
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.is_file())
            .collect();
        files.sort();
        let mut frames = Vec::new();
        for file in files.into_iter().take(FOLDER_FILES_MAX) {
            match frame(&file) {
                Ok(frame) => frames.push(frame),
                Err(SceneError::File { reason: Unread::NotAPicture | Unread::Empty, .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let mut frames = frames.into_iter();
        let first =
            frames.next().ok_or_else(|| SceneError::EmptyFolder { path: path.to_owned() })?;
        Ok(Self { first, others: frames.collect() })
    }

    /// What the sensor sees at its picture with that number.
    pub(super) fn picture(&self, sequence: u64) -> Frame {
        let pictures = self.others.len() as u64 + 1;
        let index = usize::try_from(sequence / SHOWN_TIMES % pictures).unwrap_or(0);
        let other = index.checked_sub(1).and_then(|index| self.others.get(index));
        other.unwrap_or(&self.first).clone()
    }
}

impl fmt::Debug for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scene of {} pictures", self.others.len() + 1)
    }
}

/// The picture in a file as the sensor sees it.
fn frame(path: &Path) -> Result<Frame, SceneError> {
    let blame = |reason| SceneError::File { path: path.to_owned(), reason };
    let mut pictures = pictures(path).map_err(blame)?;
    let luma = pictures.next().ok_or_else(|| blame(Unread::NotAPicture))?;
    let luma = if luma.width().max(luma.height()) > SENSOR.width {
        let side = SENSOR.width;
        DynamicImage::ImageLuma8(luma).thumbnail(side, side).into_luma8()
    } else {
        luma
    };
    let size = Size { width: luma.width(), height: luma.height() };
    Ok(Frame::from_luma(luma.into_raw(), size, size.width)?)
}
