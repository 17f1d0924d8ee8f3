//! What a bank answers in these tests, as text; and the search for secrets.

use super::cards::{PAN, TRACK};
use super::fake::STAN;
use caisson_iso8583::{CUP, Message, Mti, Spec};
use caisson_sdk::Outcome;
use caisson_sdk::payment::{Code, Reading};
use std::collections::VecDeque;
use std::sync::LazyLock;

pub(super) static BODY: LazyLock<Spec> =
    LazyLock::new(|| Spec::new("cup".into(), false, 0, CUP.fields().to_vec()).unwrap());

/// What the bank does with one request.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Said {
    Answer { reading: Reading, minor: Option<u64>, reason: Option<String>, code: String },
    Error(Code),
}

impl Said {
    /// `paid`, `paid 500`, `not-paid balance-short`, `undone`, `open`, `unreadable`, `no-answer`,
    /// `not-sent`, `refused`; a paid or not-paid may end in `/CODE`, the answer code.
    pub(super) fn parse(text: &str) -> Self {
        let (text, code) = text.split_once('/').map_or((text, None), |(t, c)| (t, Some(c)));
        let (word, detail) = text.split_once(' ').unwrap_or((text, ""));
        let minor = detail.parse().ok();
        let answer = |reading, usual: &str| Self::Answer {
            reading,
            minor,
            reason: None,
            code: code.unwrap_or(usual).to_owned(),
        };
        match word {
            "paid" => answer(Reading::Paid, if minor.is_some() { "10" } else { "00" }),
            "open" => answer(Reading::Open, "68"),
            "undone" => answer(Reading::Undone, "00"),
            "unreadable" => answer(Reading::Unreadable, "96"),
            "not-paid" => Self::Answer {
                reading: Reading::NotPaid,
                minor: None,
                reason: Some(detail.to_owned()).filter(|reason| !reason.is_empty()),
                code: code.unwrap_or("51").to_owned(),
            },
            "no-answer" => Self::Error(Code::NoAnswer),
            "not-sent" => Self::Error(Code::NotSent),
            "refused" => Self::Error(Code::Refused),
            _ => panic!("no such answer: {text}"),
        }
    }
}

/// An answer of type `mti` with `code`, and what a bank adds; then `more`.
pub(super) fn answer(mti: Mti, code: &str, more: &[(u8, &str)]) -> Vec<u8> {
    let mut message = Message::new(&BODY, mti);
    message.set(11, STAN).unwrap().set(39, code).unwrap();
    message.set(13, "1128").unwrap().set(37, "030500000042").unwrap();
    if code == "00" || code == "10" {
        message.set(38, "B22222").unwrap();
        // Issuer authentication data, and a script for after the last cryptogram.
        let de55 =
            [[0x91, 0x0A].as_slice(), &[0x5A; 10], &[0x72, 0x05, 0x86, 0x03, 0x84, 0x1E, 0x00]];
        message.set_bytes(55, &de55.concat()).unwrap();
    }
    for (number, text) in more {
        message.set(*number, text).unwrap();
    }
    message.pack().unwrap().to_vec()
}

/// A card's number or track where nobody may read it.
pub(super) fn no_secret(text: &str) {
    assert!(!text.contains(PAN) && !text.contains(TRACK), "a secret is shown: {text}");
    assert!(!text.contains(&PAN[6..15]), "digits behind the mask are shown: {text}");
}

pub(super) fn parse_script(script: &str) -> VecDeque<(String, Said)> {
    let mut steps = VecDeque::new();
    for step in script.split(", ").filter(|step| !step.is_empty()) {
        let (operation, said) = step.split_once(": ").unwrap();
        let (said, times) = match said.rsplit_once(" x") {
            Some((said, times)) => (said, times.parse().unwrap()),
            None => (said, 1),
        };
        steps.extend((0..times).map(|_| (operation.to_owned(), Said::parse(said))));
    }
    steps
}

pub(super) fn in_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Approved(approval) => format!("approved {}", approval.amount),
        Outcome::Declined(reason) => format!("declined {reason}"),
        Outcome::Cancelled(reason) => format!("cancelled {reason}"),
        Outcome::Unknown => "unknown".into(),
    }
}
