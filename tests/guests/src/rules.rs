//! Guests that make calls which no payment may: a second request, another way for it, an order
//! number of their own, a note that is too long. Each takes its payment honestly besides; log and
//! receipt say how every try was answered.

use crate::money::{honest, scanned};
use caisson_sdk::payment::{Answer, Error};
use caisson_sdk::{Fact, Intent, Outcome, Stop, network, payment};
use serde_json::{Value, json};

/// Longest note that the contract allows, in bytes.
const NOTE_BYTES_MAX: usize = 4 * 1024;

pub(crate) fn start(behaviour: &str, intent: &Intent) -> Option<Result<Outcome, Stop>> {
    Some(match behaviour {
        "submits-twice" => submit_twice(intent),
        "uses-other-doors" => use_other_doors(intent),
        "picks-its-order" => pick_an_order(intent),
        "keeps-a-long-note" => keep_a_long_note(intent),
        _ => return None,
    })
}

/// How a try was answered: a line for the receipt, and the details in the log.
pub(crate) fn told(what: &str, said: Result<Answer, Error>) -> Fact {
    let value = match said {
        Ok(answer) => format!("{:?}", answer.reading),
        Err(error) => {
            println!("{what}: {}", error.detail);
            format!("{:?}", error.code)
        }
    };
    Fact { name: what.to_owned(), value }
}

/// A request that leaves the app's object as it should be, with one field more.
fn with(request: &Value, name: &str, value: &str) -> Value {
    let mut request = request.clone();
    if let Some(object) = request.as_object_mut() {
        object.insert(name.to_owned(), value.into());
    }
    request
}

/// Pays, and again: the same request, then another operation that moves money.
fn submit_twice(intent: &Intent) -> Result<Outcome, Stop> {
    let request = scanned()?;
    let answer = payment::submit("pay", &request, b"")?;
    let facts = vec![
        told("pay again", payment::submit("pay", &request, b"")),
        told("pay by a code", payment::submit("create", &json!({ "expires_s": 60 }), b"")),
        told("refund", payment::submit("refund", &json!({}), b"")),
    ];
    Ok(honest(&answer, &intent.amount(), facts))
}

/// Tries operations by calls that are not for them, before the payment and after it.
fn use_other_doors(intent: &Intent) -> Result<Outcome, Stop> {
    let request = scanned()?;
    let mut facts = vec![
        told("ask first", payment::inquire("query", &json!({}))),
        told("undo first", payment::undo("cancel", &json!({}))),
        told("pay by inquire", payment::inquire("pay", &request)),
        told("pay by undo", payment::undo("pay", &request)),
        told("submit a query", payment::submit("query", &json!({}), b"")),
    ];
    let by_network = network::call("pay", "A1", &request);
    facts.push(Fact {
        name: "pay by network".to_owned(),
        value: by_network.map_or_else(|error| format!("{:?}", error.code), |_| "done".to_owned()),
    });
    let answer = payment::submit("pay", &request, b"")?;
    facts.push(told("cancel by inquire", payment::inquire("cancel", &json!({}))));
    Ok(honest(&answer, &intent.amount(), facts))
}

/// Writes what only the host writes, and asks about an order that is not this one.
fn pick_an_order(intent: &Intent) -> Result<Outcome, Stop> {
    let request = scanned()?;
    let pay = |name: &str, value: &str| payment::submit("pay", &with(&request, name, value), b"");
    let mut facts = vec![
        told("order", pay("order", "MINE1")),
        told("Order", pay("Order", "MINE2")),
        told("amount", pay("amount", "1")),
        told("currency", pay("currency", "USD")),
    ];
    let answer = payment::submit("pay", &request, b"")?;
    let other = payment::inquire("query", &json!({ "order": "OTHER1" }));
    facts.push(told("another order", other));
    Ok(honest(&answer, &intent.amount(), facts))
}

/// Leaves a note of one byte too many, then the longest one.
fn keep_a_long_note(intent: &Intent) -> Result<Outcome, Stop> {
    let request = scanned()?;
    let note = |bytes: usize| payment::submit("pay", &request, &vec![b'n'; bytes]);
    let facts = vec![told("4097 bytes", note(NOTE_BYTES_MAX + 1))];
    Ok(honest(&note(NOTE_BYTES_MAX)?, &intent.amount(), facts))
}
