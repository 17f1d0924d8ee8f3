//! Asks how much is on an account, and shows it. Moves nothing.

use crate::batch;
use crate::exchange::{READ, Told, ask};
use crate::message::{Draft, Said};
use crate::operation::BALANCE;
use crate::reader::{self, Card, Read, Wanted};
use crate::slip::{Language, Way};
use crate::till::Till;
use caisson_sdk::emv::{self, Extent, OnlineAnswer};
use caisson_sdk::{Money, Sensitive, Stop};

/// 9C of a balance inquiry.
const INQUIRY: u8 = 0x31;
/// The first two digits of field 60.
const KIND: &str = "01";
const NETWORK: &str = "000";
/// The currency that a card is asked in, where the batch has none yet: there is no amount.
const CURRENCY: &str = "CNY";
/// One entry of field 54: account type, kind, currency, sign, amount.
const ENTRY_CHARS: usize = 20;
/// The kind of an entry that says what can be spent.
const AVAILABLE: &str = "02";

/// Asks and shows.
///
/// # Errors
/// Whatever ended it early.
pub fn serve<T: Till>(till: &mut T) -> Result<(), Stop> {
    let words = Language::of(&till.language()).words();
    let (number, currency) = batch::named(till)?;
    let amount = Money::new(0, currency.as_deref().unwrap_or(CURRENCY));
    let wanted = Wanted { amount, extent: Extent::Full, transaction_type: INQUIRY };
    let title = words.balance.title;
    let card = match reader::read(till, words, &wanted)? {
        Read::Card(card) => card,
        Read::Ended(_) => return Ok(till.failed(title, words.no_balance, READ)?),
    };
    till.progress(title, words.balance.body)?;
    let request = request(&card, &number)?;
    let told = ask(till, "balance", "BALANCE", &request)?;
    end_card(till, &card, &told);
    let Told::Done(said) = &told else {
        return Ok(till.failed(title, &told.why(words), READ)?);
    };
    let body = said.amounts.as_deref().and_then(available).map_or_else(
        || words.no_balance.to_owned(),
        |money| format!("{}: {money}", words.available),
    );
    Ok(till.done(title, &body, READ)?)
}

fn request(card: &Card, batch: &str) -> Result<crate::message::Packed, Stop> {
    let pin = if card.has_pin { "1" } else { "2" };
    let sequence = card.sequence.map(|number| format!("{number:03}"));
    Draft::new(BALANCE)
        .with(2, card.pan.exposed())?
        .with_some(14, card.expiry.as_ref().map(Sensitive::exposed))?
        .with(22, &format!("{}{pin}", card.way.code()))?
        .with_some(23, sequence.as_deref())?
        .with(25, "00")?
        .with_some(26, card.has_pin.then_some("12"))?
        .with_some(35, card.track_2.as_ref().map(Sensitive::exposed))?
        .with_some(53, card.has_pin.then_some("2600000000000000"))?
        .with_bytes(55, &card.de55)?
        .in_batch(KIND, batch, NETWORK)?
        .packed()
}

/// The chip's last word, which nobody asks for; it must not wait for ever.
fn end_card<T: Till>(till: &mut T, card: &Card, told: &Told) {
    if !matches!(card.way, Way::Chip | Way::Contactless) {
        return;
    }
    let answer = match told {
        Told::Done(said) | Told::Refused(said) => answered(said, matches!(told, Told::Done(_))),
        Told::Silent => OnlineAnswer::Unable,
    };
    if let Err(error) = till.emv_complete(&answer) {
        till.log(&format!("emv: {error}"));
    }
}

fn answered(said: &Said, approved: bool) -> OnlineAnswer {
    OnlineAnswer::Answered(emv::Answer {
        approved,
        code: said.code.clone(),
        authentication: said.authentication.clone(),
        scripts: said.scripts.clone(),
    })
}

/// What can be spent, as field 54 says; `None` where it does not, or the account is overdrawn.
fn available(amounts: &str) -> Option<Money> {
    let bytes = amounts.as_bytes();
    let entries =
        bytes.chunks_exact(ENTRY_CHARS).filter_map(|entry| std::str::from_utf8(entry).ok());
    let entry = entries.into_iter().find(|entry| entry.get(2..4) == Some(AVAILABLE))?;
    let minor = entry.get(8..)?.parse().ok()?;
    let currency = match entry.get(4..7)? {
        "156" => "CNY",
        "344" => "HKD",
        "446" => "MOP",
        "840" => "USD",
        "978" => "EUR",
        _ => return None,
    };
    (entry.get(7..8)? == "C").then(|| Money::new(minor, currency))
}
