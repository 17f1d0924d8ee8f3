//! Bar codes, read along straight lines through the picture at any angle.
//!
//! Guarantees: a text counts only when [`VOTES`] separate lines agree on it, because the check digit of a bar code lets one misread in ten (EAN-13) or a hundred (Code 128)
//! pass. Lines are sampled between pixels, so a tilted code needs no turned copy of the picture.

use super::bearing::Bearing;
use super::picture::View;
use super::{Decoded, Formats, Symbology, code_128, ean};

/// Samples on one line at most: a long side of 4,096 pixels at two samples a pixel.
const SAMPLES_MAX: usize = 8_192;

/// Shortest line worth reading, in samples: the 95 modules of an EAN-13 code.
const SAMPLES_MIN: usize = 95;

/// Least difference of dark and bright near a sample, in levels of 255. Less is an empty surface.
const CONTRAST_MIN: u32 = 20;

/// Fewest changes between ink and background on a line with a code: a Code 128 of one character
/// has four of 6 or 7 elements, an EAN-13 has 59.
const EDGES_MIN: usize = 25;

/// Samples whose darkest and brightest stand for one stretch of a line.
const STRETCH: usize = 16;

/// Stretches on either side that decide about a sample: together wider than a bar and its gap.
const NEIGHBOURS: usize = 2;

/// Which lines are read at a place, and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sweep {
    /// Degrees off the place's own direction.
    pub(super) turns: &'static [f32],
    /// Pixels aside of the place.
    pub(super) asides: &'static [f32],
    /// Samples a pixel.
    pub(super) samples_per_pixel: f32,
    /// Parallel lines, one pixel apart, that are averaged into one: against noise and moiré.
    pub(super) thickness: u32,
    /// Strength in quarters of the sharpening along the line: against blur.
    pub(super) sharpening: i64,
    /// Whether bright bars on dark are looked for too.
    pub(super) inverted: bool,
}

/// The texts seen so far and how many lines said so; kept over several sweeps of one picture.
#[derive(Default)]
pub(super) struct Votes(Vec<(Decoded, u32)>);

impl Votes {
    fn cast(&mut self, found: Decoded) -> u32 {
        if let Some((_, votes)) = self.0.iter_mut().find(|(text, _)| *text == found) {
            *votes += 1;
            return *votes;
        }
        self.0.push((found, 1));
        1
    }

    /// The text with at least `needed` votes and twice as many as any other.
    fn winner(&self, needed: u32) -> Option<Decoded> {
        let (text, votes) = self.0.iter().max_by_key(|(_, votes)| *votes)?;
        let others = self.0.iter().filter(|(other, _)| other != text);
        let next = others.map(|(_, votes)| *votes).max().unwrap_or(0);
        (*votes >= needed && *votes >= 2 * next).then(|| text.clone())
    }
}

/// Lines that must agree on a text.
const VOTES: u32 = 2;

/// Looks for a bar code along the lines of `sweep` through `place`. What they say is added to
/// `votes`.
pub(super) fn bars(
    view: View<'_>,
    formats: Formats,
    place: Bearing,
    sweep: Sweep,
    votes: &mut Votes,
) -> Option<Decoded> {
    for turn in sweep.turns {
        for aside in sweep.asides {
            let Some(line) = Line::through(view, place, *turn, *aside, sweep) else { continue };
            let samples = line.samples(view, sweep);
            let found = read(formats, &samples, Ink::Dark);
            let found = match found {
                None if sweep.inverted => read(formats, &samples, Ink::Bright),
                found => found,
            };
            if let Some(found) = found
                && votes.cast(found) >= VOTES
                && let Some(winner) = votes.winner(VOTES)
            {
                return Some(winner);
            }
        }
    }
    None
}

/// What bars are drawn in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ink {
    Dark,
    Bright,
}

/// What a line says, read in either direction.
fn read(formats: Formats, samples: &[u32], ink: Ink) -> Option<Decoded> {
    let widths = widths(samples, ink)?;
    // A line that ends with ink has no background to begin with from the other side.
    let skip = usize::from(widths.len().is_multiple_of(2));
    let turned: Vec<f32> = widths.iter().rev().skip(skip).copied().collect();
    let either = |symbology, read: fn(&[f32]) -> Option<String>| {
        if !formats.contains(symbology) {
            return None;
        }
        let text = read(&widths).or_else(|| read(&turned))?;
        let bytes = text.clone().into_bytes();
        Some(Decoded { symbology, text, bytes })
    };
    either(Symbology::Ean13, ean::read).or_else(|| either(Symbology::Code128, code_128::read))
}

/// A straight line: where it starts and how far one sample goes.
struct Line {
    start: (f32, f32),
    step: (f32, f32),
    count: usize,
}

impl Line {
    /// The line through a place, turned and moved aside, cut to the picture.
    fn through(
        view: View<'_>,
        place: Bearing,
        turn: f32,
        aside: f32,
        sweep: Sweep,
    ) -> Option<Self> {
        let (sin, cos) = (place.degrees + turn).to_radians().sin_cos();
        // Sides are far below 2^24, so an f32 holds them exactly.
        #[allow(clippy::cast_precision_loss)]
        let (width, height) = (view.width as f32 - 1.0, view.height as f32 - 1.0);
        let middle = (place.at.0 - sin * aside, place.at.1 + cos * aside);
        let (mut from, mut to) = (f32::NEG_INFINITY, f32::INFINITY);
        for (at, step, side) in [(middle.0, cos, width), (middle.1, sin, height)] {
            if step.abs() < 1e-4 {
                if at < 0.0 || at > side {
                    return None;
                }
            } else {
                let (one, other) = (-at / step, (side - at) / step);
                from = from.max(one.min(other));
                to = to.min(one.max(other));
            }
        }
        // A cast of a float saturates; a line outside the picture has a negative length.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let count = ((to - from) * sweep.samples_per_pixel) as usize;
        let step = (cos / sweep.samples_per_pixel, sin / sweep.samples_per_pixel);
        (SAMPLES_MIN..=SAMPLES_MAX).contains(&count).then_some(Self {
            start: (middle.0 + cos * from, middle.1 + sin * from),
            step,
            count,
        })
    }

    /// The brightness along the line, 0 to 255 * 256.
    #[allow(clippy::cast_precision_loss)] // counts are far below 2^24
    fn samples(&self, view: View<'_>, sweep: Sweep) -> Vec<u32> {
        let thickness = sweep.thickness.max(1);
        // One pixel to the side of the line.
        let (side_x, side_y) =
            (-self.step.1 * sweep.samples_per_pixel, self.step.0 * sweep.samples_per_pixel);
        let mut samples = vec![0; self.count];
        for parallel in 0..thickness {
            let aside = parallel as f32 - (thickness - 1) as f32 / 2.0;
            let (mut x, mut y) = (self.start.0 + side_x * aside, self.start.1 + side_y * aside);
            for sample in &mut samples {
                *sample += view.sample(x, y);
                x += self.step.0;
                y += self.step.1;
            }
        }
        for sample in &mut samples {
            *sample /= thickness;
        }
        sharpened(samples, sweep)
    }
}

/// The line with the brightness one pixel to either side taken off each sample.
fn sharpened(samples: Vec<u32>, sweep: Sweep) -> Vec<u32> {
    if sweep.sharpening == 0 {
        return samples;
    }
    // A cast of a small float: one to four samples.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let reach = (sweep.samples_per_pixel.round() as usize).max(1);
    let at = |index: usize| samples.get(index).map_or(0, |sample| i64::from(*sample));
    let last = samples.len().saturating_sub(1);
    let sharp = (0..samples.len()).map(|index| {
        let beside = at(index.saturating_sub(reach)) + at((index + reach).min(last));
        let edge = 2 * at(index) - beside;
        let sharp = at(index) + edge * sweep.sharpening / 4;
        u32::try_from(sharp.clamp(0, 255 * 256)).unwrap_or(0)
    });
    sharp.collect()
}

/// The widths of background and ink in turn, background first. Each sample is held against the
/// middle between the darkest and the brightest near it; a stretch with little contrast is
/// background. None when the line cannot hold a code.
fn widths(samples: &[u32], ink: Ink) -> Option<Vec<f32>> {
    let stretches: Vec<(u32, u32)> = samples.chunks(STRETCH).map(range).collect();
    let near = |index: usize| {
        let first = index.saturating_sub(NEIGHBOURS);
        let near = stretches.iter().skip(first).take(index + NEIGHBOURS + 1 - first);
        near.fold((u32::MAX, 0), |(dark, bright), stretch| {
            (dark.min(stretch.0), bright.max(stretch.1))
        })
    };
    let contrasts = (0..stretches.len()).map(near).map(|(dark, bright)| bright - dark);
    // Beside a code the noise of the sensor has contrast too, but far less than its bars.
    let least = (contrasts.max()? * 3 / 10).max(CONTRAST_MIN * 256);
    let mut edges = Edges::default();
    for (index, stretch) in samples.chunks(STRETCH).enumerate() {
        let (dark, bright) = near(index);
        let middle = if bright - dark < least { None } else { Some((dark + bright) / 2) };
        for sample in stretch {
            let is_ink = middle.is_some_and(|middle| (*sample < middle) == (ink == Ink::Dark));
            edges.see(is_ink, *sample, middle.unwrap_or(*sample));
        }
    }
    let widths = edges.widths();
    (widths.len() > EDGES_MIN).then_some(widths)
}

/// The darkest and the brightest of some samples.
fn range(samples: &[u32]) -> (u32, u32) {
    samples
        .iter()
        .fold((u32::MAX, 0), |(dark, bright), sample| (dark.min(*sample), bright.max(*sample)))
}

/// Where a line changes between background and ink, to fractions of a sample.
#[derive(Default)]
struct Edges {
    at: Vec<f32>,
    is_ink: bool,
    before: u32,
    seen: u16,
}

impl Edges {
    fn see(&mut self, is_ink: bool, sample: u32, middle: u32) {
        if is_ink != self.is_ink {
            // Where the straight line between the two samples crosses the middle.
            let way = sample.abs_diff(self.before).max(1);
            let past = sample.abs_diff(middle).min(way);
            // Brightness is below 2^16, which an f32 holds exactly.
            #[allow(clippy::cast_precision_loss)]
            let fraction = past as f32 / way as f32;
            self.at.push(f32::from(self.seen) - fraction);
        }
        (self.is_ink, self.before) = (is_ink, sample);
        self.seen = self.seen.saturating_add(1);
    }

    fn widths(self) -> Vec<f32> {
        let ends = self.at.iter().copied().chain([f32::from(self.seen)]);
        let starts = [0.0].into_iter().chain(self.at.iter().copied());
        ends.zip(starts).map(|(end, start)| end - start).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_contrast_has_no_bars() {
        assert!(widths(&[128 * 256; 200], Ink::Dark).is_none());
        let shade: Vec<u32> = (0..200).map(|index| (100 + index / 10) * 256).collect();
        assert!(widths(&shade, Ink::Bright).is_none());
    }

    #[test]
    fn lines_of_every_direction_stay_inside_the_picture() {
        let pixels = vec![0; 300 * 200];
        let view = View { pixels: &pixels, width: 300, height: 200 };
        let sweep = Sweep {
            turns: &[],
            asides: &[],
            samples_per_pixel: 1.0,
            thickness: 1,
            sharpening: 0,
            inverted: false,
        };
        let mut lines = 0;
        for degrees in (0_u8..180).step_by(5).map(f32::from) {
            for aside in [-90.0, -20.0, 0.0, 45.0, 500.0] {
                let place = Bearing { at: (150.0, 100.0), degrees };
                let Some(line) = Line::through(view, place, 0.0, aside, sweep) else { continue };
                lines += 1;
                let along = line.count as f32;
                let end = (line.start.0 + line.step.0 * along, line.start.1 + line.step.1 * along);
                for (x, y) in [line.start, end] {
                    assert!((-0.6..=299.6).contains(&x) && (-0.6..=199.6).contains(&y));
                }
            }
        }
        assert!(lines > 80, "{lines}");
    }
}
