//! What may be shown of a card: the first six and the last four digits of its number.
//!
//! What must never happen: that something shorter, longer or broken is shown because it does not
//! look like a card number. Each function here fails closed.

/// Shortest and longest card number, in digits (ISO/IEC 7812-1 allows less; no brand issues it).
pub const PAN_DIGITS: std::ops::RangeInclusive<usize> = 13..=19;

/// `622848******1234`; every digit hidden where `pan` is no card number.
#[must_use]
pub fn mask_pan(pan: &str) -> String {
    let count = pan.chars().count();
    let is_pan = PAN_DIGITS.contains(&count) && pan.bytes().all(|byte| byte.is_ascii_digit());
    pan.chars()
        .enumerate()
        .map(|(at, digit)| if is_pan && (at < 6 || at + 4 >= count) { digit } else { '*' })
        .collect()
}

/// A track 2 as its card number, masked, and nothing of what follows the separator (`D` or `=`).
/// None where there is no card number before a separator: show nothing then.
#[must_use]
pub fn mask_track2(track: &str) -> Option<String> {
    let (pan, _) = track.split_once(['D', '='])?;
    let is_pan = PAN_DIGITS.contains(&pan.len()) && pan.bytes().all(|byte| byte.is_ascii_digit());
    is_pan.then(|| mask_pan(pan))
}

/// A track 1 (`B`, number, `^`, name, `^`, rest) as its card number, masked. None as above.
#[must_use]
pub fn mask_track1(track: &str) -> Option<String> {
    let (pan, _) = track.trim_start_matches('%').strip_prefix('B')?.split_once('^')?;
    let is_pan = PAN_DIGITS.contains(&pan.len()) && pan.bytes().all(|byte| byte.is_ascii_digit());
    is_pan.then(|| mask_pan(pan))
}

/// True where `bytes` hold digits that could be a card number: thirteen to nineteen in a row that
/// pass the Luhn test and do not begin with zero, as BCD at either nibble or as ASCII.
///
/// It errs to the side of true. The nibbles of a text that is all digits are not looked at: they
/// are all `3x`, and every second serial number would be hidden.
#[must_use]
pub fn may_hold_pan(bytes: &[u8]) -> bool {
    let ascii = bytes.iter().map(|byte| byte.is_ascii_digit().then(|| byte & 0x0F));
    if holds_run(ascii) {
        return true;
    }
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]);
    let is_number = bytes.iter().all(|byte| byte.is_ascii_digit() || *byte == b' ');
    !is_number && holds_run(nibbles.map(|nibble| (nibble < 10).then_some(nibble)))
}

fn holds_run(digits: impl Iterator<Item = Option<u8>>) -> bool {
    let mut run = Vec::new();
    for digit in digits.chain([None]) {
        match digit {
            Some(digit) => run.push(digit),
            None => {
                if run_holds_pan(&run) {
                    return true;
                }
                run.clear();
            }
        }
    }
    false
}

fn run_holds_pan(run: &[u8]) -> bool {
    PAN_DIGITS.into_iter().any(|length| {
        run.windows(length).any(|digits| digits.first() != Some(&0) && passes_luhn(digits))
    })
}

/// The check digit of ISO/IEC 7812-1, Annex B.
fn passes_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| match (at % 2, u32::from(*digit)) {
            (0, digit) => digit,
            (_, digit) => digit * 2 / 10 + digit * 2 % 10,
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_number_shows_its_first_six_and_last_four_digits() {
        assert_eq!(mask_pan("6228480000001237"), "622848******1237");
        assert_eq!(mask_pan("4000000000006"), "400000***0006");
    }

    #[test]
    fn what_is_no_card_number_shows_nothing() {
        assert_eq!(mask_pan("622848000000"), "************");
        assert_eq!(mask_pan("62284800000012345678"), "*".repeat(20));
        assert_eq!(mask_pan("622848000000123A"), "*".repeat(16));
        assert_eq!(mask_pan(""), "");
    }

    #[test]
    fn a_track_shows_its_masked_number_and_nothing_behind_it() {
        let shown = Some("622848******1237".to_owned());
        assert_eq!(mask_track2("6228480000001237D49121010000"), shown);
        assert_eq!(mask_track2("6228480000001237=49121010000"), shown);
        assert_eq!(mask_track1("B6228480000001237^WANG/LI^4912101"), shown);
        assert_eq!(mask_track2("6228480000001237"), None);
        assert_eq!(mask_track2("622848D4912"), None);
        assert_eq!(mask_track1("6228480000001237^"), None);
    }

    #[test]
    fn a_card_number_is_found_in_every_form_that_it_takes() {
        assert!(may_hold_pan(b"order 6228480000001237 of today"));
        assert!(may_hold_pan(&[0x62, 0x28, 0x48, 0, 0, 0, 0x12, 0x37]));
        assert!(may_hold_pan(&[0xF6, 0x22, 0x84, 0x80, 0, 0, 0x01, 0x23, 0x7F]));
        assert!(may_hold_pan(&[0x16, 0x62, 0x28, 0x48, 0, 0, 0, 0x12, 0x37, 0x99]));
    }

    #[test]
    fn what_passes_no_luhn_test_is_no_card_number() {
        assert!(!may_hold_pan(b"6228480000001233"));
        assert!(!may_hold_pan(&[0; 12]));
        assert!(!may_hold_pan(b"00000901"));
        assert!(!may_hold_pan(b""));
    }
}
