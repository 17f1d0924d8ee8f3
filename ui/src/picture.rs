//! Pixels: codes and paper for the screen, and what the screen shows for whoever asks.

use caisson_core::document::Document;
use caisson_devices::raster::{self, Paper, Raster, RasterError};
use caisson_devices::screen::Picture;
use qrcodegen::{QrCode, QrCodeEcc};
use slint::{Image, Rgb8Pixel, Rgba8Pixel, SharedPixelBuffer};

/// White modules around a code: the standard asks for four.
const QUIET: i32 = 4;

/// A code, one dot to a module; the page draws it as large as whole dots allow. `None` where the
/// text is longer than any code, which the caps of `core` keep out.
pub(crate) fn code(text: &str) -> Option<Image> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let side = code.size() + 2 * QUIET;
    let size = u32::try_from(side).ok()?;
    let dots = (0..side).flat_map(|y| (0..side).map(move |x| (x, y)));
    let is_black = |(x, y): (i32, i32)| code.get_module(x - QUIET, y - QUIET);
    Some(two_colours(size, size, dots.map(is_black)))
}

/// A document as the paper will show it, all sheets in a row.
pub(crate) fn paper(document: &Document) -> Result<Image, RasterError> {
    let sheets = raster::render(document, Paper::Mm58)?;
    let mut whole = Raster::empty(Paper::Mm58);
    for sheet in &sheets {
        whole.append(sheet);
    }
    let dots = whole.to_luma();
    Ok(two_colours(whole.width(), whole.height(), dots.iter().map(|luma| *luma == 0)))
}

fn two_colours(width: u32, height: u32, black: impl Iterator<Item = bool>) -> Image {
    let mut buffer = SharedPixelBuffer::<Rgb8Pixel>::new(width, height);
    for (pixel, is_black) in buffer.make_mut_slice().iter_mut().zip(black) {
        let luma = if is_black { 0 } else { 255 };
        *pixel = Rgb8Pixel { r: luma, g: luma, b: luma };
    }
    Image::from_rgb8(buffer)
}

/// A rectangle in whole dots: left, top, width, height.
pub(crate) type Part = (u32, u32, u32, u32);

/// The part of the picture that `part` names, as far as the picture reaches.
pub(crate) fn cut(buffer: &SharedPixelBuffer<Rgba8Pixel>, part: Option<Part>) -> Picture {
    let (columns, rows) = (buffer.width(), buffer.height());
    let (x, y, width, height) = part.unwrap_or((0, 0, columns, rows));
    let (x, y) = (x.min(columns), y.min(rows));
    let (width, height) = (width.min(columns - x), height.min(rows - y));
    let index = |value: u32| usize::try_from(value).unwrap_or(usize::MAX);
    let rgba = buffer
        .as_bytes()
        .chunks(index(columns.max(1)).saturating_mul(4))
        .skip(index(y))
        .take(index(height))
        .flat_map(|row| row.iter().skip(index(x) * 4).take(index(width) * 4))
        .copied()
        .collect();
    Picture { width, height, rgba }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_picture_is_cut_where_the_picture_ends() {
        let mut buffer = SharedPixelBuffer::<Rgba8Pixel>::new(3, 2);
        for (index, byte) in buffer.make_mut_bytes().iter_mut().enumerate() {
            *byte = u8::try_from(index).unwrap();
        }
        let part = cut(&buffer, Some((1, 1, 9, 9)));
        assert_eq!((part.width, part.height), (2, 1));
        assert_eq!(part.rgba, [16, 17, 18, 19, 20, 21, 22, 23]);
        assert_eq!(cut(&buffer, None).rgba.len(), 24);
    }

    #[test]
    fn a_code_at_its_cap_is_drawn_with_its_quiet_zone() {
        let image = code(&"7".repeat(caisson_core::view::CODE_BYTES_MAX)).unwrap();
        let pixels = image.to_rgb8().unwrap();
        assert!(pixels.as_slice().iter().take(4).all(|pixel| pixel.r == 255));
        assert!(code(&"a".repeat(3_000)).is_none());
    }
}
