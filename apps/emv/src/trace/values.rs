//! What the sale was: from the file's headers, else from the commands themselves, where the card's
//! lists of data objects say what stands where.

use super::replay::Tape;
use super::transcript::{Exchange, Transcript};
use crate::configuration::fields::{from_hex, to_hex};
use crate::{AMOUNT_MAX, Answer, COUNTER_MAX, Entry, Extent, OnlineAnswer, Sale};
use caisson_tlv::{Dol, Node, Tag, read_tree};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const GET_PROCESSING_OPTIONS: u8 = 0xA8;
const EXTERNAL_AUTHENTICATE: u8 = 0x82;
const GENERATE_AC: u8 = 0xAE;
/// P1 of GENERATE AC: bits 8 and 7 say which cryptogram is wanted.
const WANTS_TC: u8 = 0x40;

/// What is known of the sale.
pub(super) struct Known {
    headers: BTreeMap<String, String>,
    /// Objects that the terminal sent, by tag.
    sent: BTreeMap<u32, Vec<u8>>,
    entry: Entry,
}

/// The lists of data objects that the card has named so far: 9F38, 8C, 8D.
#[derive(Default)]
pub(super) struct Lists {
    pub(super) options: Vec<u8>,
    pub(super) first: Vec<u8>,
    pub(super) second: Vec<u8>,
}

impl Lists {
    /// Takes what `exchange` names. Each answer is read once, so that a long file takes no longer
    /// than its length.
    pub(super) fn hear(&mut self, exchange: &Exchange) {
        let Ok(nodes) = read_tree(exchange.data()) else { return };
        for (tag, list) in
            [(0x9F38, &mut self.options), (0x8C, &mut self.first), (0x8D, &mut self.second)]
        {
            if let Some(value) = within(&nodes, tag) {
                *list = value;
            }
        }
    }

    fn of(exchanges: &[Exchange]) -> Self {
        let mut lists = Self::default();
        exchanges.iter().for_each(|exchange| lists.hear(exchange));
        lists
    }
}

fn within(nodes: &[Node<'_>], tag: u32) -> Option<Vec<u8>> {
    nodes.iter().find_map(|node| {
        if node.object.tag.value() == tag {
            return Some(node.object.value.to_vec());
        }
        within(&node.children, tag)
    })
}

/// The values that `data` holds by the list `list`.
pub(super) fn by_list(list: &[u8], data: &[u8]) -> Vec<(Tag, Vec<u8>)> {
    let Ok(list) = Dol::parse(list) else { return Vec::new() };
    let mut rest = data;
    let mut values = Vec::new();
    for entry in list.entries() {
        let Some((value, after)) = rest.split_at_checked(usize::from(entry.length)) else { break };
        values.push((entry.tag, value.to_vec()));
        rest = after;
    }
    values
}

/// What a GET PROCESSING OPTIONS holds without the template around it.
pub(super) fn options(exchange: &Exchange) -> &[u8] {
    let sent = exchange.sent();
    match *sent {
        [0x83, 0x81, _, ..] => sent.get(3..).unwrap_or_default(),
        [0x83, _, ..] => sent.get(2..).unwrap_or_default(),
        _ => &[],
    }
}

pub(super) fn find(transcript: &Transcript) -> Known {
    let mut sent = BTreeMap::new();
    let mut note = |list: &[u8], data: &[u8]| {
        for (tag, value) in by_list(list, data) {
            sent.entry(tag.value()).or_insert(value);
        }
    };
    let all = &transcript.exchanges;
    let mut lists = Lists::default();
    for exchange in all {
        match exchange.instruction() {
            GET_PROCESSING_OPTIONS => note(&lists.options, options(exchange)),
            GENERATE_AC => {
                note(&lists.first, exchange.sent());
                break;
            }
            _ => {}
        }
        lists.hear(exchange);
    }
    let tapped = all.iter().any(|exchange| exchange.sent().starts_with(b"2PAY"));
    let entry = match transcript.headers.get("interface").map(String::as_str) {
        Some("contactless") => Entry::Contactless,
        Some("contact") => Entry::Contact,
        _ if tapped => Entry::Contactless,
        _ => Entry::Contact,
    };
    Known { headers: transcript.headers.clone(), sent, entry }
}

impl Known {
    /// The sale; a header that cannot be used is named in `out` and left out.
    pub(super) fn sale(&self, out: &mut String) -> Sale {
        let number = |tag: u32| self.sent.get(&tag).and_then(|value| to_hex(value).parse().ok());
        let amount = self.header(out, "amount", decimal).or(number(0x9F02)).unwrap_or(0);
        let other = self.header(out, "amount-other", decimal).or(number(0x9F03)).unwrap_or(0);
        let short = |tag: u32| number(tag).and_then(|value: u64| value.try_into().ok());
        let date = self.header(out, "date", six).or_else(|| self.digits(0x9A));
        let time = self.header(out, "time", six).or_else(|| self.digits(0x9F21));
        let of_command = |tag: u32| self.sent.get(&tag).cloned();
        let four = self
            .header(out, "unpredictable", from_hex)
            .or(of_command(0x9F37))
            .and_then(|bytes| bytes.try_into().ok())
            .unwrap_or([0; 4]);
        let kind = self.header(out, "type", from_hex).or(of_command(0x9C));
        let currency: Option<u16> = self.header(out, "currency", |text| text.parse().ok());
        let amount = amount.min(AMOUNT_MAX);
        let counter = self.header(out, "counter", |text| text.parse().ok()).or(short(0x9F41));
        Sale {
            entry: self.entry,
            extent: Extent::Full,
            amount,
            amount_other: other.min(amount),
            currency: currency
                .or(number(0x5F2A).and_then(|value: u64| value.try_into().ok()))
                .filter(|currency| *currency <= 999)
                .unwrap_or(156),
            exponent: 2,
            transaction_type: kind
                .and_then(|bytes| bytes.first().copied())
                .filter(|byte| byte >> 4 <= 9 && byte & 0x0F <= 9)
                .unwrap_or(0),
            date: date.unwrap_or_else(|| "000101".to_owned()),
            time: time.unwrap_or_else(|| "000000".to_owned()),
            unpredictable: u32::from_be_bytes(four),
            counter: counter.unwrap_or(1).clamp(1, COUNTER_MAX),
        }
    }

    fn header<T>(
        &self,
        out: &mut String,
        name: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = read(self.headers.get(name)?);
        if value.is_none() {
            let _ = writeln!(out, "! the header `{name}` has no usable value");
        }
        value
    }

    /// Three bytes that are six digits.
    fn digits(&self, tag: u32) -> Option<String> {
        six(&to_hex(self.sent.get(&tag)?))
    }

    /// The issuer's answer, from the headers, else from what the terminal sent to the card after
    /// the first cryptogram; none where there is nothing of either.
    pub(super) fn answer(&self, tape: &Tape<'_>) -> Option<OnlineAnswer> {
        let rest = tape.rest();
        let second = rest.iter().position(|one| one.instruction() == GENERATE_AC);
        let list = Lists::of(tape.all()).second;
        let data = second.and_then(|at| rest.get(at)).map(Exchange::sent).unwrap_or_default();
        let by_list = by_list(&list, data);
        let of_list = |tag: u32| {
            by_list.iter().find(|(known, _)| known.value() == tag).map(|(_, value)| value.clone())
        };
        let header = |name: &str| self.headers.get(name).cloned();
        let said = header("response-code");
        if said.is_none() && second.is_none() {
            return None;
        }
        let code = said
            .or_else(|| String::from_utf8(of_list(0x8A)?).ok())
            .unwrap_or_else(|| "00".to_owned());
        if matches!(code.as_str(), "Y3" | "Z3") {
            return Some(OnlineAnswer::Unable);
        }
        let wanted = second.and_then(|at| rest.get(at)?.command.get(2).copied());
        let approved = match header("approved").as_deref() {
            Some("yes") => true,
            Some(_) => false,
            None => wanted.map_or(code == "00", |wanted| wanted & 0xC0 == WANTS_TC),
        };
        let external = rest.iter().find(|one| one.instruction() == EXTERNAL_AUTHENTICATE);
        let authentication = header("issuer-authentication")
            .and_then(|hex| from_hex(&hex))
            .or_else(|| external.map(|one| one.sent().to_vec()))
            .or_else(|| of_list(0x91))
            .filter(|data| (8..=16).contains(&data.len()));
        let scripts = scripts(rest, second);
        Some(OnlineAnswer::Answered(Answer { approved, code, authentication, scripts }))
    }
}

/// What the issuer sent to the card through the terminal: commands that carry secure messaging
/// (EMV Book 3, table 3), before the second GENERATE AC and after it.
fn scripts(rest: &[Exchange], second: Option<usize>) -> Vec<Vec<u8>> {
    let (before, after) = rest.split_at(second.unwrap_or(rest.len()).min(rest.len()));
    let mut scripts = Vec::new();
    for (tag, part) in [(0x71, before), (0x72, after)] {
        let secured =
            part.iter().filter(|one| one.command.first().is_some_and(|class| class & 0x0C != 0));
        scripts.extend(secured.filter_map(|one| script(tag, &one.command)).take(4));
    }
    scripts
}

/// One command as a script; none where it is too long for a short template.
fn script(tag: u8, command: &[u8]) -> Option<Vec<u8>> {
    let length: u8 = command.len().try_into().ok().filter(|length| *length < 0x7E)?;
    Some([&[tag, length + 2, 0x86, length], command].concat())
}

fn decimal(text: &str) -> Option<u64> {
    text.parse().ok()
}

fn six(text: &str) -> Option<String> {
    let digits = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.to_owned())
}
