//! Reversals: what has this batch and this DE11 is undone, however often it is asked.

use super::{Answer, Stop, check_mac};
use crate::bank::books::desk::{Deal, Desk, NewDeal, Till};
use crate::bank::books::{Kind, State};
use crate::bank::request::Request;

/// Undoes the original. What was never seen is remembered, so that it is declined with 12 if it
/// comes after all, overtaken on its way.
pub(super) fn reverse(
    desk: &Desk<'_>,
    till: &Till,
    request: &Request,
    answer: &mut Answer,
) -> Result<(), Stop> {
    check_mac(desk, till, request, true)?;
    let Some(deal) = desk.deal(&request.terminal, request.batch, &request.stan)? else {
        let number = desk.next_number()?;
        let code = desk.house.reversal_of_unknown.as_str();
        answer.code(code);
        desk.enter(
            request,
            &NewDeal {
                kind: Kind::Unseen,
                asked: request.amount.unwrap_or(0),
                approved: 0,
                rrn: &format!("{number:012}"),
                auth_code: None,
                original: None,
                code,
                state: State::Declined,
                answer: &[],
            },
        )?;
        return Ok(());
    };
    if deal.kind == Kind::Unseen {
        answer.code(&deal.code);
        return Ok(());
    }
    let is_same = |amount| amount == deal.asked || amount == deal.approved;
    if !request.amount.is_none_or(is_same) {
        return Err(Stop::Code("64"));
    }
    // Declined or undone already: there is nothing left to do, and that is what was asked.
    if deal.state == State::Approved {
        undo(desk, &deal)?;
        desk.set_reversed(deal.id)?;
    }
    answer.code("00");
    Ok(())
}

/// Takes back what `deal` did to money.
fn undo(desk: &Desk<'_>, deal: &Deal) -> Result<(), Stop> {
    let original = || deal.original.ok_or("96");
    match deal.kind {
        Kind::Sale | Kind::Advice => uncapture(desk, deal)?,
        Kind::Completion => {
            uncapture(desk, deal)?;
            let hold = desk.deal_of_id(original()?)?.ok_or("96")?;
            desk.hold(hold.id, hold.approved)?;
        }
        Kind::Void | Kind::Refund => {
            desk.move_money(original()?, deal.id, "reversal", deal.approved)?;
        }
        Kind::CompletionVoid => {
            let completion = original()?;
            desk.move_money(completion, deal.id, "reversal", deal.approved)?;
            let completion = desk.deal_of_id(completion)?.ok_or("96")?;
            desk.hold(completion.original.ok_or("96")?, 0)?;
        }
        // What was completed or let go cannot be undone at its beginning.
        Kind::Authorisation if deal.held == 0 => return Err(Stop::Code("12")),
        Kind::Authorisation => desk.hold(deal.id, 0)?,
        Kind::AuthorisationVoid => desk.hold(original()?, deal.approved)?,
        Kind::Inquiry | Kind::Unseen => {}
    }
    Ok(())
}

/// What was voided or refunded since cannot be undone at its beginning.
fn uncapture(desk: &Desk<'_>, deal: &Deal) -> Result<(), Stop> {
    if deal.net != deal.approved {
        return Err(Stop::Code("12"));
    }
    desk.move_money(deal.id, deal.id, "reversal", -deal.approved)?;
    Ok(())
}
