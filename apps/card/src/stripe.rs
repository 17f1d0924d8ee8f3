//! Track 2 of a stripe (ISO/IEC 7813): PAN, separator, expiry, service code, the issuer's own data.
//!
//! Must never happen: a part of a track in an error. There is only "it is none".

use caisson_sdk::Sensitive;
use std::ops::RangeInclusive;

/// Digits of a PAN on a payment card.
const PAN_DIGITS: RangeInclusive<usize> = 12..=19;
/// Most characters of a track 2 (ISO/IEC 7813, 9).
const TRACK_CHARS_MAX: usize = 37;

/// A track 2 that was read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stripe {
    /// The card's number.
    pub pan: Sensitive,
    /// `YYMM`.
    pub expiry: Sensitive,
    /// The whole track, with `D` behind the PAN.
    pub track_2: Sensitive,
    /// True where the service code says that the card has a chip.
    pub has_chip: bool,
}

impl Stripe {
    /// Reads a track without sentinels; `None` where it is none.
    #[must_use]
    pub fn read(track: &Sensitive) -> Option<Self> {
        let text = track.exposed();
        let (pan, rest) = text.split_once(['=', 'D'])?;
        let expiry = rest.get(..4)?;
        let service = rest.get(4..7)?;
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let fits = text.len() <= TRACK_CHARS_MAX
            && PAN_DIGITS.contains(&pan.len())
            && is_digits(pan)
            && is_digits(rest);
        fits.then(|| Self {
            pan: Sensitive::new(pan.to_owned()),
            expiry: Sensitive::new(expiry.to_owned()),
            track_2: Sensitive::new(text.replace('=', "D")),
            // ISO/IEC 7813, table 2: 2 is international, 6 national, both with a chip.
            has_chip: service.starts_with(['2', '6']),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(track: &str) -> Option<Stripe> {
        Stripe::read(&Sensitive::new(track.to_owned()))
    }

    #[test]
    fn the_service_code_says_whether_there_is_a_chip() {
        let check = |code: &str, expected: bool| {
            let stripe = read(&format!("6228480000001237=3012{code}1234")).unwrap();
            assert_eq!(stripe.has_chip, expected, "{code}");
            assert_eq!(stripe.pan.exposed(), "6228480000001237");
            assert_eq!(stripe.expiry.exposed(), "3012");
            assert!(stripe.track_2.exposed().starts_with("6228480000001237D3012"));
        };
        check("201", true);
        check("620", true);
        check("101", false);
        check("520", false);
    }

    #[test]
    fn what_is_no_track_is_none() {
        for track in [
            "",
            "6228480000001237",
            "6228480000001237=3012",
            "62284800000=3012201",
            "6228480000001237=30122x1",
            "6228480000001237=301220112345678901234567890",
        ] {
            assert_eq!(read(track), None, "{track}");
        }
    }
}
