//! Customer-presented payloads: base64 of BER-TLV, `85` "CPV01", then an application template
//! (`61`) for each card in the wallet, then at most one common template (`62`).
//!
//! Only the application ids are kept: what else a template holds (a card number, a cryptogram) is
//! the acquirer's to read, from the text itself.

use super::{EmvError, PAYLOAD_CHARS_MAX, Tag};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::ops::RangeInclusive;

const FORMAT: u32 = 0x85;
const FORMAT_VALUE: &[u8] = b"CPV01";
const APPLICATION: u32 = 0x61;
const COMMON: u32 = 0x62;
const APPLICATION_ID: u32 = 0x4F;
/// Transparent templates: passed on to the issuer, their inside is nobody else's.
const TRANSPARENT: [u32; 2] = [0x63, 0x64];
/// Bytes of an application id (ISO 7816-4: five of the scheme, up to eleven of its own).
const APPLICATION_ID_BYTES: RangeInclusive<usize> = 5..=16;
/// Templates within templates: the specification has one level below the top; one to spare.
const DEPTH_MAX: usize = 3;

/// A payload that was read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerPresented {
    applications: Vec<Vec<u8>>,
}

impl CustomerPresented {
    /// Reads `text`, the base64 that the customer shows.
    ///
    /// # Errors
    /// [`EmvError`], with the first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, EmvError> {
        if text.len() > PAYLOAD_CHARS_MAX {
            return Err(EmvError::TooLong { chars: text.chars().count() });
        }
        let bytes = STANDARD.decode(text).map_err(|_| EmvError::NotBase64)?;
        let objects = split(&bytes, 0)?;
        let (first, rest) =
            objects.split_first().ok_or(EmvError::Missing { tag: Tag::Ber(FORMAT) })?;
        if first.tag != FORMAT {
            return Err(EmvError::Missing { tag: Tag::Ber(FORMAT) });
        }
        if first.value != FORMAT_VALUE {
            return Err(EmvError::BadValue { tag: Tag::Ber(FORMAT), offset: first.offset });
        }
        let mut applications = Vec::new();
        let mut commons = 0;
        for object in rest {
            check_inside(object, 1)?;
            match object.tag {
                APPLICATION => applications.push(application_id(object)?),
                COMMON => commons += 1,
                _ => {}
            }
            if commons > 1 {
                return Err(EmvError::Repeated { tag: Tag::Ber(COMMON), offset: object.offset });
            }
        }
        if applications.is_empty() {
            return Err(EmvError::Missing { tag: Tag::Ber(APPLICATION) });
        }
        Ok(Self { applications })
    }

    /// The application ids, in the customer's order of preference.
    pub fn applications(&self) -> impl Iterator<Item = &[u8]> {
        self.applications.iter().map(Vec::as_slice)
    }
}

struct Object<'b> {
    tag: u32,
    is_constructed: bool,
    offset: usize,
    value_offset: usize,
    value: &'b [u8],
}

fn application_id(template: &Object<'_>) -> Result<Vec<u8>, EmvError> {
    let tag = Tag::Ber(APPLICATION_ID);
    let inside = split(template.value, template.value_offset)?;
    let id = inside
        .iter()
        .find(|object| object.tag == APPLICATION_ID)
        .ok_or(EmvError::Missing { tag })?;
    if !APPLICATION_ID_BYTES.contains(&id.value.len()) {
        return Err(EmvError::BadValue { tag, offset: id.offset });
    }
    Ok(id.value.to_vec())
}

/// Reads what a template holds, to the end, without keeping it.
fn check_inside(object: &Object<'_>, depth: usize) -> Result<(), EmvError> {
    if !object.is_constructed || TRANSPARENT.contains(&object.tag) {
        return Ok(());
    }
    if depth > DEPTH_MAX {
        return Err(EmvError::TooDeep { tag: Tag::Ber(object.tag), offset: object.offset });
    }
    split(object.value, object.value_offset)?
        .iter()
        .try_for_each(|inner| check_inside(inner, depth + 1))
}

fn split(bytes: &[u8], base: usize) -> Result<Vec<Object<'_>>, EmvError> {
    let mut objects = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let offset = base + (bytes.len() - rest.len());
        let (tag, is_constructed, after_tag) = tag(rest).ok_or(EmvError::BadTag { offset })?;
        let (length, after_length) =
            length(after_tag).ok_or(EmvError::BadLength { tag: Tag::Ber(tag), offset })?;
        let value_offset = base + (bytes.len() - after_length.len());
        let (value, behind) = after_length
            .split_at_checked(length)
            .ok_or(EmvError::Truncated { tag: Tag::Ber(tag), offset })?;
        objects.push(Object { tag, is_constructed, offset, value_offset, value });
        rest = behind;
    }
    Ok(objects)
}

/// A tag of one to three bytes, whether it is a template, and what follows.
fn tag(bytes: &[u8]) -> Option<(u32, bool, &[u8])> {
    let (first, mut rest) = bytes.split_first()?;
    let is_constructed = first & 0x20 != 0;
    let mut tag = u32::from(*first);
    if first & 0x1F != 0x1F {
        return Some((tag, is_constructed, rest));
    }
    for _ in 0..2 {
        let (next, behind) = rest.split_first()?;
        tag = (tag << 8) | u32::from(*next);
        rest = behind;
        if next & 0x80 == 0 {
            return Some((tag, is_constructed, rest));
        }
    }
    None
}

/// A length of one to three bytes, and what follows.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    match bytes {
        [short @ ..=0x7F, rest @ ..] => Some((usize::from(*short), rest)),
        [0x81, length, rest @ ..] => Some((usize::from(*length), rest)),
        [0x82, high, low, rest @ ..] => {
            Some((usize::from(u16::from_be_bytes([*high, *low])), rest))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The example payload of the EMVCo customer-presented specification.
    const PUBLISHED: &str = "hQVDUFYwMWETTwegAAAAVVVVUAhQcm9kdWN0MWETTwegAAAAZmZmUAhQcm9kdWN0Mm\
        JJWggSNFZ4kBI0WF8gDkNBUkRIT0xERVIvRU1WXy0IcnVlc2RlZW5kIZ8QBwYBCgMAAACfJghYT9OF+iNLz\
        J82AgABnzcEbVjvEw==";

    #[test]
    fn the_published_example_holds_two_applications() {
        let read = CustomerPresented::parse(PUBLISHED).unwrap();
        let ids: Vec<&[u8]> = read.applications().collect();
        assert_eq!(
            ids,
            [
                [0xA0, 0, 0, 0, 0x55, 0x55, 0x55].as_slice(),
                [0xA0, 0, 0, 0, 0x66, 0x66, 0x66].as_slice(),
            ]
        );
    }

    #[test]
    fn the_card_number_in_a_code_never_reaches_a_debug_text() {
        let read = format!("{:?}", CustomerPresented::parse(PUBLISHED).unwrap());
        assert!(!read.contains("12, 34") && !read.contains("18, 52"), "{read}");
    }

    #[track_caller]
    fn refused(bytes: &[u8], expected: &str) {
        let error = CustomerPresented::parse(&STANDARD.encode(bytes)).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        refused(b"", "data object 85 is missing, or not in its place");
        refused(b"\x61\x00", "data object 85 is missing, or not in its place");
        refused(b"\x85\x05CPV02", "data object 85 at 0: not an allowed value");
        refused(b"\x85\x05CPV01", "data object 61 is missing, or not in its place");
        refused(b"\x85\x05CPV0", "data object 85 at 0: the payload ends inside it");
        refused(b"\x85\x83", "data object 85 at 0: bad length");
        refused(b"\x85\x05CPV01\x9F", "no tag at 7");
        refused(b"\x85\x05CPV01\x61\x00", "data object 4F is missing, or not in its place");
        refused(b"\x85\x05CPV01\x61\x03\x4F\x01\xA0", "data object 4F at 9: not an allowed value");
        refused(
            b"\x85\x05CPV01\x61\x03\x4F\x07\xA0",
            "data object 4F at 9: the payload ends inside it",
        );
        refused(b"\x85\x05CPV01\x62\x00\x62\x00", "data object 62 at 9: a second one");
        refused(
            b"\x85\x05CPV01\x61\x06\x61\x04\x61\x02\x61\x00",
            "data object 61 at 13: nested too deep",
        );
        assert_eq!(CustomerPresented::parse("hQV!"), Err(EmvError::NotBase64));
        assert_eq!(
            CustomerPresented::parse(&"A".repeat(516)),
            Err(EmvError::TooLong { chars: 516 })
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(tail in proptest::collection::vec(any::<u8>(), 0..60)) {
            let mut bytes = b"\x85\x05CPV01\x61".to_vec();
            bytes.extend(tail);
            let _ = CustomerPresented::parse(&STANDARD.encode(bytes));
        }

        #[test]
        fn every_application_id_comes_back(
            ids in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 5..=16), 1..4),
        ) {
            let mut bytes = b"\x85\x05CPV01".to_vec();
            for id in &ids {
                let length = u8::try_from(id.len()).unwrap();
                bytes.extend([0x61, length + 2, 0x4F, length]);
                bytes.extend(id);
            }
            let read = CustomerPresented::parse(&STANDARD.encode(bytes)).unwrap();
            prop_assert!(read.applications().eq(ids.iter().map(Vec::as_slice)));
        }
    }
}
