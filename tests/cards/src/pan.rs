//! Test PANs: only numbers that no real card has.
//!
//! What must never happen: a real card's number in a card file. So a PAN must lie in a range that
//! schemes or processors publish for tests, and its Luhn digit must hold.

use std::fmt;

use serde::Deserialize;

/// Shortest and longest PAN in digits (ISO/IEC 7812-1; EMV Book 3, Annex A, tag 5A).
pub(crate) const DIGITS: std::ops::RangeInclusive<usize> = 12..=19;

/// Beginnings of published test numbers. From the test pages of card processors and the test
/// suites of the schemes; each is at least eight digits of such a number.
const TEST_RANGES: [(&str, Brand); 14] = [
    ("62123456", Brand::UnionPay), // test numbers of UnionPay's developer pages
    ("62228212", Brand::UnionPay), // test numbers of processors' pages for UnionPay
    ("62263880", Brand::UnionPay), // the same
    ("62509470", Brand::UnionPay), // the same
    ("41111111", Brand::Visa),     // the best known test number
    ("40128888", Brand::Visa),     // the second
    ("40000000", Brand::Visa),     // processors' test numbers that choose an answer
    ("42424242", Brand::Visa),     // the same
    ("47617390", Brand::Visa),     // chip test cards of Visa's acquirer tests
    ("54133300", Brand::Mastercard), // chip test cards of Mastercard's terminal tests
    ("55555555", Brand::Mastercard), // processors' pages
    ("51051051", Brand::Mastercard), // the same
    ("22230000", Brand::Mastercard), // the same, of the range that begins with 2
    ("54545454", Brand::Mastercard), // the same
];

/// Whose rules and keys a card has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Brand {
    /// RID A000000333.
    UnionPay,
    /// RID A000000003.
    Visa,
    /// RID A000000004.
    Mastercard,
}

impl Brand {
    /// Every brand.
    pub const ALL: [Self; 3] = [Self::UnionPay, Self::Visa, Self::Mastercard];

    /// The registered application provider identifier (ISO/IEC 7816-5).
    #[must_use]
    pub const fn rid(self) -> [u8; 5] {
        match self {
            Self::UnionPay => [0xA0, 0x00, 0x00, 0x03, 0x33],
            Self::Visa => [0xA0, 0x00, 0x00, 0x00, 0x03],
            Self::Mastercard => [0xA0, 0x00, 0x00, 0x00, 0x04],
        }
    }

    /// The name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnionPay => "unionpay",
            Self::Visa => "visa",
            Self::Mastercard => "mastercard",
        }
    }
}

/// A test PAN. `Debug` masks it to its last four digits; [`Pan::digits`] shows it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Pan {
    digits: String,
    brand: Brand,
}

impl Pan {
    /// All digits.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.digits
    }

    /// Whose test range it is of.
    #[must_use]
    pub const fn brand(&self) -> Brand {
        self.brand
    }
}

impl fmt::Debug for Pan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.digits.get(self.digits.len().saturating_sub(4)..).unwrap_or("");
        write!(f, "Pan(****{last})")
    }
}

/// Why a number is no test PAN. Author of the file: take one of a test range. The number itself is
/// not shown, because it may be a real one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PanError {
    /// Not 12 to 19 digits.
    #[error("a PAN has 12 to 19 digits and nothing else")]
    Digits,
    /// The last digit is not the Luhn digit of the others (ISO/IEC 7812-1, Annex B).
    #[error("the last digit is not the Luhn digit of the others")]
    Luhn,
    /// Not in a published test range.
    #[error("not in a published test range; only test numbers are allowed in a card file")]
    NoTestRange,
}

impl TryFrom<String> for Pan {
    type Error = PanError;

    fn try_from(digits: String) -> Result<Self, PanError> {
        let all_digits = digits.bytes().all(|digit| digit.is_ascii_digit());
        if !all_digits || !DIGITS.contains(&digits.len()) {
            return Err(PanError::Digits);
        }
        if !luhn_holds(&digits) {
            return Err(PanError::Luhn);
        }
        let range = TEST_RANGES.iter().find(|(start, _)| digits.starts_with(start));
        let (_, brand) = range.ok_or(PanError::NoTestRange)?;
        Ok(Self { digits, brand: *brand })
    }
}

fn luhn_holds(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let digit = u32::from(digit.wrapping_sub(b'0'));
            let doubled = digit * 2;
            if at.is_multiple_of(2) { digit } else { doubled / 10 + doubled % 10 }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(digits: &str, expected: Result<Brand, PanError>) {
        assert_eq!(Pan::try_from(digits.to_owned()).map(|pan| pan.brand()), expected);
    }

    #[test]
    fn only_test_numbers_with_their_luhn_digit_are_pans() {
        check("4111111111111111", Ok(Brand::Visa));
        check("4761739001010010", Ok(Brand::Visa));
        check("5413330089020011", Ok(Brand::Mastercard));
        check("6212345678901265", Ok(Brand::UnionPay));
        check("6212345678900000003", Ok(Brand::UnionPay));
        check("4111111111111112", Err(PanError::Luhn));
        check("4999999999999996", Err(PanError::NoTestRange));
        check("41111111", Err(PanError::Digits));
        check("4111 1111 1111 1111", Err(PanError::Digits));
    }

    #[test]
    fn debug_shows_only_the_last_four_digits() {
        let pan = Pan::try_from("4111111111111111".to_owned()).unwrap();
        assert_eq!(format!("{pan:?}"), "Pan(****1111)");
    }
}
