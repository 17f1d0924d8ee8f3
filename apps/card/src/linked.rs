//! What has to do with an earlier payment: the void, the refund and the completion. The terminal
//! says which payment that is; the card, where the acquirer wants to see it again, must be the same.

use crate::case::Case;
use crate::facts;
use crate::message::Once;
use crate::operation::Deed;
use crate::reader::{self, Card, Read, Wanted};
use crate::slip::{Language, Original, Slip, Way};
use crate::till::Till;
use crate::{batch, settings};
use caisson_sdk::emv::Extent;
use caisson_sdk::{Money, Outcome, Stop, reason};

/// How a linked payment differs from the others.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    /// What it does.
    pub deed: Deed,
    /// The setting that says whether the card is read again.
    pub card_setting: &'static str,
    /// 9C.
    pub transaction_type: u8,
}

/// Does it.
///
/// # Errors
/// Whatever ended it before anything left the terminal.
pub fn start<T: Till>(
    till: &mut T,
    link: Link,
    original: Original,
    asked: &Money,
) -> Result<Outcome, Stop> {
    let language = Language::of(&till.language());
    batch::open(till, &asked.currency)?;
    let card = match settings::word(till, link.card_setting, &["present", "absent"]) {
        "absent" => None,
        _ => match card_again(till, link, language, asked)? {
            Read::Ended(outcome) => return Ok(outcome),
            Read::Card(card) => Some(card),
        },
    };
    let slip = slip(till, (link.deed, language), asked, card.as_deref(), original)?;
    Case::new(till, asked.clone(), slip).submit(&Once::default())
}

/// The card of the earlier payment: its account alone, without a cryptogram.
fn card_again<T: Till>(
    till: &mut T,
    link: Link,
    language: Language,
    asked: &Money,
) -> Result<Read, Stop> {
    let wanted = Wanted {
        amount: asked.clone(),
        extent: Extent::ReadOnly,
        transaction_type: link.transaction_type,
    };
    let read = reader::read(till, language.words(), &wanted)?;
    let Read::Card(card) = &read else { return Ok(read) };
    let is_other = till.original_fact(facts::CARD).is_some_and(|shown| {
        // A mask says little, but two cards of a customer seldom share it.
        caisson_tlv::mask::mask_pan(card.pan.exposed()) != shown
    });
    if is_other {
        return Ok(Read::Ended(Outcome::declined(reason::CARD_INVALID)));
    }
    Ok(read)
}

fn slip<T: Till>(
    till: &mut T,
    (deed, language): (Deed, Language),
    asked: &Money,
    card: Option<&Card>,
    original: Original,
) -> Result<Slip, Stop> {
    let (batch, row) = batch::reserve(till, &asked.currency)?;
    Ok(Slip {
        deed,
        language,
        way: card.map_or(Way::Absent, |card| card.way),
        has_pin: false,
        pan: card.map(|card| card.pan.clone()),
        expiry: card.and_then(|card| card.expiry.clone()),
        sequence: card.and_then(|card| card.sequence),
        batch,
        row,
        kind: settings::code(till, deed.row().kind_setting, 2, deed.row().kind),
        original: Some(original),
        chip: String::new(),
    })
}
