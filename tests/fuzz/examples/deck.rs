//! Sales with cards of the deck as inputs of the target `kernel`, so that it begins where an honest
//! card comes to its end: `cargo run -p caisson-fuzz --example deck`.
//!
//! Each file is what `caisson_emv::hostile` reads: what the sale is, each answer of the card with
//! its length, between them the issuer's. Needed anew when the kernel asks a card otherwise; a test
//! in `tests/replay.rs` says so.

// A tool for whoever changes the kernel: what is not as it must be stops it.
#![allow(clippy::unwrap_used)]

use caisson_cards::issuer::{self, Script, ScriptTime};
use caisson_cards::{Interface, Transport, deck};
use caisson_emv::{
    Answer, Card, CardError, Cardholder, Choice, Configuration, Decision, Entry, Extent,
    OnlineAnswer, Outcome, PinKey, PinMethod, PinResult, Sale, Transaction,
};
use caisson_fuzz::folder;
use std::fs;

/// The head of an input: every PIN is right, the issuer approves; 75 * 2^4 is 12.00; a purchase.
const INSERTED: [u8; 4] = [0xF0, 75, 4, 0];
const TAPPED: [u8; 4] = [0xF1, 75, 4, 0];
/// 195 * 2^10 is 1996.80, which needs a verification.
const TAPPED_FOR_MUCH: [u8; 4] = [0xF1, 195, 10, 0];
/// The bit of the head that makes the issuer decline.
const DECLINES: u8 = 0x04;
/// How an answer stands in an input: as it came, or without its template, for it is too long.
const RAW: u8 = 0;
const TEMPLATE: u8 = 3;
const TEMPLATE_TAG: u8 = 0x70;

fn main() {
    for card in [
        "union-debit",
        "union-credit-pin",
        "visa-dda",
        "visa-offline-enciphered-pin",
        "mastercard-cda",
        "dual-application",
        "sda-only",
        "no-oda",
        "dda-failure",
    ] {
        record(&format!("inserted-{card}"), card, INSERTED, false);
    }
    for card in ["cda-failure", "aac-at-second", "declines-offline"] {
        record(&format!("refused-{card}"), card, INSERTED, false);
    }
    let [choices, rest @ ..] = INSERTED;
    let [one, two, three] = rest;
    record("refused-issuer", "union-debit", [choices | DECLINES, one, two, three], false);
    record("inserted-scripts", "union-debit", INSERTED, true);
    for card in ["tap-union", "tap-visa", "union-debit"] {
        record(&format!("tapped-{card}"), card, TAPPED, false);
    }
    record("tapped-for-much", "tap-union", TAPPED_FOR_MUCH, false);
}

/// Runs the sale of `head` with the card, and writes what was said.
fn record(name: &str, card: &str, head: [u8; 4], has_scripts: bool) {
    let sale = sale(head);
    let interface = match sale.entry {
        Entry::Contact => Interface::Contact,
        Entry::Contactless => Interface::Contactless,
    };
    let mut profile = deck::profile(card).unwrap();
    // Its answers come whole, as the host hands them on.
    profile.chip.as_mut().unwrap().transport = Transport::T1;
    let mut card = caisson_cards::Card::load(&profile).unwrap();
    card.power_on(interface).unwrap();
    let mut wire = Wire { card, input: head.to_vec() };
    let configuration = Configuration::read(None, None, None).unwrap();
    let mut transaction = Transaction::start(&configuration, sale).unwrap();
    let first = transaction.first(&mut wire, &mut Agreeable).unwrap();
    if first.decision == Decision::GoOnline {
        let answer = answer(&first, head[0] & DECLINES == 0, has_scripts);
        wire.put(answer.authentication.as_deref().unwrap_or_default());
        wire.input.push(u8::try_from(answer.scripts.len()).unwrap());
        answer.scripts.iter().for_each(|script| wire.put(script));
        transaction.complete(&mut wire, &OnlineAnswer::Answered(answer)).unwrap();
    }
    let file = folder().join("kernel").join(name);
    fs::create_dir_all(folder().join("kernel")).unwrap();
    fs::write(&file, &wire.input).unwrap();
    println!("{}: {} bytes", file.display(), wire.input.len());
}

/// The sale that `hostile` makes of the head.
fn sale([choices, amount, shift, transaction_type]: [u8; 4]) -> Sale {
    Sale {
        entry: if choices & 0x01 == 0 { Entry::Contact } else { Entry::Contactless },
        extent: Extent::Full,
        amount: u64::from(amount) << shift,
        amount_other: 0,
        currency: 156,
        exponent: 2,
        transaction_type,
        date: "261127".to_owned(),
        time: "235959".to_owned(),
        unpredictable: 0x0102_0304,
        counter: 1,
    }
}

fn answer(first: &Outcome, approved: bool, has_scripts: bool) -> Answer {
    let account = first.account.as_ref().unwrap();
    let sequence = account.sequence.unwrap_or_default();
    let code = if approved { *b"00" } else { *b"05" };
    let verified = issuer::verify(&account.pan, sequence, &first.de55).unwrap();
    let times = if has_scripts { &[ScriptTime::Before, ScriptTime::After][..] } else { &[] };
    let script = |time| verified.script_template(time, [1; 4], &[Script::UnblockPin]);
    Answer {
        approved,
        code: String::from_utf8(code.to_vec()).unwrap(),
        authentication: Some(verified.issuer_authentication(code)),
        scripts: times.iter().copied().map(script).collect(),
    }
}

/// A card, and what it said.
struct Wire {
    card: caisson_cards::Card,
    input: Vec<u8>,
}

impl Wire {
    fn put(&mut self, bytes: &[u8]) {
        self.input.push(u8::try_from(bytes.len()).unwrap());
        self.input.extend_from_slice(bytes);
    }
}

impl Card for Wire {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        let answer = self.card.transmit(command).map_err(|_| CardError::Removed)?;
        match answer.as_slice() {
            [TEMPLATE_TAG, 0x81, _, value @ .., 0x90, 0x00] if answer.len() > 255 => {
                self.input.push(TEMPLATE);
                self.put(value);
            }
            answer => {
                self.input.push(RAW);
                self.put(answer);
            }
        }
        Ok(answer)
    }
}

/// Whose every PIN is right, and who takes what `hostile` would.
struct Agreeable;

impl Cardholder for Agreeable {
    fn offline_pin(&mut self, _: PinMethod, _: Option<&PinKey>) -> PinResult {
        PinResult::Verified
    }

    fn online_pin(&mut self, _: &str) -> PinResult {
        PinResult::Verified
    }

    fn choose(&mut self, choices: &[Choice]) -> Option<usize> {
        Some(usize::from(INSERTED[0]) % choices.len())
    }
}
