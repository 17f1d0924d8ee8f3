//! Card and cardholder out of a file.

use super::transcript::{Exchange, sent};
use crate::channel::name;
use crate::{Card, CardError, Cardholder, Choice, PinKey, PinMethod, PinResult};
use std::cell::RefCell;

const SELECT: u8 = 0xA4;
const READ_RECORD: u8 = 0xB2;
const GET_DATA: u8 = 0xCA;
const GET_CHALLENGE: u8 = 0x84;
const VERIFY: u8 = 0x20;

/// The file's exchanges, how far they were used, and what is to be said about them.
pub(super) struct Tape<'f> {
    exchanges: &'f [Exchange],
    next: usize,
    /// What to say before the exchange of that index.
    notes: Vec<(usize, String)>,
}

impl<'f> Tape<'f> {
    pub(super) fn new(exchanges: &'f [Exchange]) -> Self {
        Self { exchanges, next: 0, notes: Vec::new() }
    }

    pub(super) fn all(&self) -> &'f [Exchange] {
        self.exchanges
    }

    /// What the kernel has not come to yet.
    pub(super) fn rest(&self) -> &'f [Exchange] {
        self.exchanges.get(self.next..).unwrap_or_default()
    }

    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.push((self.next, note.into()));
    }

    /// What is to be said before the exchange `at`.
    pub(super) fn notes(&self, at: usize) -> impl Iterator<Item = &str> {
        let mine = self.notes.iter().filter(move |(place, _)| *place == at);
        mine.map(|(_, note)| note.as_str())
    }

    /// The answer to `command`.
    fn answer(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        let found = self.rest().iter().position(|one| is_meant(&one.command, command));
        let Some(skipped) = found else {
            self.note(format!("the kernel sends {}; the file has no answer", short(command)));
            return invented(command);
        };
        for _ in 0..skipped {
            self.note("the kernel does not send this");
            self.next += 1;
        }
        let Some(exchange) = self.exchanges.get(self.next) else {
            return Err(CardError::Other);
        };
        if exchange.command != command {
            let difference = difference(&exchange.command, command);
            self.note(format!("the kernel sends another {}: {difference}", name(command)));
        }
        self.next += 1;
        Ok(exchange.answer.clone())
    }
}

/// Whether the file's command is what the kernel means by its own: the same record, the same
/// application, the same data object; for others, the same instruction.
fn is_meant(of_file: &[u8], of_kernel: &[u8]) -> bool {
    let head = |command: &[u8]| command.get(..4).map(<[u8]>::to_vec);
    match (of_file.get(1), of_kernel.get(1)) {
        (Some(&SELECT), Some(&SELECT)) => {
            head(of_file) == head(of_kernel) && sent(of_file) == sent(of_kernel)
        }
        (Some(&(READ_RECORD | GET_DATA)), _) => head(of_file) == head(of_kernel),
        (of_file, of_kernel) => of_file == of_kernel,
    }
}

/// What a card answers that does not have what it is asked for. With anything else the replay
/// cannot go on.
fn invented(command: &[u8]) -> Result<Vec<u8>, CardError> {
    match command.get(1) {
        Some(&SELECT) => Ok(vec![0x6A, 0x82]),
        Some(&READ_RECORD) => Ok(vec![0x6A, 0x83]),
        Some(&GET_DATA) => Ok(vec![0x6A, 0x88]),
        _ => Err(CardError::Removed),
    }
}

/// A command by name, with what may be shown of it.
pub(super) fn short(command: &[u8]) -> String {
    let name = name(command);
    let (first, second) = match *command {
        [_, _, first, second, ..] => (first, second),
        _ => return name.to_owned(),
    };
    match command.get(1) {
        Some(&SELECT) => format!("{name} {}", application(sent(command))),
        Some(&READ_RECORD) => format!("{name} {first} of file {}", second >> 3),
        Some(&GET_DATA) => format!("{name} {first:02X}{second:02X}"),
        Some(0xAE) => format!("{name}, {}", wanted(first)),
        _ => name.to_owned(),
    }
}

fn wanted(first: u8) -> String {
    let kind = match first >> 6 {
        0 => "AAC",
        1 => "TC",
        2 => "ARQC",
        _ => "an unknown cryptogram",
    };
    let signed = if first & 0x10 != 0 { ", signed" } else { "" };
    format!("asking for {kind}{signed}")
}

/// A name of a file on the card: text where it is text, else hex; nothing where it is too long to
/// be a name.
fn application(bytes: &[u8]) -> String {
    if !(1..=16).contains(&bytes.len()) || caisson_tlv::mask::may_hold_pan(bytes) {
        return format!("({} bytes)", bytes.len());
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if text.bytes().all(|byte| byte.is_ascii_graphic()) => text.to_owned(),
        _ => crate::configuration::fields::to_hex(bytes),
    }
}

fn difference(of_file: &[u8], of_kernel: &[u8]) -> String {
    if of_file.get(2..4) != of_kernel.get(2..4) {
        let head = |command: &[u8]| match *command {
            [_, _, first, second, ..] => format!("P1 P2 {first:02X}{second:02X}"),
            _ => "no P1 P2".to_owned(),
        };
        return format!("{}, the file {}", head(of_kernel), head(of_file));
    }
    let (ours, theirs) = (sent(of_kernel), sent(of_file));
    if ours.len() != theirs.len() {
        return format!("{} bytes of data, the file {}", ours.len(), theirs.len());
    }
    match ours.iter().zip(theirs).position(|(ours, theirs)| ours != theirs) {
        Some(at) => format!("its data differs from byte {}", at + 1),
        None => "its class or length differs".to_owned(),
    }
}

/// A card and a person who do what stands in the file.
pub(super) struct Player<'a, 'f>(pub(super) &'a RefCell<Tape<'f>>);

impl Card for Player<'_, '_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        self.0.borrow_mut().answer(command)
    }
}

impl Cardholder for Player<'_, '_> {
    fn offline_pin(&mut self, _: PinMethod, _: Option<&PinKey>) -> PinResult {
        let mut tape = self.0.borrow_mut();
        let mut result = PinResult::Bypassed;
        while let Some(exchange) = tape.rest().first() {
            match exchange.instruction() {
                VERIFY => {
                    result = match exchange.status() {
                        0x9000 => PinResult::Verified,
                        0x6983 | 0x6984 | 0x63C0 => PinResult::Blocked,
                        _ => PinResult::Failed,
                    };
                }
                GET_CHALLENGE | GET_DATA => {}
                _ => break,
            }
            tape.note("the terminal's, not the kernel's");
            tape.next += 1;
        }
        result
    }

    fn online_pin(&mut self, _: &str) -> PinResult {
        self.0.borrow_mut().note("a PIN is asked for, and taken as entered");
        PinResult::Verified
    }

    fn choose(&mut self, choices: &[Choice]) -> Option<usize> {
        let tape = self.0.borrow();
        let next = tape.rest().iter().find(|one| one.instruction() == SELECT);
        let chosen =
            next.and_then(|one| choices.iter().position(|choice| choice.aid == one.sent()));
        Some(chosen.unwrap_or(0))
    }
}
