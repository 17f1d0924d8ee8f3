//! A system trace audit number (STAN, ISO 8583 field 11): the bank's name for a request.
//!
//! Guarantees: a [`Stan`] is 1 to 999,999; nothing else can be written into a message. A reversal
//! carries the number of what it reverses.
//!
//! Deliberately not here: which number a payment gets. It must not come twice within a batch, and
//! only who counts durably can see to that.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

/// Largest number: what six digits hold. Zero is no number.
pub const STAN_MAX: u32 = 999_999;
/// Digits of the number as text.
pub const STAN_DIGITS: usize = 6;

/// A system trace audit number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Stan(NonZeroU32);

/// Not a trace number. Terminal: count from 1 to 999,999, then from 1 again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a trace number is six digits and not zero: 000001 to 999999")]
pub struct StanError;

impl Stan {
    /// The number `value`.
    ///
    /// # Errors
    /// [`StanError`] for zero and above [`STAN_MAX`].
    pub const fn new(value: u32) -> Result<Self, StanError> {
        match NonZeroU32::new(value) {
            Some(number) if value <= STAN_MAX => Ok(Self(number)),
            _ => Err(StanError),
        }
    }

    /// The number of the `count`th request, counted from 0: after 999999 comes 000001.
    #[must_use]
    pub const fn nth(count: u64) -> Self {
        // The remainder is below 999,999, so that it and the sum fit.
        #[allow(clippy::cast_possible_truncation, reason = "the remainder is below 999,999")]
        let within = (count % STAN_MAX as u64) as u32;
        match NonZeroU32::new(within + 1) {
            Some(number) => Self(number),
            None => Self(NonZeroU32::MIN),
        }
    }

    /// 1 to 999,999.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0.get()
    }
}

impl fmt::Display for Stan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0STAN_DIGITS$}", self.0)
    }
}

impl FromStr for Stan {
    type Err = StanError;

    fn from_str(text: &str) -> Result<Self, StanError> {
        // `parse` alone would also take a plus sign.
        if text.len() != STAN_DIGITS || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(StanError);
        }
        Self::new(text.parse().map_err(|_| StanError)?)
    }
}

impl TryFrom<u32> for Stan {
    type Error = StanError;

    fn try_from(value: u32) -> Result<Self, StanError> {
        Self::new(value)
    }
}

impl From<Stan> for u32 {
    fn from(stan: Stan) -> Self {
        stan.number()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_number_is_six_digits_and_not_zero() {
        for (text, number) in [("000001", Ok(1)), ("004711", Ok(4_711)), ("999999", Ok(999_999))] {
            let stan: Result<Stan, _> = text.parse();
            assert_eq!(stan.map(Stan::number), number);
            assert_eq!(stan.unwrap().to_string(), text);
        }
        for text in ["000000", "1", "0000001", "+00001", "1000000", "00000x", ""] {
            assert_eq!(text.parse::<Stan>(), Err(StanError), "{text}");
        }
        assert_eq!(Stan::new(0), Err(StanError));
        assert_eq!(Stan::new(1_000_000), Err(StanError));
    }

    #[test]
    fn counting_never_stops_and_never_gives_zero() {
        let number = |count| Stan::nth(count).number();
        assert_eq!((number(0), number(999_998), number(999_999)), (1, 999_999, 1));
        assert_eq!(number(u64::MAX), u32::try_from(u64::MAX % 999_999).unwrap() + 1);
    }
}
