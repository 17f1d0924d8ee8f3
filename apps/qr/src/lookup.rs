//! What does the acquirer say about the order on a receipt? For people; it moves nothing.

use crate::note::Language;
use crate::till::Till;
use crate::words::Words;
use caisson_sdk::{Money, Stop};
use serde_json::Value;
use std::time::Duration;

/// How long the receipt may be looked for.
const SCAN: Duration = Duration::from_secs(60);
/// How long what was found stands on the screen.
const READ: Duration = Duration::from_secs(60);
/// Longest order number, in characters.
const ORDER_CHARS_MAX: usize = 32;

/// Scans an order number and shows what became of it.
///
/// # Errors
/// Whatever ended it early.
pub fn serve<T: Till>(till: &mut T) -> Result<(), Stop> {
    let words = Language::of(&till.language()).words();
    let order = till.scan(words.show_receipt, SCAN)?;
    if !is_order(&order) {
        till.message(words.order, words.found.not_an_order, READ)?;
        return Ok(());
    }
    till.progress(words.looking_up.title, words.looking_up.body)?;
    let said = match till.call("lookup", &order) {
        Ok(answer) => in_words(&answer, words),
        Err(error) => {
            till.log(&format!("lookup: {error}"));
            words.found.offline.to_owned()
        }
    };
    till.message(words.order, &format!("{order}\n\n{said}"), READ)?;
    Ok(())
}

fn is_order(text: &str) -> bool {
    (1..=ORDER_CHARS_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}

fn in_words(answer: &Value, words: &Words) -> String {
    let found = &words.found;
    match answer.get("result").and_then(Value::as_str) {
        Some("PAID") => paid_in_words(answer, words),
        Some("WAITING") => found.waiting.into(),
        Some("CREATED") => found.unpaid.into(),
        Some("DECLINED") => found.declined.into(),
        Some("CLOSED") => found.closed.into(),
        Some("NOT_FOUND") => found.not_found.into(),
        Some(_) | None => found.unclear.into(),
    }
}

fn paid_in_words(answer: &Value, words: &Words) -> String {
    let currency = answer.get("currency").and_then(Value::as_str).unwrap_or_default();
    let money = |field: &str| {
        let minor = answer.get(field).and_then(Value::as_u64)?;
        Some(Money::new(minor, currency)).filter(|money| money.decimal().is_some())
    };
    let Some(paid) = money("amount") else {
        return words.found.unclear.into();
    };
    let mut text = format!("{}: {paid}", words.found.paid);
    if let Some(refunded) = money("refunded").filter(|refunded| refunded.minor > 0) {
        text.push_str(&format!("\n{}: {refunded}", words.found.refunded));
    }
    if let Some(number) = answer.get("transaction").and_then(Value::as_str)
        && let Some(fact) = caisson_sdk::Fact::new(words.transaction, number)
    {
        text.push_str(&format!("\n{}: {}", fact.name, fact.value));
    }
    text
}
