//! Is it one of the bank's cards, is it still good, is the PIN its own, is its cryptogram true?

use super::Stop;
use crate::bank::books::desk::{Desk, Till};
use crate::bank::config::BankCard;
use crate::bank::issuer::BelievedCryptogram;
use crate::bank::request::{Card, FORMAT, Request};

/// Wrong PINs in a row after which no PIN is looked at any more.
const WRONG_PINS_MAX: i64 = 3;
/// Tag of issuer authentication data.
const ISSUER_AUTHENTICATION: u8 = 0x91;

/// The cryptogram of a transaction, if it had one that was believed.
#[derive(Default)]
pub(super) struct Chip(Option<Box<dyn BelievedCryptogram>>);

impl Chip {
    /// DE55 of the answer with this code.
    pub(super) fn answer(&self, code: &str, is_wrong: bool) -> Option<Vec<u8>> {
        let code: [u8; 2] = code.as_bytes().try_into().ok()?;
        let mut data = self.0.as_ref()?.arpc(code);
        if let (Some(first), true) = (data.first_mut(), is_wrong) {
            *first ^= 0xFF;
        }
        let length = u8::try_from(data.len()).ok().filter(|length| (1..0x80).contains(length))?;
        data.splice(0..0, [ISSUER_AUTHENTICATION, length]);
        Some(data)
    }
}

/// The card that the message names, which must be one of the bank's.
pub(super) fn account<'a>(
    desk: &'a Desk<'_>,
    request: &'a Request,
) -> Result<(&'a Card, &'a BankCard), Stop> {
    let card = request.card.as_ref().ok_or(FORMAT)?;
    let account = desk.house.cards.get(&card.pan).ok_or("14")?;
    Ok((card, account))
}

/// Everything that is checked of a card which begins something.
pub(super) fn check(
    desk: &Desk<'_>,
    till: &Till,
    request: &Request,
    chip: &mut Chip,
) -> Result<(), Stop> {
    let (card, account) = account(desk, request)?;
    let now = desk.local_time();
    if request.expiry.as_deref().is_some_and(|expiry| expiry < now.year_and_month()) {
        return Err(Stop::Code("54"));
    }
    if let (Some(de55), Some(issuer)) = (&request.chip, &desk.house.issuer) {
        let believed = issuer.verify_arqc(de55, &card.pan, card.sequence).map_err(|refused| {
            tracing::info!(%refused, terminal = request.terminal, "declined with 59");
            "59"
        })?;
        chip.0 = Some(believed);
    }
    match &request.pin_block {
        Some(block) => check_pin(desk, till, card, account, block),
        None => Ok(()),
    }
}

fn check_pin(
    desk: &Desk<'_>,
    till: &Till,
    card: &Card,
    account: &BankCard,
    block: &[u8],
) -> Result<(), Stop> {
    let keys = till.keys.ok_or("99")?;
    let digest = card.digest();
    let tries = desk.wrong_pins(&digest)?;
    if tries >= WRONG_PINS_MAX {
        return Err(Stop::Code("75"));
    }
    let pin = keys.pin.pin(block, &card.pan).ok_or("99")?;
    let is_right = account.pin.as_deref() == Some(pin.as_str());
    desk.set_wrong_pins(&digest, if is_right { 0 } else { tries + 1 })?;
    if is_right { Ok(()) } else { Err(Stop::Code("55")) }
}

/// What can still be spent, in minor units.
pub(super) fn available(desk: &Desk<'_>, request: &Request) -> Result<i64, Stop> {
    let (card, account) = account(desk, request)?;
    Ok(account.balance - desk.spent(&card.digest())?)
}
