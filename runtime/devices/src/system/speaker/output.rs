//! Samples to the sound card that the system has chosen.

use crate::speaker::samples::RATE;
use caisson_core::desk::Volume;
use rodio::buffer::SamplesBuffer;
use rodio::cpal::StreamError;
use rodio::source::EmptyCallback;
use rodio::{DeviceSinkBuilder, DeviceSinkError, MixerDeviceSink, Player, Source as _};
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// How much longer than its length a sound may take, before the card counts as gone.
const LATE_MAX: Duration = Duration::from_secs(2);
/// How often the volume is looked at while a sound plays.
const GAIN_EVERY: Duration = Duration::from_millis(50);
/// Loudness of [`Volume::Low`]; to the ear about half of full.
const LOW_GAIN: f32 = 0.3;

const CHANNELS: NonZero<u16> = NonZero::<u16>::MIN;
const SAMPLES_A_SECOND: NonZero<u32> = match NonZero::new(RATE) {
    Some(rate) => rate,
    None => NonZero::<u32>::MIN,
};

/// Why a sound was not heard to its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum OutputError {
    /// There is no card, or somebody else holds it. Owner of the machine: connect one, or write
    /// `driver = "none"` under `[speaker]`.
    #[error("no sound card: {0}")]
    Missing(#[from] DeviceSinkError),
    /// It was there and has gone away in the middle.
    #[error("the sound card has gone: {0}")]
    Gone(String),
}

/// How loud; clones share it.
#[derive(Debug, Clone)]
pub(super) struct Gain(Arc<AtomicU32>);

impl Default for Gain {
    fn default() -> Self {
        let gain = Self(Arc::default());
        gain.set(Volume::default());
        gain
    }
}

impl Gain {
    pub(super) fn set(&self, volume: Volume) {
        let factor = match volume {
            Volume::Off => 0.0,
            Volume::Low => LOW_GAIN,
            Volume::Loud => 1.0_f32,
        };
        self.0.store(factor.to_bits(), Ordering::Relaxed);
    }

    /// The factor for each sample.
    pub(super) fn factor(&self) -> f32 {
        f32::from_bits(self.0.load(Ordering::Relaxed))
    }
}

/// Where samples are played.
pub(super) trait Output {
    /// Opens it where it is closed, and plays to the end.
    fn play(&mut self, samples: Vec<f32>, gain: &Gain) -> Result<(), OutputError>;

    /// Leaves it to others.
    fn close(&mut self);
}

/// What the card says while it plays.
enum Word {
    Ended,
    Failed(StreamError),
}

/// The system's sound card.
#[derive(Default)]
pub(super) struct Card(Option<Open>);

struct Open {
    sink: MixerDeviceSink,
    say: Sender<Word>,
    said: Receiver<Word>,
}

impl Open {
    fn new() -> Result<Self, OutputError> {
        // Each library below would write lines of its own to standard error.
        #[cfg(target_os = "linux")]
        let _quiet = alsa::Output::local_error_handler();
        let (say, said) = channel();
        let failed = say.clone();
        let mut sink = DeviceSinkBuilder::from_default_device()?
            .with_error_callback(move |error| {
                // A gap of some milliseconds is no reason to stop. Nobody listens once the card is
                // closed.
                if !matches!(error, StreamError::BufferUnderrun) {
                    let _ = failed.send(Word::Failed(error));
                }
            })
            .open_sink_or_fallback()?;
        sink.log_on_drop(false);
        Ok(Self { sink, say, said })
    }
}

impl Output for Card {
    fn play(&mut self, samples: Vec<f32>, gain: &Gain) -> Result<(), OutputError> {
        let open = match &mut self.0 {
            Some(open) => open,
            closed => closed.insert(Open::new()?),
        };
        let source = SamplesBuffer::new(CHANNELS, SAMPLES_A_SECOND, samples);
        let longest = source.total_duration().unwrap_or_default().saturating_add(LATE_MAX);
        let (gain, say) = (gain.clone(), open.say.clone());
        let player = Player::connect_new(open.sink.mixer());
        player.append(
            source
                .amplify(gain.factor())
                .periodic_access(GAIN_EVERY, move |source| source.set_factor(gain.factor())),
        );
        player.append(EmptyCallback::new(Box::new(move || {
            // Nobody waits for it where the card failed before.
            let _ = say.send(Word::Ended);
        })));
        match open.said.recv_timeout(longest) {
            Ok(Word::Ended) => Ok(()),
            Ok(Word::Failed(error)) => Err(OutputError::Gone(error.to_string())),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                Err(OutputError::Gone("it plays nothing".to_owned()))
            }
        }
    }

    fn close(&mut self) {
        self.0 = None;
    }
}
