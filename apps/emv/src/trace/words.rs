//! A sale and what was decided, in words.

use crate::configuration::fields::to_hex;
use crate::{Authentication, Decision, Entry, OnlineAnswer, Outcome, Sale, Verification};
use caisson_tlv::mask::{PAN_DIGITS, may_hold_pan};
use std::fmt::Write as _;

/// The sale in one line.
pub(super) fn sale(sale: &Sale) -> String {
    let entry = match sale.entry {
        Entry::Contact => "contact",
        Entry::Contactless => "contactless",
    };
    let Sale { amount, currency, date, time, unpredictable, transaction_type, .. } = sale;
    format!(
        "{entry}, amount {amount} in minor units of {currency:03}, type {transaction_type:02X}, \
         date {date}, time {time}, unpredictable number {unpredictable:08X}"
    )
}

/// The issuer's answer in one paragraph.
pub(super) fn answer(out: &mut String, answer: &OnlineAnswer) {
    let _ = match answer {
        OnlineAnswer::Unable => writeln!(out, "\nNo issuer's answer: unable to go online."),
        OnlineAnswer::Answered(answer) => {
            let said = if answer.approved { "approves" } else { "declines" };
            let data = if answer.authentication.is_some() { "with" } else { "without" };
            let scripts = answer.scripts.len();
            writeln!(out, "\nThe issuer {said}, {data} authentication data, {scripts} scripts.")
        }
    };
}

/// What was decided, one line a fact.
pub(super) fn outcome(out: &mut String, outcome: &Outcome) {
    let mut line = |name: &str, value: String| {
        let _ = writeln!(out, "{name:<16}{value}");
    };
    match &outcome.aid {
        Some(aid) => line("application", format!("{} {}", shown(aid), label(&outcome.label))),
        None => line("application", "none".to_owned()),
    }
    if let Some(account) = &outcome.account {
        let sequence =
            account.sequence.map_or_else(String::new, |number| format!(" ({number:02})"));
        line("account", format!("{}{sequence}", account.masked()));
    }
    if outcome.aid.is_some() {
        line("authentication", authentication(outcome));
        line("verification", verification(outcome.verification).to_owned());
        line("TVR", to_hex(&outcome.tvr));
        line("TSI", to_hex(&outcome.tsi));
    }
    if let Some(made) = &outcome.cryptogram {
        let value = shown(&made.value);
        line("cryptogram", format!("{} {value}, counter {}", made.kind.name(), made.counter));
    }
    line("decision", decision(&outcome.decision));
}

/// Hex, unless a card number could be in it: a card calls itself what it likes.
fn shown(bytes: &[u8]) -> String {
    if may_hold_pan(bytes) {
        return format!("({} bytes, not shown)", bytes.len());
    }
    to_hex(bytes)
}

/// A label, unless thirteen digits, the shortest card number, stand in it.
fn label(label: &str) -> String {
    let digits = label.chars().filter(char::is_ascii_digit).count();
    if digits >= *PAN_DIGITS.start() { "(not shown)".to_owned() } else { format!("{label:?}") }
}

fn authentication(outcome: &Outcome) -> String {
    let [first, ..] = outcome.tvr;
    let (name, failed) = match outcome.authentication {
        Authentication::NotPerformed => return "none".to_owned(),
        Authentication::Sda => ("SDA", first & 0x40 != 0),
        Authentication::Dda => ("DDA", first & 0x08 != 0),
        Authentication::Cda => ("CDA", first & 0x04 != 0),
    };
    format!("{name}, {}", if failed { "failed" } else { "not failed" })
}

fn verification(verification: Verification) -> &'static str {
    match verification {
        Verification::None => "none",
        Verification::Signature => "signature",
        Verification::OfflinePin => "PIN compared by the card",
        Verification::OfflinePinAndSignature => "PIN compared by the card, and signature",
        Verification::OnlinePin => "PIN compared by the issuer",
        Verification::OwnDevice => "on the cardholder's own device",
        Verification::Failed => "failed",
    }
}

fn decision(decision: &Decision) -> String {
    match decision {
        Decision::GoOnline => "ask the issuer".to_owned(),
        Decision::Approved => "approved".to_owned(),
        Decision::Declined => "declined".to_owned(),
        Decision::OtherInterface => "use another interface".to_owned(),
        Decision::Ended(end) => format!("ended: {end}"),
    }
}
