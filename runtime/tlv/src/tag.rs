//! Tags: one to four bytes that name an object (EMV Book 3, B1).

use std::fmt;

use crate::Cause;

/// A tag that the reader would read as just this one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(u32);

impl Tag {
    /// The tag whose bytes are `value`, big-endian and without leading zeros: `0x9F26`.
    ///
    /// None where they are no tag: zero, cut off, longer than its last byte says, or beginning with
    /// an `FF` that the reader takes for padding ([`crate::Reader`]).
    #[must_use]
    pub const fn new(value: u32) -> Option<Self> {
        let is_tag = match value.to_be_bytes() {
            [0, 0, 0, 0] => false,
            [0, 0, 0, only] => !has_more(only),
            [0, 0, first, last] => has_more(first) && begins(first, last) && last < 0x80,
            [0, first, second, last] => {
                has_more(first) && begins(first, second) && second >= 0x80 && last < 0x80
            }
            [first, second, third, last] => {
                has_more(first)
                    && begins(first, second)
                    && second >= 0x80
                    && third >= 0x80
                    && last < 0x80
            }
        };
        if is_tag { Some(Self(value)) } else { None }
    }

    /// As [`Tag::new`], for constants.
    ///
    /// # Panics
    /// If `value` is no tag. In a `const` that is an error of the compiler; use it nowhere else.
    #[must_use]
    pub const fn literal(value: u32) -> Self {
        assert!(Self::new(value).is_some(), "these bytes are no tag");
        Self(value)
    }

    /// The bytes of the tag as one number: `0x9F26`.
    #[must_use]
    pub const fn value(self) -> u32 {
        self.0
    }

    /// True where the value is made of further objects (bit 6 of the first byte).
    #[must_use]
    pub fn is_constructed(self) -> bool {
        self.bytes().next().is_some_and(|first| first & 0x20 != 0)
    }

    /// The bytes of the tag, one to four.
    pub fn bytes(self) -> impl Iterator<Item = u8> {
        self.0.to_be_bytes().into_iter().skip_while(|byte| *byte == 0)
    }

    /// Reads the tag at the beginning of `bytes`, and how many it has.
    pub(crate) fn read(bytes: &[u8]) -> Result<(Self, usize), Cause> {
        let mut value = 0;
        for (at, byte) in bytes.iter().take(4).enumerate() {
            value = value << 8 | u32::from(*byte);
            let is_last = if at == 0 { !has_more(*byte) } else { *byte < 0x80 };
            if is_last {
                return Ok((Self(value), at + 1));
            }
        }
        Err(if bytes.len() < 4 { Cause::TagCut } else { Cause::TagTooLong })
    }
}

const fn has_more(first: u8) -> bool {
    first & 0x1F == 0x1F
}

/// False where `first` is padding and not the beginning of a tag.
pub(crate) const fn begins(first: u8, next: u8) -> bool {
    first != 0xFF || matches!(next, 0x01..=0x3F | 0x81)
}

impl fmt::Display for Tag {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes().try_for_each(|byte| write!(out, "{byte:02X}"))
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Tag({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: u32, expected: Option<&str>) {
        let tag = Tag::new(value);
        assert_eq!(tag.map(|tag| tag.to_string()).as_deref(), expected, "{value:X}");
        if let Some(tag) = tag {
            let bytes: Vec<u8> = tag.bytes().collect();
            assert_eq!(Tag::read(&bytes), Ok((tag, bytes.len())));
        }
    }

    #[test]
    fn a_tag_has_as_many_bytes_as_it_says() {
        check(0x5A, Some("5A"));
        check(0x9F26, Some("9F26"));
        check(0xBF0C, Some("BF0C"));
        check(0xDF8129, Some("DF8129"));
        check(0xDF81_8201, Some("DF818201"));
        for wrong in [0, 0x9F, 0x5A01, 0x9F81, 0x009F_2601, 0xDF81_8281, 0x9F01_8101] {
            check(wrong, None);
        }
    }

    #[test]
    fn a_private_template_is_a_tag_and_padding_is_none() {
        check(0xFF8105, Some("FF8105"));
        check(0xFF01, Some("FF01"));
        for padding in [0xFF, 0xFF5F, 0xFF70, 0xFF9F26] {
            check(padding, None);
        }
    }

    #[test]
    fn bit_six_of_the_first_byte_says_template() {
        assert!(Tag::literal(0x70).is_constructed());
        assert!(Tag::literal(0xBF0C).is_constructed());
        assert!(!Tag::literal(0x9F38).is_constructed());
    }
}
