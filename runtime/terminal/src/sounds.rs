//! What the shop hears, where the screen says the same.
//!
//! Guarantees: a sound about money comes after its outcome is durable, for it comes with the
//! outcome's view; an amount is announced only where a sale brought in that much. A payment that
//! becomes certain behind the counter while another one is taken there is not announced: whoever
//! stands there would take it for their own.

use crate::terminal::{Inner, Terminal};
use caisson_core::Money;
use caisson_core::desk::Volume;
use caisson_core::view::Outcome;
use caisson_devices::speaker::Sound;

impl Terminal {
    /// How loud the speaker is from now on.
    pub fn set_volume(&self, volume: Volume) {
        self.inner().equipment.speaker.set_volume(volume);
    }
}

impl Inner {
    /// Tells a payment's end; `approved` is what moved.
    pub(crate) fn sound_outcome(&self, outcome: Outcome, approved: Option<Money>) {
        let speaker = &self.equipment.speaker;
        match outcome {
            Outcome::Approved => {
                speaker.play(Sound::Approved);
                if let Some(amount) = approved {
                    speaker.play(Sound::Received { amount, language: self.language() });
                }
            }
            Outcome::Refunded | Outcome::Reserved | Outcome::Released => {
                speaker.play(Sound::Approved);
            }
            Outcome::Declined | Outcome::Cancelled => speaker.play(Sound::Declined),
            Outcome::Unknown => speaker.play(Sound::Attention),
        }
    }

    /// Somebody should look at the screen.
    pub(crate) fn sound_attention(&self) {
        self.equipment.speaker.play(Sound::Attention);
    }
}
