//! Message authentication codes of card messages.
//!
//! Retail MAC: ANSI X9.19, ISO/IEC 9797-1 MAC algorithm 3 with padding method 1 (zeros up to a
//! block). CMAC: NIST SP 800-38B, ISO/IEC 9797-1 MAC algorithm 5.
//!
//! Guarantees: a code is compared in constant time. The retail MAC does not tell a message from
//! the same one with zeros behind it; a message whose length stands in it (ISO 8583's bitmap and
//! fields do that) is safe.

use super::cipher::{CipherAlgorithm, CipherKey};
use super::hex;
use aes::{Aes128, Aes256};
use cmac::{Cmac, KeyInit};
use des::{Des, TdesEde2, TdesEde3};
use retail_mac::RetailMac;
use std::fmt;
use subtle::ConstantTimeEq as _;

/// Fewest bytes of a code that is accepted: those of field 64 of ISO 8583.
pub const MAC_BYTES_MIN: usize = 8;
/// Longest message, in bytes: what the two-byte length before an ISO 8583 message can say.
pub const MAC_MESSAGE_BYTES_MAX: usize = u16::MAX as usize;
const BYTES_MAX: usize = 16;

/// How a code is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MacAlgorithm {
    /// ANSI X9.19 (ISO/IEC 9797-1 algorithm 3): 8 bytes, with a double-length TDES key.
    Retail,
    /// NIST SP 800-38B: 8 bytes with a TDES key, 16 with an AES key.
    Cmac,
}

impl fmt::Display for MacAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Retail => "the retail MAC",
            Self::Cmac => "CMAC",
        })
    }
}

/// A message authentication code.
#[derive(Clone, Copy)]
pub struct Mac {
    bytes: [u8; BYTES_MAX],
    length: usize,
}

impl Mac {
    /// All bytes: 8 or 16.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&self.bytes)
    }

    /// The leftmost eight bytes, for field 64 or 128 of ISO 8583.
    #[must_use]
    pub fn leftmost(&self) -> [u8; MAC_BYTES_MIN] {
        let mut left = [0; MAC_BYTES_MIN];
        left.iter_mut().zip(self.bytes).for_each(|(to, from)| *to = from);
        left
    }

    /// The code in `bytes`, which are cut behind the most that a code has.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        let mut code = [0; BYTES_MAX];
        code.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Self { bytes: code, length: bytes.len().min(BYTES_MAX) }
    }

    /// Whether `given` is this code or its leftmost bytes, at least [`MAC_BYTES_MIN`] of them.
    pub(crate) fn is(&self, given: &[u8]) -> bool {
        given.len() >= MAC_BYTES_MIN
            && self.as_bytes().get(..given.len()).is_some_and(|own| own.ct_eq(given).into())
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mac(")?;
        hex::write(f, self.as_bytes())?;
        f.write_str(")")
    }
}

/// The code of `message`; `None` if `key` is of no cipher that `algorithm` takes.
pub(crate) fn mac(key: &CipherKey, algorithm: MacAlgorithm, message: &[u8]) -> Option<Mac> {
    let bytes = key.as_bytes();
    match (algorithm, key.algorithm()) {
        (MacAlgorithm::Retail, CipherAlgorithm::Tdes2) => {
            // An empty message is padded to a block too (ISO/IEC 9797-1, 6.3.2); the crate does not.
            let message = if message.is_empty() { &[0; 8] } else { message };
            code::<RetailMac<Des>>(bytes, message)
        }
        (MacAlgorithm::Retail, _) => None,
        (MacAlgorithm::Cmac, CipherAlgorithm::Tdes2) => code::<Cmac<TdesEde2>>(bytes, message),
        (MacAlgorithm::Cmac, CipherAlgorithm::Tdes3) => code::<Cmac<TdesEde3>>(bytes, message),
        (MacAlgorithm::Cmac, CipherAlgorithm::Aes128) => code::<Cmac<Aes128>>(bytes, message),
        (MacAlgorithm::Cmac, CipherAlgorithm::Aes256) => code::<Cmac<Aes256>>(bytes, message),
    }
}

fn code<M: cmac::Mac + KeyInit>(key: &[u8], message: &[u8]) -> Option<Mac> {
    let mut running = <M as KeyInit>::new_from_slice(key).ok()?;
    running.update(message);
    Some(Mac::from_bytes(&running.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::hex::unhex;
    use CipherAlgorithm::{Aes128, Aes256, Tdes2, Tdes3};

    #[track_caller]
    fn check(
        how: MacAlgorithm,
        algorithm: CipherAlgorithm,
        key: &str,
        message: &[u8],
        expected: &str,
    ) {
        let key = CipherKey::from_bytes(algorithm, &unhex(key)).unwrap();
        let code = mac(&key, how, message).unwrap();
        assert_eq!(code.as_bytes(), unhex(expected));
        assert!(code.is(&unhex(expected)));
        assert!(code.is(&code.leftmost()));
        assert!(!code.is(&code.leftmost()[..7]), "fewer bytes are easier to guess");
        for at in 0..code.as_bytes().len() {
            let mut other = unhex(expected);
            other[at] ^= 0x80;
            assert!(!code.is(&other), "byte {at} does not count");
        }
        assert!(!code.is(&[unhex(expected), vec![0]].concat()));
    }

    #[test]
    fn the_retail_mac_is_the_one_of_iso_9797_1() {
        // ISO/IEC 9797-1:2011, B.4, padding method 1.
        let key = "0123456789ABCDEF FEDCBA9876543210";
        let check = |message: &str, expected| {
            check(MacAlgorithm::Retail, Tdes2, key, message.as_bytes(), expected);
        };
        check("Now is the time for all ", "A1C72E74EA3FA9B6");
        check("Now is the time for it", "2E2B1428CC78254F");
    }

    #[test]
    fn the_retail_mac_is_the_one_of_bouncy_castle() {
        // Bouncy Castle, ISO9797Alg3MacTest, vector 1.
        let key = "7CA110454A1A6E57 0131D9619DC1376E";
        check(MacAlgorithm::Retail, Tdes2, key, b"Hello World !!!!", "F09B856213BAB83B");
    }

    /// The message of the examples of SP 800-38B.
    fn example(bytes: usize) -> Vec<u8> {
        let whole = "6BC1BEE22E409F96E93D7E117393172A AE2D8A571E03AC9C9EB76FAC45AF8E51
                     30C81C46A35CE411E5FBC1191A0A52EF F69F2445DF4F9B17AD2B417BE66C3710";
        unhex(whole)[..bytes].to_vec()
    }

    #[test]
    fn cmac_is_the_one_of_sp_800_38b() {
        // NIST SP 800-38B, D.1 and D.3 (AES), D.4 and D.5 (TDES).
        let aes128 = "2B7E151628AED2A6ABF7158809CF4F3C";
        let aes256 = "603DEB1015CA71BE2B73AEF0857D7781 1F352C073B6108D72D9810A30914DFF4";
        let tdes3 = "8AA83BF8CBDA1062 0BC1BF19FBB6CD58 BC313D4A371CA8B5";
        let tdes2 = "4CF15134A2850DD5 8A3D10BA80570D38";
        let check = |algorithm, key, bytes, expected| {
            check(MacAlgorithm::Cmac, algorithm, key, &example(bytes), expected);
        };
        check(Aes128, aes128, 0, "BB1D6929E95937287FA37D129B756746");
        check(Aes128, aes128, 16, "070A16B46B4D4144F79BDD9DD04A287C");
        check(Aes128, aes128, 40, "DFA66747DE9AE63030CA32611497C827");
        check(Aes128, aes128, 64, "51F0BEBF7E3B9D92FC49741779363CFE");
        check(Aes256, aes256, 0, "028962F61B7BF89EFC6B551F4667D983");
        check(Aes256, aes256, 16, "28A7023F452E8F82BD4BF28D8C37C35C");
        check(Aes256, aes256, 40, "AAF3D8F1DE5640C232F5B169B9C911E6");
        check(Aes256, aes256, 64, "E1992190549F6ED5696A2C056C315410");
        check(Tdes3, tdes3, 0, "B7A688E122FFAF95");
        check(Tdes3, tdes3, 8, "8E8F293136283797");
        check(Tdes3, tdes3, 20, "743DDBE0CE2DC2ED");
        check(Tdes3, tdes3, 32, "33E6B1092400EAE5");
        check(Tdes2, tdes2, 0, "BD2EBF9A3BA00361");
        check(Tdes2, tdes2, 8, "4FF2AB813C53CE83");
        check(Tdes2, tdes2, 20, "62DD1B471902BD4E");
        check(Tdes2, tdes2, 32, "31B1E431DABC4EB8");
    }

    #[test]
    fn the_retail_mac_takes_a_double_length_tdes_key_only() {
        for (algorithm, bytes) in [(Tdes3, 24), (Aes128, 16), (Aes256, 32)] {
            let key = CipherKey::from_bytes(algorithm, &vec![7; bytes]).unwrap();
            assert!(mac(&key, MacAlgorithm::Retail, b"").is_none());
        }
    }
}
