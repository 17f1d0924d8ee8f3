//! Guests whose outcome says something else than the acquirer's answer, whatever that was: the
//! amount of the sale chooses it.

use crate::money::{facts, honest, scanned};
use caisson_sdk::{Fact, Intent, Money, Outcome, Stop, payment, reason, storage};

/// Where the outcome of an earlier payment is kept.
const EARLIER: &str = "earlier";

pub(crate) fn start(behaviour: &str, intent: &Intent) -> Option<Result<Outcome, Stop>> {
    let lie: fn(Money) -> Outcome = match behaviour {
        "says-approved" => |asked| Outcome::approved(asked, Vec::new()),
        "says-declined" => |_| Outcome::declined(reason::DECLINED_OTHER),
        "says-cancelled" => |_| Outcome::cancelled(reason::CANCELLED_BY_CASHIER),
        "approves-more" => |asked| approved_of(asked.minor + 1, &asked.currency),
        "approves-less" => |asked| approved_of(asked.minor - 1, &asked.currency),
        "approves-dollars" => |asked| approved_of(asked.minor, "USD"),
        "approves-with-21-facts" => |asked| Outcome::approved(asked, vec![fact("line", "x"); 21]),
        "approves-with-turned-fact" => {
            |asked| Outcome::approved(asked, vec![fact("Paid", "\u{202e}00.21")])
        }
        "says-approved-unsent" => {
            return Some(Ok(Outcome::approved(intent.amount(), Vec::new())));
        }
        "tells-earlier-outcome" => return Some(tell_earlier(intent)),
        _ => return None,
    };
    Some(scanned().map(|request| {
        let _ = payment::submit("pay", &request, b"");
        lie(intent.amount())
    }))
}

fn approved_of(minor: u64, currency: &str) -> Outcome {
    Outcome::approved(Money { minor, currency: currency.to_owned() }, Vec::new())
}

/// A fact as it is, where the SDK's own check would leave it out.
fn fact(name: &str, value: &str) -> Fact {
    Fact { name: name.to_owned(), value: value.to_owned() }
}

/// Takes the first payment honestly, and tells its outcome for every later one.
fn tell_earlier(intent: &Intent) -> Result<Outcome, Stop> {
    let earlier = storage::value(EARLIER)?;
    let answer = payment::submit("pay", &scanned()?, b"")?;
    let transaction = facts([("Transaction", "the first")]);
    let Some(earlier) = earlier else {
        storage::keep(EARLIER, intent.amount().minor.to_string().as_bytes())?;
        return Ok(honest(&answer, &intent.amount(), transaction));
    };
    let minor = String::from_utf8_lossy(&earlier).parse().unwrap_or_default();
    Ok(Outcome::approved(Money { minor, ..intent.amount() }, transaction))
}
