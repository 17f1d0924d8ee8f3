//! A sale against a card made of arbitrary bytes, for tests and fuzzing.
//!
//! The bytes choose, command by command, whether the answer is raw, has the form that the command
//! expects with the bytes inside, or begins as an honest card's would: so chance alone comes to the
//! last cryptogram.

use crate::{
    Answer, Card, CardError, Cardholder, Choice, Configuration, Decision, Entry, Extent,
    OnlineAnswer, Outcome, PinKey, PinMethod, PinResult, Sale, Transaction,
};

/// Most commands that are answered; then the card is gone.
const ANSWERS_MAX: usize = 200;

/// Runs a whole sale; what stands after `first`, and after `complete` where it came so far.
///
/// # Panics
/// Where the kernel breaks a promise: an approval without a TC, in the field or against the
/// issuer; a detail or DE55 that is too long; a command that no reader takes.
#[must_use]
pub fn run(bytes: &[u8], configuration: &Configuration) -> (Outcome, Option<Outcome>) {
    let mut bytes = Bytes(bytes);
    let choices = bytes.one();
    let sale = sale(choices, &mut bytes);
    let entry = sale.entry;
    let mut card = Chance { bytes, left: ANSWERS_MAX };
    let Ok(mut transaction) = Transaction::start(configuration, sale) else {
        unreachable!("the sale is within its ranges")
    };
    let mut person = Anybody(choices);
    let Ok(first) = transaction.first(&mut card, &mut person) else {
        unreachable!("it is the first call")
    };
    check(&first);
    let is_field = entry == Entry::Contactless;
    assert!(!is_field || first.decision != Decision::Approved, "an approval in the field");
    if first.decision != Decision::GoOnline {
        return (first, None);
    }
    let answer = answer(choices, &mut card.bytes);
    let Ok(last) = transaction.complete(&mut card, &answer) else {
        unreachable!("the answer is within its ranges")
    };
    check(&last);
    if last.decision == Decision::Approved {
        let said = matches!(&answer, OnlineAnswer::Answered(answer) if answer.approved);
        assert!(said || answer == OnlineAnswer::Unable, "an approval against the issuer");
    }
    assert_ne!(last.decision, Decision::GoOnline);
    (first, Some(last))
}

fn answer(choices: u8, bytes: &mut Bytes<'_>) -> OnlineAnswer {
    if choices & 0x08 != 0 {
        return OnlineAnswer::Unable;
    }
    let approved = choices & 0x04 == 0;
    let authentication = bytes.some();
    OnlineAnswer::Answered(Answer {
        approved,
        code: if approved { "00".to_owned() } else { "05".to_owned() },
        authentication: (8..=16).contains(&authentication.len()).then_some(authentication),
        scripts: (0..bytes.one() % 3).map(|_| bytes.some()).collect(),
    })
}

fn check(outcome: &Outcome) {
    assert!(outcome.de55.len() <= 512);
    assert!(outcome.facts.iter().all(|fact| fact.value.chars().count() <= 60));
    assert!(outcome.label.chars().count() <= 40);
    if let Decision::Ended(end) = &outcome.decision {
        assert!(end.detail.chars().count() <= 200, "{}", end.detail);
    }
}

fn sale(choices: u8, bytes: &mut Bytes<'_>) -> Sale {
    Sale {
        entry: if choices & 0x01 == 0 { Entry::Contact } else { Entry::Contactless },
        extent: if choices & 0x02 == 0 { Extent::Full } else { Extent::ReadOnly },
        amount: u64::from(bytes.one()) << (bytes.one() % 32),
        amount_other: 0,
        currency: 156,
        exponent: 2,
        transaction_type: bytes.one() % 10,
        date: "261127".to_owned(),
        time: "235959".to_owned(),
        unpredictable: 0x0102_0304,
        counter: 1,
    }
}

struct Bytes<'b>(&'b [u8]);

impl Bytes<'_> {
    fn one(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn some(&mut self) -> Vec<u8> {
        let length = usize::from(self.one()).min(self.0.len());
        let (some, rest) = self.0.split_at(length);
        self.0 = rest;
        some.to_vec()
    }
}

struct Chance<'b> {
    bytes: Bytes<'b>,
    left: usize,
}

impl Card for Chance<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        assert!((4..=261).contains(&command.len()), "a command that no reader takes");
        self.left = self.left.checked_sub(1).ok_or(CardError::Removed)?;
        if self.bytes.0.is_empty() {
            return Err(CardError::Removed);
        }
        let choice = self.bytes.one();
        let data = self.bytes.some();
        Ok(match choice % 8 {
            0 => data,
            1 => vec![0x6A, 0x82],
            2 => [data.as_slice(), &[0x62, 0x83]].concat(),
            3 | 4 => [formed(command, choice, &data).as_slice(), &[0x90, 0x00]].concat(),
            _ => {
                let data = [usual(command, choice), data].concat();
                [formed(command, choice, &data).as_slice(), &[0x90, 0x00]].concat()
            }
        })
    }
}

/// What an honest card would begin its answer with.
fn usual(command: &[u8], choice: u8) -> Vec<u8> {
    let objects: &[&[u8]] = match command.get(1) {
        Some(0xA8) => {
            &[&[0x82, 2, choice, 0], &[0x94, 4, 0x08, 1, 1, 1], &[0x9F, 0x36, 2, 0, choice]]
        }
        Some(0xB2) => &[
            &[0x5A, 8, 0x47, 0x61, 0x73, 0x90, 0x01, 0x01, 0x00, 0x10],
            &[0x5F, 0x24, 3, 0x35, 0x12, 0x31],
            &[0x8C, 5, 0x9F, 0x37, 4, 0x95, 5],
            &[0x8D, 6, 0x8A, 2, 0x91, 8, 0x95, 5],
        ],
        Some(0xAE) => &[
            &[0x9F, 0x27, 1, choice & 0xC0],
            &[0x9F, 0x36, 2, 0, choice],
            &[0x9F, 0x26, 8, 1, 2, 3, 4, 5, 6, 7, 8],
        ],
        Some(0xA4) => &[&[0x50, 4, b'C', b'A', b'R', b'D'], &[0x9F, 0x38, 3, 0x9F, 0x66, 4]],
        _ => &[],
    };
    objects.concat()
}

/// `data` in the form that `command` expects.
fn formed(command: &[u8], choice: u8, data: &[u8]) -> Vec<u8> {
    let sent = command.get(5..command.len() - 1).unwrap_or_default();
    match command.get(1) {
        Some(0xA4) if sent.starts_with(b"1PAY") => {
            object(0x6F, &[object(0x84, sent), object(0xA5, &[0x88, 0x01, choice >> 3])].concat())
        }
        Some(0xA4) if sent.starts_with(b"2PAY") => {
            let entry = object(0x61, &object(0x4F, &[0xA0, 0, 0, 0x03, 0x33, 0x01, 0x01, 0x01]));
            let inner = [&[0xBF, 0x0C], object(0, &entry).get(1..).unwrap_or_default()].concat();
            object(0x6F, &[object(0x84, sent), object(0xA5, &inner)].concat())
        }
        Some(0xA4) => object(0x6F, &[object(0x84, sent), object(0xA5, data)].concat()),
        Some(0xB2) => object(0x70, data),
        Some(0xA8 | 0xAE) if choice % 8 == 4 => object(0x80, data),
        Some(0xA8 | 0xAE) => object(0x77, data),
        Some(0x88) => object(0x80, data),
        _ => data.to_vec(),
    }
}

/// An object, cut so that it still fits into an answer: 253 bytes hold the certificate of the
/// longest key.
fn object(tag: u8, value: &[u8]) -> Vec<u8> {
    let value = value.get(..253).unwrap_or(value);
    match u8::try_from(value.len()) {
        Ok(length) if length < 0x80 => [&[tag, length], value].concat(),
        Ok(length) => [&[tag, 0x81, length], value].concat(),
        Err(_) => Vec::new(),
    }
}

struct Anybody(u8);

impl Cardholder for Anybody {
    fn offline_pin(&mut self, _: PinMethod, _: Option<&PinKey>) -> PinResult {
        self.result()
    }

    fn online_pin(&mut self, _: &str) -> PinResult {
        self.result()
    }

    fn choose(&mut self, choices: &[Choice]) -> Option<usize> {
        assert!((1..=30).contains(&choices.len()), "nothing, or too much, to choose from");
        Some(usize::from(self.0) % choices.len())
    }
}

impl Anybody {
    fn result(&self) -> PinResult {
        match self.0 >> 4 {
            0 => PinResult::Failed,
            1 => PinResult::Blocked,
            2 => PinResult::Bypassed,
            3 => PinResult::PadFailed,
            4 => PinResult::Cancelled,
            _ => PinResult::Verified,
        }
    }
}
