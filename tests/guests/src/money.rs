//! Guests about money: one that hands back what it was given, two that trap around the one
//! request, one that names a currency that does not exist. And the honest ways that all share.

use caisson_sdk::payment::{Answer, Reading};
use caisson_sdk::{Fact, Intent, Money, Outcome, Stop, Ticket, camera, payment, reason};
use serde_json::{Value, json};
use std::time::Duration;

/// How long a customer may look for the code.
const SCAN: Duration = Duration::from_secs(60);

pub(crate) fn start(behaviour: &str, intent: &Intent) -> Option<Result<Outcome, Stop>> {
    Some(match behaviour {
        "echoes" => echo_intent(intent),
        "traps-before-send" => trap_before_send(),
        "traps-after-send" => trap_after_send(),
        "lies-about-currency" => Ok(lie_about_currency()),
        _ => return None,
    })
}

/// Facts from names and values; what paper cannot carry is left out.
pub(crate) fn facts<const N: usize>(pairs: [(&str, &str); N]) -> Vec<Fact> {
    pairs.into_iter().filter_map(|(name, value)| Fact::new(name, value)).collect()
}

/// Reads the customer's code: the request of a payment.
pub(crate) fn scanned() -> Result<Value, Stop> {
    let code = camera::scan("Show your code", SCAN)?.text;
    let wallet = match code.get(..2) {
        Some("10" | "11" | "12" | "13" | "14" | "15") => "wechat",
        Some("62") => "unionpay",
        _ => "alipay",
    };
    Ok(json!({ "wallet": wallet, "code": code }))
}

/// What an answer means, told honestly.
pub(crate) fn honest(answer: &Answer, asked: &Money, facts: Vec<Fact>) -> Outcome {
    match answer.reading {
        Reading::Paid => Outcome::approved(answer.amount_or(asked), facts),
        Reading::NotPaid => Outcome::declined(answer.reason_or_other()),
        Reading::Undone => Outcome::cancelled(reason::ORDER_CLOSED),
        Reading::Open | Reading::Unreadable => Outcome::Unknown,
    }
}

/// What every honest guest does about an open payment: asks, and takes back what can still be paid.
pub(crate) fn make_certain(ticket: &Ticket) -> Result<Outcome, Stop> {
    make_certain_with(ticket, Vec::new())
}

/// The same, with lines for the receipt.
pub(crate) fn make_certain_with(ticket: &Ticket, facts: Vec<Fact>) -> Result<Outcome, Stop> {
    let mut answer = payment::inquire("query", &json!({}))?;
    let is_undecided = matches!(answer.reading, Reading::Open | Reading::Unreadable);
    if is_undecided && !ticket.closed() {
        answer = payment::undo("cancel", &json!({}))?;
    }
    Ok(honest(&answer, &ticket.amount(), facts))
}

/// Approved, with all that a ticket holds.
pub(crate) fn echo_ticket(ticket: &Ticket) -> Outcome {
    let facts = facts([
        ("service", &ticket.service()),
        ("greeting", &ticket.setting("greeting").unwrap_or_default()),
        ("note", &String::from_utf8_lossy(&ticket.recovery())),
        ("age", &ticket.age_ms().to_string()),
        ("closed", &ticket.closed().to_string()),
    ]);
    Outcome::approved(ticket.amount(), facts)
}

/// Approved, with all that an intent and an answer hold.
fn echo_intent(intent: &Intent) -> Result<Outcome, Stop> {
    let greeting = intent.setting("greeting").unwrap_or_default();
    let request = json!({ "greeting": greeting });
    let answer = payment::submit("pay", &request, greeting.as_bytes())?;
    let body = String::from_utf8_lossy(&answer.body);
    let facts = facts([
        ("service", &intent.service()),
        ("greeting", &greeting),
        ("no such setting", &format!("{:?}", intent.setting("no-such"))),
        ("reading", &format!("{:?}", answer.reading)),
        ("reason", &answer.reason.clone().unwrap_or_default()),
        ("body", &body),
    ]);
    Ok(Outcome::approved(answer.amount_or(&intent.amount()), facts))
}

/// Reads the customer's code, and traps while nothing has left.
fn trap_before_send() -> Result<Outcome, Stop> {
    scanned()?;
    std::process::abort()
}

/// Submits, and traps whatever the answer was.
fn trap_after_send() -> Result<Outcome, Stop> {
    let _ = payment::submit("pay", &scanned()?, b"trapped");
    std::process::abort()
}

/// Approved in a currency that is none.
fn lie_about_currency() -> Outcome {
    Outcome::approved(Money { minor: 1, currency: "€uro".into() }, Vec::new())
}
