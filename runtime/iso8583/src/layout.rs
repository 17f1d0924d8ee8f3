//! Where everything stands in the bytes of a message, and which of them the MAC covers.

use std::ops::Range;

use crate::error::{FieldError, Reason, UnpackCause, UnpackError};
use crate::field::{self, Value};
use crate::frame::{MESSAGE_BYTES_MAX, Tpdu};
use crate::mti::Mti;
use crate::spec::Spec;

/// Bytes of a bitmap; a second of the same size follows if its first bit is set.
const BITMAP_BYTES: usize = 8;

/// The places of a message's parts, in bytes from the beginning of the TPDU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    mti: Range<usize>,
    fields: Vec<(u8, Range<usize>)>,
}

impl Layout {
    /// Reads the places in `bytes`: one message without its length on the line.
    ///
    /// # Errors
    /// [`UnpackError`] of the first thing that is wrong.
    pub fn read(spec: &Spec, bytes: &[u8]) -> Result<Self, UnpackError> {
        let mut fields = Vec::new();
        let head = walk(spec, bytes, |number, range, _| fields.push((number, range)))?;
        Ok(Self { mti: head.mti_range, fields })
    }

    /// Where the message type stands.
    #[must_use]
    pub fn mti(&self) -> Range<usize> {
        self.mti.clone()
    }

    /// Every field, in the order of the message, each with its length before it.
    #[must_use]
    pub fn fields(&self) -> &[(u8, Range<usize>)] {
        &self.fields
    }

    /// Where the value of the MAC stands; none in a message without.
    #[must_use]
    pub fn mac(&self) -> Option<Range<usize>> {
        let (number, range) = self.fields.last()?;
        matches!(number, 64 | 128).then(|| range.clone())
    }

    /// What the MAC covers: from the message type to the byte before the MAC.
    #[must_use]
    pub fn mac_covers(&self) -> Option<Range<usize>> {
        Some(self.mti.start..self.mac()?.start)
    }
}

/// What stands before the fields.
pub(crate) struct Head {
    pub(crate) tpdu: Tpdu,
    pub(crate) header: Vec<u8>,
    pub(crate) mti: Mti,
    mti_range: Range<usize>,
}

struct Cursor<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize, what: &'static str) -> Result<&'a [u8], UnpackError> {
        let end = self.offset.saturating_add(count);
        let taken = self.bytes.get(self.offset..end);
        let taken = taken.ok_or_else(|| self.wrong(UnpackCause::Cut(what)))?;
        self.offset = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], UnpackError> {
        let cut = self.wrong(UnpackCause::Cut(what));
        self.take(N, what)?.first_chunk().copied().ok_or(cut)
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.offset..).unwrap_or_default()
    }

    const fn wrong(&self, cause: UnpackCause) -> UnpackError {
        UnpackError { offset: self.offset, cause }
    }
}

/// Reads a message part by part; `sink` gets each field that could be read, also before an error.
pub(crate) fn walk(
    spec: &Spec,
    bytes: &[u8],
    mut sink: impl FnMut(u8, Range<usize>, Value),
) -> Result<Head, UnpackError> {
    let mut cursor = Cursor { bytes, offset: 0 };
    let head = read_head(spec, &mut cursor)?;
    for number in read_bitmap(&mut cursor)? {
        let Some(field) = spec.field(number) else {
            let unknown = FieldError { field: number, name: "".into(), reason: Reason::NotInSpec };
            return Err(cursor.wrong(unknown.into()));
        };
        let (value, used) = field::read(field, cursor.rest()).map_err(|reason| {
            let error = FieldError { field: number, name: field.name.clone(), reason };
            cursor.wrong(error.into())
        })?;
        let start = cursor.offset;
        cursor.offset += used;
        sink(number, start..cursor.offset, value);
    }
    match cursor.rest().len() {
        0 => Ok(head),
        more => Err(cursor.wrong(UnpackCause::Trailing(more))),
    }
}

/// As far as the message type.
pub(crate) fn head(spec: &Spec, bytes: &[u8]) -> Result<Head, UnpackError> {
    read_head(spec, &mut Cursor { bytes, offset: 0 })
}

fn read_head(spec: &Spec, cursor: &mut Cursor<'_>) -> Result<Head, UnpackError> {
    if cursor.bytes.len() > MESSAGE_BYTES_MAX {
        return Err(cursor.wrong(UnpackCause::TooLarge(cursor.bytes.len())));
    }
    let tpdu = match spec.has_tpdu {
        true => Tpdu::read(cursor.array("TPDU")?),
        false => Tpdu::default(),
    };
    let header = cursor.take(usize::from(spec.header_bytes), "header")?.to_vec();
    let start = cursor.offset;
    let digits = u16::from_be_bytes(cursor.array("message type")?);
    let wrong = UnpackError { offset: start, cause: UnpackCause::Mti(digits) };
    let mti = Mti::new(digits).ok_or(wrong)?;
    Ok(Head { tpdu, header, mti, mti_range: start..cursor.offset })
}

/// The numbers of the fields that follow.
fn read_bitmap(cursor: &mut Cursor<'_>) -> Result<Vec<u8>, UnpackError> {
    let mut bits = cursor.take(BITMAP_BYTES, "bitmap")?.to_vec();
    if bits.first().is_some_and(|first| first & 0x80 != 0) {
        bits.extend_from_slice(cursor.take(BITMAP_BYTES, "second bitmap")?);
    }
    let is_set = |number: &u8| {
        let at = usize::from(number - 1);
        bits.get(at / 8).is_some_and(|byte| byte << (at % 8) & 0x80 != 0)
    };
    Ok((2..=128_u8).filter(is_set).collect())
}

/// The bitmap that announces `numbers`, of 8 or 16 bytes.
pub(crate) fn write_bitmap(numbers: impl Iterator<Item = u8>, out: &mut Vec<u8>) {
    let mut bits = [0_u8; 2 * BITMAP_BYTES];
    let mut size = BITMAP_BYTES;
    for number in numbers {
        let at = usize::from(number.saturating_sub(1));
        if at >= 64 {
            size = 2 * BITMAP_BYTES;
        }
        if let Some(byte) = bits.get_mut(at / 8) {
            *byte |= 0x80 >> (at % 8);
        }
    }
    if size > BITMAP_BYTES
        && let Some(first) = bits.first_mut()
    {
        *first |= 0x80;
    }
    out.extend(bits.iter().take(size));
}
