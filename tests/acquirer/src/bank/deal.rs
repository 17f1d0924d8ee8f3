//! What the bank answers: one file for each kind of deal, holding what it needs and what it does.
//!
//! A deal works on the desk of the books, inside one commit. It knows neither sockets nor faults;
//! what the amount chose comes in as an [`Effect`].

use caisson_iso8583::{FieldError, Message};

use super::amounts::Effect;
use super::books::desk::{Desk, Till};
use super::config::MacLength;
use super::keys::Key;
use super::operation::BankOperation as Op;
use super::request::Request;

mod book;
mod card;
mod give_back;
mod reverse;
mod serial;
mod session;
mod settle;
mod take;

/// Fields that an answer repeats of its request.
const REPEATED: [u8; 7] = [3, 11, 25, 41, 42, 49, 60];
/// Whoever routes for this bank (DE32).
const ACQUIRER_CODE: &str = "48020000";
/// The answer code of totals that differ.
const DIFFERS: &str = "95";

/// Why a deal ends before its end.
pub(super) enum Stop {
    /// With this answer code.
    Code(&'static str),
    /// The books cannot be read or written: there is no answer.
    Books(rusqlite::Error),
}

impl From<&'static str> for Stop {
    fn from(code: &'static str) -> Self {
        Self::Code(code)
    }
}

impl From<rusqlite::Error> for Stop {
    fn from(error: rusqlite::Error) -> Self {
        Self::Books(error)
    }
}

impl From<FieldError> for Stop {
    /// A value of the bank's own that its spec does not allow: a failure of the centre.
    fn from(error: FieldError) -> Self {
        tracing::error!(%error, "answer not written");
        Self::Code("96")
    }
}

/// An answer, and the key that seals it.
pub(super) struct Answer {
    pub(super) message: Message<'static>,
    /// None: it has no MAC.
    pub(super) mac: Option<Key>,
    /// What [`crate::FaultKind::BadlySigned`] spoils where there is no MAC: the keys.
    pub(super) keys_field: bool,
}

impl Answer {
    /// An answer without a code yet; none if `message` is an answer itself.
    pub(super) fn to(message: &Message<'static>) -> Option<Self> {
        let mut answer = message.answer()?;
        // Of the same spec, so each value fits.
        answer.copy(message, &REPEATED).ok()?;
        Some(Self { message: answer, mac: None, keys_field: false })
    }

    /// Sets DE39.
    pub(super) fn code(&mut self, code: &str) {
        if self.message.set(39, code).is_err() {
            self.message.clear(39);
        }
    }
}

/// Answers `request`, which came as `message`.
pub(super) fn answer(
    desk: &Desk<'_>,
    message: &Message<'static>,
    request: &Request,
    effect: Effect,
    mut answer: Answer,
) -> rusqlite::Result<Answer> {
    match run(desk, message, request, effect, &mut answer) {
        Ok(()) => {}
        Err(Stop::Code(code)) => answer.code(code),
        Err(Stop::Books(error)) => return Err(error),
    }
    Ok(answer)
}

fn run(
    desk: &Desk<'_>,
    message: &Message<'static>,
    request: &Request,
    effect: Effect,
    answer: &mut Answer,
) -> Result<(), Stop> {
    let now = desk.local_time();
    answer.message.set(12, &now.time)?.set(13, now.month_and_day())?.set(32, ACQUIRER_CODE)?;
    let terminal = desk.house.terminals.get(&request.terminal).ok_or("97")?;
    let mut till = desk.till(&request.terminal)?;
    serial::put_keys(&terminal.scheme, &mut till, request)?;
    if let (Some(keys), true) = (&till.keys, request.sealed.is_some()) {
        answer.mac = Some(keys.response);
    }
    serial::check(desk, request)?;
    if terminal.merchant != request.merchant {
        return Err(Stop::Code("03"));
    }
    match effect {
        // A settlement compares all the same.
        Effect::Declines(DIFFERS) if request.operation == Op::Settlement => {}
        Effect::Declines(code) if !request.operation.is_chosen_by_amount() => {
            return Err(Stop::Code(code));
        }
        _ => {}
    }
    match request.operation {
        Op::SignOn => session::sign_on(desk, terminal, &till, request, answer),
        Op::SignOff => session::sign_off(desk, request, answer),
        Op::Echo => session::echo(answer),
        Op::Settlement => settle::settle(desk, &till, (message, request), effect, answer),
        Op::Upload => settle::upload(desk, &till, request, answer),
        Op::UploadEnd => settle::end(desk, &till, request, answer),
        Op::Reversal => reverse::reverse(desk, &till, request, answer),
        Op::Sale
        | Op::Inquiry
        | Op::Void
        | Op::Refund
        | Op::Authorisation
        | Op::AuthorisationVoid
        | Op::Completion
        | Op::CompletionVoid
        | Op::Advice => book::book(desk, &till, request, effect, answer),
    }
}

/// Believes the MAC of a request, or answers A0. What moves money must have one.
fn check_mac(desk: &Desk<'_>, till: &Till, request: &Request, must_have: bool) -> Result<(), Stop> {
    let is_believed = match (&till.keys, &request.sealed) {
        (Some(keys), Some((covered, mac))) => {
            cut(keys.request.mac(covered), desk.house.mac).as_slice() == mac.as_slice()
        }
        (_, None) => !must_have,
        (None, Some(_)) => false,
    };
    if is_believed { Ok(()) } else { Err(Stop::Code("A0")) }
}

/// As much of a MAC as stands in DE64.
pub(super) fn cut(mac: [u8; 8], length: MacLength) -> [u8; 8] {
    let [a, b, c, d, ..] = mac;
    match length {
        MacLength::Four => [a, b, c, d, 0, 0, 0, 0],
        MacLength::Eight => mac,
    }
}

/// DE60.2 of an answer: the batch that is open.
fn put_batch(answer: &mut Answer, batch: i64) -> Result<(), Stop> {
    let text = answer.message.text(60).ok_or("30")?;
    let (kind, rest) = (text.get(..2).ok_or("30")?, text.get(8..).ok_or("30")?);
    let told = format!("{kind}{batch:06}{rest}");
    answer.message.set(60, &told)?;
    Ok(())
}
