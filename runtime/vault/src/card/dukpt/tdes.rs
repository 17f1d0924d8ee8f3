//! TDES DUKPT: ANSI X9.24-1:2009, annex A.

use super::Purpose;
use crate::card::cipher::CipherKey;
use des::Des;
use des::cipher::{BlockCipherEncrypt as _, KeyInit as _};
use zeroize::Zeroizing;

/// Most bits set in a counter (A.3).
pub(super) const ONES_MAX: u32 = 10;
/// The largest value of 21 bits.
pub(super) const COUNTER_MAX: u32 = 0x1F_FFFF;

/// Separates the halves of a derived key, and the halves of an initial key (A.2, A.6).
const HALVES: [u8; 16] = [0xC0, 0xC0, 0xC0, 0xC0, 0, 0, 0, 0, 0xC0, 0xC0, 0xC0, 0xC0, 0, 0, 0, 0];

type Key = Zeroizing<[u8; 16]>;

/// `ksn` with the 21 bits of its counter zero.
pub(super) fn without_counter(ksn: &[u8; 10]) -> [u8; 10] {
    let [a, b, c, d, e, f, g, h, _, _] = *ksn;
    [a, b, c, d, e, f, g, h & 0xE0, 0, 0]
}

/// The initial key of a terminal (A.6). `ksn` has no counter.
pub(super) fn initial_key(base: &[u8; 16], ksn: &[u8; 10]) -> Key {
    let [serial @ .., _, _] = *ksn;
    let half = |base: &[u8; 16]| {
        let mut half = serial;
        CipherKey::tdes2(base).encrypt(&mut half);
        Zeroizing::new(half)
    };
    joined(&half(base), &half(&combined(base, &HALVES)))
}

/// The key of the transaction with `counter`, made for `purpose` (A.3, A.4.1). `id` is the serial
/// number's rightmost 8 bytes without the counter.
pub(super) fn working_key(
    initial: &CipherKey,
    id: &[u8; 8],
    counter: u32,
    purpose: Purpose,
) -> CipherKey {
    let mut key = Key::default();
    key.iter_mut().zip(initial.as_bytes()).for_each(|(to, from)| *to = *from);
    let mut register = u64::from_be_bytes(*id);
    for bit in (0..=20).rev().map(|place| counter & (1 << place)).filter(|bit| *bit != 0) {
        register |= u64::from(bit);
        let right = generated(&key, register);
        let left = generated(&combined(&key, &HALVES), register);
        key = joined(&left, &right);
    }
    // The variant's byte in each half.
    let place = match purpose {
        Purpose::Pin => 7,
        Purpose::RequestMac => 6,
        Purpose::ResponseMac => 4,
    };
    let variant = std::array::from_fn(|at| if at % 8 == place { 0xFF } else { 0 });
    CipherKey::tdes2(&combined(&key, &variant))
}

/// Half of a derived key: the register, mixed with the key's right half, through single DES with
/// its left half.
fn generated(key: &Key, register: u64) -> Zeroizing<[u8; 8]> {
    let [a, b, c, d, e, f, g, h, right @ ..] = **key;
    let left = Zeroizing::new([a, b, c, d, e, f, g, h]);
    let right = Zeroizing::new(u64::from_be_bytes(right));
    let mut block = (register ^ *right).to_be_bytes().into();
    Des::new((&*left).into()).encrypt_block(&mut block);
    let block = Zeroizing::new(<[u8; 8]>::from(block));
    Zeroizing::new((u64::from_be_bytes(*block) ^ *right).to_be_bytes())
}

fn combined(key: &[u8; 16], other: &[u8; 16]) -> Key {
    let mut sum = Key::default();
    let bytes = key.iter().zip(other);
    sum.iter_mut().zip(bytes).for_each(|(to, (one, other))| *to = one ^ other);
    sum
}

fn joined(left: &[u8; 8], right: &[u8; 8]) -> Key {
    let mut key = Key::default();
    key.iter_mut().zip(left.iter().chain(right)).for_each(|(to, from)| *to = *from);
    key
}

#[cfg(test)]
mod tests {
    use crate::card::dukpt::{InitialKey, Purpose};
    use crate::card::hex::unhex;
    use crate::card::mac::{MacAlgorithm, mac};
    use crate::card::pin::{Pan, Pin};
    use crate::card::pin_block::{Fill, PinFormat, encipher};

    /// ANSI X9.24-1:2009, A.4: the base key and the first serial number of its examples.
    fn initial() -> InitialKey {
        let base = unhex("0123456789ABCDEF FEDCBA9876543210").try_into().unwrap();
        InitialKey::from_tdes_base(&base, &unhex("FFFF9876543210E00000").try_into().unwrap())
    }

    /// A row of the examples: counter, transaction key, PIN block of 1234 and 4012345678909.
    #[track_caller]
    fn check(counter: u32, key: &str, block: &str) {
        let working = initial().working_key(counter, Purpose::Pin);
        let variant = unhex("00000000000000FF 00000000000000FF");
        let unmade: Vec<u8> = working.as_bytes().iter().zip(variant).map(|(a, b)| a ^ b).collect();
        assert_eq!(unmade, unhex(key), "transaction key {counter:#x}");

        let (pin, pan) = (Pin::new(b"1234").unwrap(), Pan::new(b"4012345678909").unwrap());
        let fill = Fill::random().unwrap();
        let enciphered = encipher(&working, PinFormat::Iso0, pan, &pin, &fill);
        assert_eq!(enciphered, Some(unhex(block)), "PIN block {counter:#x}");
    }

    #[test]
    fn the_initial_key_is_the_standards() {
        // ANSI X9.24-1:2009, A.4.
        let initial = initial();
        assert_eq!(initial.parts().0.as_bytes(), unhex("6AC292FAA1315B4D 858AB3A3D7D5933A"));
    }

    #[test]
    fn the_first_keys_and_pin_blocks_are_the_standards() {
        // ANSI X9.24-1:2009, A.4.2, initial sequence.
        check(0x01, "042666B49184CFA3 68DE9628D0397BC9", "1B9C1845EB993A7A");
        check(0x02, "C46551CEF9FD24B0 AA9AD834130D3BC7", "10A01C8D02C69107");
        check(0x03, "0DF3D9422ACA56E5 47676D07AD6BADFA", "18DC07B94797B466");
        check(0x04, "279C0F6AEED0BE65 2B2C733E1383AE91", "0BC79509D5645DF7");
        check(0x05, "5F8DC6D2C845C125 508DDC048093B83F", "5BC0AF22AD87B327");
        check(0x06, "5E415CB0BAF9F03C D0C14B63FB62FF43", "A16DF70AE36158D8");
        check(0x07, "0C8F780B7C8B49D0 AE84A9EB2A6CE660", "27711C16CB257F8E");
        check(0x08, "27F66D5244FF62E1 AA6F6120EDEB4280", "50E55547A5027551");
        check(0x0F, "93DD5B956C487847 2E453AAEFD32A5AA", "B170F6E7F7F2F64A");
        check(0x10, "59598DCBD9BD94C0 94165CE453585F57", "D5D9638559EF53D6");
        check(0x15, "E161D1956A61F6D2 F37AFD7F9CC3699A", "72105C22EBC791E6");
    }

    #[test]
    fn the_keys_about_the_skipped_counters_are_the_standards() {
        // ANSI X9.24-1:2009, A.4.3, rollover sequence.
        check(0xFF800, "F9CDFEBF4F5B1D9E B3EC12454527E176", "33365F5CC6F23C35");
        check(0xFF801, "5BEE92627E97825C 911BF619DF72CA3B", "3A86BF003F835C9D");
        check(0xFF804, "35A168695B3BA833 07E871C42021DD37", "BA83243305712099");
        check(0xFF840, "0E3E221062CB5E03 A384602783A004FA", "40870B0F8BA2011C");
        check(0xFFC00, "F9430DF975082491 C77BE4EF4FDB91EE", "DEFC6F09F8927B71");
        check(0x10_0000, "AA4D58DB653EC74A 48C75F2F047DD2B5", "73EC88AD0AC5830E");
    }

    #[test]
    fn the_codes_of_request_and_response_are_the_standards() {
        // ANSI X9.24-1:2009, A.4.2: the retail MAC over "4012345678909D987".
        #[track_caller]
        fn check(counter: u32, request: &str, response: &str) {
            for (purpose, expected) in
                [(Purpose::RequestMac, request), (Purpose::ResponseMac, response)]
            {
                let key = initial().working_key(counter, purpose);
                let code = mac(&key, MacAlgorithm::Retail, b"4012345678909D987").unwrap();
                assert_eq!(code.as_bytes(), unhex(expected), "{purpose:?} {counter}");
            }
        }
        check(1, "9CCC78173FC4FB64", "20364223C1FF00FA");
        check(2, "F608A9BCA6FFC311", "D1FCA6BEF05D24D2");
        check(3, "20B59A4FEAC937E3", "BAD4CC9CC2AE326C");
        check(4, "C7BFA6CC44161828", "1EB08AEECE6FF0C2");
        check(5, "0202B96339022058", "5CBE3E81D1D2A0FB");
    }
}
