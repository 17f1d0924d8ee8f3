//! A spec: which fields there are, and how each is written. Data, so that another acquirer is
//! another table.

use std::borrow::Cow;
use std::collections::BTreeSet;

/// Longest header between TPDU and MTI, in bytes. Those that are known have six.
pub const HEADER_BYTES_MAX: u8 = 32;
/// Longest name of a field or of a spec, in characters: error texts stay one line.
const NAME_CHARS_MAX: usize = 60;

/// What a field is made of (ISO 8583:1987, 3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Digits, two to a byte.
    N,
    /// Letters and digits; also spaces, with which hosts fill them.
    An,
    /// Text: bytes of `20` and above but `7F` and `FF`, so that GBK passes.
    Ans,
    /// A track: digits and the separator `D`, two to a byte. `=` is written as `D`.
    Z,
    /// Bytes.
    B,
    /// `C` or `D` (credit, debit) in a byte, then digits, two to a byte.
    Xn,
}

/// How long a field is: in digits for [`Content::N`], [`Content::Z`] and [`Content::Xn`] (its
/// letter not counted), in bytes for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Always this long.
    Fixed(u16),
    /// At most this long (99), after one byte of BCD that says how long.
    Ll(u16),
    /// At most this long (999), after two bytes of BCD that say how long.
    Lll(u16),
}

impl Length {
    /// The longest value.
    #[must_use]
    pub const fn max(self) -> usize {
        match self {
            Self::Fixed(count) | Self::Ll(count) | Self::Lll(count) => count as usize,
        }
    }
}

/// On which side of the bytes an odd number of digits stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Justify {
    /// The spare half-byte is the last.
    Left,
    /// The spare half-byte is the first.
    Right,
}

/// What of a field may be shown. It is what no honest message breaks: a number that stands in a
/// field for a date is not looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// All.
    All,
    /// All, if nothing in it could be a card number.
    Searched,
    /// All in a reconciliation (class 5), where it is totals; else its length: a batch upload has
    /// card numbers in it.
    Totals,
    /// The first six and last four digits: it is a card number.
    Pan,
    /// Its card number, masked: it is a track 1.
    Track1,
    /// Its card number, masked: it is a track 2 or 3.
    Track2,
    /// Its objects, each masked as its tag asks.
    Tlv,
    /// Its length: PIN block, keys, expiry.
    Nothing,
}

/// How a field is written, and what may be shown of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldSpec {
    /// 2 to 128.
    pub number: u8,
    /// What it is called in error texts, in English.
    pub name: Cow<'static, str>,
    /// What it is made of.
    pub content: Content,
    /// How long it is.
    pub length: Length,
    /// Where an odd number of digits stands.
    pub justify: Justify,
    /// What may be shown of it.
    pub shows: Shows,
}

impl FieldSpec {
    /// True where the value must not leave the payment: number, track, PIN block, keys, chip data.
    #[must_use]
    pub const fn is_sensitive(&self) -> bool {
        !matches!(self.shows, Shows::All | Shows::Searched)
    }
}

/// How an acquirer writes its messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    pub(crate) name: Cow<'static, str>,
    pub(crate) has_tpdu: bool,
    pub(crate) header_bytes: u8,
    pub(crate) fields: Cow<'static, [FieldSpec]>,
}

/// A table that is no spec. Whoever wrote it must mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// Names stand in error texts.
    #[error("a name must have 1 to {NAME_CHARS_MAX} characters: {0:?}")]
    Name(String),
    /// The header is too long.
    #[error("a header of {0} bytes, at most {HEADER_BYTES_MAX}")]
    Header(u8),
    /// No such place in a bitmap of 128 bits; 1 and 65 announce further bitmaps.
    #[error("field {0}: a field's number is 2 to 128 and not 65")]
    Number(u8),
    /// Two rows for one field.
    #[error("field {0} stands twice in the table")]
    Twice(u8),
    /// The length is zero or beyond what its prefix can say.
    #[error("field {0}: no such length: 1 to 99 with two digits, to 999 with three or fixed")]
    Length(u8),
    /// A signed number whose length varies.
    #[error("field {0}: a signed number has a fixed length")]
    Signed(u8),
    /// The MAC is the last field of a message, eight bytes.
    #[error("field {0}: the MAC is eight bytes")]
    Mac(u8),
}

impl Spec {
    /// A spec of ones own.
    ///
    /// # Errors
    /// [`SpecError`] for the first row that cannot be.
    pub fn new(
        name: String,
        has_tpdu: bool,
        header_bytes: u8,
        mut fields: Vec<FieldSpec>,
    ) -> Result<Self, SpecError> {
        if header_bytes > HEADER_BYTES_MAX {
            return Err(SpecError::Header(header_bytes));
        }
        check_name(&name)?;
        let mut seen = BTreeSet::new();
        for field in &fields {
            check(field)?;
            if !seen.insert(field.number) {
                return Err(SpecError::Twice(field.number));
            }
        }
        fields.sort_by_key(|field| field.number);
        Ok(Self { name: name.into(), has_tpdu, header_bytes, fields: fields.into() })
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Every field, by number.
    #[must_use]
    pub fn fields(&self) -> &[FieldSpec] {
        &self.fields
    }

    /// How field `number` is written; none if the spec does not have it.
    #[must_use]
    pub fn field(&self, number: u8) -> Option<&FieldSpec> {
        let at = self.fields.binary_search_by_key(&number, |field| field.number).ok()?;
        self.fields.get(at)
    }
}

fn check_name(name: &str) -> Result<(), SpecError> {
    let is_good = (1..=NAME_CHARS_MAX).contains(&name.chars().count());
    if is_good { Ok(()) } else { Err(SpecError::Name(name.chars().take(NAME_CHARS_MAX).collect())) }
}

pub(crate) fn check(field: &FieldSpec) -> Result<(), SpecError> {
    let number = field.number;
    check_name(&field.name)?;
    if !(2..=128).contains(&number) || number == 65 {
        return Err(SpecError::Number(number));
    }
    let longest = if matches!(field.length, Length::Ll(_)) { 99 } else { 999 };
    if !(1..=longest).contains(&field.length.max()) {
        return Err(SpecError::Length(number));
    }
    let is_fixed = matches!(field.length, Length::Fixed(_));
    if field.content == Content::Xn && !is_fixed {
        return Err(SpecError::Signed(number));
    }
    let is_mac = field.content == Content::B && field.length == Length::Fixed(8);
    if matches!(number, 64 | 128) && !is_mac {
        return Err(SpecError::Mac(number));
    }
    Ok(())
}
