//! An amount that fills from the right, in minor units.

use crate::money;
use caisson_core::money::MINOR_MAX;
use caisson_core::{Currency, Language, Money};

/// The amount that is being keyed.
#[derive(Debug, Clone)]
pub(crate) struct AmountEntry {
    minor: u64,
    max: u64,
    currency: Currency,
    is_over: bool,
}

impl AmountEntry {
    /// Nothing keyed yet; at most `max` minor units will be taken.
    pub(crate) fn new(currency: Currency, max: u64) -> Self {
        Self { minor: 0, max: max.min(MINOR_MAX), currency, is_over: false }
    }

    /// Adds digits at the right: one, or `00`. Whole or not at all.
    pub(crate) fn key(&mut self, digits: &str) {
        let keyed = digits.chars().try_fold(self.minor, |minor, digit| {
            let digit = u64::from(digit.to_digit(10)?);
            minor.checked_mul(10)?.checked_add(digit)
        });
        match keyed {
            Some(minor) if minor <= self.max => {
                self.minor = minor;
                self.is_over = false;
            }
            _ => self.is_over = true,
        }
    }

    /// Takes the last digit away.
    pub(crate) fn backspace(&mut self) {
        self.minor /= 10;
        self.is_over = false;
    }

    /// Takes all away.
    pub(crate) fn clear(&mut self) {
        self.minor = 0;
        self.is_over = false;
    }

    /// As much as can be.
    pub(crate) fn all(&mut self) {
        self.minor = self.max;
        self.is_over = false;
    }

    /// The amount, where there is one.
    pub(crate) fn whole(&self) -> Option<u64> {
        (self.minor > 0).then_some(self.minor)
    }

    /// As it is shown.
    pub(crate) fn text(&self) -> String {
        self.money(self.minor)
    }

    /// Why the last key was not taken; empty where it was.
    pub(crate) fn trouble(&self, language: Language) -> String {
        match (self.is_over, language) {
            (false, _) => String::new(),
            (true, Language::Zh) => format!("最多{}", self.money(self.max)),
            (true, Language::En) => format!("At most {}", self.money(self.max)),
        }
    }

    fn money(&self, minor: u64) -> String {
        money::text(Money::new(minor, self.currency).unwrap_or(Money::zero(self.currency)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(keys: &str, expected: &str, trouble: &str) {
        let mut entry = AmountEntry::new(Currency::Cny, 50_000);
        for key in keys.split(' ') {
            match key {
                "<" => entry.backspace(),
                "x" => entry.clear(),
                digits => entry.key(digits),
            }
        }
        assert_eq!(entry.text(), expected, "{keys}");
        assert_eq!(entry.trouble(Language::En), trouble, "{keys}");
    }

    #[test]
    fn an_amount_fills_from_the_right_and_stops_at_its_largest() {
        check("1 2 5 0", "¥12.50", "");
        check("0 0 5", "¥0.05", "");
        check("1 00 <", "¥0.10", "");
        check("1 2 x", "¥0.00", "");
        check("5 0 0 0 0", "¥500.00", "");
        check("6 0 0 0 0", "¥60.00", "At most ¥500.00");
        check("6 0 0 00 <", "¥0.60", "");
    }
}
