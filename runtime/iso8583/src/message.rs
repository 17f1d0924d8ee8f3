//! A message: a type and fields that its spec allows.

use std::collections::BTreeMap;
use std::fmt;

use zeroize::Zeroizing;

use crate::error::{FieldError, PackError, Reason, UnpackError};
use crate::field::{self, Value};
use crate::frame::{MESSAGE_BYTES_MAX, Tpdu};
use crate::layout;
use crate::mti::Mti;
use crate::spec::{Content, FieldSpec, Length, Spec};

/// Bytes of a MAC, and the numbers of the fields that hold it: the last of a message.
const MAC_BYTES: usize = 8;
const MAC_FIELDS: [u8; 2] = [64, 128];

/// A message. Values are wiped when they are replaced or dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Message<'s> {
    spec: &'s Spec,
    tpdu: Tpdu,
    header: Vec<u8>,
    mti: Mti,
    fields: BTreeMap<u8, Value>,
}

impl<'s> Message<'s> {
    /// A message of type `mti` without fields, its header all zeros.
    #[must_use]
    pub fn new(spec: &'s Spec, mti: Mti) -> Self {
        let header = vec![0; usize::from(spec.header_bytes)];
        Self { spec, tpdu: Tpdu::default(), header, mti, fields: BTreeMap::new() }
    }

    /// An answer to this message, still without fields: the type that answers it, the way back,
    /// the same header. None if this is an answer itself.
    #[must_use]
    pub fn answer(&self) -> Option<Self> {
        let mti = self.mti.answer()?;
        let (tpdu, header) = (self.tpdu.turned(), self.header.clone());
        Some(Self { spec: self.spec, tpdu, header, mti, fields: BTreeMap::new() })
    }

    /// Reads a message: all of `bytes`, without its length on the line.
    ///
    /// # Errors
    /// [`UnpackError`] of the first thing that is wrong: its offset, and for a field its number,
    /// name and reason.
    pub fn unpack(spec: &'s Spec, bytes: &[u8]) -> Result<Self, UnpackError> {
        let mut fields = BTreeMap::new();
        let head = layout::walk(spec, bytes, |number, _, value| {
            fields.insert(number, value);
        })?;
        Ok(Self { spec, tpdu: head.tpdu, header: head.header, mti: head.mti, fields })
    }

    /// Its spec.
    #[must_use]
    pub const fn spec(&self) -> &'s Spec {
        self.spec
    }

    /// Its type.
    #[must_use]
    pub const fn mti(&self) -> Mti {
        self.mti
    }

    /// Changes its type: `0400` to `0401` for a repeat.
    pub const fn set_mti(&mut self, mti: Mti) -> &mut Self {
        self.mti = mti;
        self
    }

    /// Where it goes. Without meaning for a spec that has no TPDU.
    #[must_use]
    pub const fn tpdu(&self) -> Tpdu {
        self.tpdu
    }

    /// Changes where it goes.
    pub const fn set_tpdu(&mut self, tpdu: Tpdu) -> &mut Self {
        self.tpdu = tpdu;
        self
    }

    /// The header between TPDU and type, as long as the spec says.
    #[must_use]
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// Changes the header: cut, or filled with zeros, to the length that the spec says.
    pub fn set_header(&mut self, header: &[u8]) -> &mut Self {
        let size = self.header.len();
        self.header = header.iter().copied().chain(std::iter::repeat(0)).take(size).collect();
        self
    }

    /// Sets a field to digits or text. In a track `=` becomes `D`.
    ///
    /// # Errors
    /// [`FieldError`] if the field is not in the spec or cannot hold `text`; nothing is changed.
    pub fn set(&mut self, number: u8, text: &str) -> Result<&mut Self, FieldError> {
        self.set_bytes(number, text.as_bytes())
    }

    /// Sets a field to bytes: those of a binary field as they are, those of the others as ASCII.
    ///
    /// # Errors
    /// As [`Message::set`].
    pub fn set_bytes(&mut self, number: u8, bytes: &[u8]) -> Result<&mut Self, FieldError> {
        let field = field_of(self.spec, number)?;
        let mut value = Zeroizing::new(bytes.to_vec());
        if field.content == Content::Z {
            value.iter_mut().filter(|byte| **byte == b'=').for_each(|byte| *byte = b'D');
        }
        field::check(field, &value).map_err(|reason| wrong(field, reason))?;
        self.fields.insert(number, value);
        Ok(self)
    }

    /// Sets a field to a number; zeros fill a fixed field at the left.
    ///
    /// # Errors
    /// As [`Message::set`]: a number with too many digits, or a field that holds no bare number.
    pub fn set_number(&mut self, number: u8, value: u64) -> Result<&mut Self, FieldError> {
        let width = match field_of(self.spec, number)?.length {
            Length::Fixed(count) => usize::from(count),
            Length::Ll(_) | Length::Lll(_) => 0,
        };
        self.set(number, &format!("{value:0width$}"))
    }

    /// Takes a field out.
    pub fn clear(&mut self, number: u8) -> &mut Self {
        self.fields.remove(&number);
        self
    }

    /// Copies those of `numbers` that `from` has: what an answer repeats of its request.
    ///
    /// # Errors
    /// As [`Message::set`], if `from` is of another spec.
    pub fn copy(&mut self, from: &Message<'_>, numbers: &[u8]) -> Result<&mut Self, FieldError> {
        for number in numbers {
            if let Some(value) = from.bytes(*number) {
                self.set_bytes(*number, value)?;
            }
        }
        Ok(self)
    }

    /// True if it has the field.
    #[must_use]
    pub fn has(&self, number: u8) -> bool {
        self.fields.contains_key(&number)
    }

    /// The numbers of its fields, ascending.
    pub fn numbers(&self) -> impl Iterator<Item = u8> {
        self.fields.keys().copied()
    }

    /// A field's value: bytes of a binary field, ASCII of the others (GBK may stand in texts).
    #[must_use]
    pub fn bytes(&self, number: u8) -> Option<&[u8]> {
        self.fields.get(&number).map(|value| value.as_slice())
    }

    /// A field as text: none if it is missing, binary, or a text that is not UTF-8.
    #[must_use]
    pub fn text(&self, number: u8) -> Option<&str> {
        let is_text = self.spec.field(number)?.content != Content::B;
        std::str::from_utf8(self.bytes(number)?).ok().filter(|_| is_text)
    }

    /// A field of digits as a number: none if it is missing, no number, or over 64 bits.
    #[must_use]
    pub fn number(&self, number: u8) -> Option<u64> {
        let text = self.text(number)?;
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| is_number)
    }

    /// The field in which this message carries its MAC: 128 if it needs a second bitmap, else 64.
    #[must_use]
    pub fn mac_field(&self) -> u8 {
        let [short, long] = MAC_FIELDS;
        if self.numbers().any(|number| number > 64) { long } else { short }
    }

    /// The bytes of the message as its fields stand, without its length on the line.
    ///
    /// # Errors
    /// [`PackError::TooLarge`].
    pub fn pack(&self) -> Result<Zeroizing<Vec<u8>>, PackError> {
        self.pack_with(None).map(|(bytes, _)| bytes)
    }

    /// The bytes with room for a MAC, which replaces one that was set. The caller computes it over
    /// [`Unsealed::covered`].
    ///
    /// # Errors
    /// [`PackError`]: too large, or the spec has no field for the MAC.
    pub fn pack_unsealed(&self) -> Result<Unsealed, PackError> {
        let mac = self.mac_field();
        field_of(self.spec, mac)?;
        let (bytes, mti_at) = self.pack_with(Some(mac))?;
        Ok(Unsealed { bytes, mti_at })
    }

    fn pack_with(&self, mac: Option<u8>) -> Result<(Zeroizing<Vec<u8>>, usize), PackError> {
        // The right size at once: a vector that grows leaves copies behind.
        let mut out = Zeroizing::new(Vec::with_capacity(MESSAGE_BYTES_MAX));
        if self.spec.has_tpdu {
            out.extend(self.tpdu.bytes());
        }
        out.extend_from_slice(&self.header);
        let mti_at = out.len();
        out.extend(self.mti.bcd().to_be_bytes());
        let is_kept = |number: &u8| mac.is_none() || !MAC_FIELDS.contains(number);
        layout::write_bitmap(self.numbers().filter(is_kept).chain(mac), &mut out);
        for (number, value) in self.fields.iter().filter(|(number, _)| is_kept(number)) {
            let field = field_of(self.spec, *number)?;
            if out.len() + 2 + value.len() > MESSAGE_BYTES_MAX {
                return Err(PackError::TooLarge(out.len() + 2 + value.len()));
            }
            field::write(field, value, &mut out);
        }
        if mac.is_some() {
            out.extend([0; MAC_BYTES]);
        }
        let size = out.len();
        if size > MESSAGE_BYTES_MAX { Err(PackError::TooLarge(size)) } else { Ok((out, mti_at)) }
    }
}

/// A packed message that still lacks its MAC.
#[derive(Clone)]
pub struct Unsealed {
    bytes: Zeroizing<Vec<u8>>,
    mti_at: usize,
}

impl Unsealed {
    /// What the MAC covers: from the message type to the byte before the MAC.
    #[must_use]
    pub fn covered(&self) -> &[u8] {
        self.bytes.get(self.mti_at..self.bytes.len() - MAC_BYTES).unwrap_or_default()
    }

    /// The whole message with its MAC.
    #[must_use]
    pub fn seal(mut self, mac: [u8; MAC_BYTES]) -> Zeroizing<Vec<u8>> {
        let at = self.bytes.len() - MAC_BYTES;
        if let Some(room) = self.bytes.get_mut(at..) {
            room.copy_from_slice(&mac);
        }
        self.bytes
    }
}

impl fmt::Debug for Unsealed {
    /// Without the bytes: a card's number stands in them.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Unsealed({} bytes)", self.bytes.len())
    }
}

fn field_of(spec: &Spec, number: u8) -> Result<&FieldSpec, FieldError> {
    spec.field(number).ok_or_else(|| FieldError {
        field: number,
        name: "".into(),
        reason: Reason::NotInSpec,
    })
}

fn wrong(field: &FieldSpec, reason: Reason) -> FieldError {
    FieldError { field: field.number, name: field.name.clone(), reason }
}
