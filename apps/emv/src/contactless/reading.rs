//! The card's cryptogram and records in the field. 9F26, 9F36, 9F10 and 9F27 come with the answer
//! to GET PROCESSING OPTIONS or in a record.

use super::read_records;
use crate::outcome::{Cryptogram, CryptogramKind, End};
use crate::session::Session;
use emv::core::tags;
use emv::de::application_file_locator::ApplicationFileLocator;

/// Reads the records and what kind of cryptogram the card made.
pub(super) fn read(
    session: &mut Session<'_, '_>,
    locator: Option<&ApplicationFileLocator>,
) -> Result<CryptogramKind, End> {
    if let Some(locator) = locator {
        read_records(session, locator)?;
    }
    let value = exactly::<8>(session, tags::APPLICATION_CRYPTOGRAM, "9F26")?;
    let counter = exactly::<2>(session, tags::APPLICATION_TRANSACTION_COUNTER, "9F36")?;
    let issuer_data = session.object(tags::ISSUER_APPLICATION_DATA).map(<[u8]>::to_vec);
    let told = session.object(tags::CRYPTOGRAM_INFORMATION_DATA).and_then(<[u8]>::first).copied();
    let implied = || implied(issuer_data.as_deref()?);
    let information = told
        .or_else(implied)
        .ok_or_else(|| End::data("neither 9F27 nor 9F10 tells the kind of cryptogram"))?;
    let kind = match information >> 6 {
        0 => CryptogramKind::Aac,
        1 => CryptogramKind::Tc,
        2 => CryptogramKind::Arqc,
        _ => return Err(End::data("9F27 tells a kind of cryptogram that does not exist")),
    };
    session.notes.information = Some(information);
    session.notes.issuer_data = issuer_data;
    let counter = u16::from_be_bytes(counter);
    session.notes.cryptogram = Some(Cryptogram { kind, value, counter });
    Ok(kind)
}

/// 9F27 as the card verification results in 9F10 imply it: length, key index, version, length 03,
/// then the kind in bits 6 and 5 of the next byte (as in VSDC and PBOC 3.0).
fn implied(issuer_data: &[u8]) -> Option<u8> {
    match *issuer_data {
        [_, _, _, 0x03, results, ..] => Some((results & 0x30) << 2),
        _ => None,
    }
}

fn exactly<const N: usize>(
    session: &Session<'_, '_>,
    tag: emv::Tag,
    name: &str,
) -> Result<[u8; N], End> {
    let value = session.object(tag).ok_or_else(|| End::data(format!("{name} is missing")))?;
    value.try_into().map_err(|_| End::data(format!("{name} has {} bytes", value.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_cryptogram_is_in_the_card_verification_results() {
        assert_eq!(implied(&[0x07, 0x01, 0x03, 0x03, 0xA0, 0x20, 0x00]), Some(0x80));
        assert_eq!(implied(&[0x06, 0x01, 0x0A, 0x03, 0x90, 0x00, 0x00]), Some(0x40));
        assert_eq!(implied(&[0x06, 0x01, 0x0A, 0x03, 0x80, 0x00, 0x00]), Some(0x00));
        assert_eq!(implied(&[0x06, 0x01, 0x0A]), None);
        assert_eq!(implied(&[0x0F, 0x01, 0x0A, 0x05, 0xA0]), None);
    }
}
