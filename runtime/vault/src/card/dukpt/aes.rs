//! AES DUKPT: ANSI X9.24-3:2017, section 6.

use super::Purpose;
use crate::card::cipher::{CipherAlgorithm, CipherKey};
use zeroize::Zeroizing;

/// Most bits set in a counter.
pub(super) const ONES_MAX: u32 = 16;

const KEY_BYTES_MAX: usize = 32;
const BLOCK: usize = 16;

/// What a derived key is for.
const PIN_ENCRYPTION: u16 = 0x1000;
const MAC_GENERATION: u16 = 0x2000;
const MAC_VERIFICATION: u16 = 0x2001;
const KEY_DERIVATION: u16 = 0x8000;
const INITIAL_KEY: u16 = 0x8001;

/// The initial key of a terminal with the initial key id `id`, of the base key's length.
pub(super) fn initial_key(base: &CipherKey, id: &[u8; 8]) -> CipherKey {
    derived(base, INITIAL_KEY, *id)
}

/// The key of the transaction with `counter` for `purpose`, of the initial key's length.
pub(super) fn working_key(
    initial: &CipherKey,
    id: &[u8; 8],
    counter: u32,
    purpose: Purpose,
) -> CipherKey {
    let mut key = initial.clone();
    let mut register = 0;
    for bit in (0..32).rev().map(|place| counter & (1 << place)).filter(|bit| *bit != 0) {
        register |= bit;
        key = derived(&key, KEY_DERIVATION, context(id, register));
    }
    let usage = match purpose {
        Purpose::Pin => PIN_ENCRYPTION,
        Purpose::RequestMac => MAC_GENERATION,
        Purpose::ResponseMac => MAC_VERIFICATION,
    };
    derived(&key, usage, context(id, counter))
}

/// The rightmost four bytes of the initial key id, and the counter.
fn context(id: &[u8; 8], counter: u32) -> [u8; 8] {
    let [_, _, _, _, a, b, c, d] = *id;
    let [w, x, y, z] = counter.to_be_bytes();
    [a, b, c, d, w, x, y, z]
}

/// A key for `usage` of the same algorithm as `parent`, from as many blocks as it needs.
fn derived(parent: &CipherKey, usage: u16, context: [u8; 8]) -> CipherKey {
    let (is_long, algorithm, bits) = match parent.algorithm() {
        CipherAlgorithm::Aes256 => (true, 4, 256_u16),
        _ => (false, 2, 128),
    };
    let mut bytes = Zeroizing::new([0; KEY_BYTES_MAX]);
    for (number, block) in (1..).zip(bytes.chunks_exact_mut(BLOCK)) {
        let ([usage_high, usage_low], [bits_high, bits_low]) =
            (usage.to_be_bytes(), bits.to_be_bytes());
        let head = [1, number, usage_high, usage_low, 0, algorithm, bits_high, bits_low];
        block.iter_mut().zip(head.into_iter().chain(context)).for_each(|(to, from)| *to = from);
        parent.encrypt(block);
    }
    if is_long {
        return CipherKey::aes256(&bytes);
    }
    let mut short = Zeroizing::new([0; BLOCK]);
    short.iter_mut().zip(bytes.iter()).for_each(|(to, from)| *to = *from);
    CipherKey::aes128(&short)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::dukpt::InitialKey;
    use crate::card::hex::unhex;
    use crate::card::pin::{Pan, Pin};
    use crate::card::pin_block::{Fill, PinFormat, encipher};

    const ID: &str = "1234567890123456";

    /// ANSI X9.24-3:2017, supplement "Test vectors": the base keys of its examples.
    fn aes128() -> InitialKey {
        let base = unhex("FEDCBA9876543210F1F1F1F1F1F1F1F1").try_into().unwrap();
        InitialKey::from_aes128_base(&base, &unhex(ID).try_into().unwrap())
    }

    fn aes256() -> InitialKey {
        let base = unhex(&"FEDCBA9876543210F1F1F1F1F1F1F1F1".repeat(2)).try_into().unwrap();
        InitialKey::from_aes256_base(&base, &unhex(ID).try_into().unwrap())
    }

    /// The derivation key of a transaction, which the supplement prints before the working keys.
    fn derivation_key(initial: &InitialKey, counter: u32) -> CipherKey {
        let (mut key, mut register) = (initial.parts().0.clone(), 0);
        for bit in (0..32).rev().map(|place| counter & (1 << place)).filter(|bit| *bit != 0) {
            register |= bit;
            let id = unhex(ID).try_into().unwrap();
            key = derived(&key, KEY_DERIVATION, context(&id, register));
        }
        key
    }

    #[track_caller]
    fn check(initial: &InitialKey, counter: u32, derivation: &str) {
        let key = derivation_key(initial, counter);
        assert_eq!(key.as_bytes(), unhex(derivation), "derivation key {counter:#x}");
    }

    #[track_caller]
    fn check_working(initial: &InitialKey, counter: u32, pin: &str, request: &str) {
        for (purpose, expected) in [(Purpose::Pin, pin), (Purpose::RequestMac, request)] {
            let key = initial.working_key(counter, purpose);
            assert_eq!(key.as_bytes(), unhex(expected), "{purpose:?} {counter:#x}");
        }
    }

    #[test]
    fn the_initial_keys_are_the_standards() {
        // ANSI X9.24-3:2017, supplement "Test vectors".
        let long = "CE9CE0C101D1138F97FB6CAD4DF045A7 083D4EAE2D35A31789D01CCF0949550F";
        let short = "1273671EA26AC29AFA4D1084127652A1";
        assert_eq!(aes128().parts().0.as_bytes(), unhex(short));
        assert_eq!(aes256().parts().0.as_bytes(), unhex(long));
    }

    #[test]
    fn the_aes_128_keys_are_the_standards() {
        // ANSI X9.24-3:2017, supplement "Test vectors", AES-128 keys from an AES-128 BDK.
        let initial = aes128();
        check(&initial, 1, "4F21B565BAD9835E112B6465635EAE44");
        check(&initial, 2, "2F34D68DE10F68D38091A73B9E7C437C");
        check(&initial, 3, "031504E530365CF81264238540518318");
        check(&initial, 8, "718EE6CF0B27E53D5F7AF99C4D8146A2");
        check(&initial, 0x1_FFFE, "E21E8C8D347F8561A2BE752DAA85A111");
        check(&initial, 0x2_0000, "F7AE9025468A25D37B7249CFFED224C8");
        check(&initial, 0xFFFE_2000, "48E585B694EB0B18D5C35443E163C0BA");
        check(&initial, 0xFFFF_0000, "F6BA59389BD14A9855BE9727E7C52E3C");
        check_working(
            &initial,
            1,
            "AF8CB133A78F8DC2D1359F18527593FB",
            "A2DC23DE6FDE0824A2BC321E08E4B8B7",
        );
        check_working(
            &initial,
            8,
            "4D9DF3FBEE3448FC3E676D04320A90F5",
            "6FD572E5D59E618875F193484F9178FB",
        );
    }

    #[test]
    fn the_aes_256_keys_are_the_standards() {
        // ANSI X9.24-3:2017, supplement "Test vectors", AES-256 keys from an AES-256 BDK.
        let initial = aes256();
        let check = |counter, key: [&str; 2]| check(&initial, counter, &key.concat());
        check(1, ["54AC2B32B145EA4A554CB8BC44B17467", "063A799856B1CCC2A138D36E8DBF78B3"]);
        check(3, ["8EEEF7C464AE415BB1D73FAED21993CD", "669F7999092A579EC6DD3CC680C65171"]);
        check(8, ["20A796D5077D51B8E7613893A4F095B1", "34E02917DC84BD391F3661D0873FF308"]);
        check(0x2_0001, ["44110A1102748D4A3AC326F53D8CAC65", "0212590CA7126D54546DDE0F20E89CEE"]);
        check(
            0xFFFF_0000,
            ["6D6DB7AAAE8B3EA90E57A39E4BBA71E1", "73B21B446B30A78D64BFC6A8806C55EE"],
        );
        check_working(
            &initial,
            1,
            "8C1AB7BEE973829E30242E0BBBDD4946D540C98FC1B5BDCF94790001A23FD502",
            "61DABDF4B340CF461EE860B1D1AB55357142BD2D6977306859CF49AEFE8F1549",
        );
    }

    #[test]
    fn the_format_4_blocks_are_the_standards() {
        // ANSI X9.24-3:2017, supplement "Test vectors", PIN block example: transactions 1 and 2.
        for (counter, expected) in
            [(1, "A912150391AB65A67E52883D81CE2D15"), (2, "52A00503BD34BA1383F6A7EE9FE2547F")]
        {
            let key = aes128().working_key(counter, Purpose::Pin);
            let (pin, pan) = (Pin::new(b"1234").unwrap(), Pan::new(b"4111111111111111").unwrap());
            let fill = Fill::fixed(unhex("2F69ADDE2E9E7ACE").try_into().unwrap(), [0; 10]);
            let block = encipher(&key, PinFormat::Iso4, pan, &pin, &fill);
            assert_eq!(block, Some(unhex(expected)), "transaction {counter}");
        }
    }
}
