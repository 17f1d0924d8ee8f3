//! What takes or holds money, and the inquiry that tells what there is.

use super::Stop;
use super::book::{Step, Verdict};
use super::card::available;
use super::give_back::same_card;
use crate::bank::amounts::Effect;
use crate::bank::books::desk::{Deal, Desk};
use crate::bank::books::{Kind, State};
use crate::bank::request::{FORMAT, Request};

/// A completion may exceed its pre-authorisation by so many hundredths.
const COMPLETION_PERCENT_MAX: i64 = 115;

/// Tells what can be spent.
pub(super) fn inquiry(desk: &Desk<'_>, request: &Request) -> Result<Verdict, Stop> {
    let balance = available(desk, request)?;
    Ok(Verdict { code: "00", approved: 0, original: None, step: Step::Tells { balance } })
}

/// Takes money, or half of what is asked.
pub(super) fn sale(desk: &Desk<'_>, request: &Request, effect: Effect) -> Result<Verdict, Stop> {
    let asked = request.some_amount()?;
    let approved = if effect == Effect::ApprovesHalf { (asked / 2).max(1) } else { asked };
    if approved > available(desk, request)? {
        return Err(Stop::Code("51"));
    }
    Ok(Verdict { code: code_of(effect), approved, original: None, step: Step::Captures })
}

/// Holds money.
pub(super) fn authorisation(
    desk: &Desk<'_>,
    request: &Request,
    effect: Effect,
) -> Result<Verdict, Stop> {
    let approved = request.some_amount()?;
    if approved > available(desk, request)? {
        return Err(Stop::Code("51"));
    }
    Ok(Verdict { code: code_of(effect), approved, original: None, step: Step::Holds })
}

/// Takes held money.
pub(super) fn completion(
    desk: &Desk<'_>,
    request: &Request,
    effect: Effect,
) -> Result<Verdict, Stop> {
    let asked = request.some_amount()?;
    let held = held(desk, request)?;
    if asked > held.approved * COMPLETION_PERCENT_MAX / 100 {
        return Err(Stop::Code("13"));
    }
    let original = Some(held.id);
    Ok(Verdict { code: code_of(effect), approved: asked, original, step: Step::CapturesHeld })
}

/// Takes what card and terminal approved; the bank has no say.
pub(super) fn advice(request: &Request) -> Result<Verdict, Stop> {
    let approved = request.some_amount()?;
    request.card.as_ref().ok_or(FORMAT)?;
    Ok(Verdict { code: "00", approved, original: None, step: Step::Captures })
}

/// The pre-authorisation that `request` names, which must still hold something.
pub(super) fn held(desk: &Desk<'_>, request: &Request) -> Result<Deal, Stop> {
    let named = match (&request.original, &request.rrn) {
        (Some((batch, stan)), _) => desk.deal(&request.terminal, *batch, stan)?,
        (None, Some(rrn)) => desk.deal_of_rrn(rrn)?,
        (None, None) => None,
    };
    let deal = match (named, &request.card, &request.auth_code) {
        (Some(deal), _, _) => Some(deal),
        (None, Some(card), Some(code)) => desk.authorisation(&card.digest(), code)?,
        _ => None,
    };
    let deal = deal.filter(|deal| deal.kind == Kind::Authorisation).ok_or("25")?;
    same_card(&deal, request)?;
    if deal.state == State::Approved && deal.held > 0 { Ok(deal) } else { Err(Stop::Code("12")) }
}

/// DE39 of what was booked.
pub(super) const fn code_of(effect: Effect) -> &'static str {
    match effect {
        Effect::ApprovesHalf => "10",
        Effect::ApprovesAs(code) | Effect::BookedBut(code) => code,
        Effect::Approves | Effect::WrongArpc | Effect::Fault(_) | Effect::Declines(_) => "00",
    }
}
