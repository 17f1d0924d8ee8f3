//! A card pays, or money on it is reserved: read the card, ask the bank, hear both.

use crate::case::Case;
use crate::message::{self, Once};
use crate::operation::Deed;
use crate::reader::{self, Card, Read, Wanted};
use crate::slip::{Language, Slip};
use crate::till::Till;
use crate::{batch, settings};
use caisson_sdk::emv::Extent;
use caisson_sdk::{Money, Outcome, Stop};

/// 9C of a purchase; a pre-authorisation is one to the card.
const PURCHASE: u8 = 0x00;

/// Takes `asked` from a card, or reserves it.
///
/// # Errors
/// Whatever ended it before anything left the terminal.
pub fn start<T: Till>(till: &mut T, deed: Deed, asked: &Money) -> Result<Outcome, Stop> {
    let language = Language::of(&till.language());
    batch::open(till, &asked.currency)?;
    let wanted = Wanted { amount: asked.clone(), extent: Extent::Full, transaction_type: PURCHASE };
    let card = match reader::read(till, language.words(), &wanted)? {
        Read::Ended(outcome) => return Ok(outcome),
        Read::Card(card) => card,
    };
    let slip = slip(till, (deed, language), asked, &card)?;
    let pin_longest = settings::code(till, "pin.longest", 2, "12");
    let pin_control = settings::optional_code(till, "pin.control", 16, "2600000000000000");
    let once = Once {
        track_2: card.track_2.as_ref(),
        de55: &card.de55,
        pin_longest: &pin_longest,
        pin_control: pin_control.as_deref(),
    };
    Case::new(till, asked.clone(), slip).with_card(&card).submit(&once)
}

/// A slip for `card`, with a row of the batch that is its own from here on.
fn slip<T: Till>(
    till: &mut T,
    (deed, language): (Deed, Language),
    asked: &Money,
    card: &Card,
) -> Result<Slip, Stop> {
    let (batch, row) = batch::reserve(till, &asked.currency)?;
    let chip = message::for_reversal(&card.de55);
    Ok(Slip {
        deed,
        language,
        way: card.way,
        has_pin: card.has_pin,
        pan: Some(card.pan.clone()),
        expiry: card.expiry.clone(),
        sequence: card.sequence,
        batch,
        row,
        kind: settings::code(till, deed.row().kind_setting, 2, deed.row().kind),
        original: None,
        chip: chip.iter().map(|byte| format!("{byte:02X}")).collect(),
    })
}
