//! One field: is a value possible, how is it written, how is it read. A value is what a person
//! would write: digits as ASCII, a track with `D`, bytes as bytes.

use zeroize::Zeroizing;

use crate::error::{Expected, Found, Reason};
use crate::spec::{Content, FieldSpec, Justify, Length};

/// A value, wiped when it is dropped.
pub(crate) type Value = Zeroizing<Vec<u8>>;

/// Is `value` what `field` holds?
pub(crate) fn check(field: &FieldSpec, value: &[u8]) -> Result<(), Reason> {
    let expected = Expected::of(field);
    let wrong = value.iter().enumerate().find(|(at, byte)| !belongs(field.content, *at, **byte));
    if let Some((at, byte)) = wrong {
        return Err(Reason::Character { expected, found: Found(*byte), at: at + 1 });
    }
    let found =
        if field.content == Content::Xn { value.len().wrapping_sub(1) } else { value.len() };
    match (expected.exactly, found) {
        (true, found) if found == expected.count => Ok(()),
        (false, found) if found <= expected.count => Ok(()),
        // An empty signed number has not even its letter.
        (_, usize::MAX) => Err(Reason::Count { expected, found: 0 }),
        _ => Err(Reason::Count { expected, found }),
    }
}

const fn belongs(content: Content, at: usize, byte: u8) -> bool {
    match content {
        Content::N => byte.is_ascii_digit(),
        Content::Z => byte.is_ascii_digit() || byte == b'D',
        Content::Xn if at == 0 => matches!(byte, b'C' | b'D'),
        Content::Xn => byte.is_ascii_digit(),
        Content::An => byte.is_ascii_alphanumeric() || byte == b' ',
        Content::Ans => byte >= 0x20 && byte != 0x7F && byte != 0xFF,
        Content::B => true,
    }
}

/// Appends `value`, which was checked, with its length before it where that varies.
pub(crate) fn write(field: &FieldSpec, value: &[u8], out: &mut Vec<u8>) {
    let count = value.len();
    match field.length {
        Length::Fixed(_) => {}
        Length::Ll(_) => out.push(bcd(count % 100)),
        Length::Lll(_) => out.extend([bcd(count / 100), bcd(count % 100)]),
    }
    match (field.content, value) {
        (Content::N | Content::Z, digits) => write_digits(digits, field.justify, out),
        (Content::Xn, [letter, digits @ ..]) => {
            out.push(*letter);
            write_digits(digits, field.justify, out);
        }
        (Content::An | Content::Ans | Content::B | Content::Xn, bytes) => {
            out.extend_from_slice(bytes);
        }
    }
}

fn bcd(number: usize) -> u8 {
    u8::try_from(number / 10 % 10 * 16 + number % 10).unwrap_or_default()
}

fn write_digits(digits: &[u8], justify: Justify, out: &mut Vec<u8>) {
    let spare = usize::from(digits.len() % 2 == 1);
    let before = if justify == Justify::Right { spare } else { 0 };
    let zeros = |count| std::iter::repeat_n(0, count);
    let mut nibbles =
        zeros(before).chain(digits.iter().map(|digit| nibble(*digit))).chain(zeros(spare - before));
    while let (Some(high), Some(low)) = (nibbles.next(), nibbles.next()) {
        out.push(high << 4 | low);
    }
}

fn nibble(digit: u8) -> u8 {
    if digit == b'D' { 0x0D } else { digit & 0x0F }
}

/// Reads the value at the beginning of `input`, and how many bytes it takes with its length.
pub(crate) fn read(field: &FieldSpec, input: &[u8]) -> Result<(Value, usize), Reason> {
    let (count, prefix) = read_count(field, input)?;
    let expected = Expected::of(field);
    if count > expected.count {
        return Err(Reason::Count { expected, found: count });
    }
    let size = match field.content {
        Content::N | Content::Z => count.div_ceil(2),
        Content::Xn => 1 + count.div_ceil(2),
        Content::An | Content::Ans | Content::B => count,
    };
    let needed = prefix + size;
    let cut = Reason::Cut { needed, left: input.len() };
    let bytes = input.get(prefix..needed).ok_or(cut)?;
    let value = match (field.content, bytes) {
        (Content::N | Content::Z, bytes) => read_digits(None, bytes, count, field.justify)?,
        (Content::Xn, [letter, bytes @ ..]) => {
            read_digits(Some(*letter), bytes, count, field.justify)?
        }
        (Content::An | Content::Ans | Content::B | Content::Xn, bytes) => {
            Zeroizing::new(bytes.to_vec())
        }
    };
    check(field, &value)?;
    Ok((value, needed))
}

/// How long the value is, and how many bytes say so.
fn read_count(field: &FieldSpec, input: &[u8]) -> Result<(usize, usize), Reason> {
    let prefix = match field.length {
        Length::Fixed(count) => return Ok((usize::from(count), 0)),
        Length::Ll(_) => 1,
        Length::Lll(_) => 2,
    };
    let cut = Reason::Cut { needed: prefix, left: input.len() };
    let bytes = input.get(..prefix).ok_or(cut)?;
    let mut count = 0;
    for nibble in bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]) {
        if nibble > 9 {
            return Err(Reason::LengthPrefix);
        }
        count = count * 10 + usize::from(nibble);
    }
    Ok((count, prefix))
}

fn read_digits(
    letter: Option<u8>,
    bytes: &[u8],
    count: usize,
    justify: Justify,
) -> Result<Value, Reason> {
    let mut nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]);
    let is_odd = count % 2 == 1;
    if is_odd && justify == Justify::Right {
        check_spare(nibbles.next())?;
    }
    // The right size at once: a vector that grows leaves copies behind.
    let mut value = Zeroizing::new(Vec::with_capacity(1 + count));
    value.extend(letter);
    for nibble in nibbles.by_ref().take(count) {
        value.push(if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 });
    }
    if is_odd && justify == Justify::Left {
        check_spare(nibbles.next())?;
    }
    Ok(value)
}

/// Hosts fill with 0, some with F; anything else says that the length is wrong.
const fn check_spare(nibble: Option<u8>) -> Result<(), Reason> {
    match nibble {
        Some(0 | 0x0F) | None => Ok(()),
        Some(other) => Err(Reason::Spare(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Shows;

    fn field(content: Content, length: Length, justify: Justify) -> FieldSpec {
        let shows = Shows::All;
        FieldSpec { number: 2, name: "it".into(), content, length, justify, shows }
    }

    #[track_caller]
    fn check_both(field: &FieldSpec, value: &[u8], written: &[u8]) {
        assert_eq!(check(field, value), Ok(()));
        let mut out = Vec::new();
        write(field, value, &mut out);
        assert_eq!(out, written);
        out.push(0xAA);
        assert_eq!(read(field, &out), Ok((Zeroizing::new(value.to_vec()), written.len())));
    }

    #[track_caller]
    fn check_refused(field: &FieldSpec, bytes: &[u8], expected: &str) {
        assert_eq!(read(field, bytes).unwrap_err().to_string(), expected);
    }

    use Content::{An, Ans, B, N, Xn, Z};
    use Justify::{Left, Right};
    use Length::{Fixed, Ll, Lll};

    #[test]
    fn each_kind_of_field_is_written_as_the_norm_says() {
        check_both(&field(N, Fixed(6), Left), b"000007", &[0, 0, 7]);
        check_both(&field(N, Fixed(3), Left), b"051", &[0x05, 0x10]);
        check_both(&field(N, Fixed(3), Right), b"001", &[0x00, 0x01]);
        check_both(&field(N, Ll(19), Left), b"62284", &[0x05, 0x62, 0x28, 0x40]);
        check_both(&field(N, Ll(19), Left), b"", &[0x00]);
        check_both(&field(Z, Ll(37), Left), b"6228D49", &[0x07, 0x62, 0x28, 0xD4, 0x90]);
        check_both(&field(Z, Lll(104), Right), b"1D2", &[0x00, 0x03, 0x01, 0xD2]);
        check_both(&field(Xn, Fixed(8), Left), b"D00000150", &[b'D', 0, 0, 0x01, 0x50]);
        check_both(&field(An, Fixed(6), Left), b"A1 b2 ", b"A1 b2 ");
        check_both(&field(Ans, Lll(40), Left), "\u{e9}-x".as_bytes(), b"\x00\x04\xC3\xA9-x");
        check_both(&field(B, Lll(255), Left), &[0xFF; 100], &[&[1, 0], &[0xFF; 100][..]].concat());
    }

    #[test]
    fn bytes_that_are_no_field_are_refused_with_the_reason() {
        let number = field(N, Fixed(3), Right);
        check_refused(&number, &[0x10, 0x23], "0 or F expected in the spare half-byte, found 1");
        check_refused(&number, &[0x01], "2 bytes needed, 1 left");
        check_refused(&number, &[0x01, 0xB3], "3 digits expected, found 'B' at digit 2");
        let card = field(N, Ll(19), Left);
        check_refused(&card, &[], "1 bytes needed, 0 left");
        check_refused(&card, &[0x1A], "the length before it is no number");
        check_refused(&card, &[0x20], "at most 19 digits expected, found 20");
        check_refused(
            &card,
            &[0x03, 0x12, 0x34],
            "0 or F expected in the spare half-byte, found 4",
        );
        let track = field(Z, Ll(37), Left);
        check_refused(
            &track,
            &[0x01, 0xE0],
            "at most 37 digits or D expected, found 'E' at digit 1",
        );
        let fee = field(Xn, Fixed(2), Left);
        check_refused(&fee, b"X\x12", "2 digits after C or D expected, found 'X' at character 1");
        let text = field(Ans, Ll(9), Left);
        check_refused(
            &text,
            &[1, 0x1B],
            "at most 9 characters expected, found byte 1B at character 1",
        );
    }

    #[test]
    fn a_value_of_the_wrong_length_is_refused() {
        let amount = field(N, Fixed(12), Left);
        let refused = check(&amount, b"1200").unwrap_err();
        assert_eq!(refused.to_string(), "12 digits expected, found 4");
        let refused = check(&field(Xn, Fixed(8), Left), b"").unwrap_err();
        assert_eq!(refused.to_string(), "8 digits after C or D expected, found 0");
    }
}
