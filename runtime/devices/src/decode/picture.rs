//! Luma pictures and the few operations that help a decoder: smaller, larger, framed, levelled.

use image::GrayImage;
use image::imageops::{self, FilterType};

/// Fractions of a pixel that [`View::sample`] tells apart.
const SUBPIXELS: u32 = 16;

/// Borrowed luma without gaps between rows.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) pixels: &'a [u8],
    pub(super) width: u32,
    pub(super) height: u32,
}

impl<'a> From<&'a GrayImage> for View<'a> {
    fn from(picture: &'a GrayImage) -> Self {
        Self { pixels: picture.as_raw(), width: picture.width(), height: picture.height() }
    }
}

impl View<'_> {
    /// Pixels in all.
    pub(super) const fn area(self) -> usize {
        self.width as usize * self.height as usize
    }

    /// The longer side.
    pub(super) fn long_side(self) -> u32 {
        self.width.max(self.height)
    }

    /// The brightness at a point between pixels, 0 to 255 * 256; a point outside counts as the
    /// nearest pixel.
    pub(super) fn sample(self, x: f32, y: f32) -> u32 {
        let ((x, right), (y, down)) = (split(x), split(y));
        let row = |y: u32| self.at(x, y) * (SUBPIXELS - right) + self.at(x + 1, y) * right;
        row(y) * (SUBPIXELS - down) + row(y + 1) * down
    }

    fn at(self, x: u32, y: u32) -> u32 {
        let (x, y) = (x.min(self.width - 1), y.min(self.height - 1));
        let index = y as usize * self.width as usize + x as usize;
        self.pixels.get(index).map_or(0, |pixel| u32::from(*pixel))
    }
}

/// Whole part and [`SUBPIXELS`] of a coordinate.
fn split(coordinate: f32) -> (u32, u32) {
    // Such a cast saturates; what is negative or no number becomes 0.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    let parts = (coordinate * SUBPIXELS as f32) as u32;
    (parts / SUBPIXELS, parts % SUBPIXELS)
}

/// The same pixels, owned.
pub(super) fn owned(view: View<'_>) -> GrayImage {
    GrayImage::from_raw(view.width, view.height, view.pixels.to_vec()).unwrap_or_default()
}

/// Half as wide and high: the mean of each four pixels. A side of one pixel stays.
pub(super) fn halved(view: View<'_>) -> GrayImage {
    let (width, height) = (view.width / 2, view.height / 2);
    if width == 0 || height == 0 {
        return owned(view);
    }
    let row = view.width as usize;
    let mut pixels = Vec::with_capacity(width as usize * height as usize);
    for pair in view.pixels.chunks_exact(row * 2).take(height as usize) {
        let (upper, lower) = pair.split_at(row);
        let quads = upper.chunks_exact(2).zip(lower.chunks_exact(2));
        pixels.extend(quads.map(|(upper, lower)| {
            let sum: u16 = upper.iter().chain(lower).map(|pixel| u16::from(*pixel)).sum();
            u8::try_from((sum + 2) / 4).unwrap_or(u8::MAX)
        }));
    }
    GrayImage::from_raw(width, height, pixels).unwrap_or_default()
}

/// Scaled so that the longer side has that many pixels.
pub(super) fn scaled(picture: &GrayImage, long_side: u32) -> GrayImage {
    let (width, height) = picture.dimensions();
    let longest = width.max(height).max(1);
    let side = |pixels: u32| {
        let scaled = u64::from(pixels) * u64::from(long_side) / u64::from(longest);
        u32::try_from(scaled).unwrap_or(u32::MAX).max(1)
    };
    let (width, height) = (side(width), side(height));
    if long_side < longest {
        imageops::thumbnail(picture, width, height)
    } else {
        imageops::resize(picture, width, height, FilterType::CatmullRom)
    }
}

/// With a frame of one brightness around it: the quiet zone that a tight crop has lost.
pub(super) fn framed(picture: &GrayImage, margin: u32, brightness: u8) -> GrayImage {
    let (width, height) = picture.dimensions();
    let (wide, side) = ((width + 2 * margin) as usize, margin as usize);
    let mut pixels = vec![brightness; wide * side];
    for row in picture.as_raw().chunks_exact(width.max(1) as usize) {
        pixels.extend(std::iter::repeat_n(brightness, side));
        pixels.extend_from_slice(row);
        pixels.extend(std::iter::repeat_n(brightness, side));
    }
    pixels.extend(std::iter::repeat_n(brightness, wide * side));
    GrayImage::from_raw(width + 2 * margin, height + 2 * margin, pixels).unwrap_or_default()
}

/// Smoothed by a Gaussian of that width in pixels: against noise and moiré.
pub(super) fn smoothed(picture: &GrayImage, sigma: f32) -> GrayImage {
    imageops::fast_blur(picture, sigma)
}

/// Sharpened at that width in pixels: against blur.
pub(super) fn sharpened(picture: &GrayImage, sigma: f32) -> GrayImage {
    let soft = imageops::fast_blur(picture, sigma);
    let pixels = picture.as_raw().iter().zip(soft.as_raw()).map(|(sharp, soft)| {
        let (sharp, soft) = (i32::from(*sharp), i32::from(*soft));
        u8::try_from((sharp + 2 * (sharp - soft)).clamp(0, 255)).unwrap_or(u8::MAX)
    });
    GrayImage::from_raw(picture.width(), picture.height(), pixels.collect()).unwrap_or_default()
}

/// Black where a pixel is darker than its neighbourhood of `radius` pixels, white elsewhere:
/// against shade and glare, which no single threshold survives.
pub(super) fn levelled(picture: &GrayImage, radius: u32) -> GrayImage {
    /// A pixel this many levels below the mean of its surroundings counts as dark.
    const DARKER_BY: i32 = 6;
    #[allow(clippy::cast_precision_loss)] // a radius is far below 2^24
    let sigma = radius as f32 / 2.0;
    let mean = imageops::fast_blur(picture, sigma);
    let pixels = picture.as_raw().iter().zip(mean.as_raw()).map(|(pixel, mean)| {
        if i32::from(*pixel) < i32::from(*mean) - DARKER_BY { 0 } else { 255 }
    });
    GrayImage::from_raw(picture.width(), picture.height(), pixels.collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halving_takes_the_mean_and_keeps_a_single_row() {
        let picture = GrayImage::from_raw(3, 2, vec![0, 4, 9, 8, 0, 9]).unwrap();
        assert_eq!(halved((&picture).into()).as_raw(), &[3]);
        let row = GrayImage::from_raw(3, 1, vec![1, 2, 3]).unwrap();
        assert_eq!(halved((&row).into()), row);
    }

    #[test]
    fn a_sample_lies_between_its_pixels_and_outside_is_the_border() {
        let picture = GrayImage::from_raw(2, 1, vec![0, 100]).unwrap();
        let view = View::from(&picture);
        assert_eq!(view.sample(0.5, 0.0), 50 * 256);
        assert_eq!(view.sample(9.0, 9.0), 100 * 256);
        assert_eq!(view.sample(-3.0, f32::NAN), 0);
    }

    #[test]
    fn a_frame_surrounds_the_picture() {
        let picture = GrayImage::from_raw(1, 1, vec![7]).unwrap();
        assert_eq!(framed(&picture, 1, 9).as_raw(), &[9, 9, 9, 9, 7, 9, 9, 9, 9]);
    }

    #[test]
    fn scaling_keeps_the_shape_and_at_least_one_pixel() {
        let picture = GrayImage::new(400, 1);
        assert_eq!(scaled(&picture, 100).dimensions(), (100, 1));
        assert_eq!(scaled(&GrayImage::new(40, 30), 80).dimensions(), (80, 60));
    }
}
