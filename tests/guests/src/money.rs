//! Guests about money: one that hands back what it was given, two that trap around the one
//! request, one that names a currency that does not exist.

use caisson_sdk::payment::Reading;
use caisson_sdk::{Fact, Intent, Money, Outcome, Stop, Ticket, camera, payment};
use serde_json::json;
use std::time::Duration;

/// How long a customer may look for the code.
const SCAN: Duration = Duration::from_secs(60);

/// Facts from names and values; what paper cannot carry is left out.
pub(crate) fn facts<const N: usize>(pairs: [(&str, &str); N]) -> Vec<Fact> {
    pairs.into_iter().filter_map(|(name, value)| Fact::new(name, value)).collect()
}

/// Approved, with all that an intent and an answer hold.
pub(crate) fn echo_intent(intent: &Intent) -> Result<Outcome, Stop> {
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

/// Reads the customer's code, and traps while nothing has left.
pub(crate) fn trap_before_send() -> Result<Outcome, Stop> {
    camera::scan("Show your code", SCAN)?;
    std::process::abort()
}

/// Submits, and traps whatever the answer was.
pub(crate) fn trap_after_send() -> Result<Outcome, Stop> {
    let code = camera::scan("Show your code", SCAN)?.text;
    let wallet = match code.get(..2) {
        Some("10" | "11" | "12" | "13" | "14" | "15") => "wechat",
        Some("62") => "unionpay",
        _ => "alipay",
    };
    let _ = payment::submit("pay", &json!({ "wallet": wallet, "code": code }), b"trapped");
    std::process::abort()
}

/// Approved in a currency that is none.
pub(crate) fn lie_about_currency() -> Outcome {
    Outcome::approved(Money { minor: 1, currency: "€uro".into() }, Vec::new())
}

/// What every guest does about an open payment: asks, and takes back what can still be paid.
pub(crate) fn make_certain(ticket: &Ticket) -> Result<Outcome, Stop> {
    let mut answer = payment::inquire("query", &json!({}))?;
    let is_undecided = matches!(answer.reading, Reading::Open | Reading::Unreadable);
    if is_undecided && !ticket.closed() {
        answer = payment::undo("cancel", &json!({}))?;
    }
    Ok(match answer.reading {
        Reading::Paid => Outcome::approved(answer.amount_or(&ticket.amount()), Vec::new()),
        Reading::NotPaid => Outcome::declined(answer.reason_or_other()),
        Reading::Undone => Outcome::cancelled(caisson_sdk::reason::ORDER_CLOSED),
        Reading::Open | Reading::Unreadable => Outcome::Unknown,
    })
}
