//! Reading: objects one after the other, or the whole tree.

use crate::tag::begins;
use crate::{Cause, Tag, TlvError};

/// Largest input, in bytes: far above an answer of a card (256) or DE55 (255), and below what would
/// make a tool print for minutes.
pub const INPUT_BYTES_MAX: usize = 64 * 1024;
/// Most templates within each other; cards have three.
pub const DEPTH_MAX: usize = 8;
/// Most objects of a tree: an input of two-byte objects cannot fill the memory with nodes.
pub const OBJECTS_MAX: usize = 4096;

/// An object as it stands in the input.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Object<'a> {
    /// Its tag.
    pub tag: Tag,
    /// Where its tag begins, in bytes from the beginning of the input.
    pub offset: usize,
    /// Where its value begins.
    pub value_offset: usize,
    /// Its value.
    pub value: &'a [u8],
}

impl<'a> Object<'a> {
    /// The objects in its value, with their offsets in the whole input.
    #[must_use]
    pub fn children(&self) -> Reader<'a> {
        Reader { rest: self.value, offset: self.value_offset, failed: false }
    }
}

impl std::fmt::Debug for Object<'_> {
    /// Without the value: it may be a card's number.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Object({} at {}, {} bytes)", self.tag, self.offset, self.value.len())
    }
}

/// Reads objects one after the other; ends after the first error.
///
/// Bytes `00` and `FF` before, between and after objects are skipped, as EMV asks. An `FF` begins a
/// tag only before `01` to `3F` or `81`: the private templates that exist (`FF8105`) are read, and
/// no object of EMV that follows padding begins so, but `81` (Amount, Authorised, binary), which no
/// card sends.
#[derive(Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
    failed: bool,
}

impl<'a> Reader<'a> {
    /// A reader of all of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, offset: 0, failed: false }
    }

    /// Bytes that are not read yet.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.rest.len()
    }

    /// What there is of a template whose end is missing, as `error` of this reader says.
    pub(crate) fn of_cut_template(&self, error: &TlvError) -> Option<Reader<'a>> {
        let Cause::ValueCut { left, .. } = error.cause else { return None };
        let header = self.rest.len().checked_sub(left)?;
        let rest = self.rest.get(header..)?;
        let inner = Reader { rest, offset: self.offset + header, failed: false };
        error.tag.is_some_and(Tag::is_constructed).then_some(inner)
    }

    fn skip_padding(&mut self) {
        while let [first, after @ ..] = self.rest {
            let is_padding = match first {
                0x00 => true,
                0xFF => !after.first().is_some_and(|next| begins(*first, *next)),
                _ => false,
            };
            if !is_padding {
                return;
            }
            self.take(1);
        }
    }

    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at_checked(count).unwrap_or((self.rest, &[]));
        self.rest = rest;
        self.offset += taken.len();
        taken
    }

    fn object(&mut self) -> Result<Object<'a>, TlvError> {
        let offset = self.offset;
        let fail = |tag, cause| TlvError { offset, tag, cause };
        if self.rest.len() > INPUT_BYTES_MAX {
            return Err(fail(None, Cause::TooLarge { bytes: self.rest.len() }));
        }
        let (tag, tag_bytes) = Tag::read(self.rest).map_err(|cause| fail(None, cause))?;
        let after_tag = self.rest.get(tag_bytes..).unwrap_or_default();
        let (length, length_bytes) =
            read_length(after_tag).map_err(|cause| fail(Some(tag), cause))?;
        let left = after_tag.len().saturating_sub(length_bytes);
        if length > left {
            return Err(fail(Some(tag), Cause::ValueCut { length, left }));
        }
        self.take(tag_bytes + length_bytes);
        let value_offset = self.offset;
        Ok(Object { tag, offset, value_offset, value: self.take(length) })
    }
}

impl std::fmt::Debug for Reader<'_> {
    /// Without the bytes.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Reader({} bytes left at {})", self.rest.len(), self.offset)
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Result<Object<'a>, TlvError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.skip_padding();
        if self.failed || self.rest.is_empty() {
            return None;
        }
        let object = self.object();
        self.failed = object.is_err();
        Some(object)
    }
}

/// The length at the beginning of `bytes`, and in how many bytes it is written. Longer forms than
/// needed are read: cards send them.
fn read_length(bytes: &[u8]) -> Result<(usize, usize), Cause> {
    match bytes {
        [] => Err(Cause::LengthCut),
        [short @ (..0x80), ..] => Ok((usize::from(*short), 1)),
        [0x80, ..] => Err(Cause::LengthIndefinite),
        [long, rest @ ..] => {
            let count = long & 0x7F;
            if count > 4 {
                return Err(Cause::LengthTooLong { bytes: count });
            }
            let digits = rest.get(..usize::from(count)).ok_or(Cause::LengthCut)?;
            let length = digits.iter().fold(0_u32, |sum, digit| sum << 8 | u32::from(*digit));
            Ok((usize::try_from(length).unwrap_or(usize::MAX), 1 + digits.len()))
        }
    }
}

/// The first object under the templates `path`: the last tag of it, within the one before, and so
/// on. None where one of them is missing.
///
/// # Errors
/// [`TlvError`] of the first object that is wrong on the way.
pub fn find<'a>(bytes: &'a [u8], path: &[Tag]) -> Result<Option<Object<'a>>, TlvError> {
    let mut reader = Reader::new(bytes);
    let mut found = None;
    for wanted in path {
        found = None;
        for object in reader.by_ref() {
            let object = object?;
            if object.tag == *wanted {
                found = Some(object);
                break;
            }
        }
        match found {
            Some(object) => reader = object.children(),
            None => return Ok(None),
        }
    }
    Ok(found)
}

/// An object with what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node<'a> {
    /// The object itself.
    pub object: Object<'a>,
    /// The objects in its value; none where the tag says that it has none.
    pub children: Vec<Node<'a>>,
}

/// Every object of `bytes`, each with the objects in it.
///
/// # Errors
/// [`TlvError`] of the first object that is wrong; use [`Reader`] to read up to there.
pub fn read_tree(bytes: &[u8]) -> Result<Vec<Node<'_>>, TlvError> {
    let mut left = OBJECTS_MAX;
    read_level(Reader::new(bytes), 0, &mut left)
}

fn read_level<'a>(
    reader: Reader<'a>,
    depth: usize,
    left: &mut usize,
) -> Result<Vec<Node<'a>>, TlvError> {
    let mut nodes = Vec::new();
    for object in reader {
        let object = object?;
        let fail = |cause| TlvError { offset: object.offset, tag: Some(object.tag), cause };
        *left = left.checked_sub(1).ok_or_else(|| fail(Cause::TooMany))?;
        let children = if object.tag.is_constructed() {
            if depth >= DEPTH_MAX {
                return Err(fail(Cause::TooDeep));
            }
            read_level(object.children(), depth + 1, left)?
        } else {
            Vec::new()
        };
        nodes.push(Node { object, children });
    }
    Ok(nodes)
}
