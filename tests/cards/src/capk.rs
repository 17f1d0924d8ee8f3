//! The CA public keys of the test cards, as a terminal's configuration has them.
//!
//! `capk.toml` of this crate is what [`file()`] writes; the example `issue` makes it, a test
//! compares it. The CA of the card `unknown-ca` is left out on purpose.

use crate::hex;
use crate::keys::{KeyError, KeyRole, rsa_keys};
use crate::symmetric::sha1;

/// The committed file.
pub const FILE: &str = include_str!("../capk.toml");
/// Every test CA's last day.
pub const EXPIRY: &str = "2039-12-31";

/// A CA public key (EMV Book 2, 11.2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capk {
    /// Registered application provider identifier.
    pub rid: [u8; 5],
    /// Index under that RID (8F).
    pub index: u8,
    /// Modulus, 144 to 248 bytes.
    pub modulus: Vec<u8>,
    /// Exponent, `03` or `010001`.
    pub exponent: Vec<u8>,
    /// SHA-1 of RID, index, modulus and exponent (EMV Book 2, 11.2.2).
    pub checksum: [u8; 20],
}

/// The keys that a terminal must know.
///
/// # Errors
///
/// [`KeyError::Damaged`] if the committed key file is no key file.
pub fn keys() -> Result<Vec<Capk>, KeyError> {
    let listed = rsa_keys()?.iter().filter(|key| key.role() == KeyRole::Ca && key.is_listed());
    let keys = listed.filter_map(|key| {
        let (rid, index) = key.ca()?;
        let (modulus, exponent) = (key.modulus(), key.exponent());
        let checksum = sha1(&[&rid, &[index], &modulus, &exponent]);
        Some(Capk { rid, index, modulus, exponent, checksum })
    });
    Ok(keys.collect())
}

/// The keys as TOML: one table `[[capk]]` a key; `rid`, `index`, `modulus`, `exponent` and
/// `checksum` in hex, `expiry` as `YYYY-MM-DD`.
///
/// # Errors
///
/// As [`keys`].
pub fn file() -> Result<String, KeyError> {
    let head = "# CA public keys of the TEST cards, made by the example `issue`. No real card has \
                them;\n# a terminal that takes real money must not know them.\n";
    let mut file = head.to_owned();
    for key in keys()? {
        let lines = [
            "\n[[capk]]".to_owned(),
            format!("rid = \"{}\"", hex::text(&key.rid)),
            format!("index = \"{:02X}\"", key.index),
            format!("modulus = \"{}\"", hex::text(&key.modulus)),
            format!("exponent = \"{}\"", hex::text(&key.exponent)),
            format!("expiry = \"{EXPIRY}\""),
            format!("checksum = \"{}\"\n", hex::text(&key.checksum)),
        ];
        file.push_str(&lines.join("\n"));
    }
    Ok(file)
}
