//! What stands on a magnetic stripe (ISO/IEC 7811-2, 7813).
//!
//! Guarantees: a [`Stripe`] has a track 2 of the standard's form whose PAN passes its check digit,
//! and a track 1, if any, of the same card. It has no text form but [`Track::expose`], and is
//! wiped when dropped. Errors say which part is wrong and never a character of it.
//!
//! Deliberately not here: track 3, which no acquirer of ours takes; how characters reach the
//! terminal (`keys`).

use std::fmt;

use zeroize::Zeroizing;

/// Fewest and most digits of a PAN (ISO/IEC 7812-1, 4.1; 7813, 7.2).
pub const PAN_DIGITS_MIN: usize = 8;
/// As above.
pub const PAN_DIGITS_MAX: usize = 19;
/// Most characters of track 1 between its sentinels: 79 less sentinels and check character.
pub const TRACK_1_CHARS_MAX: usize = 76;
/// Most characters of track 2 between its sentinels: 40 less sentinels and check character.
pub const TRACK_2_CHARS_MAX: usize = 37;

/// A swiped card.
#[derive(Debug)]
pub struct Stripe {
    track_1: Option<Track>,
    track_2: Track,
}

/// One track: what stands between its sentinels.
pub struct Track(Zeroizing<String>);

/// Why a swipe gave no card. Cardholder: swipe again, evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StripeError {
    /// It has no track 2.
    #[error("no track 2")]
    NoTrack2,
    /// It stopped in the middle.
    #[error("the swipe stopped before its end")]
    Incomplete,
    /// Track 1 has not the form of a payment card's.
    #[error("track 1 has not the form of a payment card's")]
    Track1Form,
    /// Track 2 has not the form of a payment card's.
    #[error("track 2 has not the form of a payment card's")]
    Track2Form,
    /// The check character (LRC) does not fit.
    #[error("the check character of track {track} does not fit")]
    CheckCharacter {
        /// 1 or 2.
        track: u8,
    },
    /// The last digit of the PAN does not fit the others.
    #[error("the check digit of the card number does not fit")]
    CheckDigit,
    /// The two tracks name different cards.
    #[error("tracks 1 and 2 are of different cards")]
    TracksDiffer,
}

impl Stripe {
    /// A stripe from what stands between the sentinels of its tracks.
    ///
    /// # Errors
    /// [`StripeError`].
    pub fn new(track_1: Option<&str>, track_2: &str) -> Result<Self, StripeError> {
        let second = Layout::of_track_2(track_2).ok_or(StripeError::Track2Form)?;
        if !passes_luhn(second.pan) {
            return Err(StripeError::CheckDigit);
        }
        if let Some(track_1) = track_1 {
            let first = Layout::of_track_1(track_1).ok_or(StripeError::Track1Form)?;
            if first.pan != second.pan {
                return Err(StripeError::TracksDiffer);
            }
        }
        let owned = |text: &str| Track(Zeroizing::new(text.to_owned()));
        Ok(Self { track_1: track_1.map(owned), track_2: owned(track_2) })
    }

    /// Track 1, where the card and the reader have it.
    #[must_use]
    pub fn track_1(&self) -> Option<&Track> {
        self.track_1.as_ref()
    }

    /// Track 2.
    #[must_use]
    pub fn track_2(&self) -> &Track {
        &self.track_2
    }

    /// The first digit of the service code says that the card has a chip: 2 or 6 (ISO/IEC 7813,
    /// 8.3). Then the chip is to be used, and the stripe only by the rules of fallback.
    #[must_use]
    pub fn says_chip(&self) -> bool {
        Layout::of_track_2(self.track_2.expose())
            .and_then(|layout| layout.service_code)
            .is_some_and(|code| code.starts_with(['2', '6']))
    }
}

impl Track {
    /// What stands between the sentinels. Card data: it may go to the acquirer and nowhere else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Track {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Track(..)")
    }
}

/// The parts of a track that are looked at here.
struct Layout<'a> {
    pan: &'a str,
    service_code: Option<&'a str>,
}

impl<'a> Layout<'a> {
    /// `PAN = YYMM SSS discretionary`; expiry and service code may each be a lone separator.
    fn of_track_2(text: &'a str) -> Option<Self> {
        if text.len() > TRACK_2_CHARS_MAX {
            return None;
        }
        let (pan, after) = text.split_once('=')?;
        // The discretionary part may hold separators of its own, but nothing else.
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'=');
        (is_pan(pan) && digits(after)).then_some(())?;
        Self::of(pan, after, '=')
    }

    /// `B PAN ^ name ^ YYMM SSS discretionary`.
    fn of_track_1(text: &'a str) -> Option<Self> {
        let in_set = |byte: u8| matches!(byte, b' '..=b'_') && byte != b'%' && byte != b'?';
        if text.len() > TRACK_1_CHARS_MAX || !text.bytes().all(in_set) {
            return None;
        }
        let (pan, rest) = text.strip_prefix('B')?.split_once('^')?;
        let (_name, after) = rest.split_once('^')?;
        is_pan(pan).then_some(())?;
        Self::of(pan, after, '^')
    }

    fn of(pan: &'a str, after: &'a str, separator: char) -> Option<Self> {
        let (_expiry, after) = field::<4>(after, separator)?;
        let (service_code, _discretionary) = field::<3>(after, separator)?;
        Some(Self { pan, service_code })
    }
}

/// A field of `N` digits or a lone separator in its place, and what follows it.
fn field<const N: usize>(text: &str, separator: char) -> Option<(Option<&str>, &str)> {
    if let Some(rest) = text.strip_prefix(separator) {
        return Some((None, rest));
    }
    let (digits, rest) = text.split_at_checked(N)?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then_some((Some(digits), rest))
}

fn is_pan(text: &str) -> bool {
    (PAN_DIGITS_MIN..=PAN_DIGITS_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The check digit of ISO/IEC 7812-1, annex B.
fn passes_luhn(digits: &str) -> bool {
    let weighted = digits.bytes().rev().enumerate().map(|(place, byte)| {
        let digit = u32::from(byte.wrapping_sub(b'0'));
        match place % 2 {
            0 => digit,
            _ => digit * 2 / 10 + digit * 2 % 10,
        }
    });
    weighted.sum::<u32>() % 10 == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // A PAN of no issuer: the range 999999 is set aside for tests (ISO/IEC 7812-1).
    const TRACK_1: &str = "B9999990000000014^DOE/JANE^30122010000000";
    const TRACK_2: &str = "9999990000000014=30122010000000";

    #[track_caller]
    fn check(track_1: Option<&str>, track_2: &str, expected: Result<bool, StripeError>) {
        assert_eq!(Stripe::new(track_1, track_2).map(|stripe| stripe.says_chip()), expected);
    }

    #[test]
    fn a_payment_cards_tracks_are_taken_and_the_service_code_tells_of_a_chip() {
        check(None, TRACK_2, Ok(true));
        check(Some(TRACK_1), TRACK_2, Ok(true));
        check(None, "9999990000000014=3012601", Ok(true));
        check(None, "9999990000000014=3012101", Ok(false));
        // Expiry or service code left out (ISO/IEC 7813, 8.2).
        check(None, "9999990000000014==2010000", Ok(true));
        check(None, "9999990000000014===0000", Ok(false));
        check(None, "6200000000000000000=3012220", Ok(true));
    }

    #[test]
    fn what_is_no_payment_cards_is_refused_by_its_part() {
        let wrong_2 = Err(StripeError::Track2Form);
        for track_2 in [
            "",
            "9999990000000014",
            "9999990000000014=",
            "9999990000000014=301",
            "9999990000000014=301220",
            "9999990000000014=3012A01",
            "999999000000001A=3012201",
            "=3012201",
            "9999990=3012201",
            "99999900000000000000=3012201",
            "9999990000000014=30122010000000000000000",
            "9999990000000014=3012201永",
        ] {
            check(None, track_2, wrong_2);
        }
        check(None, "9999990000000013=3012201", Err(StripeError::CheckDigit));
        let wrong_1 = Err(StripeError::Track1Form);
        check(Some("A9999990000000014^DOE/JANE^3012201"), TRACK_2, wrong_1);
        check(Some("B9999990000000014^DOE/JANE"), TRACK_2, wrong_1);
        check(Some("B9999990000000014^doe/jane^3012201"), TRACK_2, wrong_1);
        let other = Some("B9999990000000022^DOE/JANE^3012201");
        check(other, TRACK_2, Err(StripeError::TracksDiffer));
    }

    #[test]
    fn no_debug_form_shows_a_track() {
        let stripe = Stripe::new(Some(TRACK_1), TRACK_2).unwrap();
        assert_eq!(
            format!("{stripe:?}"),
            "Stripe { track_1: Some(Track(..)), track_2: Track(..) }"
        );
        assert_eq!(stripe.track_1().unwrap().expose(), TRACK_1);
        assert_eq!(stripe.track_2().expose(), TRACK_2);
    }

    proptest! {
        #[test]
        fn any_text_is_a_stripe_or_refused(
            track_1 in proptest::option::of(".{0,90}"), track_2 in "[0-9=;A永]{0,45}"
        ) {
            if let Ok(stripe) = Stripe::new(track_1.as_deref(), &track_2) {
                prop_assert!(stripe.track_2().expose().len() <= TRACK_2_CHARS_MAX);
            }
        }
    }
}
