//! A message in words: a line for each field, masked.
//!
//! What must never happen: that a whole card number, a track, a PIN block or a key is shown.

use std::fmt;

use caisson_tlv::mask;

use crate::frame::unframe;
use crate::layout;
use crate::message::Message;
use crate::mti::Mti;
use crate::spec::{Content, FieldSpec, Shows, Spec};

/// `message` in words: a line for its head and one for each field.
#[must_use]
pub fn describe(message: &Message<'_>) -> String {
    let mut out = head_line(&message.tpdu().to_string(), message.header(), message.mti());
    for number in message.numbers() {
        let field = message.spec().field(number);
        if let (Some(field), Some(value)) = (field, message.bytes(number)) {
            push_field(&mut out, Some(message.mti()), field, value);
        }
    }
    out
}

/// Any bytes in words, with or without their length on the line: each field up to the first that is
/// wrong, then a line that begins with `!` and says at which offset and why. Offsets count from the
/// TPDU.
#[must_use]
pub fn describe_bytes(spec: &Spec, bytes: &[u8]) -> String {
    let message = unframe(bytes).unwrap_or(bytes);
    let (mut out, mut mti) = (String::new(), None);
    if let Ok(head) = layout::head(spec, message) {
        out = head_line(&head.tpdu.to_string(), &head.header, head.mti);
        mti = Some(head.mti);
    }
    let read = layout::walk(spec, message, |number, _, value| {
        if let Some(field) = spec.field(number) {
            push_field(&mut out, mti, field, &value);
        }
    });
    if let Err(error) = read {
        let left = message.len().saturating_sub(error.offset);
        out.push_str(&format!("! {error}; bytes not read: {left}\n"));
    }
    out
}

fn head_line(tpdu: &str, header: &[u8], mti: Mti) -> String {
    format!("{mti} {}, TPDU {tpdu}, header {}\n", mti.words(), hex(header))
}

fn push_field(out: &mut String, mti: Option<Mti>, field: &FieldSpec, value: &[u8]) {
    out.push_str(&format!("{:>3} {}: {}\n", field.number, field.name, show(mti, field, value)));
    if field.shows == Shows::Tlv {
        for line in caisson_tlv::describe(value).lines() {
            out.push_str(&format!("      {line}\n"));
        }
    }
}

/// A value as text, masked as its field asks.
fn show(mti: Option<Mti>, field: &FieldSpec, value: &[u8]) -> String {
    let hidden = format!("({} not shown)", counted(value.len()));
    let text = std::str::from_utf8(value).unwrap_or_default();
    match field.shows {
        Shows::Searched if mask::may_hold_pan(value) => hidden,
        Shows::Totals if !mti.is_some_and(Mti::is_reconciliation) => hidden,
        Shows::All | Shows::Searched | Shows::Totals => plain(field.content, value),
        Shows::Pan if mask::PAN_DIGITS.contains(&value.len()) => mask::mask_pan(text),
        Shows::Track2 => mask::mask_track2(text).unwrap_or(hidden),
        Shows::Track1 => mask::mask_track1(text).unwrap_or(hidden),
        Shows::Tlv => counted(value.len()),
        Shows::Pan | Shows::Nothing => hidden,
    }
}

fn counted(count: usize) -> String {
    format!("{count} {}", if count == 1 { "byte" } else { "bytes" })
}

fn plain(content: Content, value: &[u8]) -> String {
    let is_text = content != Content::B && value.iter().all(|byte| matches!(byte, 0x20..=0x7E));
    match (content, std::str::from_utf8(value)) {
        (Content::N | Content::Z | Content::Xn, Ok(digits)) => digits.to_owned(),
        (_, Ok(text)) if is_text => format!("{text:?}"),
        _ => hex(value),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

impl fmt::Debug for Message<'_> {
    /// As [`describe`] in one line, and without what is in the chip data.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Message({}", self.mti())?;
        for number in self.numbers() {
            let field = self.spec().field(number);
            if let (Some(field), Some(value)) = (field, self.bytes(number)) {
                write!(out, "; {number}: {}", show(Some(self.mti()), field, value))?;
            }
        }
        out.write_str(")")
    }
}
