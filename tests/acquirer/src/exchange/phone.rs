//! The customer's phone: scans a shown code, pays or refuses it, confirms a scanned one.
//!
//! Unsigned, because it is the test's side of the counter; a real wallet has no such door. No
//! fault ever strikes it.

use serde_json::{Map, Value};

use super::create::CODE_URL;
use super::{Answer, BadRequest, Fields, Operation, Outcome, Reason};
use crate::amounts::{self, Effect};
use crate::books::desk::Desk;
use crate::books::order::{Order, OrderState};
use crate::signature::sha256;

/// What a phone can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// `{code_url}` -> `SHOWN {payee, amount, currency}`, or why it cannot be paid.
    Scan,
    /// `{code_url, answer}` -> `PAID`, `REFUSED`, or why it cannot be paid.
    Pay,
    /// `{order or code, answer}` -> `PAID`, `REFUSED`, or `NOT_FOUND` if nothing waits.
    Confirm,
}

impl Act {
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        [Self::Scan, Self::Pay, Self::Confirm].into_iter().find(|act| act.path() == path)
    }

    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Scan => "/wallet/scan",
            Self::Pay => "/wallet/pay",
            Self::Confirm => "/wallet/confirm",
        }
    }

    /// Does it; also says which order it was about.
    pub(crate) fn book(
        self,
        desk: &Desk<'_>,
        body: &[u8],
    ) -> rusqlite::Result<(Answer, Option<String>)> {
        let Ok(Value::Object(object)) = serde_json::from_slice(body) else {
            let bad = BadRequest::new("the body", "is not a JSON object", &Map::new());
            return Ok((bad.answer(), None));
        };
        let fields = Fields::new(&object);
        let read = match self {
            Self::Scan => fields.text("code_url").map(|url| (url, true)),
            Self::Pay => fields.text("code_url").and_then(|url| Ok((url, pays(&fields)?))),
            Self::Confirm => return confirm(desk, &fields),
        };
        let (url, pays) = match read {
            Ok(read) => read,
            Err(bad) => return Ok((bad.answer(), None)),
        };
        let token = url.strip_prefix(CODE_URL).unwrap_or_default();
        let Some(order) = desk.order_of_token(token)? else {
            return Ok((Answer::new(Outcome::NotFound), None));
        };
        let answer = match self {
            Self::Scan => scan(desk, &order)?,
            Self::Pay | Self::Confirm => pay(desk, &order, pays)?,
        };
        Ok((answer, Some(order.number)))
    }
}

fn scan(desk: &Desk<'_>, order: &Order) -> rusqlite::Result<Answer> {
    if order.state == OrderState::Closed || order.state == OrderState::Declined {
        return Ok(Answer::declined(Reason::OrderClosed).order(&order.number));
    }
    if order.state == OrderState::Created && effect_of(order) == Effect::PaysWhenScanned {
        desk.capture(order, desk.now_ms)?;
    }
    Ok(Answer::new(Outcome::Shown)
        .order(&order.number)
        .amount(order.amount, &order.currency)
        .text("payee", &desk.house.payee))
}

fn pay(desk: &Desk<'_>, order: &Order, pays: bool) -> rusqlite::Result<Answer> {
    let answer = match order.state {
        OrderState::Paid => Answer::new(Outcome::Paid),
        OrderState::Created if !pays => Answer::new(Outcome::Refused),
        OrderState::Created => match effect_of(order) {
            Effect::NeverPays => Answer::declined(Reason::BalanceShort),
            // The phone says so; the money is on its way until after the order is closed.
            Effect::PaysLate => Answer::new(Outcome::Paid),
            _ => {
                desk.capture(order, desk.now_ms)?;
                Answer::new(Outcome::Paid)
            }
        },
        _ => Answer::declined(Reason::OrderClosed),
    };
    Ok(answer.order(&order.number).amount(order.amount, &order.currency))
}

fn confirm(desk: &Desk<'_>, fields: &Fields<'_>) -> rusqlite::Result<(Answer, Option<String>)> {
    let read = if fields.has("order") {
        fields.number("order").map(Ok)
    } else {
        fields.text("code").map(|code| Err(sha256(code.as_bytes())))
    };
    let (which, pays) = match read.and_then(|which| Ok((which, pays(fields)?))) {
        Ok(read) => read,
        Err(bad) => return Ok((bad.answer(), None)),
    };
    let found = match which {
        Ok(number) => desk.order(&number)?,
        Err(code) => desk.waiting_order_of(&code)?,
    };
    let Some(order) = found.filter(|order| order.state == OrderState::Waiting) else {
        return Ok((Answer::new(Outcome::NotFound), None));
    };
    let answer = if pays {
        desk.capture(&order, desk.now_ms)?;
        Answer::new(Outcome::Paid)
    } else {
        desk.decline(&order, Reason::CustomerRefused)?;
        Answer::new(Outcome::Refused)
    };
    let answer = answer.order(&order.number).amount(order.amount, &order.currency);
    Ok((answer, Some(order.number)))
}

fn effect_of(order: &Order) -> Effect {
    amounts::effect(Operation::Create, order.amount)
}

fn pays(fields: &Fields<'_>) -> Result<bool, BadRequest> {
    match fields.text("answer")? {
        "pay" => Ok(true),
        "refuse" => Ok(false),
        _ => Err(fields.bad("answer", "is not \"pay\" or \"refuse\"")),
    }
}
