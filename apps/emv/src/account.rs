//! The account among a card's objects: 5A, 57, 5F24, 5F34 (EMV Book 3, annex A).

use crate::outcome::{Account, End};
use emv::core::compressed_numeric;
use emv::core::tag_store::TagStore;
use emv::core::tags;

/// Digits of a PAN (ISO/IEC 7812-1).
const PAN_DIGITS: std::ops::RangeInclusive<usize> = 8..=19;
/// Characters of track 2 without its sentinels (ISO/IEC 7813).
const TRACK_2_MAX: usize = 37;

/// The account; none where neither 5A nor 57 is there.
pub(crate) fn read(store: &TagStore) -> Result<Option<Account>, End> {
    let track_2 = store.get(tags::TRACK_2_EQUIVALENT_DATA).map(track_2).transpose()?;
    let pan = match (store.get(tags::PAN), &track_2) {
        (Some(pan), _) => digits(pan).ok_or_else(|| End::data("5A is no account number"))?,
        (None, Some(track)) => before_separator(track).to_owned(),
        (None, None) => return Ok(None),
    };
    if !PAN_DIGITS.contains(&pan.len()) {
        return Err(End::data("5A has not 8 to 19 digits"));
    }
    if track_2.as_deref().is_some_and(|track| before_separator(track) != pan) {
        return Err(End::data("57 and 5A name two accounts"));
    }
    let sequence = match store.get(tags::PAN_SEQUENCE_NUMBER) {
        None => None,
        Some(&[byte]) if byte >> 4 <= 9 && byte & 0x0F <= 9 => {
            Some((byte >> 4) * 10 + (byte & 0x0F))
        }
        Some(_) => return Err(End::data("5F34 has not two digits")),
    };
    let of_record = store.get(tags::APPLICATION_EXPIRATION_DATE).and_then(|date| {
        let text = digits(date)?;
        text.get(..4).map(str::to_owned)
    });
    let of_track = || {
        let rest = track_2.as_deref()?.split_once('D')?.1;
        rest.get(..4).map(str::to_owned)
    };
    let expiry = of_record.or_else(of_track);
    Ok(Some(Account { pan, sequence, expiry, track_2 }))
}

/// Format cn: digits, then `F` to the end.
fn digits(value: &[u8]) -> Option<String> {
    let digits = compressed_numeric::decode(value).ok()?;
    Some(digits.iter().map(|digit| char::from(b'0' + digit % 10)).collect())
}

/// 57 as text: digits, one `D`, digits; the padding `F` left out.
fn track_2(value: &[u8]) -> Result<String, End> {
    let mut text = String::with_capacity(value.len() * 2);
    let mut padded = false;
    for nibble in value.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]) {
        match nibble {
            0..=9 if !padded => text.push(char::from(b'0' + nibble)),
            0xD if !padded && !text.contains('D') => text.push('D'),
            0xF => padded = true,
            _ => return Err(End::data("57 is no track 2")),
        }
    }
    if text.len() > TRACK_2_MAX || !text.contains('D') {
        return Err(End::data("57 is no track 2"));
    }
    Ok(text)
}

fn before_separator(track: &str) -> &str {
    track.split('D').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use emv::Tag;
    use emv::core::tag_store::Source;

    fn account(objects: &[(u32, &[u8])]) -> Result<Option<Account>, End> {
        let mut store = TagStore::new();
        for (tag, value) in objects {
            let source = Source::Record { sfi: 1, record: 1 };
            store.insert_primitive(Tag(*tag), value.to_vec(), source).unwrap();
        }
        read(&store)
    }

    const PAN: &[u8] = &[0x62, 0x25, 0x76, 0x00, 0x12, 0x34, 0x56, 0x78];

    #[test]
    fn the_account_is_read_from_5a_or_from_track_2() {
        let track = [PAN, &[0xD3, 0x01, 0x22, 0x01, 0x0F]].concat();
        let both = account(&[(0x5A, PAN), (0x57, &track), (0x5F34, &[0x12])]).unwrap().unwrap();
        assert_eq!(both.pan, "6225760012345678");
        assert_eq!(both.track_2.as_deref(), Some("6225760012345678D30122010"));
        assert_eq!((both.expiry.as_deref(), both.sequence), (Some("3012"), Some(12)));
        let alone = account(&[(0x57, &track)]).unwrap().unwrap();
        assert_eq!(alone.pan, both.pan);
        assert!(account(&[]).unwrap().is_none());
    }

    #[test]
    fn what_is_no_account_ends_the_transaction() {
        let check = |objects: &[(u32, &[u8])], expected: &str| {
            assert_eq!(account(objects).unwrap_err().detail, expected);
        };
        check(&[(0x5A, &[0x6A])], "5A is no account number");
        check(&[(0x5A, &[0x62, 0x25])], "5A has not 8 to 19 digits");
        check(&[(0x5A, PAN), (0x57, &[0x62, 0xD3, 0x01, 0x22])], "57 and 5A name two accounts");
        check(&[(0x57, &[0x62, 0xF3])], "57 is no track 2");
        check(&[(0x57, PAN)], "57 is no track 2");
        check(&[(0x5A, PAN), (0x5F34, &[1, 2])], "5F34 has not two digits");
    }
}
