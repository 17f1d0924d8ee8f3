//! One picture from a camera, as 8-bit luma.
//!
//! Guarantees: a [`Frame`] has at least one pixel, at most [`FRAME_SIDE_MAX`] on a side and
//! [`FRAME_PIXELS_MAX`] in all, and every row that its size promises is there. Whatever a device
//! hands over is checked here, once, so that no decoder meets a short buffer.
//! A person may be in the picture: pixels never appear in a `Debug`.
//!
//! Deliberately not here: colour. Nothing above the camera needs it, and luma is what most sensors
//! deliver first.

use std::fmt;
use std::sync::Arc;

use tokio::time::Instant;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

/// Longest side of a frame in pixels: beyond any sensor that reads codes at a counter.
pub const FRAME_SIDE_MAX: u32 = 8_192;

/// Most pixels of a frame: 64 Mi, so that one frame is at most 64 MiB of memory.
pub const FRAME_PIXELS_MAX: usize = 64 * 1024 * 1024;

/// Most scans of a motion-JPEG frame. A camera sends one; each further one costs a whole pass.
const MJPEG_SCANS_MAX: usize = 16;

/// Width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} x {}", self.width, self.height)
    }
}

/// Why bytes are not a frame. The device or its driver is at fault; the frame is skipped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The size is empty or beyond the limits.
    #[error(
        "a frame of {size} pixels; 1 to {FRAME_SIDE_MAX} a side and {FRAME_PIXELS_MAX} in all are allowed"
    )]
    Size {
        /// What was announced.
        size: Size,
    },
    /// Rows overlap.
    #[error("a frame {width} pixels wide with rows only {stride} bytes apart")]
    Stride {
        /// Pixels in a row.
        width: u32,
        /// Bytes from row to row.
        stride: u32,
    },
    /// Fewer bytes than the size promises.
    #[error("a frame of {have} bytes where its size needs {need}")]
    Short {
        /// Bytes that came.
        have: usize,
        /// Bytes that the size needs.
        need: usize,
    },
    /// A motion-JPEG frame that does not decode.
    #[error("a damaged JPEG frame: {detail}")]
    Jpeg {
        /// The decoder's words.
        detail: String,
    },
}

/// A picture in 8-bit luma with the moment of its capture. Cloning shares the pixels.
#[derive(Clone)]
pub struct Frame {
    luma: Arc<Vec<u8>>,
    size: Size,
    stride: u32,
    sequence: u64,
    captured_at: Instant,
    dropped: u64,
}

impl Frame {
    /// A frame of luma rows that are `stride` bytes apart; what follows the last row is ignored.
    ///
    /// # Errors
    /// [`FrameError`] when size, stride and bytes do not fit together.
    pub fn from_luma(luma: Vec<u8>, size: Size, stride: u32) -> Result<Self, FrameError> {
        checked_pixels(size)?;
        if stride < size.width {
            return Err(FrameError::Stride { width: size.width, stride });
        }
        let need = stride as usize * (size.height as usize - 1) + size.width as usize;
        need_bytes(luma.len(), need)?;
        let (sequence, captured_at, dropped) = (0, Instant::now(), 0);
        Ok(Self { luma: Arc::new(luma), size, stride, sequence, captured_at, dropped })
    }

    /// A frame of one brightness; a side out of bounds is brought to the nearest that is allowed.
    #[must_use]
    pub fn uniform(brightness: u8, size: Size) -> Self {
        let side = |side: u32| side.clamp(1, FRAME_SIDE_MAX);
        let size = Size { width: side(size.width), height: side(size.height) };
        let luma = Arc::new(vec![brightness; size.width as usize * size.height as usize]);
        let (sequence, captured_at, dropped) = (0, Instant::now(), 0);
        Self { luma, size, stride: size.width, sequence, captured_at, dropped }
    }

    /// A frame of packed YUYV: luma is every second byte.
    ///
    /// # Errors
    /// [`FrameError`] when there are fewer than two bytes a pixel, or the size is out of bounds.
    pub fn from_yuyv(bytes: &[u8], size: Size) -> Result<Self, FrameError> {
        let need = checked_pixels(size)?.saturating_mul(2);
        need_bytes(bytes.len(), need)?;
        let luma = bytes.iter().step_by(2).take(need / 2).copied().collect();
        Self::from_luma(luma, size, size.width)
    }

    /// A frame that begins with its luma plane: GREY, NV12, YU12.
    ///
    /// # Errors
    /// [`FrameError`] when there is less than one byte a pixel, or the size is out of bounds.
    pub fn from_luma_plane(bytes: &[u8], size: Size) -> Result<Self, FrameError> {
        let need = checked_pixels(size)?;
        let luma = bytes.get(..need).ok_or(FrameError::Short { have: bytes.len(), need })?.to_vec();
        Self::from_luma(luma, size, size.width)
    }

    /// A frame of motion JPEG; only luma is reconstructed. Bytes after the picture are ignored,
    /// since a driver may hand over its whole buffer.
    ///
    /// # Errors
    /// [`FrameError`] when it does not decode or is larger than a frame may be.
    pub fn from_mjpeg(bytes: &[u8]) -> Result<Self, FrameError> {
        let options = DecoderOptions::default()
            .set_max_width(FRAME_SIDE_MAX as usize)
            .set_max_height(FRAME_SIDE_MAX as usize)
            .jpeg_set_max_scans(MJPEG_SCANS_MAX)
            .jpeg_set_out_colorspace(ColorSpace::Luma);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
        let luma =
            decoder.decode().map_err(|error| FrameError::Jpeg { detail: error.to_string() })?;
        let (width, height) = decoder.dimensions().unwrap_or((0, 0));
        let side = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
        let size = Size { width: side(width), height: side(height) };
        Self::from_luma(luma, size, size.width)
    }

    /// The same picture with its place in the stream: the device's running number, the moment of
    /// capture, and how many frames were thrown away since the one delivered before.
    #[must_use]
    pub fn stamped(mut self, sequence: u64, captured_at: Instant, dropped: u64) -> Self {
        (self.sequence, self.captured_at, self.dropped) = (sequence, captured_at, dropped);
        self
    }

    /// Width and height in pixels.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.size
    }

    /// Bytes from the start of one row to the next; at least the width.
    #[must_use]
    pub const fn stride(&self) -> u32 {
        self.stride
    }

    /// All bytes, rows [`Frame::stride`] apart.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.luma
    }

    /// The rows, top to bottom, each exactly the width long.
    pub fn rows(&self) -> impl Iterator<Item = &[u8]> {
        let width = self.size.width as usize;
        self.luma
            .chunks(self.stride as usize)
            .take(self.size.height as usize)
            .filter_map(move |row| row.get(..width))
    }

    /// The pixels without gaps between rows: borrowed when the frame has none.
    #[must_use]
    pub fn packed(&self) -> std::borrow::Cow<'_, [u8]> {
        let pixels = self.size.width as usize * self.size.height as usize;
        match self.luma.get(..pixels) {
            Some(plane) if self.stride == self.size.width => plane.into(),
            _ => self.rows().flatten().copied().collect::<Vec<_>>().into(),
        }
    }

    /// Running number given by the camera; a gap is a lost frame.
    #[must_use]
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// When the picture was taken.
    #[must_use]
    pub const fn captured_at(&self) -> Instant {
        self.captured_at
    }

    /// Frames thrown away between the one delivered before and this one.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { size, sequence, dropped, .. } = self;
        write!(f, "Frame({size}, sequence {sequence}, {dropped} dropped)")
    }
}

/// Pixels of a frame of that size, when a frame may have it.
fn checked_pixels(size: Size) -> Result<usize, FrameError> {
    let side = 1..=FRAME_SIDE_MAX;
    let pixels = size.width as usize * size.height as usize;
    let fits = side.contains(&size.width) && side.contains(&size.height);
    if fits && pixels <= FRAME_PIXELS_MAX { Ok(pixels) } else { Err(FrameError::Size { size }) }
}

fn need_bytes(have: usize, need: usize) -> Result<(), FrameError> {
    if have < need { Err(FrameError::Short { have, need }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn size(width: u32, height: u32) -> Size {
        Size { width, height }
    }

    #[track_caller]
    fn check(frame: Result<Frame, FrameError>, expected: &[u8]) {
        assert_eq!(frame.unwrap().packed().as_ref(), expected);
    }

    #[track_caller]
    fn check_refused(frame: Result<Frame, FrameError>, expected: &str) {
        assert_eq!(frame.unwrap_err().to_string(), expected);
    }

    #[test]
    fn each_pixel_format_gives_its_luma_and_ignores_what_follows() {
        check(Frame::from_yuyv(&[1, 90, 2, 91, 3, 92, 4, 93, 9], size(2, 2)), &[1, 2, 3, 4]);
        check(Frame::from_luma_plane(&[1, 2, 3, 4, 128, 128], size(2, 2)), &[1, 2, 3, 4]);
        check(Frame::from_luma(vec![1, 2, 0, 3, 4], size(2, 2), 3), &[1, 2, 3, 4]);
    }

    #[test]
    fn a_jpeg_frame_keeps_its_luma_and_trailing_bytes_do_no_harm() {
        let grey = image::GrayImage::from_pixel(16, 8, image::Luma([200]));
        let mut jpeg = std::io::Cursor::new(Vec::new());
        grey.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
        let mut bytes = jpeg.into_inner();
        bytes.extend_from_slice(&[0; 500]);
        let frame = Frame::from_mjpeg(&bytes).unwrap();
        assert_eq!(frame.size(), size(16, 8));
        assert!(frame.packed().iter().all(|pixel| (195..=205).contains(pixel)));
    }

    #[test]
    fn what_is_short_or_out_of_bounds_is_refused_with_its_figures() {
        check_refused(
            Frame::from_yuyv(&[0; 7], size(2, 2)),
            "a frame of 7 bytes where its size needs 8",
        );
        check_refused(
            Frame::from_luma_plane(&[0; 3], size(2, 2)),
            "a frame of 3 bytes where its size needs 4",
        );
        check_refused(
            Frame::from_luma(vec![0; 9], size(3, 3), 2),
            "a frame 3 pixels wide with rows only 2 bytes apart",
        );
        check_refused(
            Frame::from_luma(vec![], size(0, 5), 0),
            "a frame of 0 x 5 pixels; 1 to 8192 a side and 67108864 in all are allowed",
        );
        check_refused(
            Frame::from_luma_plane(&[], size(8_193, 1)),
            "a frame of 8193 x 1 pixels; 1 to 8192 a side and 67108864 in all are allowed",
        );
        assert!(matches!(Frame::from_mjpeg(b"\xff\xd8\xff"), Err(FrameError::Jpeg { .. })));
        assert!(matches!(Frame::from_mjpeg(b""), Err(FrameError::Jpeg { .. })));
    }

    #[test]
    fn pixels_are_not_in_the_debug_text() {
        let frame = Frame::from_luma(vec![77; 4], size(2, 2), 2).unwrap();
        let text = format!("{:?}", frame.stamped(5, Instant::now(), 1));
        assert_eq!(text, "Frame(2 x 2, sequence 5, 1 dropped)");
    }
}
