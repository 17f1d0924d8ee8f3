//! Bytes as hex digits, as card files and key files write them. Blanks between bytes are allowed.

use std::fmt;

use serde::Deserialize;

/// Longest value in bytes: the modulus of a CA key and some room. Stops a file from being a bomb.
pub(crate) const BYTES_MAX: usize = 512;

/// Bytes that a file gives as hex text. Shows its bytes, so it holds nothing secret.
#[derive(Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "String")]
pub struct Hex(pub Vec<u8>);

impl fmt::Debug for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text(&self.0))
    }
}

impl TryFrom<String> for Hex {
    type Error = HexError;

    fn try_from(text: String) -> Result<Self, HexError> {
        bytes(&text).map(Self)
    }
}

/// Why a text is not hex. Author of the file: correct it. Says nothing of the text itself, which
/// may be a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HexError {
    /// A sign that is no hex digit, or half a byte.
    #[error("not pairs of hex digits (0-9, A-F)")]
    Digits,
    /// More than `BYTES_MAX`.
    #[error("longer than {BYTES_MAX} bytes")]
    TooLong,
}

/// Reads pairs of digits; white space is skipped.
pub(crate) fn bytes(text: &str) -> Result<Vec<u8>, HexError> {
    let mut nibbles = Vec::new();
    for sign in text.chars().filter(|sign| !sign.is_ascii_whitespace()) {
        let digit = sign.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        nibbles.push(digit.ok_or(HexError::Digits)?);
        if nibbles.len() > BYTES_MAX * 2 {
            return Err(HexError::TooLong);
        }
    }
    let pairs = nibbles.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return Err(HexError::Digits);
    }
    Ok(pairs.map(|pair| pair.iter().fold(0, |byte, nibble| byte << 4 | nibble)).collect())
}

/// Two upper-case digits for each byte.
pub(crate) fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Decimal digits packed two to a byte, filled up with `F` nibbles to `len` bytes.
pub(crate) fn packed(digits: &str, len: usize) -> Vec<u8> {
    let nibble = |at: usize| {
        let digit = digits.as_bytes().get(at).map(|digit| digit.wrapping_sub(b'0'));
        digit.filter(|digit| *digit < 10).unwrap_or(0xF)
    };
    (0..len).map(|at| nibble(at * 2) << 4 | nibble(at * 2 + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&[u8], HexError>) {
        assert_eq!(bytes(text), expected.map(<[u8]>::to_vec));
    }

    #[test]
    fn hex_is_pairs_of_digits_with_blanks_between_them() {
        check("", Ok(&[]));
        check("00 fF", Ok(&[0x00, 0xFF]));
        check("0", Err(HexError::Digits));
        check("0x", Err(HexError::Digits));
        check(&"00".repeat(BYTES_MAX + 1), Err(HexError::TooLong));
    }

    #[test]
    fn an_odd_number_of_digits_is_packed_with_a_last_f() {
        assert_eq!(packed("123", 3), [0x12, 0x3F, 0xFF]);
        assert_eq!(packed("1234", 2), [0x12, 0x34]);
    }
}
