//! A sound as samples: mono, [`RATE`] a second, each from -1 to 1.

use super::word::Word;
use super::{Sound, en, tone, zh};
use caisson_core::Language;
use std::io::Cursor;

/// Samples a second of every clip and tone. `sounds/make.sh` has the same number.
pub(crate) const RATE: u32 = 11_025;
/// Silence between two words.
const BETWEEN_WORDS_MS: u32 = 25;
/// Silence after the first word of an announcement, and after each whole sound.
const PAUSE_MS: u32 = 150;

/// The samples of `sound`, a pause at its end included.
pub(crate) fn samples(sound: Sound) -> Vec<f32> {
    let mut samples = match sound {
        Sound::Approved => tone::tone(tone::APPROVED),
        Sound::Declined => tone::tone(tone::DECLINED),
        Sound::Attention => tone::tone(tone::ATTENTION),
        Sound::Received { amount, language: Language::Zh } => spoken(&zh::words(amount)),
        Sound::Received { amount, language: Language::En } => spoken(&en::words(amount)),
    };
    pause(PAUSE_MS, &mut samples);
    samples
}

/// The clips of `words`, one after the other.
fn spoken<W: Word>(words: &[W]) -> Vec<f32> {
    let mut samples = Vec::new();
    for (at, word) in words.iter().enumerate() {
        samples.extend(decoded(word.clip()));
        pause(if at == 0 { PAUSE_MS } else { BETWEEN_WORDS_MS }, &mut samples);
    }
    samples
}

fn pause(ms: u32, samples: &mut Vec<f32>) {
    samples.extend((0..RATE * ms / 1_000).map(|_| 0.0));
}

/// The samples of a clip. The tests decode every one, so what cannot be read is not met here, and
/// a word that is silent is better than a terminal that stops.
fn decoded(clip: &[u8]) -> Vec<f32> {
    hound::WavReader::new(Cursor::new(clip)).map_or_else(
        |_| Vec::new(),
        |reader| {
            let whole = reader.into_samples::<i16>().flatten();
            whole.map(|sample| f32::from(sample) / f32::from(i16::MAX)).collect()
        },
    )
}
