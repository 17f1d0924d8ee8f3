//! An amount as English says a price: received twelve yuan fifty.
//!
//! Decimals follow the currency: as a number where the first is not 0 (twelve yuan fifty), else
//! digit by digit (twelve yuan zero five), so that neither can be heard as the other.

use super::word::{unit, words};
use caisson_core::{Currency, Money};

words! { "en":
    Received "received" "received",
    Zero "zero" "zero",
    One "one" "one",
    Two "two" "two",
    Three "three" "three",
    Four "four" "four",
    Five "five" "five",
    Six "six" "six",
    Seven "seven" "seven",
    Eight "eight" "eight",
    Nine "nine" "nine",
    Ten "ten" "ten",
    Eleven "eleven" "eleven",
    Twelve "twelve" "twelve",
    Thirteen "thirteen" "thirteen",
    Fourteen "fourteen" "fourteen",
    Fifteen "fifteen" "fifteen",
    Sixteen "sixteen" "sixteen",
    Seventeen "seventeen" "seventeen",
    Eighteen "eighteen" "eighteen",
    Nineteen "nineteen" "nineteen",
    Twenty "twenty" "twenty",
    Thirty "thirty" "thirty",
    Forty "forty" "forty",
    Fifty "fifty" "fifty",
    Sixty "sixty" "sixty",
    Seventy "seventy" "seventy",
    Eighty "eighty" "eighty",
    Ninety "ninety" "ninety",
    Hundred "hundred" "hundred",
    Thousand "thousand" "thousand",
    Million "million" "million",
    Billion "billion" "billion",
    Yuan "yuan" "yuan",
    HongKong "hong-kong" "Hong Kong",
    Us "us" "US",
    Dollar "dollar" "dollar",
    Dollars "dollars" "dollars",
    Pataca "pataca" "pataca",
    Patacas "patacas" "patacas",
    Euro "euro" "euro",
    Euros "euros" "euros",
    Pound "pound" "pound",
    Pounds "pounds" "pounds",
    Yen "yen" "yen",
    Dinar "dinar" "dinar",
    Dinars "dinars" "dinars",
}

/// The announcement of `amount`.
pub(super) fn words(amount: Money) -> Vec<Word> {
    let unit = unit(amount.currency());
    let (whole, part) = (amount.minor() / unit, amount.minor() % unit);
    let mut words = vec![Word::Received];
    number(whole, &mut words);
    words.extend(currency(amount));
    if part > 0 && part >= unit / 10 {
        number(part, &mut words);
    } else if part > 0 {
        let mut place = unit / 10;
        while place > 0 {
            words.push(small(part / place % 10));
            place /= 10;
        }
    }
    words
}

/// The currency of `amount`, in the singular for one.
pub(super) const fn currency(amount: Money) -> &'static [Word] {
    let is_one = amount.minor() / unit(amount.currency()) == 1;
    match (amount.currency(), is_one) {
        (Currency::Cny, _) => &[Word::Yuan],
        (Currency::Hkd, true) => &[Word::HongKong, Word::Dollar],
        (Currency::Hkd, false) => &[Word::HongKong, Word::Dollars],
        (Currency::Mop, true) => &[Word::Pataca],
        (Currency::Mop, false) => &[Word::Patacas],
        (Currency::Usd, true) => &[Word::Us, Word::Dollar],
        (Currency::Usd, false) => &[Word::Us, Word::Dollars],
        (Currency::Eur, true) => &[Word::Euro],
        (Currency::Eur, false) => &[Word::Euros],
        (Currency::Gbp, true) => &[Word::Pound],
        (Currency::Gbp, false) => &[Word::Pounds],
        (Currency::Jpy, _) => &[Word::Yen],
        (Currency::Kwd, true) => &[Word::Dinar],
        (Currency::Kwd, false) => &[Word::Dinars],
    }
}

/// A number below a million millions, which no amount reaches.
fn number(number: u64, words: &mut Vec<Word>) {
    if number == 0 {
        return words.push(Word::Zero);
    }
    let groups = [
        (number / 1_000_000_000, Some(Word::Billion)),
        (number / 1_000_000 % 1_000, Some(Word::Million)),
        (number / 1_000 % 1_000, Some(Word::Thousand)),
        (number % 1_000, None),
    ];
    for (group, name) in groups.into_iter().filter(|(group, _)| *group > 0) {
        three_digits(group, words);
        words.extend(name);
    }
}

/// A number from 1 to 999.
fn three_digits(number: u64, words: &mut Vec<Word>) {
    let (hundreds, rest) = (number / 100, number % 100);
    if hundreds > 0 {
        words.extend([small(hundreds), Word::Hundred]);
    }
    if let Some(ten) = tens(rest / 10) {
        words.push(ten);
        if rest % 10 > 0 {
            words.push(small(rest % 10));
        }
    } else if rest > 0 {
        words.push(small(rest));
    }
}

/// Twenty to ninety.
const fn tens(ten: u64) -> Option<Word> {
    Some(match ten {
        2 => Word::Twenty,
        3 => Word::Thirty,
        4 => Word::Forty,
        5 => Word::Fifty,
        6 => Word::Sixty,
        7 => Word::Seventy,
        8 => Word::Eighty,
        9 => Word::Ninety,
        _ => return None,
    })
}

/// Zero to nineteen; a caller's remainder keeps it below 20.
const fn small(value: u64) -> Word {
    match value {
        0 => Word::Zero,
        1 => Word::One,
        2 => Word::Two,
        3 => Word::Three,
        4 => Word::Four,
        5 => Word::Five,
        6 => Word::Six,
        7 => Word::Seven,
        8 => Word::Eight,
        9 => Word::Nine,
        10 => Word::Ten,
        11 => Word::Eleven,
        12 => Word::Twelve,
        13 => Word::Thirteen,
        14 => Word::Fourteen,
        15 => Word::Fifteen,
        16 => Word::Sixteen,
        17 => Word::Seventeen,
        18 => Word::Eighteen,
        _ => Word::Nineteen,
    }
}
