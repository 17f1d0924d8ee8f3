//! DUKPT: each transaction has keys of its own, derived from an initial key and a counter.
//!
//! Guarantees: the same initial key and counter give the keys that the standards' published
//! examples have; a counter only grows, skips the values that the standard skips, and ends. PIN,
//! request and response have different keys.
//!
//! Deliberately not here: keeping the counter (the store does), and the register of future keys
//! by which a secure module forgets its past. We derive from the initial key, which stays in its
//! slot: whoever reads the slot has every key of that terminal.

mod aes;
mod tdes;

use super::cipher::{CipherAlgorithm, CipherKey};
use super::hex;
use std::fmt;

/// Most bytes of a key serial number: those of AES DUKPT.
const KSN_BYTES_MAX: usize = 12;

/// A key serial number: which initial key, and which transaction. Public; it goes to the host
/// with each message.
#[derive(Clone, PartialEq, Eq)]
pub struct Ksn {
    bytes: [u8; KSN_BYTES_MAX],
    length: usize,
}

impl Ksn {
    /// 10 bytes of TDES DUKPT, 12 of AES DUKPT.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&self.bytes)
    }
}

impl fmt::Display for Ksn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::write(f, self.as_bytes())
    }
}

impl fmt::Debug for Ksn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ksn({self})")
    }
}

/// What a transaction's key is for. The terminal's side: it requests, the host responds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Pin,
    RequestMac,
    ResponseMac,
}

/// An initial key with the serial number that goes with it. It goes into a slot and never comes
/// out.
#[derive(Clone)]
pub struct InitialKey {
    key: CipherKey,
    /// Eight bytes: the key set and the device, with the counter's bits zero.
    id: [u8; 8],
    /// The two bytes that only TDES DUKPT has before them.
    prefix: [u8; 2],
}

impl InitialKey {
    /// TDES DUKPT (ANSI X9.24-1:2009, annex A). The 21 bits of the counter in `ksn` do not count:
    /// the first transaction has the counter 1.
    #[must_use]
    pub fn tdes(key: &[u8; 16], ksn: &[u8; 10]) -> Self {
        let [a, b, rest @ ..] = tdes::without_counter(ksn);
        Self { key: CipherKey::tdes2(key), id: rest, prefix: [a, b] }
    }

    /// AES-128 DUKPT (ANSI X9.24-3:2017): key and initial key id.
    #[must_use]
    pub fn aes128(key: &[u8; 16], id: &[u8; 8]) -> Self {
        Self { key: CipherKey::aes128(key), id: *id, prefix: [0; 2] }
    }

    /// AES-256 DUKPT (ANSI X9.24-3:2017): key and initial key id.
    #[must_use]
    pub fn aes256(key: &[u8; 32], id: &[u8; 8]) -> Self {
        Self { key: CipherKey::aes256(key), id: *id, prefix: [0; 2] }
    }

    /// The initial key that an acquirer derives from its TDES base key (BDK) for one terminal.
    #[must_use]
    pub fn from_tdes_base(base: &[u8; 16], ksn: &[u8; 10]) -> Self {
        Self::tdes(&tdes::initial_key(base, &tdes::without_counter(ksn)), ksn)
    }

    /// The initial key that an acquirer derives from its AES-128 base key (BDK) for one terminal.
    #[must_use]
    pub fn from_aes128_base(base: &[u8; 16], id: &[u8; 8]) -> Self {
        Self { key: aes::initial_key(&CipherKey::aes128(base), id), id: *id, prefix: [0; 2] }
    }

    /// The initial key that an acquirer derives from its AES-256 base key (BDK) for one terminal.
    #[must_use]
    pub fn from_aes256_base(base: &[u8; 32], id: &[u8; 8]) -> Self {
        Self { key: aes::initial_key(&CipherKey::aes256(base), id), id: *id, prefix: [0; 2] }
    }

    /// Which cipher the keys are for.
    #[must_use]
    pub fn algorithm(&self) -> CipherAlgorithm {
        self.key.algorithm()
    }

    /// The key serial number of the transaction with `counter`.
    pub(crate) fn ksn(&self, counter: u32) -> Ksn {
        let [a, b, c, d, e, f, g, h] = self.id;
        let [w, x, y, z] = counter.to_be_bytes();
        if self.is_tdes() {
            let [p, q] = self.prefix;
            let bytes = [p, q, a, b, c, d, e, f | x, g | y, h | z, 0, 0];
            Ksn { bytes, length: 10 }
        } else {
            let bytes = [a, b, c, d, e, f, g, h, w, x, y, z];
            Ksn { bytes, length: KSN_BYTES_MAX }
        }
    }

    /// The counter after `counter`; `None` when all keys have been used. Zero comes before all.
    pub(crate) fn next_counter(&self, counter: u32) -> Option<u32> {
        if self.is_tdes() {
            next(counter, tdes::ONES_MAX).filter(|next| *next <= tdes::COUNTER_MAX)
        } else {
            next(counter, aes::ONES_MAX)
        }
    }

    /// The key of the transaction with `counter` for `purpose`.
    pub(crate) fn working_key(&self, counter: u32, purpose: Purpose) -> CipherKey {
        if self.is_tdes() {
            tdes::working_key(&self.key, &self.id, counter, purpose)
        } else {
            aes::working_key(&self.key, &self.id, counter, purpose)
        }
    }

    /// The key, the prefix and the id, for a sealed record.
    pub(crate) fn parts(&self) -> (&CipherKey, [u8; 10]) {
        let ([p, q], [a, b, c, d, e, f, g, h]) = (self.prefix, self.id);
        (&self.key, [p, q, a, b, c, d, e, f, g, h])
    }

    /// The initial key of what [`InitialKey::parts`] gave; `None` for a cipher without DUKPT.
    pub(crate) fn from_parts(key: CipherKey, parts: [u8; 10]) -> Option<Self> {
        let [p, q, id @ ..] = parts;
        let known = key.algorithm() != CipherAlgorithm::Tdes3;
        known.then_some(Self { key, id, prefix: [p, q] })
    }

    fn is_tdes(&self) -> bool {
        self.key.algorithm() == CipherAlgorithm::Tdes2
    }
}

impl fmt::Debug for InitialKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InitialKey({}, {}, secret)", self.algorithm(), self.ksn(0))
    }
}

/// The next counter with at most `ones_max` bits set: each bit costs a derivation, so the
/// standards skip the others (ANSI X9.24-1:2009, A.3; X9.24-3:2017, section 6).
fn next(counter: u32, ones_max: u32) -> Option<u32> {
    let mut next = counter.checked_add(1)?;
    while next.count_ones() > ones_max {
        // The lowest set bit: nothing between here and there has fewer bits.
        next = next.checked_add(next & next.wrapping_neg())?;
    }
    Some(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::hex::unhex;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[track_caller]
    fn check(initial: &InitialKey, counters: &[u32], ksn_of_last: &str) {
        for pair in counters.windows(2) {
            assert_eq!(initial.next_counter(pair[0]), Some(pair[1]), "after {:#x}", pair[0]);
        }
        assert_eq!(initial.ksn(*counters.last().unwrap()).as_bytes(), unhex(ksn_of_last));
    }

    #[test]
    fn the_tdes_counter_skips_and_ends_as_the_standard_says() {
        // ANSI X9.24-1:2009, A.4.2 and A.4.3.
        let ksn = unhex("FFFF9876543210E00000").try_into().unwrap();
        let initial = InitialKey::tdes(&[1; 16], &ksn);
        check(&initial, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], "FFFF9876543210E0000B");
        let rollover = [
            0xFF800, 0xFF801, 0xFF802, 0xFF804, 0xFF808, 0xFF810, 0xFF820, 0xFF840, 0xFF880,
            0xFF900, 0xFFA00, 0xFFC00, 0x10_0000,
        ];
        check(&initial, &rollover, "FFFF9876543210F00000");
        assert_eq!(initial.next_counter(0x1F_F800), None, "the last of about a million keys");
    }

    #[test]
    fn the_tdes_counter_gives_every_key_once() {
        // ANSI X9.24-1:2009, A.1: "over 1 million"; all values of 21 bits with at most 10 ones,
        // zero excepted, are 2^20 - 1.
        let initial = InitialKey::tdes(&[1; 16], &[0xFF; 10]);
        let (mut counter, mut count) = (0, 0_u32);
        while let Some(next) = initial.next_counter(counter) {
            assert!(next > counter && next.count_ones() <= 10);
            (counter, count) = (next, count + 1);
        }
        assert_eq!((count, counter), ((1 << 20) - 1, 0x1F_F800));
    }

    #[test]
    fn the_aes_counter_skips_and_ends_as_the_standard_says() {
        // ANSI X9.24-3:2017, supplement "Test vectors": the counters of its tables.
        let id = unhex("1234567890123456").try_into().unwrap();
        let initial = InitialKey::aes128(&[1; 16], &id);
        check(&initial, &[0, 1, 2, 3, 4, 5, 6, 7, 8], "123456789012345600000008");
        check(&initial, &[0x1_FFFE, 0x2_0000, 0x2_0001], "123456789012345600020001");
        let last = [0xFFFE_2000, 0xFFFE_4000, 0xFFFE_8000, 0xFFFF_0000];
        check(&initial, &last, "1234567890123456FFFF0000");
        assert_eq!(initial.next_counter(0xFFFF_0000), None);
    }

    proptest! {
        #[test]
        fn every_counter_and_purpose_has_a_key_of_its_own(
            one in 1_u32..0x10_0000, other in 1_u32..0x10_0000, is_aes: bool,
        ) {
            let initial = if is_aes {
                InitialKey::aes256(&[1; 32], &[2; 8])
            } else {
                InitialKey::tdes(&[1; 16], &[2; 10])
            };
            prop_assume!(one != other);
            let keys: Vec<CipherKey> = [one, other]
                .into_iter()
                .flat_map(|counter| {
                    [Purpose::Pin, Purpose::RequestMac, Purpose::ResponseMac]
                        .map(|purpose| initial.working_key(counter, purpose))
                })
                .collect();
            let distinct: BTreeSet<&[u8]> = keys.iter().map(CipherKey::as_bytes).collect();
            prop_assert_eq!(distinct.len(), 6);
            prop_assert_ne!(initial.ksn(one), initial.ksn(other));
        }
    }

    #[test]
    fn an_initial_key_shows_its_serial_number_only() {
        let initial = InitialKey::tdes(&[0xAB; 16], &[0xFF; 10]);
        let shown = "InitialKey(double-length TDES, FFFFFFFFFFFFFFE00000, secret)";
        assert_eq!(format!("{initial:?}"), shown);
    }
}
