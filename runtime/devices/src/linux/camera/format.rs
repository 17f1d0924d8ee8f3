//! Which of the formats that a camera offers is taken, and how its bytes become luma.

use nokhwa::utils::{CameraFormat, FrameFormat};

use crate::frame::{Frame, FrameError, Size};

/// The formats that are understood; the cheapest way to luma first.
pub(super) const UNDERSTOOD: [FrameFormat; 4] =
    [FrameFormat::GRAY, FrameFormat::NV12, FrameFormat::YUYV, FrameFormat::MJPEG];

/// Sizes in the order in which they are wanted: the bar code of 18 digits that a wallet shows has
/// 134 modules, for which 640 pixels are too few unless it fills the picture.
const WANTED: [(u32, u32); 3] = [(WANTED_WIDTH, 720), (WANTED_WIDTH, 960), (640, 480)];

/// Pixels in a row where a camera offers none of the sizes wanted: the nearest to it is taken.
const WANTED_WIDTH: u32 = 1_280;

/// Pictures a second below which a smaller size is better: people move what they hold.
const RATE_MIN: u32 = 10;

/// The best of what a camera offers.
pub(super) fn preferred(offered: &[CameraFormat]) -> Option<CameraFormat> {
    let rank = |format: &CameraFormat| {
        let size = WANTED.iter().position(|size| *size == (format.width(), format.height()));
        let cheap = UNDERSTOOD.iter().position(|known| *known == format.format())?;
        let away = format.width().abs_diff(WANTED_WIDTH);
        let slow = format.frame_rate() < RATE_MIN;
        Some((slow, size.unwrap_or(WANTED.len()), away, cheap, u32::MAX - format.frame_rate()))
    };
    offered
        .iter()
        .filter_map(|format| Some((rank(format)?, *format)))
        .min_by_key(|it| it.0)
        .map(|(_, format)| format)
}

/// The picture in a device's buffer, which may be longer than the picture.
pub(super) fn to_frame(bytes: &[u8], format: CameraFormat) -> Result<Frame, FrameError> {
    let size = Size { width: format.width(), height: format.height() };
    match format.format() {
        FrameFormat::MJPEG => Frame::from_mjpeg(bytes),
        FrameFormat::YUYV => Frame::from_yuyv(bytes, size),
        _ => Frame::from_luma_plane(bytes, size),
    }
}

#[cfg(test)]
mod tests {
    use nokhwa::utils::Resolution;

    use super::*;

    #[track_caller]
    fn check(offered: &[(FrameFormat, u32, u32, u32)], expected: Option<usize>) {
        let formats: Vec<CameraFormat> = offered
            .iter()
            .map(|(format, width, height, rate)| {
                CameraFormat::new(Resolution::new(*width, *height), *format, *rate)
            })
            .collect();
        assert_eq!(preferred(&formats), expected.map(|index| formats[index]));
    }

    #[test]
    fn a_bar_code_wants_1280_pixels_unless_they_come_too_slowly() {
        use FrameFormat::{MJPEG, NV12, RAWRGB, YUYV};
        check(&[], None);
        check(&[(RAWRGB, 1_280, 720, 30)], None);
        check(&[(YUYV, 640, 480, 30), (MJPEG, 1_280, 720, 30)], Some(1));
        check(&[(YUYV, 640, 480, 30), (YUYV, 1_280, 720, 5)], Some(0));
        check(&[(MJPEG, 1_280, 720, 30), (YUYV, 1_280, 720, 10)], Some(1));
        check(&[(YUYV, 1_280, 720, 10), (NV12, 1_280, 720, 10)], Some(1));
        check(&[(YUYV, 320, 240, 30), (YUYV, 800, 600, 30)], Some(1));
        check(&[(YUYV, 640, 480, 5)], Some(0));
    }

    #[test]
    fn a_buffer_longer_than_its_picture_is_cut_and_a_shorter_one_refused() {
        let format = |kind| CameraFormat::new(Resolution::new(2, 1), kind, 10);
        let frame = to_frame(&[1, 8, 2, 8, 9, 9], format(FrameFormat::YUYV)).unwrap();
        assert_eq!(frame.packed().as_ref(), [1, 2]);
        let frame = to_frame(&[1, 2, 9], format(FrameFormat::NV12)).unwrap();
        assert_eq!(frame.packed().as_ref(), [1, 2]);
        assert!(to_frame(&[1], format(FrameFormat::GRAY)).is_err());
        assert!(to_frame(&[1], format(FrameFormat::MJPEG)).is_err());
    }
}
