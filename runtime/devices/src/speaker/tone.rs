//! The three tones, computed. Nobody who hears one takes it for another: they differ in pitch,
//! direction and rhythm.

use super::samples::RATE;
use std::f32::consts::TAU;

/// Fade at both ends of a note, so that none clicks.
const FADE_MS: u32 = 8;
/// Loudness of a note: below the spoken words, which are harder to understand.
const LEVEL: f32 = 0.6;

/// A note: Hz (0 for a rest) and milliseconds.
type Note = (f32, u32);

/// Rises by a fifth.
pub(super) const APPROVED: &[Note] = &[(1_047.0, 120), (0.0, 20), (1_568.0, 260)];
/// Falls, low and slow.
pub(super) const DECLINED: &[Note] = &[(440.0, 220), (0.0, 40), (311.0, 400)];
/// Three times the same.
pub(super) const ATTENTION: &[Note] =
    &[(784.0, 110), (0.0, 80), (784.0, 110), (0.0, 80), (784.0, 110)];

/// The samples of `notes`.
pub(super) fn tone(notes: &[Note]) -> Vec<f32> {
    let mut samples = Vec::new();
    for (pitch, ms) in notes {
        let (count, fade) = (RATE * ms / 1_000, RATE * FADE_MS / 1_000);
        for at in 0..count {
            let edge = at.min(count - at).min(fade);
            let angle = TAU * pitch * seconds(at);
            // An octave above, softly: a small loudspeaker gives a bare sine thinly.
            let wave = 0.8_f32.mul_add(angle.sin(), 0.2 * (2.0 * angle).sin());
            samples.push(LEVEL * wave * seconds(edge) / seconds(fade));
        }
    }
    samples
}

/// Time of sample `at`.
fn seconds(at: u32) -> f32 {
    at as f32 / RATE as f32
}
