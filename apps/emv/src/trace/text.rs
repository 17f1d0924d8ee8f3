//! Exchanges in words: the command, the status word, and what the answer holds.

use super::replay::{Tape, short};
use super::transcript::Exchange;
use super::values::{Lists, by_list, options};
use caisson_tlv::{Tag, Writer, describe};
use std::fmt::Write as _;

const GET_PROCESSING_OPTIONS: u8 = 0xA8;
const GENERATE_AC: u8 = 0xAE;
/// Answers without a template of their own, and commands whose data is nobody's business.
const VERIFY: u8 = 0x20;
const GET_CHALLENGE: u8 = 0x84;
/// A template in format 1: values without tags.
const FORMAT_1: u8 = 0x80;

/// All exchanges of `tape`, each after what is to be said about it; at most `limit` bytes.
pub(super) fn exchanges(out: &mut String, tape: &Tape<'_>, limit: usize) {
    let all = tape.all();
    let reached = all.len() - tape.rest().len();
    let mut lists = Lists::default();
    let mut is_second = false;
    for (at, exchange) in all.iter().enumerate() {
        if out.len() > limit {
            let _ = writeln!(out, "! the text is too long; {} exchanges left out", all.len() - at);
            return;
        }
        if at == reached {
            out.push_str("! the kernel does not come so far:\n");
        }
        for note in tape.notes(at) {
            let _ = writeln!(out, "! {note}");
        }
        let _ = writeln!(out, "{} {}: {:04X}", at + 1, short(&exchange.command), exchange.status());
        let values = sent(&lists, is_second, exchange);
        if !values.is_empty() {
            indent(out, "sent", &describe(&values));
        }
        indent(out, "answer", &answer(exchange));
        lists.hear(exchange);
        is_second |= exchange.instruction() == GENERATE_AC;
    }
    for note in tape.notes(all.len()) {
        let _ = writeln!(out, "! {note}");
    }
}

fn indent(out: &mut String, what: &str, text: &str) {
    if text.is_empty() {
        return;
    }
    let _ = writeln!(out, "  {what}");
    for line in text.lines() {
        let _ = writeln!(out, "    {line}");
    }
}

/// What the command carried, as objects, where a list of the card's says what it is.
fn sent(lists: &Lists, is_second: bool, exchange: &Exchange) -> Vec<u8> {
    let (list, data) = match exchange.instruction() {
        GET_PROCESSING_OPTIONS => (&lists.options, options(exchange)),
        GENERATE_AC if is_second => (&lists.second, exchange.sent()),
        GENERATE_AC => (&lists.first, exchange.sent()),
        _ => return Vec::new(),
    };
    let mut objects = Writer::new();
    for (tag, value) in by_list(list, data) {
        let _ = objects.put(tag, &value);
    }
    objects.finish()
}

fn answer(exchange: &Exchange) -> String {
    let data = exchange.data();
    match (exchange.instruction(), data.first()) {
        (_, None) => String::new(),
        (VERIFY | GET_CHALLENGE, _) => format!("({} bytes, not shown)", data.len()),
        (GET_PROCESSING_OPTIONS, Some(&FORMAT_1)) => {
            describe(&plain(data, &[(0x82, 2), (0x94, 252)]))
        }
        (GENERATE_AC, Some(&FORMAT_1)) => {
            describe(&plain(data, &[(0x9F27, 1), (0x9F36, 2), (0x9F26, 8), (0x9F10, 32)]))
        }
        _ => describe(data),
    }
}

/// The values of a template in format 1 as objects: each of at most so many bytes.
fn plain(template: &[u8], parts: &[(u32, usize)]) -> Vec<u8> {
    let mut rest = crate::objects::inside(template).unwrap_or_default();
    let mut objects = Writer::new();
    for (tag, length) in parts {
        let (value, after) = rest.split_at(rest.len().min(*length));
        if let Some(tag) = Tag::new(*tag).filter(|_| !value.is_empty()) {
            let _ = objects.put(tag, value);
        }
        rest = after;
    }
    objects.finish()
}
