//! Guests that try to reach a payment card by way of a tag. Each takes its payment honestly besides;
//! the receipt says how every try was answered.

use crate::money::{honest, scanned};
use caisson_sdk::nfc::{self, Tag};
use caisson_sdk::{Fact, Intent, Outcome, Stop, payment, ui};
use std::time::Duration;

/// The one application that the guests' manifest lists.
const CLUB: &[u8] = b"\xF0Club01";
/// Applications that no merchant's app may list, and one that this one does not.
const UNION: &[u8] = b"\xA0\x00\x00\x03\x33\x01\x01\x01";
const PPSE: &[u8] = b"2PAY.SYS.DDF01";
const OTHER_CLUB: &[u8] = b"\xF0Club02";
/// GET DATA: the club's member number, and a payment card's counter.
const MEMBER: &[u8] = b"\x80\xCA\x00\x01\x00";
const COUNTER: &[u8] = b"\x80\xCA\x9F\x36\x00";

pub(crate) fn start(behaviour: &str, intent: &Intent) -> Option<Result<Outcome, Stop>> {
    let facts = match behaviour {
        "selects-what-it-may-not" => select_what_is_not_listed(),
        "hides-a-select" => hide_a_select(),
        "speaks-before-selecting" => speak_before_selecting(),
        "keeps-an-old-tag" => keep_an_old_tag(),
        "hoards-tags" => hoard_tags(),
        "speaks-to-a-tag" => speak_to_a_tag(),
        "reads-a-sticker" => read_a_sticker(),
        _ => return None,
    };
    Some(scanned().and_then(|request| {
        let answer = payment::submit("pay", &request, b"")?;
        Ok(honest(&answer, &intent.amount(), facts))
    }))
}

fn detect() -> Result<Tag, nfc::Error> {
    nfc::detect("Hold the member's card", Duration::from_secs(60))
}

fn fact(name: &str, value: impl Into<String>) -> Fact {
    Fact { name: name.to_owned(), value: value.into() }
}

/// The status of an answer, or the code.
fn told(answer: Result<Vec<u8>, nfc::Error>) -> String {
    match answer {
        Ok(answer) => {
            let status = answer.get(answer.len().saturating_sub(2)..).unwrap_or_default();
            status.iter().map(|byte| format!("{byte:02X}")).collect()
        }
        Err(error) => format!("{:?}", error.code),
    }
}

/// Detects a tag and does something with it; else the code.
fn with_tag(work: impl FnOnce(&Tag) -> Vec<Fact>) -> Vec<Fact> {
    match detect() {
        Ok(tag) => work(&tag),
        Err(error) => vec![fact("detect", format!("{:?}", error.code))],
    }
}

/// Names applications that its manifest does not list.
fn select_what_is_not_listed() -> Vec<Fact> {
    with_tag(|tag| {
        vec![
            fact("listed", told(tag.select(CLUB))),
            fact("payment", told(tag.select(UNION))),
            fact("PPSE", told(tag.select(PPSE))),
            fact("unlisted", told(tag.select(OTHER_CLUB))),
            fact("begins so", told(tag.select(b"\xF0Club"))),
            fact("longer", told(tag.select(b"\xF0Club01\xA0"))),
            fact("nothing", told(tag.select(b""))),
            fact("still listed", told(tag.transmit(MEMBER))),
            fact("counter", told(tag.transmit(COUNTER))),
        ]
    })
}

/// Puts a SELECT of a payment application into every form of a command.
fn hide_a_select() -> Vec<Fact> {
    let select = |class: u8| [&[class, 0xA4, 4, 0, 8], UNION, &[0]].concat();
    let extended = [&[0, 0xA4, 4, 0, 0, 0, 8][..], UNION, &[0, 0]].concat();
    let envelope = [&[0, 0xC2, 0, 0, 14][..], &select(0)].concat();
    let chained = [&[0x10, 0xA4, 4, 0, 4][..], b"\xA0\x00\x00\x03"].concat();
    with_tag(|tag| {
        let listed = told(tag.select(CLUB));
        let every: Vec<String> =
            (0..=u8::MAX).map(|class| told(tag.transmit(&select(class)))).collect();
        let refused = every.iter().filter(|told| *told == "Code::NotAllowed").count();
        let tries: [(&str, &[u8]); 9] = [
            ("extended", &extended),
            ("envelope", &envelope),
            ("chained", &chained),
            ("by file", &[0, 0xA4, 0, 0x0C, 2, 0x3F, 0]),
            ("channel", &[0, 0x70, 0, 0, 1]),
            ("other channel", &[0x01, 0xCA, 0x9F, 0x36, 0]),
            ("DESFire", &[0x5A, 1, 2, 3]),
            ("reader", &[0xFF, 0xCA, 0, 0, 0]),
            ("two at once", &[0x80, 0xCA, 0, 1, 0, 0, 0xA4, 4, 0, 0]),
        ];
        let mut facts = vec![fact("listed", listed), fact("of 256 classes", refused.to_string())];
        facts.extend(tries.map(|(name, command)| fact(name, told(tag.transmit(command)))));
        facts.push(fact("member", told(tag.transmit(MEMBER))));
        facts
    })
}

/// Speaks to whatever application answers by itself.
fn speak_before_selecting() -> Vec<Fact> {
    with_tag(|tag| {
        vec![
            fact("counter", told(tag.transmit(COUNTER))),
            fact("member", told(tag.transmit(MEMBER))),
            fact("memory", told(tag.read())),
        ]
    })
}

/// Keeps the handle of a tag, and speaks by it to the payment card that comes after.
fn keep_an_old_tag() -> Vec<Fact> {
    with_tag(|old| {
        let listed = told(old.select(CLUB));
        let _ = ui::wait(Duration::from_secs(10));
        let second = detect().map_or_else(|error| format!("{:?}", error.code), |_| "tag".into());
        vec![
            fact("listed", listed),
            fact("second", second),
            fact("counter", told(old.transmit(COUNTER))),
            fact("select", told(old.select(CLUB))),
        ]
    })
}

/// Detects the tag that lies there again and again, and lets no handle go.
fn hoard_tags() -> Vec<Fact> {
    let mut tags = Vec::new();
    while let Ok(tag) = detect() {
        tags.push(tag);
        if tags.len() == 100 {
            break;
        }
    }
    let alive = tags.iter().filter(|tag| tag.select(CLUB).is_ok()).count();
    vec![fact("tags", tags.len().to_string()), fact("alive", alive.to_string())]
}

/// What an honest app does with a tag; the tags are not always.
fn speak_to_a_tag() -> Vec<Fact> {
    with_tag(|tag| {
        let selected = told(tag.select(CLUB));
        let member = tag.transmit(MEMBER);
        let number = member.as_ref().ok().and_then(|answer| nfc::data(answer));
        let number = number.map(|number| String::from_utf8_lossy(number).into_owned());
        vec![
            fact("kind", tag.kind()),
            fact("selected", selected),
            fact("member", number.unwrap_or_else(|| told(member))),
            fact("again", told(tag.transmit(MEMBER))),
        ]
    })
}

/// Reads memory, and looks for the UID in it.
fn read_a_sticker() -> Vec<Fact> {
    with_tag(|tag| {
        let memory = tag.read();
        let found = memory.as_ref().map_or(0, |memory| {
            memory.windows(3).filter(|bytes| *bytes == [0x04, 0xA1, 0xB2]).count()
        });
        let length = memory.map_or_else(
            |error| format!("{:?}", error.code),
            |memory| format!("{} bytes", memory.len()),
        );
        vec![
            fact("kind", tag.kind()),
            fact("memory", length),
            fact("UIDs", found.to_string()),
            fact("select", told(tag.select(CLUB))),
            fact("transmit", told(tag.transmit(MEMBER))),
        ]
    })
}
