//! Guests that leave a payment open, and do not make it certain as they should.

use crate::money::{echo_ticket, honest, make_certain_with, scanned};
use crate::rules::told;
use crate::{greed, time};
use caisson_sdk::{Outcome, Stop, Ticket, payment, reason};
use serde_json::{Value, json};

/// Far more questions than any payment needs.
const QUESTIONS: usize = 5_000;

pub(crate) fn start(behaviour: &str) -> Option<Result<Outcome, Stop>> {
    is_one(behaviour).then(leave_open)
}

/// True for the behaviours of [`recover`] that begin with a payment left open.
fn is_one(behaviour: &str) -> bool {
    matches!(
        behaviour,
        "floods-recovery"
            | "submits-in-recover"
            | "never-certain"
            | "says-declined-in-recover"
            | "says-approved-in-recover"
            | "traps-in-recover"
            | "loops-in-recover"
            | "hoards-memory-in-recover"
            | "hoards-documents-in-recover"
            | "recurses-in-recover"
    )
}

pub(crate) fn recover(behaviour: &str, ticket: &Ticket) -> Option<Result<Outcome, Stop>> {
    Some(match behaviour {
        "echoes" => Ok(echo_ticket(ticket)),
        "loops" | "loops-in-recover" => time::spin(),
        "floods-recovery" => flood(ticket),
        "submits-in-recover" => submit(ticket),
        "never-certain" => Ok(Outcome::Unknown),
        "says-declined-in-recover" => Ok(Outcome::declined(reason::DECLINED_OTHER)),
        "says-approved-in-recover" => Ok(Outcome::approved(ticket.amount(), Vec::new())),
        "traps-in-recover" => std::process::abort(),
        "hoards-memory-in-recover" => greed::hoard_memory(),
        "hoards-documents-in-recover" => greed::hoard_documents(),
        "recurses-in-recover" => Ok(greed::recurse()),
        _ => return None,
    })
}

/// Pays, notes the request, and does not want to know the answer.
fn leave_open() -> Result<Outcome, Stop> {
    let request = scanned()?;
    let _ = payment::submit("pay", &request, request.to_string().as_bytes());
    Ok(Outcome::Unknown)
}

/// Asks without end, and believes the last answer that it got.
fn flood(ticket: &Ticket) -> Result<Outcome, Stop> {
    let mut last = None;
    let mut refused = None;
    for _ in 0..QUESTIONS {
        match payment::inquire("query", &json!({})) {
            Ok(answer) => last = Some(answer),
            Err(error) => refused = Some(error),
        }
    }
    if let Some(error) = refused {
        println!("last refusal: {:?}: {}", error.code, error.detail);
    }
    Ok(last.map_or(Outcome::Unknown, |answer| honest(&answer, &ticket.amount(), Vec::new())))
}

/// Hands over the noted request once more, and one for another operation.
fn submit(ticket: &Ticket) -> Result<Outcome, Stop> {
    let request: Value = serde_json::from_slice(&ticket.recovery()).unwrap_or_default();
    let facts = vec![
        told("pay again", payment::submit("pay", &request, b"")),
        told("pay by a code", payment::submit("create", &json!({ "expires_s": 60 }), b"")),
    ];
    make_certain_with(ticket, facts)
}
