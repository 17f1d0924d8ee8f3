//! An amount as a Chinese payment speaker says it: 收款一万零八十六点零五元.
//!
//! Numbers go in groups of four digits (万, 亿); zeros between digits are said once; 两 stands for 2
//! before 千, before 万 or 亿 on its own, and before the currency on its own; decimals are digits,
//! without zeros at the end.

use super::word::{unit, words};
use caisson_core::{Currency, Money};

words! { "zh":
    Received "received" "收款",
    Zero "zero" "零",
    One "one" "一",
    Two "two" "二",
    Pair "pair" "两",
    Three "three" "三",
    Four "four" "四",
    Five "five" "五",
    Six "six" "六",
    Seven "seven" "七",
    Eight "eight" "八",
    Nine "nine" "九",
    Ten "ten" "十",
    Hundred "hundred" "百",
    Thousand "thousand" "千",
    TenThousand "ten-thousand" "万",
    HundredMillion "hundred-million" "亿",
    Point "point" "点",
    Yuan "yuan" "元",
    HongKongDollar "hong-kong-dollar" "港元",
    Pataca "pataca" "澳门元",
    UsDollar "us-dollar" "美元",
    Euro "euro" "欧元",
    Pound "pound" "英镑",
    Yen "yen" "日元",
    Dinar "dinar" "科威特第纳尔",
}

/// The announcement of `amount`.
pub(super) fn words(amount: Money) -> Vec<Word> {
    let unit = unit(amount.currency());
    let (whole, part) = (amount.minor() / unit, amount.minor() % unit);
    let mut words = vec![Word::Received];
    match (whole, part) {
        (0, _) => words.push(Word::Zero),
        (2, 0) => words.push(Word::Pair),
        _ => groups(whole, &mut words),
    }
    if part > 0 {
        words.push(Word::Point);
        let (mut rest, mut place) = (part, unit / 10);
        while rest > 0 {
            words.push(digit(rest / place));
            (rest, place) = (rest % place, place / 10);
        }
    }
    words.push(currency(amount.currency()));
    words
}

/// The currency as a customer says it.
pub(super) const fn currency(currency: Currency) -> Word {
    match currency {
        Currency::Cny => Word::Yuan,
        Currency::Hkd => Word::HongKongDollar,
        Currency::Mop => Word::Pataca,
        Currency::Usd => Word::UsDollar,
        Currency::Eur => Word::Euro,
        Currency::Gbp => Word::Pound,
        Currency::Jpy => Word::Yen,
        Currency::Kwd => Word::Dinar,
    }
}

/// A number above 0, group by group.
fn groups(number: u64, words: &mut Vec<Word>) {
    let groups = [
        (number / 100_000_000, Some(Word::HundredMillion)),
        (number / 10_000 % 10_000, Some(Word::TenThousand)),
        (number % 10_000, None),
    ];
    let (mut is_first, mut is_gap) = (true, false);
    for (group, name) in groups {
        if group == 0 {
            is_gap = true;
            continue;
        }
        if !is_first && (is_gap || group < 1_000) {
            words.push(Word::Zero);
        }
        if group == 2 && is_first && name.is_some() {
            words.push(Word::Pair);
        } else {
            four_digits(group, is_first, words);
        }
        words.extend(name);
        (is_first, is_gap) = (false, false);
    }
}

/// A number from 1 to 9999. At the beginning of a number 10 to 19 lose their 一.
fn four_digits(number: u64, is_first: bool, words: &mut Vec<Word>) {
    let places = [
        (1_000, Some(Word::Thousand)),
        (100, Some(Word::Hundred)),
        (10, Some(Word::Ten)),
        (1, None),
    ];
    let (mut is_begun, mut is_gap) = (false, false);
    for (place, name) in places {
        let value = number / place % 10;
        if value == 0 {
            is_gap = is_begun;
            continue;
        }
        if is_gap {
            words.push(Word::Zero);
        }
        match (value, place) {
            (1, 10) if is_first && !is_begun => {}
            (2, 1_000) => words.push(Word::Pair),
            _ => words.push(digit(value)),
        }
        words.extend(name);
        (is_begun, is_gap) = (true, false);
    }
}

/// One digit; a caller's remainder keeps it below 10.
const fn digit(value: u64) -> Word {
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
        _ => Word::Nine,
    }
}
