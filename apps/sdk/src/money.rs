//! Amounts for people and for payloads. Arithmetic is the terminal's business.

use crate::payment::Money;
use std::fmt;

/// Code, numeric code and decimals of each currency that a terminal takes (ISO 4217).
const CURRENCIES: [(&str, u16, u8); 8] = [
    ("CNY", 156, 2),
    ("HKD", 344, 2),
    ("MOP", 446, 2),
    ("USD", 840, 2),
    ("EUR", 978, 2),
    ("GBP", 826, 2),
    ("JPY", 392, 0),
    ("KWD", 414, 3),
];

impl Money {
    /// `minor` units (fen, cent) of `currency`, an ISO 4217 code.
    #[must_use]
    pub fn new(minor: u64, currency: &str) -> Self {
        Self { minor, currency: currency.into() }
    }

    /// The amount in major units, such as `12.00`; `None` for a currency that no terminal takes.
    ///
    /// ```
    /// use caisson_sdk::Money;
    ///
    /// assert_eq!(Money::new(1205, "CNY").decimal().as_deref(), Some("12.05"));
    /// assert_eq!(Money::new(1205, "JPY").decimal().as_deref(), Some("1205"));
    /// assert_eq!(Money::new(5, "KWD").to_string(), "0.005 KWD");
    /// assert_eq!(Money::new(5, "XXX").decimal(), None);
    /// ```
    #[must_use]
    pub fn decimal(&self) -> Option<String> {
        let (_, _, decimals) = self.row()?;
        if decimals == 0 {
            return Some(self.minor.to_string());
        }
        let unit = 10_u64.pow(u32::from(decimals));
        let (major, rest) = (self.minor / unit, self.minor % unit);
        Some(format!("{major}.{rest:0width$}", width = usize::from(decimals)))
    }

    /// The currency's three-digit code; `None` for a currency that no terminal takes.
    #[must_use]
    pub fn currency_number(&self) -> Option<u16> {
        self.row().map(|(_, number, _)| number)
    }

    /// How many decimals the currency has; `None` for a currency that no terminal takes.
    #[must_use]
    pub fn decimals(&self) -> Option<u8> {
        self.row().map(|(_, _, decimals)| decimals)
    }

    /// True for a part of `whole`, or all of it, in its currency.
    #[must_use]
    pub fn is_within(&self, whole: &Self) -> bool {
        self.currency == whole.currency && self.minor <= whole.minor
    }

    fn row(&self) -> Option<(&'static str, u16, u8)> {
        CURRENCIES.into_iter().find(|(code, _, _)| *code == self.currency)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.decimal() {
            Some(amount) => write!(f, "{amount} {}", self.currency),
            None => write!(f, "{} minor units of {}", self.minor, self.currency),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_digits_of_an_amount_are_those_of_its_minor_units(
            minor in 0..=999_999_999_999_u64,
            row in proptest::sample::select(CURRENCIES.to_vec()),
        ) {
            let text = Money::new(minor, row.0).decimal().unwrap();
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            prop_assert_eq!(digits.parse::<u64>().unwrap(), minor);
            let decimals = text.split_once('.').map_or(0, |(_, part)| part.len());
            prop_assert_eq!(decimals, usize::from(row.2));
        }
    }
}
