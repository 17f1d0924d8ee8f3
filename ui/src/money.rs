//! An amount as the screen shows it: sign, thousands, decimals.

use caisson_core::Money;

/// `¥1,234.50`. The digits are `core`'s; the screen adds the sign and parts the thousands.
#[must_use]
pub(crate) fn text(money: Money) -> String {
    let plain = money.to_string();
    let (whole, decimals) = match plain.split_once('.') {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (plain.as_str(), None),
    };
    let mut text = money.currency().sign().to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(decimals) = decimals {
        text.push('.');
        text.push_str(decimals);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use caisson_core::Currency;

    #[track_caller]
    fn check(minor: u64, currency: Currency, expected: &str) {
        assert_eq!(text(Money::new(minor, currency).unwrap()), expected);
    }

    #[test]
    fn an_amount_has_its_sign_its_thousands_and_its_decimals() {
        check(0, Currency::Cny, "¥0.00");
        check(1_250, Currency::Cny, "¥12.50");
        check(99_999, Currency::Cny, "¥999.99");
        check(100_000, Currency::Cny, "¥1,000.00");
        check(999_999_999_999, Currency::Cny, "¥9,999,999,999.99");
        check(1_200, Currency::Jpy, "¥1,200");
        check(12_345_678, Currency::Kwd, "KD 12,345.678");
    }
}
