//! Key check values: a few bytes by which both sides see that they hold the same key.
//!
//! TDES: the leftmost bytes of eight encrypted zero bytes. AES: the leftmost bytes of the CMAC of a
//! block of zeros (both ANSI X9.24-1:2017, annex A).

use super::cipher::CipherKey;
use super::mac::{MacAlgorithm, mac};
use subtle::ConstantTimeEq as _;

/// Fewest bytes of a check value: one wrong key in 16 million passes.
pub const CHECK_VALUE_BYTES_MIN: usize = 3;
/// Most bytes of a check value: more would be known plain text without a use.
pub const CHECK_VALUE_BYTES_MAX: usize = 8;

/// The longest check value of `key`.
pub(crate) fn check_value(key: &CipherKey) -> [u8; CHECK_VALUE_BYTES_MAX] {
    let mut value = [0; CHECK_VALUE_BYTES_MAX];
    if key.algorithm().block_bytes() == value.len() {
        key.encrypt(&mut value);
    } else if let Some(whole) = mac(key, MacAlgorithm::Cmac, &[0; 16]) {
        value.iter_mut().zip(whole.as_bytes()).for_each(|(to, from)| *to = *from);
    }
    value
}

/// Whether `given`, of an allowed length, is the beginning of the check value of `key`.
pub(crate) fn check_value_holds(key: &CipherKey, given: &[u8]) -> bool {
    check_value(key).get(..given.len()).is_some_and(|own| own.ct_eq(given).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::hex::unhex;

    #[track_caller]
    fn check(key: &CipherKey, expected: &str) {
        let expected = unhex(expected);
        assert_eq!(check_value(key)[..expected.len()], expected);
        assert!(check_value_holds(key, &expected));
        let mut other = expected;
        other[0] ^= 1;
        assert!(!check_value_holds(key, &other));
        assert!(!check_value_holds(key, &[0; 9]));
    }

    #[test]
    fn check_values_are_the_published_ones() {
        // dspread QPOS SDK, demo: the master key and its check value.
        let key = unhex("0123456789ABCDEF FEDCBA9876543210");
        check(&CipherKey::tdes2(&key.try_into().unwrap()), "08D7B4FB629D0885");
        // CyberChef, payment operations: "Calculate Payment KCV: AES-CMAC zeros".
        let key = unhex("00112233445566778899AABBCCDDEEFF");
        check(&CipherKey::aes128(&key.try_into().unwrap()), "53E107");
    }
}
