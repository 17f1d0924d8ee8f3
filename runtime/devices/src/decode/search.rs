//! In which order a picture is looked at: what costs little and finds most comes first.
//!
//! Every search ends after a fixed list of attempts on pictures of bounded size; no clock decides,
//! so the same picture always gives the same answer.

use image::GrayImage;

use super::bearing::bearings;
use super::lines::{Sweep, Votes, bars};
use super::picture::{View, framed, halved, levelled, scaled, sharpened, smoothed};
use super::reader::{Threshold, qr, qr_by_older_finder};
use super::{Decoded, Formats, Symbology};

/// Largest frame of a stream that is read in full, in pixels: 1920 x 1080. A larger one is halved
/// until it fits, since the next frame comes in a tenth of a second.
const FRAME_AREA_MAX: usize = 1_920 * 1_080;

/// Smaller frames are not halved: a code would have less than two pixels a module.
const HALVED_AREA_MIN: usize = 300 * 300;

/// Longest side at which a still is looked at, in pixels: a photograph of 12 megapixels in full.
const STILL_SIDE_MAX: u32 = 4_096;

/// Sides at which a still is looked at, the most likely first. Photographs of 2 to 12 megapixels
/// show a code best when a module has 3 to 8 pixels.
const STILL_SIDES: [u32; 3] = [1_024, 2_048, 640];

/// Pictures with a longer side than this are not treated further; each treatment costs a pass.
const TREATED_SIDE_MAX: u32 = 2_048;

/// Stills with a shorter long side are enlarged too: their modules may have a single pixel.
const ENLARGED_BELOW: u32 = 800;

/// Places of a frame at which bars are looked for.
const FRAME_PLACES: usize = 6;

/// Places of a still; a shelf or a page has many things with stripes.
const STILL_PLACES: usize = 16;

/// A line as it is, then some averaged ones on either side.
const FRAME_SWEEPS: [Sweep; 2] = [sweep(1, 0), sweep(5, 2)];

/// Against noise and moiré, then against blur, then against both and a bent or bulging surface.
const STILL_SWEEPS: [Sweep; 5] = [
    Sweep { turns: &[0.0, -2.0, 2.0], ..sweep(1, 0) },
    Sweep { turns: &[0.0, -2.0, 2.0], ..sweep(5, 2) },
    Sweep { turns: &[0.0, -1.5, 1.5], ..sweep(11, 4) },
    Sweep { turns: &[0.0, -1.5, 1.5, -4.0, 4.0], ..sweep(3, 8) },
    Sweep { turns: &[0.0, -1.0, 1.0], ..sweep(21, 8) },
];

const fn sweep(thickness: u32, sharpening: i64) -> Sweep {
    Sweep {
        turns: &[0.0],
        asides: &[0.0, -8.0, 8.0, -16.0, 16.0],
        samples_per_pixel: 2.0,
        thickness,
        sharpening,
        inverted: true,
    }
}

/// A quick look at one frame: half size, and where bars seem to be.
pub(super) fn glance(view: View<'_>, formats: Formats) -> Option<Decoded> {
    fitted(view, |view| at_half_size(view, formats).or_else(|| bars_in_frame(view, formats)))
}

/// One frame: half size, then where bars seem to be, then full size and inverted, by both finders.
pub(super) fn frame(view: View<'_>, formats: Formats) -> Option<Decoded> {
    fitted(view, |view| {
        at_half_size(view, formats)
            .or_else(|| bars_in_frame(view, formats))
            .or_else(|| full_qr(view, formats))
            .or_else(|| older_qr(view, formats))
    })
}

fn older_qr(view: View<'_>, formats: Formats) -> Option<Decoded> {
    if formats.contains(Symbology::Qr) { qr_by_older_finder(view) } else { None }
}

fn full_qr(view: View<'_>, formats: Formats) -> Option<Decoded> {
    if formats.contains(Symbology::Qr) { qr(view, Threshold::Local, true) } else { None }
}

fn at_half_size(view: View<'_>, formats: Formats) -> Option<Decoded> {
    if !formats.contains(Symbology::Qr) || view.area() < HALVED_AREA_MIN {
        return None;
    }
    qr(View::from(&halved(view)), Threshold::Local, false)
}

fn bars_in_frame(view: View<'_>, formats: Formats) -> Option<Decoded> {
    let mut votes = Votes::default();
    all_sweeps(view, formats, &FRAME_SWEEPS, FRAME_PLACES, &mut votes)
}

/// Looks for a bar code wherever bars seem to be.
fn all_sweeps(
    view: View<'_>,
    formats: Formats,
    sweeps: &[Sweep],
    most: usize,
    votes: &mut Votes,
) -> Option<Decoded> {
    if !formats.has_bars() {
        return None;
    }
    let places = bearings(view, most);
    sweeps.iter().find_map(|sweep| {
        places.iter().find_map(|place| bars(view, formats, *place, *sweep, votes))
    })
}

/// Halves a frame until it may be read in full.
fn fitted(view: View<'_>, read: impl Fn(View<'_>) -> Option<Decoded>) -> Option<Decoded> {
    if view.area() <= FRAME_AREA_MAX {
        return read(view);
    }
    let mut smaller = halved(view);
    while View::from(&smaller).area() > FRAME_AREA_MAX {
        smaller = halved((&smaller).into());
    }
    read((&smaller).into())
}

/// One still: a QR code at every size, bars at every size, then every treatment.
pub(super) fn still(picture: GrayImage, formats: Formats) -> Option<Decoded> {
    let picture = if View::from(&picture).long_side() > STILL_SIDE_MAX {
        scaled(&picture, STILL_SIDE_MAX)
    } else {
        picture
    };
    let mut sizes = Vec::new();
    for size in sides(View::from(&picture).long_side()) {
        let picture = size.map_or_else(|| picture.clone(), |side| scaled(&picture, side));
        if let Some(found) = full_qr((&picture).into(), formats) {
            return Some(found);
        }
        sizes.push(picture);
    }
    bars_in_still(&sizes, formats)
        .or_else(|| sizes.iter().find_map(|picture| treated(picture, formats)))
        .or_else(|| enlarged(&picture, formats))
}

/// The long sides at which a still is looked at, the most likely first; none is as it is.
fn sides(long_side: u32) -> Vec<Option<u32>> {
    let smaller = STILL_SIDES.into_iter().filter(|side| *side < long_side * 7 / 8);
    let mut sides: Vec<Option<u32>> = smaller.map(Some).collect();
    // A large picture as it is comes after those that are read quickest.
    sides.insert(sides.len().min(usize::from(long_side > 1_400) * 2), None);
    sides
}

/// A bar code at any size, however noisy or blurred.
fn bars_in_still(sizes: &[GrayImage], formats: Formats) -> Option<Decoded> {
    let mut votes = Votes::default();
    sizes.iter().find_map(|picture| {
        all_sweeps(picture.into(), formats, &STILL_SWEEPS, STILL_PLACES, &mut votes)
    })
}

/// A QR code of few pixels, seen larger.
fn enlarged(picture: &GrayImage, formats: Formats) -> Option<Decoded> {
    let long_side = View::from(picture).long_side();
    if !formats.contains(Symbology::Qr) || long_side >= ENLARGED_BELOW {
        return None;
    }
    let larger = scaled(picture, long_side * 2);
    qr((&larger).into(), Threshold::Local, true)
        .or_else(|| local(&sharpened(&larger, 3.0)))
        .or_else(|| global(&levelled(&sharpened(&larger, 3.0), 24)))
}

/// A QR code in the picture after each treatment that has helped one.
fn treated(picture: &GrayImage, formats: Formats) -> Option<Decoded> {
    let view = View::from(picture);
    if !formats.contains(Symbology::Qr) || view.long_side() > TREATED_SIDE_MAX {
        return None;
    }
    let margin = view.long_side() / 10 + 8;
    local(&sharpened(picture, 1.5))
        .or_else(|| global(&levelled(picture, 16)))
        .or_else(|| global(&levelled(picture, 48)))
        .or_else(|| global(&levelled(&sharpened(picture, 1.5), 12)))
        .or_else(|| local(&smoothed(picture, 1.0)))
        .or_else(|| local(&framed(picture, margin, 255)))
        .or_else(|| local(&framed(picture, margin, 0)))
        .or_else(|| qr(view, Threshold::LocalClosed, true))
        .or_else(|| qr_by_older_finder(view))
        .or_else(|| qr(view, Threshold::Global, true))
}

fn local(picture: &GrayImage) -> Option<Decoded> {
    qr(picture.into(), Threshold::Local, true)
}

fn global(picture: &GrayImage) -> Option<Decoded> {
    qr(picture.into(), Threshold::Global, true)
}
