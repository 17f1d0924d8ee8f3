//! BER-TLV as EMV uses it (EMV Book 3, Annex B) and data object lists (EMV Book 3, 5.4).
//!
//! Guarantees: what is parsed lies within the given bytes; a tag has at most three bytes, a length
//! at most two after `81` or `82`, a list at most [`ITEMS_MAX`] items. Never recursive.

use std::collections::BTreeMap;

/// Most items of one list: more than any DE55 or DOL has. Stops a message from being a bomb.
pub(crate) const ITEMS_MAX: usize = 64;

/// Why bytes are no list of TLV or no DOL. Whoever made them: correct them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlvError {
    /// A tag, length or value reaches over the end of the bytes.
    #[error("ends inside item {item}")]
    Ends {
        /// The item, counted from 1.
        item: usize,
    },
    /// A tag of more than three bytes, or a length that is not `00`-`7F`, `81 xx` or `82 xx xx`.
    #[error("item {item} has a tag or a length of a form that EMV does not use")]
    Form {
        /// The item, counted from 1.
        item: usize,
    },
    /// More than `ITEMS_MAX`.
    #[error("more than {ITEMS_MAX} items")]
    TooMany,
}

/// One data object: tag, shortest length, value. A value of more than 65,535 bytes is cut there;
/// nothing in this crate comes near.
pub(crate) fn tlv(tag: u32, value: &[u8]) -> Vec<u8> {
    let mut bytes = tag_bytes(tag);
    let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
    let [high, low] = length.to_be_bytes();
    match (high, low) {
        (0, 0..=0x7F) => bytes.push(low),
        (0, _) => bytes.extend([0x81, low]),
        _ => bytes.extend([0x82, high, low]),
    }
    bytes.extend(value.iter().take(usize::from(length)));
    bytes
}

/// A template of data objects.
pub(crate) fn template(tag: u32, objects: &[(u32, &[u8])]) -> Vec<u8> {
    let inner: Vec<u8> = objects.iter().flat_map(|(tag, value)| tlv(*tag, value)).collect();
    tlv(tag, &inner)
}

fn tag_bytes(tag: u32) -> Vec<u8> {
    let bytes = tag.to_be_bytes();
    bytes.iter().skip_while(|byte| **byte == 0).copied().collect()
}

/// The data objects of one level. A tag that comes twice keeps its last value.
pub(crate) fn parse(bytes: &[u8]) -> Result<BTreeMap<u32, &[u8]>, TlvError> {
    let mut objects = BTreeMap::new();
    let mut rest = bytes;
    let mut item = 0;
    while !rest.is_empty() {
        item += 1;
        if item > ITEMS_MAX {
            return Err(TlvError::TooMany);
        }
        let tag = take_tag(&mut rest, item)?;
        let length = take_length(&mut rest, item)?;
        let (value, after) = rest.split_at_checked(length).ok_or(TlvError::Ends { item })?;
        objects.insert(tag, value);
        rest = after;
    }
    Ok(objects)
}

fn take_byte(rest: &mut &[u8], item: usize) -> Result<u8, TlvError> {
    let (first, after) = rest.split_first().ok_or(TlvError::Ends { item })?;
    *rest = after;
    Ok(*first)
}

fn take_tag(rest: &mut &[u8], item: usize) -> Result<u32, TlvError> {
    let first = take_byte(rest, item)?;
    let mut tag = u32::from(first);
    if first & 0x1F != 0x1F {
        return Ok(tag);
    }
    for _ in 0..2 {
        let next = take_byte(rest, item)?;
        tag = tag << 8 | u32::from(next);
        if next & 0x80 == 0 {
            return Ok(tag);
        }
    }
    Err(TlvError::Form { item })
}

fn take_length(rest: &mut &[u8], item: usize) -> Result<usize, TlvError> {
    let length = match take_byte(rest, item)? {
        short @ 0..=0x7F => usize::from(short),
        0x81 => usize::from(take_byte(rest, item)?),
        0x82 => usize::from(take_byte(rest, item)?) << 8 | usize::from(take_byte(rest, item)?),
        _ => return Err(TlvError::Form { item }),
    };
    Ok(length)
}

/// A data object list: which data a card asks for, and in which order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dol {
    items: Vec<(u32, usize)>,
}

impl Dol {
    /// Reads tags and one-byte lengths.
    ///
    /// # Errors
    ///
    /// [`TlvError`] where the bytes are no DOL.
    pub fn parse(bytes: &[u8]) -> Result<Self, TlvError> {
        let mut items = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            let item = items.len() + 1;
            if item > ITEMS_MAX {
                return Err(TlvError::TooMany);
            }
            let tag = take_tag(&mut rest, item)?;
            items.push((tag, usize::from(take_byte(&mut rest, item)?)));
        }
        Ok(Self { items })
    }

    /// Bytes that the data of this list have.
    #[must_use]
    pub fn data_len(&self) -> usize {
        self.items.iter().map(|(_, length)| length).sum()
    }

    /// Tag and length in bytes of each item, in order.
    #[must_use]
    pub fn items(&self) -> &[(u32, usize)] {
        &self.items
    }

    /// The values in `data` by tag. Data that is too short leaves the last ones out.
    pub(crate) fn values(&self, data: &[u8]) -> BTreeMap<u32, Vec<u8>> {
        let mut rest = data;
        let mut values = BTreeMap::new();
        for (tag, length) in &self.items {
            let Some((value, after)) = rest.split_at_checked(*length) else { break };
            values.insert(*tag, value.to_vec());
            rest = after;
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_takes_the_shortest_form() {
        assert_eq!(tlv(0x9F26, &[1, 2]), [0x9F, 0x26, 2, 1, 2]);
        assert_eq!(tlv(0x70, &[0; 0x80]).get(..3), Some(&[0x70, 0x81, 0x80][..]));
        assert_eq!(tlv(0x70, &[0; 0x100]).get(..4), Some(&[0x70, 0x82, 1, 0][..]));
    }

    #[track_caller]
    fn check(bytes: &[u8], expected: TlvError) {
        assert_eq!(parse(bytes), Err(expected));
    }

    #[test]
    fn broken_tlv_is_refused_with_its_item() {
        check(&[0x95], TlvError::Ends { item: 1 });
        check(&[0x95, 1, 0, 0x9F], TlvError::Ends { item: 2 });
        check(&[0x95, 5, 0], TlvError::Ends { item: 1 });
        check(&[0x95, 0x80], TlvError::Form { item: 1 });
        check(&[0x9F, 0x81, 0x81, 0x01], TlvError::Form { item: 1 });
        check(&[0x82, 0].repeat(ITEMS_MAX + 1), TlvError::TooMany);
    }

    #[test]
    fn a_dol_cuts_data_into_its_values() {
        let dol = Dol::parse(&[0x9F, 0x02, 6, 0x9A, 3]).unwrap();
        assert_eq!(dol.data_len(), 9);
        let values = dol.values(&[0, 0, 0, 0, 1, 0, 0x26, 0x11, 0x27]);
        assert_eq!(values.get(&0x9A), Some(&vec![0x26, 0x11, 0x27]));
        assert!(!dol.values(&[0; 8]).contains_key(&0x9A));
    }
}
