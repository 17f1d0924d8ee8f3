//! The speaker in the words that every terminal shares: a few sounds, one after the other.
//!
//! Guarantees: whoever asks for a sound never waits for it, and never hears that there is no
//! speaker: a sound is a service, and no payment depends on one. An announcement is the amount that
//! it was made of, word for word, with no rounding. Deliberately not here: when something may be
//! said (`terminal`), and how samples reach a loudspeaker (`system/speaker.rs`).

use caisson_core::desk::Volume;
use caisson_core::{Language, Money};

mod en;
#[cfg(feature = "sound")]
pub(crate) mod queue;
#[cfg(feature = "sound")]
pub(crate) mod samples;
#[cfg(feature = "sound")]
mod tone;
mod word;
mod zh;

/// Something to hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sound {
    /// Money moved as it was meant to.
    Approved,
    /// It did not, for certain.
    Declined,
    /// Somebody should look at the screen.
    Attention,
    /// So much has arrived, spoken for the merchant.
    Received {
        /// How much.
        amount: Money,
        /// In which language.
        language: Language,
    },
}

impl Sound {
    /// True for what is spoken. The others are tones.
    #[must_use]
    pub const fn is_spoken(self) -> bool {
        matches!(self, Self::Received { .. })
    }

    /// The sound as one line of text, for transcripts and logs.
    #[must_use]
    pub fn line(self) -> String {
        match self {
            Self::Approved => "approved tone".to_owned(),
            Self::Declined => "declined tone".to_owned(),
            Self::Attention => "attention tone".to_owned(),
            Self::Received { amount, language: Language::Zh } => {
                let currency = zh::currency(amount.currency());
                format!("收款 {amount} {}", word::written(&[currency], ""))
            }
            Self::Received { amount, language: Language::En } => {
                let currency = en::currency(amount);
                format!("Received {amount} {}", word::written(currency, " "))
            }
        }
    }
}

/// The announcement of `amount` word by word, as it is spoken: 收款十二点五元,
/// `received twelve yuan fifty`.
#[must_use]
pub fn announcement(amount: Money, language: Language) -> String {
    match language {
        Language::Zh => word::written(&zh::words(amount), ""),
        Language::En => word::written(&en::words(amount), " "),
    }
}

/// A loudspeaker.
pub trait Speaker: Send + Sync {
    /// Plays this after what is playing. Does not wait. Where too much waits to be heard, tones go
    /// before announcements, and the newest announcement never.
    fn play(&self, sound: Sound);

    /// How loud from now on, what is playing included. What waits when it goes off is forgotten.
    fn set_volume(&self, volume: Volume);
}

/// A terminal without a speaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Silent;

impl Speaker for Silent {
    fn play(&self, _sound: Sound) {}

    fn set_volume(&self, _volume: Volume) {}
}

#[cfg(test)]
mod tests;
