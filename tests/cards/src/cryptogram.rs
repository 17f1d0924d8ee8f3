//! Application cryptograms: what they cover, with which key, and the issuer's answer to them.
//!
//! EMV Book 2, 8.1 (AC), 8.2 (ARPC), 9.2 (script MAC). The schemes follow what is publicly known
//! of the brands' cards and are named after it; they are not the brands' norms, and no card of a
//! brand was asked. Card and issuer share this file; that both are right is shown by published
//! vectors.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::keys::MasterKeys;
use crate::symmetric::{Key, Padding, blocks, eight, xor};

/// How a card makes cryptograms: which 9F10, session key, data and ARPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Scheme {
    /// PBOC debit and credit, cryptogram version 01: session key from counter and its complement,
    /// padding with `80`, ARPC method 1. 9F10 is `07 DKI 01 03 CVR 01`.
    #[serde(rename = "pboc-01")]
    Pboc01,
    /// VIS, cryptogram version 10: the card's master key itself, padding with zeros, ARPC
    /// method 1. 9F10 is `06 DKI 0A 03 CVR`.
    #[serde(rename = "vis-10")]
    Vis10,
    /// VIS, cryptogram version 18: common session key, the whole 9F10 is covered, padding with
    /// `80`, ARPC method 2. 9F10 is `06 DKI 12 03 CVR`.
    #[serde(rename = "vis-18")]
    Vis18,
    /// M/Chip, cryptogram version 20: common session key, the 6-byte CVR is covered, padding with
    /// `80`, ARPC method 1. 9F10 is `DKI 14 CVR(6) DAC(2) counters(8)`.
    #[serde(rename = "mchip-20")]
    Mchip20,
}

/// Index of the derivation key in 9F10. There is one.
const DERIVATION_KEY: u8 = 0x01;

/// What of the cryptogram's data the terminal sends, in the order in which it is covered
/// (EMV Book 2, table 26): amount, other amount, country, TVR, currency, date, type, random
/// number; each with its length in bytes.
pub(crate) const TERMINAL_DATA: [(u32, usize); 8] = [
    (0x9F02, 6),
    (0x9F03, 6),
    (0x9F1A, 2),
    (0x95, 5),
    (0x5F2A, 2),
    (0x9A, 3),
    (0x9C, 1),
    (0x9F37, 4),
];

/// The data that a cryptogram covers.
#[derive(Clone)]
pub(crate) struct Covered {
    pub(crate) terminal: Vec<u8>,
    pub(crate) aip: [u8; 2],
    pub(crate) atc: u16,
    pub(crate) iad: Vec<u8>,
}

/// The values of [`TERMINAL_DATA`] one after the other, or the first tag that is missing or has
/// another length.
pub(crate) fn terminal_data<V: AsRef<[u8]>>(values: &BTreeMap<u32, V>) -> Result<Vec<u8>, u32> {
    let mut data = Vec::new();
    for (tag, length) in TERMINAL_DATA {
        let value = values.get(&tag).map(AsRef::as_ref).filter(|value| value.len() == length);
        data.extend_from_slice(value.ok_or(tag)?);
    }
    Ok(data)
}

impl Scheme {
    /// The scheme that made this issuer application data (9F10).
    pub(crate) fn of_iad(iad: &[u8]) -> Option<Self> {
        match (iad, iad.len()) {
            ([7, _, 0x01, 3, ..], 8) => Some(Self::Pboc01),
            ([6, _, 0x0A, 3, ..], 7) => Some(Self::Vis10),
            ([6, _, 0x12, 3, ..], 7) => Some(Self::Vis18),
            ([_, 0x14, ..], 18) => Some(Self::Mchip20),
            _ => None,
        }
    }

    /// 9F10 with the card's verification results: three bytes as VIS orders them (which
    /// cryptograms, offline PIN, what is blocked).
    pub(crate) fn iad(self, cvr: [u8; 3]) -> Vec<u8> {
        let [first, second, third] = cvr;
        match self {
            Self::Pboc01 => vec![7, DERIVATION_KEY, 0x01, 3, first, second, third, 0x01],
            Self::Vis10 => vec![6, DERIVATION_KEY, 0x0A, 3, first, second, third],
            Self::Vis18 => vec![6, DERIVATION_KEY, 0x12, 3, first, second, third],
            Self::Mchip20 => {
                let mut iad = vec![DERIVATION_KEY, 0x14, first, second, third, 0, 0, 0];
                iad.resize(18, 0);
                iad
            }
        }
    }

    fn session(self, keys: &MasterKeys, atc: u16) -> Key {
        let [high, low] = atc.to_be_bytes();
        match self {
            Self::Vis10 => keys.ac.clone(),
            Self::Pboc01 => keys.ac.counter_session(atc),
            // EMV Book 2, A1.3.1: the counter and six zeros.
            Self::Vis18 | Self::Mchip20 => keys.ac.common_session([high, low, 0, 0, 0, 0, 0, 0]),
        }
    }

    /// The application cryptogram, by the card's own master keys.
    pub(crate) fn cryptogram(self, keys: &MasterKeys, covered: &Covered) -> [u8; 8] {
        let mut message = covered.terminal.clone();
        message.extend(covered.aip);
        message.extend(covered.atc.to_be_bytes());
        let results = match self {
            Self::Pboc01 | Self::Vis10 => covered.iad.get(3..7),
            Self::Vis18 => covered.iad.get(..),
            Self::Mchip20 => covered.iad.get(2..8),
        };
        message.extend(results.unwrap_or_default());
        let padding = if self == Self::Vis10 { Padding::Zeros } else { Padding::Marked };
        self.session(keys, covered.atc).mac(&message, padding)
    }

    /// Issuer authentication data (91) for this cryptogram. By method 1 (EMV Book 2, 8.2.1) the
    /// ARPC and `code`; by method 2 (8.2.2) a short ARPC and a card status update.
    pub(crate) fn issuer_authentication(
        self,
        keys: &MasterKeys,
        atc: u16,
        arqc: [u8; 8],
        answer: &IssuerAnswer,
    ) -> Vec<u8> {
        let session = self.session(keys, atc);
        if self == Self::Vis18 {
            let csu = answer.csu();
            let mut message = arqc.to_vec();
            message.extend(csu);
            let mac = session.mac(&message, Padding::Marked);
            return mac.into_iter().take(4).chain(csu).collect();
        }
        let IssuerAnswer { code, .. } = answer;
        let arpc = session.encrypt(xor(arqc, eight(code)));
        arpc.into_iter().chain(*code).collect()
    }

    /// What the issuer says in `data` (91), if its ARPC is right.
    pub(crate) fn verify_issuer(
        self,
        keys: &MasterKeys,
        atc: u16,
        arqc: [u8; 8],
        data: &[u8],
    ) -> Option<IssuerAnswer> {
        let answer = match (self, data) {
            (Self::Vis18, [_, _, _, _, csu @ ..]) => IssuerAnswer::of_csu(csu.try_into().ok()?),
            (_, [_, _, _, _, _, _, _, _, code @ ..]) => IssuerAnswer::new(code.try_into().ok()?),
            _ => return None,
        };
        (self.issuer_authentication(keys, atc, arqc, &answer) == data).then_some(answer)
    }
}

/// The issuer's answer as a card hears it: the response code, for method 2 folded into a card
/// status update of which only "approved" is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct IssuerAnswer {
    pub(crate) code: [u8; 2],
}

impl IssuerAnswer {
    pub(crate) const fn new(code: [u8; 2]) -> Self {
        Self { code }
    }

    pub(crate) const fn approves(self) -> bool {
        matches!(&self.code, b"00" | b"10" | b"11")
    }

    /// CSU byte 2, bit 8: the issuer approves the online transaction (EMV CCD, table CCD 9).
    const fn csu(self) -> [u8; 4] {
        [0, if self.approves() { 0x80 } else { 0 }, 0, 0]
    }

    const fn of_csu(csu: [u8; 4]) -> Self {
        let [_, second, ..] = csu;
        Self::new(if second & 0x80 == 0 { *b"05" } else { *b"00" })
    }
}

/// The MAC of a script command (EMV Book 2, 9.2, format 2): over its five header bytes, the
/// counter, the transaction's first cryptogram, and its data without the MAC; eight bytes.
pub(crate) fn script_mac(
    keys: &MasterKeys,
    header: [u8; 5],
    atc: u16,
    cryptogram: [u8; 8],
    data: &[u8],
) -> [u8; 8] {
    let mut message = header.to_vec();
    message.extend(atc.to_be_bytes());
    message.extend(cryptogram);
    message.extend(data);
    keys.mac.script_session(atc).mac(&message, Padding::Marked)
}

/// A new PIN as PIN CHANGE carries it (VIS): a block made with four bytes of the card's AC key,
/// its length before it, padded, enciphered block by block.
pub(crate) fn enciphered_pin(keys: &MasterKeys, atc: u16, pin: &str) -> Vec<u8> {
    let session = keys.enc.script_session(atc);
    let mut plain = vec![8];
    plain.extend(xor(pin_mask(keys), pin_block(pin)));
    blocks(&plain, Padding::Marked).into_iter().flat_map(|block| session.encrypt(block)).collect()
}

/// The PIN of [`enciphered_pin`], or nothing if that is what it is not.
pub(crate) fn deciphered_pin(keys: &MasterKeys, atc: u16, data: &[u8]) -> Option<String> {
    let session = keys.enc.script_session(atc);
    let (blocks, rest) = data.as_chunks::<8>();
    if blocks.len() != 2 || !rest.is_empty() {
        return None;
    }
    let plain: Vec<u8> = blocks.iter().flat_map(|block| session.decrypt(*block)).collect();
    let block = xor(pin_mask(keys), eight(plain.get(1..9)?));
    let [control, digits @ ..] = block;
    let length = usize::from(control);
    let text: String = digits.iter().map(|byte| format!("{byte:02X}")).collect();
    let pin = text.get(..length).filter(|pin| pin.bytes().all(|digit| digit.is_ascii_digit()))?;
    (pin.len() >= 4).then(|| pin.to_owned())
}

fn pin_mask(keys: &MasterKeys) -> [u8; 8] {
    let [a, b, c, d] = keys.ac.left_tail();
    [0, 0, 0, 0, a, b, c, d]
}

/// `0L`, the digits, `F` to the end.
fn pin_block(pin: &str) -> [u8; 8] {
    let mut block = vec![u8::try_from(pin.len()).unwrap_or(0)];
    block.extend(crate::hex::packed(pin, 7));
    eight(&block)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex;

    fn key(text: &str) -> Key {
        Key::new(hex::bytes(text).unwrap().try_into().unwrap())
    }

    /// The issuer of PyEMV's tests (github.com/knovichikhin/pyemv, `tests/test_cvn_hsm.py`), and
    /// its card. All values below are from there.
    fn card() -> MasterKeys {
        let issuer = MasterKeys {
            ac: key("0123456789ABCDEFFEDCBA9876543210"),
            mac: key("FEDCBA98765432100123456789ABCDEF"),
            enc: key("89ABCDEF0123456776543210FEDCBA98"),
        };
        issuer.of_card("1234567890123456", 0)
    }

    fn covered(iad: &str) -> Covered {
        let terminal = "00000000400000000000000001248000048000012419110501 52BF4585";
        Covered {
            terminal: hex::bytes(terminal).unwrap(),
            aip: [0x18, 0x00],
            atc: 0x1C,
            iad: hex::bytes(iad).unwrap(),
        }
    }

    #[track_caller]
    fn check(scheme: Scheme, iad: &str, code: [u8; 2], arqc: &str, issuer_data: &str) {
        let made = scheme.cryptogram(&card(), &covered(iad));
        assert_eq!(hex::text(&made), arqc);
        let answer = IssuerAnswer::new(code);
        let data = scheme.issuer_authentication(&card(), 0x1C, made, &answer);
        assert_eq!(hex::text(&data), issuer_data);
        assert!(scheme.verify_issuer(&card(), 0x1C, made, &data).is_some());
        assert!(scheme.verify_issuer(&card(), 0x1D, [0; 8], &data).is_none());
    }

    #[test]
    fn cryptograms_and_arpc_are_the_published_ones() {
        check(Scheme::Vis10, "06010A03A06010", *b"00", "29CCA15AE665FA2E", "28993816AFAE4AEB3030");
        // Their CSU is zero: not approved.
        check(Scheme::Vis18, "06011203A0B800", *b"05", "7A788EA6B8A3E733", "9AF514C100000000");
    }

    #[test]
    fn script_macs_and_enciphered_pins_are_the_published_ones() {
        let mac = |arqc: &str, data: &[u8], header: [u8; 5]| {
            let arqc = eight(&hex::bytes(arqc).unwrap());
            hex::text(&script_mac(&card(), header, 0x1C, arqc, data))
        };
        let unblock = [0x84, 0x18, 0, 0, 8];
        assert_eq!(mac("29CCA15AE665FA2E", &[], unblock), "DB56BA60087CEFD3");
        assert_eq!(mac("7A788EA6B8A3E733", &[], unblock), "04EDE90BC24CC35E");
        let pin = enciphered_pin(&card(), 0x1C, "9999");
        assert_eq!(hex::text(&pin), "BB221AF527377A2811D2B6EBC396A939");
        assert_eq!(mac("29CCA15AE665FA2E", &pin, [0x84, 0x24, 0, 2, 0x18]), "1A965A5CB2CE62DA");
        assert_eq!(mac("7A788EA6B8A3E733", &pin, [0x84, 0x24, 0, 2, 0x18]), "1A22B480EF312F40");
    }

    #[test]
    fn a_new_pin_is_read_as_it_was_written() {
        for pin in ["1234", "999999", "123456789012"] {
            let data = enciphered_pin(&card(), 7, pin);
            assert_eq!(deciphered_pin(&card(), 7, &data).as_deref(), Some(pin));
            assert_ne!(deciphered_pin(&card(), 8, &data).as_deref(), Some(pin));
        }
    }

    #[test]
    fn a_scheme_knows_its_own_issuer_data() {
        for scheme in [Scheme::Pboc01, Scheme::Vis10, Scheme::Vis18, Scheme::Mchip20] {
            assert_eq!(Scheme::of_iad(&scheme.iad([0xA0, 0, 0])), Some(scheme));
        }
        assert_eq!(Scheme::of_iad(&[]), None);
    }
}
