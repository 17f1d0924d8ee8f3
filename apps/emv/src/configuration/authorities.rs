//! `capk.toml`: public keys of the payment systems.

use super::fields::{Bytes, Hex, from_hex, to_hex};
use super::{Wrong, parse};
use emv::core::oda::CaPublicKey;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use sha1::{Digest, Sha1};

const FILE: &str = "capk.toml";
/// Most keys: six for each of as many payment systems as there are applications.
const KEYS_MAX: usize = 384;

/// A payment system's public key (EMV Book 2, table 31).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorityKey {
    /// The payment system.
    pub rid: [u8; 5],
    /// Which of its keys; 8F on the card.
    pub index: u8,
    /// Most significant byte first, 64 to 248 bytes.
    pub modulus: Vec<u8>,
    /// 3 or 65537.
    pub exponent: Vec<u8>,
    /// `YYMMDD` in BCD: the last day on which it is used; none: it has no end.
    pub expires: Option<[u8; 3]>,
}

impl AuthorityKey {
    /// As the crate takes it; none where it expired before `today`, `YYMMDD` in BCD.
    pub(crate) fn for_crate(&self, today: [u8; 3]) -> Option<CaPublicKey> {
        let expired = self.expires.is_some_and(|last| last < today);
        (!expired).then(|| CaPublicKey {
            rid: self.rid,
            index: self.index,
            modulus: self.modulus.clone(),
            exponent: self.exponent.clone(),
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    capk: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    rid: Bytes<5>,
    index: Bytes<1>,
    modulus: Hex,
    exponent: Hex,
    checksum: Bytes<20>,
    expiry: Option<Day>,
}

/// A day as `YYYY-MM-DD` of this century, kept as `YYMMDD` in BCD.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Day([u8; 3]);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parts: Vec<&str> = text.split('-').collect();
        let day = match *parts.as_slice() {
            [year, month, day] if text.len() == 10 => year
                .strip_prefix("20")
                .and_then(|year| from_hex(&[year, month, day].concat()))
                .filter(|bytes| bytes.iter().all(|byte| byte >> 4 <= 9 && byte & 0x0F <= 9))
                .and_then(|bytes| bytes.try_into().ok()),
            _ => None,
        };
        day.map(Self).ok_or_else(|| D::Error::custom("a day as YYYY-MM-DD"))
    }
}

pub(super) fn read(bytes: &[u8]) -> Result<Vec<AuthorityKey>, Wrong> {
    let file: File = parse(FILE, bytes)?;
    let whole = |rule: String| Wrong { file: FILE, line: 0, rule };
    if file.capk.len() > KEYS_MAX {
        return Err(whole(format!("at most {KEYS_MAX} keys")));
    }
    let mut keys: Vec<AuthorityKey> = Vec::with_capacity(file.capk.len());
    for row in file.capk {
        let (Bytes(rid), Bytes([index])) = (row.rid, row.index);
        let named = format!("key {} {index:02X}", to_hex(&rid));
        if keys.iter().any(|before| before.rid == rid && before.index == index) {
            return Err(whole(format!("{named} is there twice")));
        }
        check(&row).map_err(|rule| whole(format!("{named}: {rule}")))?;
        keys.push(AuthorityKey {
            rid,
            index,
            modulus: row.modulus.0,
            exponent: row.exponent.0,
            expires: row.expiry.map(|Day(date)| date),
        });
    }
    Ok(keys)
}

fn check(row: &Row) -> Result<(), &'static str> {
    if !(64..=248).contains(&row.modulus.0.len()) {
        return Err("modulus has 64 to 248 bytes");
    }
    let odd = row.modulus.0.last().is_some_and(|last| last & 1 == 1);
    if row.modulus.0.first() == Some(&0) || !odd {
        return Err("modulus is odd and begins with its first byte that is not 00");
    }
    if !is_exponent(&row.exponent.0) {
        return Err("exponent is 03 or 010001 (EMV Book 2, 11.1)");
    }
    let mut digest = Sha1::new();
    digest.update(row.rid.0);
    digest.update(row.index.0);
    digest.update(&row.modulus.0);
    digest.update(&row.exponent.0);
    if digest.finalize().as_slice() != row.checksum.0 {
        return Err("checksum is not SHA-1 over rid, index, modulus and exponent");
    }
    Ok(())
}

/// The two exponents that EMV knows (EMV Book 2, 11.1); any other only costs time.
pub(crate) fn is_exponent(exponent: &[u8]) -> bool {
    matches!(exponent, [0x03] | [0x01, 0x00, 0x01])
}
