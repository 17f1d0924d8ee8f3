//! Amounts of money: integer minor units of an ISO 4217 currency, with checked arithmetic.
//!
//! Guarantees: an amount is never negative, never above [`MINOR_MAX`], and two currencies never
//! meet in one sum. There is no floating point and no rounding anywhere.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Largest amount, in minor units: what twelve digits of ISO 8583 field 4 can carry.
pub const MINOR_MAX: u64 = 999_999_999_999;

/// A currency that the terminal can take: code and exponent from ISO 4217.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// Yuan renminbi.
    Cny,
    /// Hong Kong dollar.
    Hkd,
    /// Macao pataca.
    Mop,
    /// US dollar.
    Usd,
    /// Euro.
    Eur,
    /// Pound sterling.
    Gbp,
    /// Japanese yen: no minor unit.
    Jpy,
    /// Kuwaiti dinar: three decimals.
    Kwd,
}

impl Currency {
    /// Every currency, for lists and tests.
    pub const ALL: [Self; 8] =
        [Self::Cny, Self::Hkd, Self::Mop, Self::Usd, Self::Eur, Self::Gbp, Self::Jpy, Self::Kwd];

    /// The alphabetic code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.row().0
    }

    /// The three-digit numeric code.
    #[must_use]
    pub const fn numeric(self) -> u16 {
        self.row().1
    }

    /// Decimals between minor and major unit.
    #[must_use]
    pub const fn exponent(self) -> u8 {
        self.row().2
    }

    /// The sign before the amount on screen and paper.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        self.row().3
    }

    const fn row(self) -> (&'static str, u16, u8, &'static str) {
        match self {
            Self::Cny => ("CNY", 156, 2, "¥"),
            Self::Hkd => ("HKD", 344, 2, "HK$"),
            Self::Mop => ("MOP", 446, 2, "MOP$"),
            Self::Usd => ("USD", 840, 2, "$"),
            Self::Eur => ("EUR", 978, 2, "€"),
            Self::Gbp => ("GBP", 826, 2, "£"),
            Self::Jpy => ("JPY", 392, 0, "¥"),
            Self::Kwd => ("KWD", 414, 3, "KD "),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|currency| currency.code() == text)
            .ok_or_else(|| MoneyError::UnknownCurrency(text.chars().take(8).collect()))
    }
}

/// Why an amount cannot be. Whoever entered or computed it: the variant says what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Above [`MINOR_MAX`], or a sum that would be.
    #[error("the amount is above the largest that can be paid, {max} minor units", max = MINOR_MAX)]
    TooLarge,
    /// A difference below zero.
    #[error("the amount would be below zero")]
    Negative,
    /// Two currencies in one sum.
    #[error("{left} and {right} cannot be added or compared")]
    Mixed {
        /// The first.
        left: Currency,
        /// The second.
        right: Currency,
    },
    /// Not a code of [`Currency::ALL`].
    #[error("\"{0}\" is not a currency of this terminal (CNY, HKD, MOP, USD, EUR, GBP, JPY, KWD)")]
    UnknownCurrency(String),
    /// Not an amount as people write it.
    #[error("\"{text}\" is not an amount in {currency}; write it like {example}")]
    NotAnAmount {
        /// As entered, cut to 24 characters.
        text: String,
        /// The currency that it was read as.
        currency: Currency,
        /// A well-formed amount.
        example: &'static str,
    },
}

/// An amount in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawMoney")]
pub struct Money {
    minor: u64,
    currency: Currency,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMoney {
    minor: u64,
    currency: Currency,
}

impl TryFrom<RawMoney> for Money {
    type Error = MoneyError;

    fn try_from(raw: RawMoney) -> Result<Self, Self::Error> {
        Self::new(raw.minor, raw.currency)
    }
}

impl Money {
    /// `minor` units of `currency`.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`] above [`MINOR_MAX`].
    pub const fn new(minor: u64, currency: Currency) -> Result<Self, MoneyError> {
        if minor > MINOR_MAX { Err(MoneyError::TooLarge) } else { Ok(Self { minor, currency }) }
    }

    /// Nothing.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// Minor units.
    #[must_use]
    pub const fn minor(self) -> u64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// True for nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// The sum.
    ///
    /// # Errors
    /// Mixed currencies, or above [`MINOR_MAX`].
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::TooLarge)?;
        Self::new(minor, self.currency)
    }

    /// The difference.
    ///
    /// # Errors
    /// Mixed currencies, or below zero.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_sub(other.minor).ok_or(MoneyError::Negative)?;
        Ok(Self { minor, currency: self.currency })
    }

    /// True where `self` is at most `limit`.
    ///
    /// # Errors
    /// Mixed currencies.
    pub fn is_within(self, limit: Self) -> Result<bool, MoneyError> {
        self.same_currency(limit)?;
        Ok(self.minor <= limit.minor)
    }

    /// Reads an amount as people write it: digits, then a point and at most the currency's
    /// decimals. No sign, no grouping, no exponent.
    ///
    /// # Errors
    /// [`MoneyError::NotAnAmount`], [`MoneyError::TooLarge`].
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let wrong = || MoneyError::NotAnAmount {
            text: text.chars().take(24).collect(),
            currency,
            example: match currency.exponent() {
                0 => "1200",
                3 => "12.000",
                _ => "12.00",
            },
        };
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let exponent = usize::from(currency.exponent());
        let all_digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        let point_without_part = text.contains('.') && part.is_empty();
        if whole.is_empty()
            || point_without_part
            || part.len() > exponent
            || !all_digits(whole)
            || !all_digits(part)
        {
            return Err(wrong());
        }
        let digits = format!("{whole}{part:0<exponent$}");
        let minor = digits.parse::<u64>().map_err(|_| MoneyError::TooLarge)?;
        Self::new(minor, currency)
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::Mixed { left: self.currency, right: other.currency })
        }
    }
}

impl fmt::Display for Money {
    /// The amount with its decimals and no sign or grouping: `12.00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exponent = usize::from(self.currency.exponent());
        if exponent == 0 {
            return write!(f, "{}", self.minor);
        }
        let unit = 10_u64.pow(u32::from(self.currency.exponent()));
        write!(f, "{}.{:0exponent$}", self.minor / unit, self.minor % unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, currency: Currency, expected: &str) {
        let read = match Money::parse(text, currency) {
            Ok(money) => format!("{} = {money}", money.minor()),
            Err(error) => error.to_string(),
        };
        assert_eq!(read, expected);
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        check("12", Currency::Cny, "1200 = 12.00");
        check("12.5", Currency::Cny, "1250 = 12.50");
        check("0.01", Currency::Cny, "1 = 0.01");
        check("1200", Currency::Jpy, "1200 = 1200");
        check("1.234", Currency::Kwd, "1234 = 1.234");
    }

    #[test]
    fn whatever_is_not_plainly_an_amount_is_refused() {
        let wrong = |text: &str| format!("\"{text}\" is not an amount in CNY; write it like 12.00");
        for text in ["", ".", "12.", ".5", "-1", "+1", "1,200.00", "1e3", "12.345", " 12", "１２"]
        {
            check(text, Currency::Cny, &wrong(text));
        }
        check("1.5", Currency::Jpy, "\"1.5\" is not an amount in JPY; write it like 1200");
    }

    #[test]
    fn an_amount_above_twelve_digits_is_too_large() {
        let too_large =
            "the amount is above the largest that can be paid, 999999999999 minor units";
        check("9999999999.99", Currency::Cny, "999999999999 = 9999999999.99");
        check("10000000000.00", Currency::Cny, too_large);
        check("99999999999999999999999999", Currency::Cny, too_large);
    }

    #[test]
    fn currencies_never_mix() {
        let yuan = Money::new(100, Currency::Cny).unwrap();
        let dollar = Money::new(100, Currency::Usd).unwrap();
        let mixed = MoneyError::Mixed { left: Currency::Cny, right: Currency::Usd };
        assert_eq!(yuan.plus(dollar), Err(mixed.clone()));
        assert_eq!(yuan.minus(dollar), Err(mixed.clone()));
        assert_eq!(yuan.is_within(dollar), Err(mixed));
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back_as_the_same_amount(
            minor in 0..=MINOR_MAX,
            index in 0..Currency::ALL.len(),
        ) {
            let money = Money::new(minor, Currency::ALL[index]).unwrap();
            prop_assert_eq!(Money::parse(&money.to_string(), money.currency()), Ok(money));
        }

        #[test]
        fn a_sum_minus_a_part_is_the_other_part_or_it_was_refused(
            a in 0..=MINOR_MAX,
            b in 0..=MINOR_MAX,
        ) {
            let (a, b) = (
                Money::new(a, Currency::Cny).unwrap(),
                Money::new(b, Currency::Cny).unwrap(),
            );
            match a.plus(b) {
                Ok(sum) => prop_assert_eq!(sum.minus(b), Ok(a)),
                Err(error) => prop_assert_eq!(error, MoneyError::TooLarge),
            }
        }
    }
}
