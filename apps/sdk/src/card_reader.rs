//! The reader of payment cards: chip, contactless, stripe, whichever comes first. Permission
//! `card-reader`, for an acquirer's own app alone.

use crate::Sensitive;
use crate::bindings::caisson::card_reader::card_reader as host;
use std::time::Duration;

pub use host::{Code, Error};

/// Where a card can be. Cards have no other place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ways {
    /// In the slot.
    pub chip: bool,
    /// In the field.
    pub contactless: bool,
    /// Through the stripe's reader.
    pub stripe: bool,
}

impl Ways {
    /// Every way.
    pub const ALL: Self = Self { chip: true, contactless: true, stripe: true };
    /// The slot alone.
    pub const CHIP: Self = Self { chip: true, contactless: false, stripe: false };
    /// The stripe alone.
    pub const STRIPE: Self = Self { chip: false, contactless: false, stripe: true };

    fn flags(self) -> host::Entry {
        let ways = [
            (self.chip, host::Entry::CHIP),
            (self.contactless, host::Entry::CONTACTLESS),
            (self.stripe, host::Entry::STRIPE),
        ];
        let open = ways.into_iter().filter(|(is_open, _)| *is_open);
        open.fold(host::Entry::empty(), |flags, (_, flag)| flags | flag)
    }
}

/// A card that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// In the slot, powered up.
    Chip,
    /// In the field, powered up.
    Contactless,
    /// Through the stripe's reader: track 2 without sentinels, digits with `=` behind the PAN.
    Stripe(Sensitive),
}

/// Shows the terminal's card screen with `prompt` (1 to 60 characters) and `ways`, and waits for the first card, at most `within` (1 ms to 2 minutes). A card that was found is powered
/// down when the call ends in which it was.
///
/// # Errors
/// *Cancelled*, *timeout*: no card. *Several*, *unreadable*: say what to do, detect again.
pub fn detect(prompt: &str, ways: Ways, within: Duration) -> Result<Found, Error> {
    Ok(match host::detect(prompt, ways.flags(), crate::ui::millis(within))? {
        host::Found::Chip => Found::Chip,
        host::Found::Contactless => Found::Contactless,
        host::Found::Stripe(stripe) => Found::Stripe(Sensitive::new(stripe.track_2)),
    })
}

/// Sends a command of 4 to 261 bytes to the chip; its whole answer. Waits at most 10 s.
///
/// # Errors
/// *No card*: none was found, or it is a stripe. *Removed*, *timeout*: every later call fails alike.
pub fn transmit(command: &[u8]) -> Result<Vec<u8>, Error> {
    host::transmit(command)
}

/// Powers the card down and waits until it is taken out, at most `within`. Returns at once where
/// there is none.
///
/// # Errors
/// *Timeout*: it is still there; the next [`detect`] asks again.
pub fn remove(within: Duration) -> Result<(), Error> {
    host::remove(crate::ui::millis(within))
}
