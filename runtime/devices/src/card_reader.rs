//! A reader of payment cards: chip, contactless, stripe. `linux/card_reader.rs` drives real
//! readers, `emulated/card_reader.rs` holds virtual cards; nobody above can tell which it holds.
//!
//! Guarantees: every wait is bounded, also with a card that never answers, and is ended by
//! dropping its future. A card has no power before it is detected and none after its session was
//! dropped. What passes between card and caller is in no `Debug`, no error and no log, and is wiped
//! from the memory that this room owns. GET RESPONSE is done here, the same for both twins.
//!
//! Deliberately not here: what the bytes mean (`apps/emv`), which application a merchant's app may
//! select (`host`), the PIN (the host's own screen), a second try of any command.

mod apdu;
mod session;
mod stripe;
mod tag;

use std::time::Duration;

use async_trait::async_trait;
use caisson_core::permission::{self, Permit};

pub use apdu::{
    ANSWER_BYTES_MAX, Answer, BadCommand, COMMAND_BYTES_MAX, Command, LINK_ANSWER_BYTES_MAX,
};
pub use session::{ATR_BYTES_MAX, CardError, CardLink, CardSession, RESPONSES_IN_A_ROW_MAX};
pub use stripe::{
    PAN_DIGITS_MAX, PAN_DIGITS_MIN, Stripe, StripeError, TRACK_1_CHARS_MAX, TRACK_2_CHARS_MAX,
    Track,
};
pub use tag::kind_of;

/// Longest text of a driver that an error carries, in characters.
pub const DETAIL_CHARS_MAX: usize = 200;

/// A card reader: a slot, a contactless field and a stripe, or some of them.
#[async_trait]
pub trait CardReader: Send {
    /// Waits for what is `wanted`, at most `within`, and powers up what came first. A card that
    /// already lies there counts; a stripe counts only from now on, so that an old swipe never
    /// pays. While a session lives, its slot or field finds no other card, also when the first is gone.
    ///
    /// Dropping the future ends the wait; a card that was being powered up loses its power.
    ///
    /// # Errors
    /// [`CardReaderError::Late`] when nothing came, [`CardReaderError::Wedged`] when nothing could
    /// come: ask again. [`CardReaderError::Misread`]: ask for another swipe. All others need the
    /// one whom they name.
    async fn detect(
        &mut self,
        access: Access<'_>,
        wanted: Wanted,
        within: Duration,
    ) -> Result<Detected, CardReaderError>;

    /// Waits until no card is in the slot and none in the field, at most `within`. To be asked
    /// after [`Detected::SeveralCards`] and [`Detected::MuteChip`], which would come again at once.
    ///
    /// # Errors
    /// Those of [`CardReader::detect`].
    async fn cleared(
        &mut self,
        access: Access<'_>,
        within: Duration,
    ) -> Result<(), CardReaderError>;
}

/// By which permission a caller reaches cards.
#[derive(Debug, Clone, Copy)]
pub enum Access<'a> {
    /// Payment cards of every kind.
    Cards(&'a Permit<permission::CardReader>),
    /// Tags in the field, and nothing else. That they are no payment cards, the host sees to.
    Tags(&'a Permit<permission::Nfc>),
}

/// What a caller waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// A card in the slot.
    pub chip: bool,
    /// A card in the field.
    pub contactless: bool,
    /// A swiped card.
    pub stripe: bool,
}

impl Wanted {
    /// Whichever comes first.
    pub const ANY: Self = Self { chip: true, contactless: true, stripe: true };
    /// A card in the slot only: after a contactless card asked for its chip.
    pub const CHIP: Self = Self { chip: true, contactless: false, stripe: false };
    /// A card in the field only.
    pub const CONTACTLESS: Self = Self { chip: false, contactless: true, stripe: false };
    /// A stripe only: the fallback from a chip that cannot be read.
    pub const STRIPE: Self = Self { chip: false, contactless: false, stripe: true };

    /// Whether a card that speaks by `interface` is wanted.
    #[must_use]
    pub const fn has(self, interface: Interface) -> bool {
        match interface {
            Interface::Contact => self.chip,
            Interface::Contactless => self.contactless,
        }
    }

    /// Refuses what `access` does not reach, and waiting for nothing.
    #[cfg_attr(not(any(feature = "emulated", feature = "card-reader")), expect(dead_code))]
    pub(crate) fn check(self, access: Access<'_>) -> Result<(), CardReaderError> {
        match access {
            _ if self == Self { chip: false, contactless: false, stripe: false } => {
                Err(CardReaderError::NothingWanted)
            }
            Access::Tags(_) if self != Self::CONTACTLESS => Err(CardReaderError::TagsOnly),
            Access::Cards(_) | Access::Tags(_) => Ok(()),
        }
    }
}

/// How a card speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interface {
    /// Through its contacts (ISO 7816).
    Contact,
    /// In the field (ISO 14443).
    Contactless,
}

/// What came.
#[derive(Debug)]
pub enum Detected {
    /// A card in the slot, with power.
    Chip(CardSession),
    /// A card in the slot that does not answer its reset: the wrong way round, or broken. The
    /// rules of fallback decide what follows.
    MuteChip,
    /// A card in the field, with power.
    Contactless(CardSession),
    /// A swiped card.
    Stripe(Stripe),
    /// More than one card in the field; none was powered. Cardholder: present one card only.
    SeveralCards,
}

/// Why no card was found. `reader` is the name in the device profile, or the system's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CardReaderError {
    /// Integrator: correct the device profile, or plug the reader in.
    #[error("card reader {reader}: not there; check the cable and the device profile")]
    Missing {
        /// Which reader.
        reader: String,
    },
    /// Integrator: start the service that drives the card readers.
    #[error("card reader {reader}: the card service is not running: {detail}")]
    NoService {
        /// Which reader.
        reader: String,
        /// What the system said.
        detail: String,
    },
    /// Integrator: end the other program that uses it.
    #[error("card reader {reader}: in use by another program")]
    Busy {
        /// Which reader.
        reader: String,
    },
    /// Integrator: let the terminal's user reach the card service or the device node.
    #[error("card reader {reader}: the system does not let this user open it")]
    Refused {
        /// Which reader.
        reader: String,
    },
    /// Cashier: plug the reader in again. It went away while it was used.
    #[error("card reader {reader}: unplugged")]
    Unplugged {
        /// Which reader.
        reader: String,
    },
    /// Caller: nothing came in the time allowed; the reader may still be well.
    #[error("card reader {reader}: no card within {within_ms} ms")]
    Late {
        /// Which reader.
        reader: String,
        /// The time allowed, in milliseconds.
        within_ms: u64,
    },
    /// Cardholder: take the card out. It did not answer an earlier command and still holds the
    /// reader; nothing else came in the time allowed.
    #[error("card reader {reader}: held by a card that does not answer; take it out")]
    Wedged {
        /// Which reader.
        reader: String,
    },
    /// Cardholder: swipe again.
    #[error("card reader {reader}: the stripe could not be read: {cause}")]
    Misread {
        /// Which reader.
        reader: String,
        /// What was wrong with it.
        cause: StripeError,
    },
    /// Integrator: this reader lacks all that was asked for.
    #[error("card reader {reader}: has nothing that reads what was asked for")]
    Unsupported {
        /// Which reader.
        reader: String,
    },
    /// Caller: say what to wait for.
    #[error("a card reader was asked to wait for no kind of card")]
    NothingWanted,
    /// Caller: the permission `nfc` reaches the field only.
    #[error("the permission \"nfc\" reaches neither the slot nor the stripe")]
    TagsOnly,
    /// Integrator: the reader or its driver is broken.
    #[error("card reader {reader}: {detail}")]
    Failed {
        /// Which reader.
        reader: String,
        /// What the driver said, at most [`DETAIL_CHARS_MAX`] characters.
        detail: String,
    },
}

#[cfg(test)]
mod tests {
    use caisson_core::permission::Grants;

    use super::*;

    #[test]
    fn a_permit_for_tags_reaches_the_field_and_nothing_else() {
        let mut grants = Grants::for_terminal();
        let (cards, tags) = (grants.permit().unwrap(), grants.permit().unwrap());
        for wanted in [Wanted::ANY, Wanted::CHIP, Wanted::CONTACTLESS, Wanted::STRIPE] {
            assert_eq!(wanted.check(Access::Cards(&cards)), Ok(()));
            let expected = match wanted {
                Wanted::CONTACTLESS => Ok(()),
                _ => Err(CardReaderError::TagsOnly),
            };
            assert_eq!(wanted.check(Access::Tags(&tags)), expected);
        }
        let nothing = Wanted { contactless: false, ..Wanted::CONTACTLESS };
        assert_eq!(nothing.check(Access::Tags(&tags)), Err(CardReaderError::NothingWanted));
    }
}
