//! A transcript in words: what card and terminal said to each other, replayed through the kernel.
//!
//! The format is text. A line `# name: value` sets something about the sale; a line `> hex` is a
//! command, the line `< hex` after it the card's answer with its status word; blanks within hex,
//! empty lines and other lines that begin with `#` mean nothing. Names: `date` (YYMMDD), `time`
//! (HHMMSS), `amount` and `amount-other` (minor units), `currency` (ISO 4217 numeric), `type`
//! (9C, hex), `unpredictable` (9F37, hex), `counter` (9F41), `interface` (`contact`,
//! `contactless`), `response-code` (8A), `approved` (`yes`, `no`), `issuer-authentication` (91,
//! hex). What is not named is taken from the commands themselves, where the card's lists say what
//! stands where; else it is zero.
//!
//! Where the kernel's own command differs from the file's, the text says so and goes on with what
//! stands in the file. Guarantee: any file gets an answer, in bounded time and length.
//! What must never happen: a whole card number, a track, a name or PIN data in the text, whatever
//! the file is; so no line of hex is ever shown as it came.

mod replay;
mod text;
mod transcript;
mod values;
mod words;

use crate::{Configuration, Decision, OnlineAnswer, Transaction};
use replay::{Player, Tape};
use std::cell::RefCell;
use std::fmt::Write as _;

/// Largest file that is read, in bytes; what follows is not heard.
pub const FILE_BYTES_MAX: usize = 1024 * 1024;
/// Longest text; what would follow is cut off, and the text says so.
const TEXT_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The transcript `file` in words, with `configuration` as the terminal's.
#[must_use]
pub fn trace(file: &[u8], configuration: &Configuration) -> String {
    let heard = file.get(..FILE_BYTES_MAX).unwrap_or(file);
    let transcript = transcript::read(&String::from_utf8_lossy(heard));
    let mut out = String::new();
    if heard.len() < file.len() {
        let _ = writeln!(out, "! only the first {FILE_BYTES_MAX} bytes of the file are read");
    }
    for note in &transcript.notes {
        let _ = writeln!(out, "! {note}");
    }
    let known = values::find(&transcript);
    let sale = known.sale(&mut out);
    let _ = writeln!(out, "{}\n", words::sale(&sale));
    let tape = RefCell::new(Tape::new(&transcript.exchanges));
    let flow = match Transaction::start(configuration, sale) {
        Ok(transaction) => run(transaction, &tape, &known),
        Err(error) => format!("! the kernel does not start: {error}\n"),
    };
    let tape = tape.into_inner();
    text::exchanges(&mut out, &tape, TEXT_BYTES_MAX);
    if transcript.exchanges.is_empty() {
        out.push_str("! the file has no command with an answer\n");
    }
    out.push('\n');
    out.push_str(&flow);
    out
}

/// Runs the kernel; what it decided, in words.
fn run(mut transaction: Transaction, tape: &RefCell<Tape<'_>>, known: &values::Known) -> String {
    let mut out = String::new();
    let first = match transaction.first(&mut Player(tape), &mut Player(tape)) {
        Ok(outcome) => outcome,
        Err(error) => return format!("! {error}\n"),
    };
    words::outcome(&mut out, &first);
    if first.decision != Decision::GoOnline {
        return out;
    }
    let Some(answer) = known.answer(&tape.borrow()) else {
        out.push_str("\nThe file ends before an issuer's answer.\n");
        return out;
    };
    words::answer(&mut out, &answer);
    if answer == OnlineAnswer::Unable {
        tape.borrow_mut().note("from here on without an issuer");
    }
    match transaction.complete(&mut Player(tape), &answer) {
        Ok(outcome) => words::outcome(&mut out, &outcome),
        Err(error) => {
            let _ = writeln!(out, "! {error}");
        }
    }
    out
}
