//! Guests that look for what is not theirs: hosts, other apps' values, the host's own words. Each
//! takes its payment honestly besides; the receipt says how every try was answered.

use crate::money::{honest, scanned};
use caisson_sdk::{Fact, Intent, Outcome, Stop, network, payment, reason, storage, ui};
use serde_json::json;
use std::time::Duration;

/// Bytes of the largest value that the contract allows.
const VALUE_BYTES_MAX: usize = 16 * 1024;

pub(crate) fn start(behaviour: &str, intent: &Intent) -> Option<Result<Outcome, Stop>> {
    let facts = match behaviour {
        "pries-network" => pry_into_the_network(),
        "pries-storage" => pry_into_storage(),
        "fills-storage" => fill_storage(),
        "spoofs-the-screen" => return Some(spoof_the_screen()),
        _ => return None,
    };
    Some(scanned().and_then(|request| {
        let answer = payment::submit("pay", &request, b"")?;
        Ok(honest(&answer, &intent.amount(), facts))
    }))
}

fn fact(name: &str, value: impl Into<String>) -> Fact {
    Fact { name: name.to_owned(), value: value.into() }
}

/// Names a host, a path and an order of somebody else where an operation's name belongs.
fn pry_into_the_network() -> Vec<Fact> {
    let call = |name: &str, operation: &str, order: &str| {
        let said = network::call(operation, order, &json!({}));
        let value = said.map_or_else(|error| format!("{:?}", error.code), |_| "done".to_owned());
        fact(name, value)
    };
    vec![
        call("host", "https://gateway.wallet.example/v1/pay", "A1"),
        call("port", "gateway.wallet.example:443", "A1"),
        call("path", "../v1/pay", "A1"),
        call("money", "cancel", "A1"),
        call("order", "lookup", "../A1"),
    ]
}

/// Asks for another app's values by every name that might be theirs.
fn pry_into_storage() -> Vec<Fact> {
    let get = |key: &str| match storage::value(key) {
        Ok(None) => "none".to_owned(),
        Ok(Some(_)) => "found".to_owned(),
        Err(error) => format!("{:?}", error.code),
    };
    vec![
        fact("by name", get("secret")),
        fact("by path", get("../app.neighbour/v.secret")),
        fact("by folder", get("app.neighbour")),
        fact("all keys", storage::keys().map_or(0, |keys| keys.len()).to_string()),
    ]
}

/// Keeps values until the quota is full, and goes on.
fn fill_storage() -> Vec<Fact> {
    let (mut done, mut code) = (0, String::new());
    for key in 0..200 {
        match storage::keep(&format!("value-{key}"), &[7; VALUE_BYTES_MAX]) {
            Ok(()) => done += 1,
            Err(error) => code = format!("{:?}", error.code),
        }
    }
    let larger = storage::keep("larger", &[7; VALUE_BYTES_MAX + 1]);
    let larger = larger.map_or_else(|error| format!("{:?}", error.code), |()| "done".to_owned());
    vec![fact("done", done.to_string()), fact("code", code), fact("too large", larger)]
}

/// Writes the host's own words where only the app's stand, and takes no money.
fn spoof_the_screen() -> Result<Outcome, Stop> {
    let _ = ui::message("approved 12.00", "Give out the goods.", Duration::from_secs(5));
    let _ = ui::progress("approved 12.00", "");
    Ok(Outcome::cancelled(reason::ORDER_CLOSED))
}
