//! Data object lists: tags and lengths without values, by which a card says what it wants to be
//! told (EMV Book 3, 5.4).

use crate::names::{Format, info};
use crate::{Cause, Tag, TlvError};

/// Most entries of a list. A list of 252 bytes with two-byte tags has 84.
const ENTRIES_MAX: usize = 128;

/// What a card asks for, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dol {
    entries: Vec<DolEntry>,
}

/// One thing that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DolEntry {
    /// Which object.
    pub tag: Tag,
    /// How many bytes of it.
    pub length: u8,
}

impl Dol {
    /// Reads the value of a PDOL, CDOL, DDOL or TDOL.
    ///
    /// # Errors
    /// [`TlvError`] if a tag or a length is cut off, or there are too many entries. A card that
    /// sends such a list cannot be served.
    pub fn parse(value: &[u8]) -> Result<Self, TlvError> {
        let mut entries = Vec::new();
        let mut rest = value;
        while !rest.is_empty() {
            let offset = value.len() - rest.len();
            let fail = |tag, cause| TlvError { offset, tag, cause };
            if entries.len() == ENTRIES_MAX {
                return Err(fail(None, Cause::TooMany));
            }
            let (tag, count) = Tag::read(rest).map_err(|cause| fail(None, cause))?;
            let after = rest.get(count..).unwrap_or_default();
            let (length, after) =
                after.split_first().ok_or_else(|| fail(Some(tag), Cause::LengthCut))?;
            entries.push(DolEntry { tag, length: *length });
            rest = after;
        }
        Ok(Self { entries })
    }

    /// What is asked for, in order.
    #[must_use]
    pub fn entries(&self) -> &[DolEntry] {
        &self.entries
    }

    /// Length of the answer, in bytes.
    #[must_use]
    pub fn answer_bytes(&self) -> usize {
        self.entries.iter().map(|entry| usize::from(entry.length)).sum()
    }

    /// The answer: each value as `value_of` gives it, cut or filled to the length that the card
    /// wants. Zeros stand for what is unknown and for templates (EMV Book 3, 5.4 step 2).
    pub fn fill<'v>(&self, mut value_of: impl FnMut(Tag) -> Option<&'v [u8]>) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.answer_bytes());
        for entry in &self.entries {
            let value = if entry.tag.is_constructed() { None } else { value_of(entry.tag) };
            fit(&mut out, entry, value.unwrap_or_default(), value.is_some());
        }
        out
    }
}

/// Numbers keep their right end and are filled with zeros before it; `cn` is filled with `FF`
/// behind, all else with zeros behind.
fn fit(out: &mut Vec<u8>, entry: &DolEntry, value: &[u8], is_known: bool) {
    let length = usize::from(entry.length);
    let missing = length.saturating_sub(value.len());
    let surplus = value.len().saturating_sub(length);
    let format = if is_known { info(entry.tag).map(|info| info.format) } else { None };
    match format {
        Some(Format::N) => {
            out.extend(std::iter::repeat_n(0, missing));
            out.extend_from_slice(value.get(surplus..).unwrap_or_default());
        }
        other => {
            out.extend(value.iter().take(length));
            let filler = if other == Some(Format::Cn) { 0xFF } else { 0 };
            out.extend(std::iter::repeat_n(filler, missing));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(dol: &[u8], known: &[(u32, &[u8])], expected: &[u8]) {
        let dol = Dol::parse(dol).unwrap();
        let answer = dol.fill(|tag| {
            known.iter().find(|(known, _)| *known == tag.value()).map(|(_, value)| *value)
        });
        assert_eq!(answer, expected);
        assert_eq!(answer.len(), dol.answer_bytes());
    }

    #[test]
    fn a_number_is_cut_and_filled_at_its_left() {
        let amount: &[u8] = &[0, 0, 0, 0, 0x12, 0x34];
        check(&[0x9F, 0x02, 6], &[(0x9F02, amount)], amount);
        check(&[0x9F, 0x02, 2], &[(0x9F02, amount)], &[0x12, 0x34]);
        check(&[0x9F, 0x1A, 3], &[(0x9F1A, &[0x01, 0x56])], &[0, 0x01, 0x56]);
    }

    #[test]
    fn a_card_number_is_filled_with_f_and_all_else_with_zeros_behind() {
        check(&[0x5A, 3], &[(0x5A, &[0x62, 0x28])], &[0x62, 0x28, 0xFF]);
        check(&[0x95, 6], &[(0x95, &[1, 2, 3, 4, 5])], &[1, 2, 3, 4, 5, 0]);
        check(&[0x95, 2], &[(0x95, &[1, 2, 3, 4, 5])], &[1, 2]);
    }

    #[test]
    fn what_is_unknown_and_what_is_a_template_is_zeros() {
        check(&[0x9F, 0x37, 4, 0x70, 2], &[(0x70, &[1, 2])], &[0; 6]);
        check(&[0x5A, 2], &[], &[0, 0]);
    }

    #[test]
    fn a_list_that_is_cut_off_is_refused_with_its_offset() {
        let error = Dol::parse(&[0x95, 5, 0x9F, 0x37]).unwrap_err();
        assert_eq!(error.to_string(), "offset 2: tag 9F37: the length is cut off");
        let error = Dol::parse(&[0x95, 5, 0x9F]).unwrap_err();
        assert_eq!(error.to_string(), "offset 2: the tag is cut off");
        let error = Dol::parse(&[0x95, 5].repeat(129)).unwrap_err();
        assert_eq!(error.cause, Cause::TooMany);
    }
}
