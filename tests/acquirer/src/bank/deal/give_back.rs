//! What gives money back, or lets held money go.

use super::Stop;
use super::book::{Step, Verdict};
use super::take::{code_of, held};
use crate::bank::amounts::Effect;
use crate::bank::books::desk::{Deal, Desk};
use crate::bank::books::{Kind, State};
use crate::bank::request::{FORMAT, Request};

/// Takes a sale of this terminal's open batch back, whole.
pub(super) fn void(desk: &Desk<'_>, request: &Request) -> Result<Verdict, Stop> {
    let original = whole(desk, request, &[Kind::Sale, Kind::Advice])?;
    let step = Step::GivesBack("void");
    Ok(Verdict { code: "00", approved: original.approved, original: Some(original.id), step })
}

/// Takes a completion of this terminal's open batch back, whole; the money is held again.
pub(super) fn completion_void(desk: &Desk<'_>, request: &Request) -> Result<Verdict, Stop> {
    let original = whole(desk, request, &[Kind::Completion])?;
    let hold = desk.deal_of_id(original.original.ok_or("96")?)?.ok_or("96")?;
    let step = Step::GivesBackToHold { hold: hold.id, amount: hold.approved };
    Ok(Verdict { code: "00", approved: original.approved, original: Some(original.id), step })
}

/// Lets the money of a pre-authorisation go.
pub(super) fn authorisation_void(desk: &Desk<'_>, request: &Request) -> Result<Verdict, Stop> {
    let original = held(desk, request)?;
    if request.some_amount()? != original.approved {
        return Err(Stop::Code("64"));
    }
    let approved = original.approved;
    Ok(Verdict { code: "00", approved, original: Some(original.id), step: Step::LetsGo })
}

/// Gives back as much as is asked, of whatever batch, but no more than is left.
pub(super) fn refund(desk: &Desk<'_>, request: &Request, effect: Effect) -> Result<Verdict, Stop> {
    let approved = request.some_amount()?;
    let original = named(desk, request, &[Kind::Sale, Kind::Completion, Kind::Advice])?;
    if original.state != State::Approved || original.net == 0 {
        return Err(Stop::Code("12"));
    }
    if approved > original.net {
        return Err(Stop::Code("64"));
    }
    let code = match effect {
        Effect::ApprovesHalf => "00",
        effect => code_of(effect),
    };
    Ok(Verdict { code, approved, original: Some(original.id), step: Step::GivesBack("refund") })
}

/// The original of a void: of this terminal and batch, of that amount, and untouched.
fn whole(desk: &Desk<'_>, request: &Request, kinds: &[Kind]) -> Result<Deal, Stop> {
    let original = named(desk, request, kinds)?;
    if original.batch != request.batch || original.terminal != request.terminal {
        return Err(Stop::Code("22"));
    }
    if request.some_amount()? != original.approved {
        return Err(Stop::Code("64"));
    }
    let is_whole = original.state == State::Approved && original.net == original.approved;
    if is_whole { Ok(original) } else { Err(Stop::Code("12")) }
}

/// The original that DE61 names, else DE37.
fn named(desk: &Desk<'_>, request: &Request, kinds: &[Kind]) -> Result<Deal, Stop> {
    let found = match (&request.original, &request.rrn) {
        (Some((batch, stan)), _) => desk.deal(&request.terminal, *batch, stan)?,
        (None, Some(rrn)) => desk.deal_of_rrn(rrn)?,
        (None, None) => return Err(Stop::Code(FORMAT)),
    };
    let original = found.filter(|deal| kinds.contains(&deal.kind)).ok_or("25")?;
    if original.state == State::Declined {
        return Err(Stop::Code("25"));
    }
    same_card(&original, request)?;
    Ok(original)
}

/// The card, where both name one, is the same.
pub(super) fn same_card(original: &Deal, request: &Request) -> Result<(), Stop> {
    match (&original.card, &request.card) {
        (Some(of_original), Some(card)) if *of_original != card.digest() => Err(Stop::Code("14")),
        _ => Ok(()),
    }
}
