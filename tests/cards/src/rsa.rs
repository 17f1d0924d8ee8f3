//! RSA with test keys: the private operation for a card, the public one for whoever checks it, and
//! primes from a seed for the script that makes the keys.
//!
//! What must never happen: a real key in here. Nothing is blinded or in constant time.

use num_bigint::BigUint;

use crate::symmetric::sha1;

/// Rounds of Miller-Rabin for each prime. The keys are tests, their seed is public: enough that a
/// product is of two primes.
const ROUNDS: u32 = 24;
/// Candidates that are tried for one prime before its seed counts as unlucky: one of about 350
/// odd numbers of 1,000 bits is prime.
const CANDIDATES_MAX: u32 = 100_000;

/// A key pair with the parts for the quick private operation (Chinese remainders).
#[derive(Clone)]
pub(crate) struct KeyPair {
    modulus: BigUint,
    exponent: BigUint,
    p: BigUint,
    q: BigUint,
    d_p: BigUint,
    d_q: BigUint,
    q_inverse: BigUint,
}

impl KeyPair {
    /// `None` if the exponent has no inverse, which no committed key has.
    pub(crate) fn new(p: BigUint, q: BigUint, exponent: BigUint) -> Option<Self> {
        let one = BigUint::from(1_u8);
        if p <= one || q <= one || p == q {
            return None;
        }
        let d_p = exponent.modinv(&(&p - &one))?;
        let d_q = exponent.modinv(&(&q - &one))?;
        let q_inverse = q.modinv(&p)?;
        Some(Self { modulus: &p * &q, exponent, p, q, d_p, d_q, q_inverse })
    }

    /// Bytes of the modulus.
    pub(crate) fn len(&self) -> usize {
        usize::try_from(self.modulus.bits().div_ceil(8)).unwrap_or(usize::MAX)
    }

    pub(crate) fn modulus(&self) -> Vec<u8> {
        self.modulus.to_bytes_be()
    }

    pub(crate) fn exponent(&self) -> Vec<u8> {
        self.exponent.to_bytes_be()
    }

    /// `block ^ d mod n`, as many bytes as the modulus has. Signs and deciphers.
    pub(crate) fn private(&self, block: &[u8]) -> Vec<u8> {
        let block = BigUint::from_bytes_be(block);
        let by_p = block.modpow(&self.d_p, &self.p);
        let by_q = block.modpow(&self.d_q, &self.q);
        let lifted = &by_p + &self.p * ((&by_q / &self.p) + 1_u8) - &by_q;
        let h = (lifted * &self.q_inverse) % &self.p;
        self.padded(&(by_q + h * &self.q))
    }

    fn padded(&self, number: &BigUint) -> Vec<u8> {
        let bytes = number.to_bytes_be();
        let mut padded = vec![0; self.len().saturating_sub(bytes.len())];
        padded.extend(bytes);
        padded
    }
}

/// A prime of `bits` bits, the same for the same seed, with its two highest bits set (so that a
/// product of two has twice the bits) and `exponent` without a common divisor with `prime - 1`.
/// `None` if the seed leads to none, or for fewer than 16 bits.
#[must_use]
pub fn generate_prime(seed: &str, bits: u64, exponent: u32) -> Option<BigUint> {
    if bits < 16 {
        return None;
    }
    let exponent = BigUint::from(exponent);
    let one = BigUint::from(1_u8);
    (0..CANDIDATES_MAX).find_map(|attempt| {
        let mut candidate = stretched(&format!("{seed}/{attempt}"), bits);
        candidate.set_bit(bits - 1, true);
        candidate.set_bit(bits - 2, true);
        candidate.set_bit(0, true);
        let fits = exponent.modinv(&(&candidate - &one)).is_some();
        (fits && is_prime(&candidate)).then_some(candidate)
    })
}

/// `bits` bits that depend on the seed alone.
fn stretched(seed: &str, bits: u64) -> BigUint {
    let len = usize::try_from(bits.div_ceil(8)).unwrap_or(0);
    let bytes: Vec<u8> = (0_u32..)
        .flat_map(|block| sha1(&[seed.as_bytes(), &block.to_be_bytes()]))
        .take(len)
        .collect();
    BigUint::from_bytes_be(&bytes) >> (len as u64 * 8 - bits)
}

fn is_prime(candidate: &BigUint) -> bool {
    const SMALL: [u32; 15] = [3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53];
    let zero = BigUint::from(0_u8);
    if SMALL.iter().any(|small| candidate % *small == zero) {
        return SMALL.iter().any(|small| *candidate == BigUint::from(*small));
    }
    let one = BigUint::from(1_u8);
    let last = candidate - &one;
    let twos = last.trailing_zeros().unwrap_or(0);
    let odd = &last >> twos;
    (0..ROUNDS).all(|round| {
        let base = stretched(&format!("round {round}"), candidate.bits() - 1) + 2_u8;
        let mut x = base.modpow(&odd, candidate);
        if x == one || x == last {
            return true;
        }
        for _ in 1..twos {
            x = x.modpow(&BigUint::from(2_u8), candidate);
            if x == last {
                return true;
            }
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_gives_its_block_back() {
        let p = generate_prime("p", 128, 3).unwrap();
        let q = generate_prime("q", 128, 3).unwrap();
        let key = KeyPair::new(p, q, BigUint::from(3_u8)).unwrap();
        let block = [0x6A; 32];
        let signed = key.private(&block);
        assert_eq!(signed.len(), 32);
        let signed = BigUint::from_bytes_be(&signed);
        let back = signed.modpow(&BigUint::from(3_u8), &BigUint::from_bytes_be(&key.modulus()));
        assert_eq!(back.to_bytes_be(), block);
    }

    #[test]
    fn a_seed_gives_the_same_prime_of_the_asked_size() {
        let prime = generate_prime("seed", 96, 65_537).unwrap();
        assert_eq!(prime.bits(), 96);
        assert_eq!(generate_prime("seed", 96, 65_537), Some(prime));
        assert_eq!(generate_prime("seed", 8, 3), None);
    }

    #[test]
    fn primes_are_told_from_products() {
        let known = [65_537_u32, 99_991, 104_729].map(BigUint::from);
        assert!(known.iter().all(is_prime));
        let products = [65_537_u32 * 3, 561, 99_991 * 7, 3_215_031_751].map(BigUint::from);
        assert!(!products.iter().any(is_prime));
    }
}
