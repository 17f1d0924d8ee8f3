//! What every transaction goes through: believed, of the open batch, not seen before, judged,
//! written down with its answer.

use super::card::{self, Chip};
use super::{Answer, Stop, check_mac, give_back, take};
use crate::bank::amounts::Effect;
use crate::bank::books::desk::{Desk, NewDeal, Till};
use crate::bank::books::{Kind, State};
use crate::bank::operation::BankOperation as Op;
use crate::bank::request::Request;
use caisson_iso8583::Message;

/// What becomes of a transaction.
pub(super) struct Verdict {
    /// DE39.
    pub(super) code: &'static str,
    /// What is booked as approved.
    pub(super) approved: i64,
    /// The transaction that it is about.
    pub(super) original: Option<i64>,
    /// What it does to money, once its own number is known.
    pub(super) step: Step,
}

/// What an approved transaction does to money.
pub(super) enum Step {
    /// Nothing: an inquiry tells a balance.
    Tells {
        /// In minor units.
        balance: i64,
    },
    /// Takes it.
    Captures,
    /// Takes it, and nothing is held for it any more.
    CapturesHeld,
    /// Holds it.
    Holds,
    /// Holds nothing any more.
    LetsGo,
    /// Gives it back for the original, as a `void` or a `refund`.
    GivesBack(&'static str),
    /// As a void, and the pre-authorisation `hold` holds `amount` again.
    GivesBackToHold {
        /// The pre-authorisation.
        hold: i64,
        /// What it held.
        amount: i64,
    },
}

/// Books a transaction.
pub(super) fn book(
    desk: &Desk<'_>,
    till: &Till,
    request: &Request,
    effect: Effect,
    answer: &mut Answer,
) -> Result<(), Stop> {
    check_mac(desk, till, request, true)?;
    if request.batch != till.batch || till.uploads {
        return Err(Stop::Code("77"));
    }
    if let Some(earlier) = desk.deal(&request.terminal, request.batch, &request.stan)? {
        return match earlier.kind {
            Kind::Unseen => Err(Stop::Code("12")),
            _ if earlier.digest == request.digest => repeat(&earlier.answer, answer),
            _ => Err(Stop::Code("94")),
        };
    }
    let number = desk.next_number()?;
    let rrn = format!("{number:012}");
    answer.message.set(37, &rrn)?;
    let mut chip = Chip::default();
    let verdict = match judge(desk, till, request, effect, &mut chip) {
        Ok(verdict) => Ok(verdict),
        Err(Stop::Code(code)) => Err(code),
        Err(stop) => return Err(stop),
    };
    let code = verdict.as_ref().map_or_else(|code| *code, |verdict| verdict.code);
    answer.code(code);
    if let Some(data) = chip.answer(code, effect == Effect::WrongArpc) {
        answer.message.set_bytes(55, &data)?;
    }
    let auth_code = format!("{:06}", number % 1_000_000);
    if let Ok(verdict) = &verdict {
        put_verdict(desk, verdict, effect, &auth_code, answer)?;
    }
    write_down(desk, request, &rrn, code, verdict.ok().as_ref(), &auth_code, answer)
}

/// The stored answer once more, sealed by the key of now.
fn repeat(stored: &[u8], answer: &mut Answer) -> Result<(), Stop> {
    let stored = Message::unpack(answer.message.spec(), stored).map_err(|_| "96")?;
    answer.message = stored;
    Ok(())
}

fn judge(
    desk: &Desk<'_>,
    till: &Till,
    request: &Request,
    effect: Effect,
    chip: &mut Chip,
) -> Result<Verdict, Stop> {
    if request.currency.as_ref().is_some_and(|currency| *currency != desk.house.currency) {
        return Err(Stop::Code("40"));
    }
    let is_new = matches!(request.operation, Op::Sale | Op::Inquiry | Op::Authorisation);
    if is_new {
        card::check(desk, till, request, chip)?;
    } else if request.card.is_some() {
        card::account(desk, request)?;
    }
    if let Effect::Declines(code) = effect {
        return Err(Stop::Code(code));
    }
    match request.operation {
        Op::Inquiry => take::inquiry(desk, request),
        Op::Sale => take::sale(desk, request, effect),
        Op::Authorisation => take::authorisation(desk, request, effect),
        Op::Completion => take::completion(desk, request, effect),
        Op::Advice => take::advice(request),
        Op::Void => give_back::void(desk, request),
        Op::CompletionVoid => give_back::completion_void(desk, request),
        Op::AuthorisationVoid => give_back::authorisation_void(desk, request),
        Op::Refund => give_back::refund(desk, request, effect),
        _ => Err(Stop::Code("12")),
    }
}

fn put_verdict(
    desk: &Desk<'_>,
    verdict: &Verdict,
    effect: Effect,
    auth_code: &str,
    answer: &mut Answer,
) -> Result<(), Stop> {
    if let Step::Tells { balance } = verdict.step {
        // Account 10 (its default), amount 02 (what can be spent), currency, credit, the amount.
        let told = format!("1002{}C{:012}", desk.house.currency, balance.max(0));
        answer.message.set(54, &told)?;
        return Ok(());
    }
    let amount = u64::try_from(verdict.approved).map_err(|_| "96")?;
    answer.message.set_number(4, amount)?;
    if !matches!(effect, Effect::BookedBut(_)) {
        answer.message.set(38, auth_code)?;
    }
    Ok(())
}

fn write_down(
    desk: &Desk<'_>,
    request: &Request,
    rrn: &str,
    code: &'static str,
    verdict: Option<&Verdict>,
    auth_code: &str,
    answer: &Answer,
) -> Result<(), Stop> {
    let stored = answer.message.pack().map_err(|_| "96")?;
    let id = desk.enter(
        request,
        &NewDeal {
            kind: kind_of(request.operation),
            asked: request.amount.unwrap_or(0),
            approved: verdict.map_or(0, |verdict| verdict.approved),
            rrn,
            auth_code: verdict.map(|_| auth_code),
            original: verdict.and_then(|verdict| verdict.original),
            code,
            state: if verdict.is_some() { State::Approved } else { State::Declined },
            answer: &stored,
        },
    )?;
    let Some(Verdict { approved, original, step, .. }) = verdict else { return Ok(()) };
    let of = original.unwrap_or(id);
    match step {
        Step::Tells { .. } => {}
        Step::Captures => desk.move_money(id, id, "capture", *approved)?,
        Step::CapturesHeld => {
            desk.hold(of, 0)?;
            desk.move_money(id, id, "capture", *approved)?;
        }
        Step::Holds => desk.hold(id, *approved)?,
        Step::LetsGo => desk.hold(of, 0)?,
        Step::GivesBack(kind) => desk.move_money(of, id, kind, -approved)?,
        Step::GivesBackToHold { hold, amount } => {
            desk.move_money(of, id, "void", -approved)?;
            desk.hold(*hold, *amount)?;
        }
    }
    Ok(())
}

const fn kind_of(operation: Op) -> Kind {
    match operation {
        Op::Inquiry => Kind::Inquiry,
        Op::Void => Kind::Void,
        Op::Refund => Kind::Refund,
        Op::Authorisation => Kind::Authorisation,
        Op::AuthorisationVoid => Kind::AuthorisationVoid,
        Op::Completion => Kind::Completion,
        Op::CompletionVoid => Kind::CompletionVoid,
        Op::Advice => Kind::Advice,
        _ => Kind::Sale,
    }
}
