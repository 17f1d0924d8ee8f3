//! What is to be paid: all that the kernel knows of the world. It has no clock and no chance of
//! its own, so the same sale with the same card is the same transaction.

use crate::error::Error;

/// Largest amount in minor units: 9F02 has twelve digits (EMV Book 3, annex A1).
pub const AMOUNT_MAX: u64 = 999_999_999_999;
/// Largest 9F41, eight digits.
pub const COUNTER_MAX: u32 = 99_999_999;

/// Where the card is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// In the slot.
    Contact,
    /// In the field.
    Contactless,
}

/// How far a transaction goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// To the cryptogram.
    Full,
    /// To the records, for account data only; the card makes no cryptogram.
    ReadOnly,
}

/// A sale, checked by [`crate::Transaction::start`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    /// Where the card is.
    pub entry: Entry,
    /// How far to go.
    pub extent: Extent,
    /// 9F02, in minor units, at most [`AMOUNT_MAX`].
    pub amount: u64,
    /// 9F03, the part of `amount` that is handed out in cash; 0 for none.
    pub amount_other: u64,
    /// 5F2A, ISO 4217 numeric, at most 999.
    pub currency: u16,
    /// 5F36, 0 to 4.
    pub exponent: u8,
    /// 9C in BCD.
    pub transaction_type: u8,
    /// 9A: `YYMMDD`.
    pub date: String,
    /// 9F21: `HHMMSS`.
    pub time: String,
    /// 9F37, four bytes that nobody can predict.
    pub unpredictable: u32,
    /// 9F41, 1 to [`COUNTER_MAX`].
    pub counter: u32,
}

impl Sale {
    /// The sale as the crate takes it.
    ///
    /// # Errors
    /// The first field that is out of its range.
    pub(crate) fn inputs(&self) -> Result<emv::contact::transaction::TransactionInputs, Error> {
        let within = |right: bool, field: &'static str, rule: &'static str| {
            if right { Ok(()) } else { Err(Error::BadInput { field, rule }) }
        };
        within(self.amount <= AMOUNT_MAX, "amount", "at most 999,999,999,999")?;
        within(self.amount_other <= self.amount, "amount-other", "at most the amount")?;
        within(self.currency <= 999, "currency", "three digits of ISO 4217")?;
        within(self.exponent <= 4, "exponent", "0 to 4")?;
        within(is_bcd(self.transaction_type), "transaction-type", "two digits in BCD")?;
        within((1..=COUNTER_MAX).contains(&self.counter), "counter", "1 to 99,999,999")?;
        let date = digits(&self.date).ok_or(Error::BadInput { field: "date", rule: "YYMMDD" })?;
        within(is_date(date), "date", "YYMMDD")?;
        let time = digits(&self.time).ok_or(Error::BadInput { field: "time", rule: "HHMMSS" })?;
        within(is_time(time), "time", "HHMMSS")?;
        Ok(emv::contact::transaction::TransactionInputs {
            amount_authorised: self.amount,
            amount_other: self.amount_other,
            transaction_currency_code: self.currency,
            transaction_currency_exponent: self.exponent,
            transaction_date: date,
            transaction_time: time,
            transaction_type: self.transaction_type,
            transaction_sequence_counter: self.counter,
            unpredictable_number: self.unpredictable.to_be_bytes(),
        })
    }
}

/// Six digits as three bytes of BCD.
fn digits(text: &str) -> Option<[u8; 3]> {
    let bytes: [u8; 6] = text.as_bytes().try_into().ok()?;
    let [a, b, c, d, e, f] = bytes;
    let pair = |high: u8, low: u8| {
        let both = high.is_ascii_digit() && low.is_ascii_digit();
        both.then(|| (high - b'0') << 4 | (low - b'0'))
    };
    Some([pair(a, b)?, pair(c, d)?, pair(e, f)?])
}

fn is_bcd(byte: u8) -> bool {
    byte >> 4 <= 9 && byte & 0x0F <= 9
}

fn is_date([_, month, day]: [u8; 3]) -> bool {
    (0x01..=0x12).contains(&month) && (0x01..=0x31).contains(&day)
}

fn is_time([hour, minute, second]: [u8; 3]) -> bool {
    hour <= 0x23 && minute <= 0x59 && second <= 0x59
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sale() -> Sale {
        Sale {
            entry: Entry::Contact,
            extent: Extent::Full,
            amount: 1200,
            amount_other: 0,
            currency: 156,
            exponent: 2,
            transaction_type: 0,
            date: "261127".to_owned(),
            time: "235959".to_owned(),
            unpredictable: 0x0102_0304,
            counter: 1,
        }
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Sale), expected: Option<&str>) {
        let mut sale = sale();
        change(&mut sale);
        let found = sale.inputs().err().map(|error| match error {
            Error::BadInput { field, .. } => field,
            other => panic!("{other}"),
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn each_field_out_of_its_range_is_named() {
        check(|_| (), None);
        check(|sale| sale.amount = AMOUNT_MAX, None);
        check(|sale| sale.amount = AMOUNT_MAX + 1, Some("amount"));
        check(|sale| sale.amount_other = 1201, Some("amount-other"));
        check(|sale| sale.currency = 1000, Some("currency"));
        check(|sale| sale.exponent = 5, Some("exponent"));
        check(|sale| sale.transaction_type = 0x0A, Some("transaction-type"));
        check(|sale| sale.date = "261327".to_owned(), Some("date"));
        check(|sale| sale.date = "26112".to_owned(), Some("date"));
        check(|sale| sale.time = "240000".to_owned(), Some("time"));
        check(|sale| sale.time = "２４".to_owned(), Some("time"));
        check(|sale| sale.counter = 0, Some("counter"));
    }

    #[test]
    fn the_crate_gets_digits_as_bcd_and_the_unpredictable_number_in_order() {
        let inputs = sale().inputs().unwrap();
        assert_eq!(inputs.transaction_date, [0x26, 0x11, 0x27]);
        assert_eq!(inputs.transaction_time, [0x23, 0x59, 0x59]);
        assert_eq!(inputs.unpredictable_number, [1, 2, 3, 4]);
    }
}
