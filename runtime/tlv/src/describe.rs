//! An input in words: a line for each object, indented, with what its bits say.
//!
//! What must never happen: that a whole card number, a track, a name or PIN data is printed,
//! whatever the bytes are. So what could not be read is counted and not shown, and an unknown value
//! that could hold a card number is not shown either.

use crate::names::{Format, Shows, info};
use crate::reader::{DEPTH_MAX, OBJECTS_MAX, Reader};
use crate::{Cause, Dol, Object, TlvError, bits, mask};

/// What `bytes` say, a line for each object. Where they are wrong, a line that begins with `!`
/// says at which offset and why; what stands beside the wrong object is still decoded.
///
/// ```
/// let text = caisson_tlv::describe(&[0x70, 0x04, 0x9F, 0x27, 0x01, 0x40, 0x95]);
/// assert_eq!(text, "\
/// 70 READ RECORD Response Message Template, 4 bytes
///   9F27 Cryptogram Information Data (CID): 40
///     TC: approved
/// ! offset 6: tag 95: the length is cut off; 1 byte not read
/// ");
/// ```
#[must_use]
pub fn describe(bytes: &[u8]) -> String {
    let mut text = Text { out: String::new(), objects_left: OBJECTS_MAX };
    text.level(Reader::new(bytes), 0);
    text.out
}

struct Text {
    out: String,
    objects_left: usize,
}

impl Text {
    fn line(&mut self, depth: usize, words: &str) {
        for _ in 0..depth {
            self.out.push_str("  ");
        }
        self.out.push_str(words);
        self.out.push('\n');
    }

    /// False once there were too many objects: then nothing more is read.
    fn level(&mut self, mut reader: Reader<'_>, depth: usize) -> bool {
        loop {
            match reader.next() {
                None => return true,
                Some(Ok(object)) => {
                    if !self.object(&object, depth) {
                        return false;
                    }
                }
                Some(Err(error)) => {
                    let left = reader.left();
                    if let (Some(tag), Some(inner)) = (error.tag, reader.of_cut_template(&error)) {
                        let name = info(tag).map_or("(unknown)", |info| info.name);
                        self.line(depth, &format!("{tag} {name}, cut off"));
                        if depth < DEPTH_MAX && !self.level(inner, depth + 1) {
                            return false;
                        }
                        self.line(depth, &format!("! {error}"));
                        return true;
                    }
                    let unit = if left == 1 { "byte" } else { "bytes" };
                    self.line(depth, &format!("! {error}; {left} {unit} not read"));
                    return true;
                }
            }
        }
    }

    fn object(&mut self, object: &Object<'_>, depth: usize) -> bool {
        let wrong = |cause| TlvError { offset: object.offset, tag: Some(object.tag), cause };
        let Some(left) = self.objects_left.checked_sub(1) else {
            self.line(depth, &format!("! {}", wrong(Cause::TooMany)));
            return false;
        };
        self.objects_left = left;
        let info = info(object.tag);
        let name = info.map_or("(unknown)", |info| info.name);
        if object.tag.is_constructed() {
            let bytes = object.value.len();
            self.line(depth, &format!("{} {name}, {bytes} bytes", object.tag));
            if depth >= DEPTH_MAX {
                self.line(depth + 1, &format!("! {}", wrong(Cause::TooDeep)));
                return true;
            }
            return self.level(object.children(), depth + 1);
        }
        self.line(depth, &format!("{} {name}: {}", object.tag, object.shown()));
        if info.is_some_and(|info| info.format == Format::Dol) {
            self.list(object.value, depth + 1);
        }
        for words in bits::explain(object.tag, object.value) {
            self.line(depth + 1, &words);
        }
        true
    }

    fn list(&mut self, value: &[u8], depth: usize) {
        match Dol::parse(value) {
            Ok(dol) => {
                for entry in dol.entries() {
                    let name = info(entry.tag).map_or("(unknown)", |info| info.name);
                    self.line(depth, &format!("{} {name}, {} bytes", entry.tag, entry.length));
                }
            }
            Err(error) => self.line(depth, &format!("! in the list: {error}")),
        }
    }
}

impl Object<'_> {
    /// The value in words, masked as its tag asks.
    #[must_use]
    pub fn shown(&self) -> String {
        let info = info(self.tag);
        let format = info.map_or(Format::B, |info| info.format);
        show_value(self.value, format, info.map_or(Shows::Searched, |info| info.shows))
    }
}

/// Why a value is not shown that is nobody's secret by its tag.
const DIGITS: &str = "there are digits in it that could be a card number";

/// True where a card number would stand in the text of a value that is the terminal's by its tag:
/// a card can send such a tag too.
fn shows_pan(value: &[u8], format: Format) -> bool {
    if is_text(value, format) {
        return value.split(|byte| !byte.is_ascii_digit()).any(mask::may_hold_pan);
    }
    mask::may_hold_pan(value)
}

/// A value as text, masked as its row in the table says.
fn show_value(value: &[u8], format: Format, shows: Shows) -> String {
    let hidden = |why: &str| format!("({} bytes, not shown: {why})", value.len());
    match shows {
        Shows::Searched if mask::may_hold_pan(value) => hidden(DIGITS),
        Shows::All if shows_pan(value, format) => hidden(DIGITS),
        Shows::All | Shows::Searched => plain(value, format),
        Shows::Nothing => hidden("of the cardholder"),
        Shows::Pan => {
            let digits = nibbles(value);
            let digits = digits.trim_end_matches('F');
            if mask::PAN_DIGITS.contains(&digits.len()) {
                mask::mask_pan(digits)
            } else {
                hidden("no card number")
            }
        }
        Shows::Track2 => mask::mask_track2(&nibbles(value)).map_or_else(
            || hidden("no track 2"),
            |pan| format!("{pan} (expiry and the rest not shown)"),
        ),
        Shows::Track1 => std::str::from_utf8(value).ok().and_then(mask::mask_track1).map_or_else(
            || hidden("no track 1"),
            |pan| format!("{pan} (name, expiry and the rest not shown)"),
        ),
    }
}

fn plain(value: &[u8], format: Format) -> String {
    match std::str::from_utf8(value) {
        Ok(text) if is_text(value, format) => format!("{text:?}"),
        _ if value.is_empty() => "(empty)".to_owned(),
        _ => nibbles(value),
    }
}

fn is_text(value: &[u8], format: Format) -> bool {
    let is_shown = |byte: &u8| matches!(byte, 0x20..=0x7E);
    matches!(format, Format::An | Format::Ans) && !value.is_empty() && value.iter().all(is_shown)
}

fn nibbles(value: &[u8]) -> String {
    value.iter().map(|byte| format!("{byte:02X}")).collect()
}
