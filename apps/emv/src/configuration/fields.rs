//! How a value stands in a configuration file: hex, dates, amounts. Each is checked where it is
//! read, so that a file that was taken has no value that the crate or a card could choke on.

use serde::Deserialize;
use serde::de::{Deserializer, Error};

/// Bytes written as hex, at most 256 of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Hex(pub(super) Vec<u8>);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.len() > 512 {
            return Err(D::Error::custom("at most 256 bytes of hex"));
        }
        from_hex(&text).map(Self).ok_or_else(|| D::Error::custom("hex of whole bytes: \"9F02\""))
    }
}

/// Exactly `N` bytes written as hex.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bytes<const N: usize>(pub(super) [u8; N]);

impl<'de, const N: usize> Deserialize<'de> for Bytes<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Hex(bytes) = Hex::deserialize(deserializer)?;
        bytes.try_into().map(Self).map_err(|_| D::Error::custom(format!("{N} bytes of hex")))
    }
}

/// Exactly `N` plain characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Characters<const N: usize>(pub(super) [u8; N]);

impl<'de, const N: usize> Deserialize<'de> for Characters<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let plain = text.bytes().all(|byte| (0x20..0x7F).contains(&byte));
        match text.as_bytes().try_into() {
            Ok(bytes) if plain => Ok(Self(bytes)),
            _ => Err(D::Error::custom(format!("{N} plain characters"))),
        }
    }
}

/// A tag of one or two bytes that no template has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PlainTag(pub(super) u32);

impl<'de> Deserialize<'de> for PlainTag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Hex(bytes) = Hex::deserialize(deserializer)?;
        let tag = match *bytes.as_slice() {
            [tag] if tag & 0x1F != 0x1F && tag & 0x20 == 0 && tag != 0 => u32::from(tag),
            [first, second] if first & 0x1F == 0x1F && first & 0x20 == 0 && second & 0x80 == 0 => {
                u32::from(first) << 8 | u32::from(second)
            }
            _ => return Err(D::Error::custom("a tag of one or two bytes, not of a template")),
        };
        Ok(Self(tag))
    }
}

/// Hex of whole bytes, in either case.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> =
        text.chars().map(|digit| digit.to_digit(16)?.try_into().ok()).collect::<Option<_>>()?;
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let pair = |pair: &[u8]| match *pair {
        [high, low] => Some(high << 4 | low),
        _ => None,
    };
    digits.chunks(2).map(pair).collect()
}

/// Upper-case hex.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_whole_bytes_of_hex_digits_and_nothing_else() {
        let check = |text: &str, expected: Option<&[u8]>| {
            assert_eq!(from_hex(text).as_deref(), expected, "{text}");
        };
        check("", Some(&[]));
        check("9f02", Some(&[0x9F, 0x02]));
        check("9F0", None);
        check("9F 02", None);
        check("９F", None);
        assert_eq!(to_hex(&[0x9F, 0x02]), "9F02");
    }
}
