//! A PIN enciphered for the card in the reader: EMV Book 2, 7.2.
//!
//! Guarantees: the plain text is wiped, and its padding is random, so that the same PIN never gives
//! the same block twice. The key is the card's and public: nothing about the arithmetic depends on
//! a secret key, which is what makes a general library good enough.
//!
//! Deliberately not here: recovering the key from the card's certificates (`apps/emv`).

use super::pin::Pin;
use crate::VaultError;
use num_bigint::BigUint;
use zeroize::{Zeroize as _, Zeroizing};

/// Shortest and longest modulus, in bytes (EMV Book 2, B2.1: at most 248; below 64 nothing fits
/// that is worth enciphering).
const MODULUS_BYTES: std::ops::RangeInclusive<usize> = 64..=248;
/// The two exponents that EMV allows (Book 2, B2.1).
const EXPONENTS: [u32; 2] = [3, 65_537];
/// First byte of the data (Book 2, table 25).
const HEADER: u8 = 0x7F;
/// Bytes before the padding: header, PIN block, unpredictable number of the card.
const HEAD: usize = 1 + 8 + CHALLENGE_BYTES;
/// Bytes of a card's challenge.
const CHALLENGE_BYTES: usize = 8;

/// The card's public key for PINs.
#[derive(Debug)]
pub struct CardPinKey {
    modulus: BigUint,
    exponent: BigUint,
    bytes: usize,
}

impl CardPinKey {
    /// The key, most significant bytes first; `None` where EMV allows no such key.
    #[must_use]
    pub fn new(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let (bytes, exponent) = (modulus.len(), BigUint::from_bytes_be(exponent));
        let is_known = EXPONENTS.iter().any(|known| exponent == BigUint::from(*known));
        let modulus = BigUint::from_bytes_be(modulus);
        // As many bits as bytes say, so that data with this header is always below it.
        let is_whole = u64::try_from(bytes).is_ok_and(|bytes| modulus.bits() == bytes * 8);
        let fits = MODULUS_BYTES.contains(&bytes) && is_known && is_whole && modulus.bit(0);
        fits.then_some(Self { modulus, exponent, bytes })
    }

    /// `pin` and the card's `challenge` as the data of VERIFY, as long as the modulus.
    ///
    /// # Errors
    /// [`VaultError::Random`].
    pub fn encipher(
        &self,
        pin: &Pin,
        challenge: &[u8; CHALLENGE_BYTES],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let mut padding = Zeroizing::new(vec![0; self.bytes.saturating_sub(HEAD)]);
        getrandom::fill(&mut padding).map_err(|_| VaultError::Random)?;
        Ok(self.apply(pin, challenge, &padding))
    }

    fn apply(&self, pin: &Pin, challenge: &[u8], padding: &[u8]) -> Zeroizing<Vec<u8>> {
        let mut data = Zeroizing::new(Vec::with_capacity(self.bytes));
        data.push(HEADER);
        data.extend_from_slice(pin.card_block().as_slice());
        data.extend_from_slice(challenge);
        data.extend_from_slice(padding);
        let enciphered = BigUint::from_bytes_be(&data).modpow(&self.exponent, &self.modulus);
        data.zeroize();
        // Leading zeros belong to it: VERIFY takes exactly as many bytes as the modulus has.
        let enciphered = enciphered.to_bytes_be();
        let mut whole = Zeroizing::new(vec![0; self.bytes.saturating_sub(enciphered.len())]);
        whole.extend_from_slice(&enciphered);
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Two primes of 256 bits: the next ones above 2^255 + 2^254 and above 2^255 + 2^254 + 2^200.
    fn pair() -> (BigUint, BigUint) {
        let base = (BigUint::from(3_u8) << 254_u32) + BigUint::from(1_u8);
        (next_prime(base.clone()), next_prime(base + (BigUint::from(1_u8) << 200_u32)))
    }

    fn next_prime(mut candidate: BigUint) -> BigUint {
        let (one, two) = (BigUint::from(1_u8), BigUint::from(2_u8));
        let is_good = |n: &BigUint| {
            // Fermat, and fit for the exponent 3: enough for a test's key.
            two.modpow(&(n - &one), n) == one && (n % 3_u8) == two.clone() % 3_u8
        };
        while !is_good(&candidate) {
            candidate += 2_u8;
        }
        candidate
    }

    #[test]
    fn only_a_key_that_emv_allows_is_one() {
        let (p, q) = pair();
        let modulus = (p * q).to_bytes_be();
        assert_eq!(modulus.len(), 64);
        assert!(CardPinKey::new(&modulus, &[3]).is_some());
        assert!(CardPinKey::new(&modulus, &[1, 0, 1]).is_some());
        assert!(CardPinKey::new(&modulus, &[1]).is_none());
        assert!(CardPinKey::new(&modulus, &[]).is_none());
        assert!(CardPinKey::new(&modulus[1..], &[3]).is_none());
        assert!(CardPinKey::new(&[0xFF; 249], &[3]).is_none());
        assert!(CardPinKey::new(&[0x00; 64], &[3]).is_none());
        let mut even = modulus.clone();
        even[63] &= 0xFE;
        assert!(CardPinKey::new(&even, &[3]).is_none());
        let mut short = modulus;
        short[0] = 0x7F;
        assert!(CardPinKey::new(&short, &[3]).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        /// The card's side, with the secret exponent that only the test has.
        #[test]
        fn the_card_finds_header_pin_and_challenge(challenge: [u8; 8]) {
            let (p, q) = pair();
            let (one, three) = (BigUint::from(1_u8), BigUint::from(3_u8));
            let phi = (&p - &one) * (&q - &one);
            // With phi = 1 mod 3, the inverse of 3 is (2 phi + 1) / 3; with phi = 2, (phi + 1) / 3.
            let secret = match u32::try_from(&phi % &three).unwrap() {
                1 => (&phi * 2_u8 + &one) / &three,
                _ => (&phi + &one) / &three,
            };
            let modulus = &p * &q;
            let key = CardPinKey::new(&modulus.to_bytes_be(), &[3]).unwrap();
            let pin = Pin::new(b"123456").unwrap();
            let first = key.encipher(&pin, &challenge).unwrap();
            prop_assert_eq!(first.len(), 64);
            prop_assert_ne!(&*first, &*key.encipher(&pin, &challenge).unwrap());
            let data = BigUint::from_bytes_be(&first).modpow(&secret, &modulus).to_bytes_be();
            prop_assert_eq!(data[0], 0x7F);
            prop_assert_eq!(&data[1..9], &[0x26, 0x12, 0x34, 0x56, 0xFF, 0xFF, 0xFF, 0xFF]);
            prop_assert_eq!(&data[9..17], &challenge);
        }
    }
}
