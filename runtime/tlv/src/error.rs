//! What is wrong with an input, and where.

use crate::Tag;
use crate::reader::{DEPTH_MAX, INPUT_BYTES_MAX, OBJECTS_MAX};

/// Why an input is no BER-TLV of EMV's kind. Whoever made the bytes must mend them; what was read
/// before `offset` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("offset {offset}: {}{cause}", tag_of(*tag))]
pub struct TlvError {
    /// Where the object begins that is wrong, in bytes from the beginning of the input.
    pub offset: usize,
    /// Its tag, if that much could be read.
    pub tag: Option<Tag>,
    /// What is wrong with it.
    pub cause: Cause,
}

/// What is wrong with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// The input ends within a tag.
    #[error("the tag is cut off")]
    TagCut,
    /// More than four bytes of tag.
    #[error("the tag has more than 4 bytes")]
    TagTooLong,
    /// The input ends within a length, or before it.
    #[error("the length is cut off")]
    LengthCut,
    /// `80`: BER knows it, EMV does not.
    #[error("the length is indefinite (80), which EMV does not use")]
    LengthIndefinite,
    /// The length is written in more than four bytes.
    #[error("the length has {bytes} bytes, at most 4")]
    LengthTooLong {
        /// How many bytes are announced.
        bytes: u8,
    },
    /// The value is longer than what is left of its surroundings.
    #[error("{length} bytes of value announced, {left} left")]
    ValueCut {
        /// The announced length, in bytes.
        length: usize,
        /// What is left, in bytes.
        left: usize,
    },
    /// Templates within templates, deeper than any card has them.
    #[error("nested deeper than {DEPTH_MAX} templates")]
    TooDeep,
    /// More objects than any card has.
    #[error("more than {OBJECTS_MAX} objects")]
    TooMany,
    /// The input, or the value to write, is over the limit.
    #[error("{bytes} bytes, at most {INPUT_BYTES_MAX}")]
    TooLarge {
        /// Its size, in bytes.
        bytes: usize,
    },
}

fn tag_of(tag: Option<Tag>) -> String {
    tag.map_or_else(String::new, |tag| format!("tag {tag}: "))
}
