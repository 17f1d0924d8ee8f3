//! DUKPT as a host does it: from the base key and a key serial number to the keys of that one
//! exchange. Written apart from the terminal's vault, so that a mistake in one shows against the
//! other.
//!
//! Guarantee: a serial number whose counter no terminal may use (none, or one with too many bits
//! set) has no keys.

use super::aes::AesKey;
use super::base_key::{BaseKey, BaseKeyError, Cipher};
use super::cipher::{DoubleKey, single};
use super::keys::{ExchangeKeys, Key};

/// Bytes of a key serial number under TDES, and under AES.
const TDES_BYTES: usize = 10;
const AES_BYTES: usize = 12;
/// Most bits set in a counter (ANSI X9.24-1:2009, A.3; X9.24-3:2017, 6).
const TDES_ONES_MAX: u32 = 10;
const AES_ONES_MAX: u32 = 16;
/// The counter's bits at the end of a TDES serial number.
const TDES_COUNTER: u32 = 0x1F_FFFF;
/// What sets a left half apart while a key is made (ANSI X9.24-1:2009, A.2).
const APART: u64 = 0xC0C0_C0C0_0000_0000;
/// What sets keys apart by their use (ANSI X9.24-1:2009, A.4.1).
const PIN: u64 = 0xFF;
const MAC_REQUEST: u64 = 0xFF00;
const MAC_RESPONSE: u64 = 0xFF00_0000;
/// The same in what AES keys are derived from (ANSI X9.24-3:2017, 6.3.2).
const AES_PIN: u16 = 0x1000;
const AES_MAC_GENERATION: u16 = 0x2000;
const AES_MAC_VERIFICATION: u16 = 0x2001;
const AES_DERIVATION: u16 = 0x8000;
const AES_INITIAL: u16 = 0x8001;

/// The keys of the exchange with the serial number `serial`; none if it is no terminal's of this
/// base key.
///
/// # Errors
/// [`BaseKeyError`]: the base key cannot be used.
pub(super) fn keys(base: &BaseKey, serial: &[u8]) -> Result<Option<ExchangeKeys>, BaseKeyError> {
    match base.cipher() {
        Cipher::Tdes => serial.try_into().map_or(Ok(None), |serial| tdes_keys(base, serial)),
        Cipher::Aes128 | Cipher::Aes256 => {
            serial.try_into().map_or(Ok(None), |serial| aes_keys(base, serial))
        }
    }
}

fn tdes_keys(
    base: &BaseKey,
    serial: [u8; TDES_BYTES],
) -> Result<Option<ExchangeKeys>, BaseKeyError> {
    let [p, q, a, b, c, d, e, f, g, h] = serial;
    let low = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
    let counter = u32::from_be_bytes([e, f, g, h]) & TDES_COUNTER;
    if !(1..=TDES_ONES_MAX).contains(&counter.count_ones()) {
        return Ok(None);
    }
    let fixed = low & !u64::from(TDES_COUNTER);
    let [a, b, c, d, e, f, _, _] = fixed.to_be_bytes();
    let named = [p, q, a, b, c, d, e, f];
    let mut key = [base.encrypt_short(named)?, base.encrypt_short_apart(named)?];
    let mut register = fixed;
    for bit in (0..21).rev().map(|place| counter & (1 << place)).filter(|bit| *bit != 0) {
        register |= u64::from(bit);
        key = next_tdes(key, register);
    }
    let variant = |mask: u64| Key::Tdes(whole(key.map(|half| bent(half, mask))));
    Ok(Some(ExchangeKeys {
        pin: variant(PIN),
        request: variant(MAC_REQUEST),
        response: variant(MAC_RESPONSE),
    }))
}

/// The key generation that nobody can take back (ANSI X9.24-1:2009, A.2).
fn next_tdes([left, right]: [[u8; 8]; 2], register: u64) -> [[u8; 8]; 2] {
    let step = |left: [u8; 8], right: [u8; 8]| {
        let data = bent(right, register);
        bent(single(&left, data, true), u64::from_be_bytes(right))
    };
    [step(bent(left, APART), bent(right, APART)), step(left, right)]
}

fn bent(half: [u8; 8], mask: u64) -> [u8; 8] {
    (u64::from_be_bytes(half) ^ mask).to_be_bytes()
}

fn whole([left, right]: [[u8; 8]; 2]) -> DoubleKey {
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(left.into_iter().chain(right)).for_each(|(to, from)| *to = from);
    DoubleKey::new(bytes)
}

fn aes_keys(base: &BaseKey, serial: [u8; AES_BYTES]) -> Result<Option<ExchangeKeys>, BaseKeyError> {
    let [a, b, c, d, e, f, g, h, counter @ ..] = serial;
    let counter = u32::from_be_bytes(counter);
    if !(1..=AES_ONES_MAX).contains(&counter.count_ones()) {
        return Ok(None);
    }
    let is_long = base.cipher() == Cipher::Aes256;
    let named = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
    let initial = derivations(is_long, AES_INITIAL, named).map(|data| base.encrypt_long(data));
    let [first, second] = initial;
    let mut key = joined(is_long, [first?, second?]);
    // The rightmost four bytes of the initial key id, and the counter.
    let at = |counter: u32| (named << 32) | u64::from(counter);
    let derived = |key: &AesKey, usage, counter| {
        let blocks = derivations(is_long, usage, at(counter)).map(|data| key.encrypt(data));
        joined(is_long, blocks)
    };
    let mut register = 0;
    for bit in (0..32).rev().map(|place| counter & (1 << place)).filter(|bit| *bit != 0) {
        register |= bit;
        key = derived(&key, AES_DERIVATION, register);
    }
    let working = |usage| Key::Aes(derived(&key, usage, counter));
    Ok(Some(ExchangeKeys {
        pin: working(AES_PIN),
        request: working(AES_MAC_GENERATION),
        response: working(AES_MAC_VERIFICATION),
    }))
}

/// What a key is derived from (ANSI X9.24-3:2017, 6.3.2): version, block, usage, algorithm, bits,
/// whose. The second block counts for AES-256 only.
fn derivations(is_long: bool, usage: u16, whose: u64) -> [[u8; 16]; 2] {
    let (algorithm, bits): (u64, u64) = if is_long { (4, 256) } else { (2, 128) };
    [1_u64, 2].map(|block| {
        let head = 1 << 56 | block << 48 | u64::from(usage) << 32 | algorithm << 16 | bits;
        (u128::from(head) << 64 | u128::from(whose)).to_be_bytes()
    })
}

fn joined(is_long: bool, [first, second]: [[u8; 16]; 2]) -> AesKey {
    if !is_long {
        return AesKey::Short(first);
    }
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(first.into_iter().chain(second)).for_each(|(to, from)| *to = from);
    AesKey::Long(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::TestKey;

    fn bytes(hex: &str) -> Vec<u8> {
        let pairs = hex.as_bytes().chunks(2);
        pairs.map(|p| u8::from_str_radix(std::str::from_utf8(p).unwrap(), 16).unwrap()).collect()
    }

    fn double(hex: &str) -> Key {
        Key::Tdes(DoubleKey::new(bytes(hex).try_into().unwrap()))
    }

    #[track_caller]
    fn check(base: &BaseKey, serial: &str, expected: Option<ExchangeKeys>) {
        assert_eq!(keys(base, &bytes(serial)).unwrap(), expected, "{serial}");
    }

    /// ANSI X9.24-1:2009, A.4: transaction keys of its examples, with the variants of A.4.1.
    #[test]
    fn tdes_keys_are_those_of_the_standards_examples() {
        let base = TestKey(bytes("0123456789ABCDEFFEDCBA9876543210").try_into().unwrap());
        let base = BaseKey::Tdes(base);
        let mut last = None;
        for (serial, pin, request, response) in [
            (
                "FFFF9876543210E00001",
                "042666B49184CF5C68DE9628D0397B36",
                "042666B4918430A368DE9628D03984C9",
                "042666B46E84CFA368DE96282F397BC9",
            ),
            (
                "FFFF9876543210E00002",
                "C46551CEF9FD244FAA9AD834130D3B38",
                "C46551CEF9FDDBB0AA9AD834130DC4C7",
                "C46551CE06FD24B0AA9AD834EC0D3BC7",
            ),
        ] {
            let [pin, request, response] = [pin, request, response].map(double);
            last = Some(ExchangeKeys { pin, request, response });
            check(&base, serial, last);
        }
        assert!(last.is_some());
        // The example of a whole PIN block: PIN 1234, PAN 4012345678909.
        let first = keys(&base, &bytes("FFFF9876543210E00001")).unwrap().unwrap();
        let pin = first.pin.pin(&bytes("1B9C1845EB993A7A"), "4012345678909");
        assert_eq!(pin.as_deref(), Some("1234"));
    }

    #[test]
    fn a_counter_that_no_terminal_may_use_has_no_keys() {
        let base = BaseKey::Tdes(TestKey([1; 16]));
        for serial in ["FFFF9876543210E00000", "FFFF9876543210E007FF", "FFFF9876543210E001", ""] {
            check(&base, serial, None);
        }
        let base = BaseKey::Aes128(TestKey([1; 16]));
        for serial in
            ["123456789012345600000000", "12345678901234560001FFFF", "FFFF9876543210E00001"]
        {
            check(&base, serial, None);
        }
    }

    /// ANSI X9.24-3:2017, supplement "Test vectors", AES-128 and AES-256.
    #[test]
    fn aes_keys_are_those_of_the_standards_examples() {
        let half = "FEDCBA9876543210F1F1F1F1F1F1F1F1";
        let base = BaseKey::Aes128(TestKey(bytes(half).try_into().unwrap()));
        let found = keys(&base, &bytes("123456789012345600000001")).unwrap().unwrap();
        let short = |hex: &str| Key::Aes(AesKey::Short(bytes(hex).try_into().unwrap()));
        assert_eq!(found.pin, short("AF8CB133A78F8DC2D1359F18527593FB"));
        assert_eq!(found.request, short("A2DC23DE6FDE0824A2BC321E08E4B8B7"));
        let found = keys(&base, &bytes("123456789012345600000008")).unwrap().unwrap();
        assert_eq!(found.pin, short("4D9DF3FBEE3448FC3E676D04320A90F5"));
        assert_eq!(found.request, short("6FD572E5D59E618875F193484F9178FB"));

        let base = BaseKey::Aes256(TestKey(bytes(&half.repeat(2)).try_into().unwrap()));
        let found = keys(&base, &bytes("123456789012345600000001")).unwrap().unwrap();
        let long = "8C1AB7BEE973829E30242E0BBBDD4946D540C98FC1B5BDCF94790001A23FD502";
        assert_eq!(found.pin, Key::Aes(AesKey::Long(bytes(long).try_into().unwrap())));
    }
}
