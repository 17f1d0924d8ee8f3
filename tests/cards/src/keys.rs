//! The TEST keys of all cards, issuers and CAs, from the files in `keys/`.
//!
//! Guarantees: read once; a damaged key file is an error, not a panic. A card's keys are found by
//! the name of its CA: `NAME` is the CA, `NAME-issuer` the issuer, `NAME-icc` the card's own key,
//! `NAME-pin` its key for PINs. All cards of one CA share them, which real cards do not; nothing
//! that a terminal checks can tell.

use std::fmt;
use std::sync::OnceLock;

use num_bigint::BigUint;
use serde::Deserialize;

use crate::hex::Hex;
use crate::pan::Brand;
use crate::rsa::KeyPair;
use crate::symmetric::Key;

const RSA_FILE: &str = include_str!("../keys/TEST-rsa.toml");
const ISSUER_FILE: &str = include_str!("../keys/TEST-issuer.toml");

/// Why there is no such key. Author of the card file, or of the key files: correct it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No key has this name.
    #[error("no TEST key is named `{0}`; keys/TEST-rsa.toml lists them")]
    Unknown(String),
    /// A terminal looks for a CA under the RID of the AID, and this one has another.
    #[error("the CA `{0}` is not of the brand of the application's AID")]
    OtherBrand(String),
    /// `keys/` holds something that is no key file.
    #[error("the key files are damaged: {0}; make them again with the example `issue`")]
    Damaged(String),
}

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyRole {
    /// Certifies issuers. Terminals know its public half.
    Ca,
    /// Certifies cards, signs static data.
    Issuer,
    /// Signs for a card (DDA, CDA).
    Icc,
    /// Deciphers PINs for a card.
    Pin,
}

/// One RSA test key. `Debug` shows its name only.
#[derive(Clone)]
pub struct RsaKey {
    name: String,
    role: KeyRole,
    rid: Option<[u8; 5]>,
    index: Option<u8>,
    listed: bool,
    pub(crate) pair: KeyPair,
}

impl RsaKey {
    /// The name in `keys/TEST-rsa.toml`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is for.
    #[must_use]
    pub const fn role(&self) -> KeyRole {
        self.role
    }

    /// Of a CA: whose, and its index there.
    #[must_use]
    pub fn ca(&self) -> Option<([u8; 5], u8)> {
        self.rid.zip(self.index)
    }

    /// Of a CA: terminals are told about it. `false` for the CA that is unknown on purpose.
    #[must_use]
    pub const fn is_listed(&self) -> bool {
        self.listed
    }

    /// The public modulus.
    #[must_use]
    pub fn modulus(&self) -> Vec<u8> {
        self.pair.modulus()
    }

    /// The public exponent, without leading zeros.
    #[must_use]
    pub fn exponent(&self) -> Vec<u8> {
        self.pair.exponent()
    }
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaKey({})", self.name)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RsaFile {
    key: Vec<RsaEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RsaEntry {
    name: String,
    role: KeyRole,
    rid: Option<Hex>,
    index: Option<Hex>,
    #[serde(default = "yes")]
    listed: bool,
    exponent: u32,
    p: Hex,
    q: Hex,
}

const fn yes() -> bool {
    true
}

/// Every RSA test key.
///
/// # Errors
///
/// [`KeyError::Damaged`] if the committed file is no key file.
pub fn rsa_keys() -> Result<&'static [RsaKey], KeyError> {
    static KEYS: OnceLock<Result<Vec<RsaKey>, KeyError>> = OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        let file: RsaFile =
            toml::from_str(RSA_FILE).map_err(|error| KeyError::Damaged(error.message().into()))?;
        file.key.into_iter().map(rsa_key).collect()
    });
    keys.as_deref().map_err(Clone::clone)
}

fn rsa_key(entry: RsaEntry) -> Result<RsaKey, KeyError> {
    let damaged = || KeyError::Damaged(entry.name.clone());
    let [p, q] = [&entry.p, &entry.q].map(|prime| BigUint::from_bytes_be(&prime.0));
    let pair = KeyPair::new(p, q, BigUint::from(entry.exponent)).ok_or_else(damaged)?;
    let rid = entry.rid.as_ref().map(|rid| rid.0.as_slice().try_into()).transpose();
    let index = entry.index.as_ref().map(|index| index.0.first().copied().ok_or_else(damaged));
    Ok(RsaKey {
        rid: rid.map_err(|_| damaged())?,
        index: index.transpose()?,
        role: entry.role,
        listed: entry.listed,
        pair,
        name: entry.name,
    })
}

/// The key of this name.
pub(crate) fn rsa(name: &str) -> Result<&'static RsaKey, KeyError> {
    let found = rsa_keys()?.iter().find(|key| key.name == name);
    found.ok_or_else(|| KeyError::Unknown(name.to_owned()))
}

/// An issuer's master keys: application cryptogram, script MAC, script encipherment.
#[derive(Debug, Clone)]
pub(crate) struct MasterKeys {
    pub(crate) ac: Key,
    pub(crate) mac: Key,
    pub(crate) enc: Key,
}

impl MasterKeys {
    /// A card's own three keys (EMV Book 2, A1.4).
    pub(crate) fn of_card(&self, pan: &str, sequence: u8) -> Self {
        Self {
            ac: self.ac.card_master(pan, sequence),
            mac: self.mac.card_master(pan, sequence),
            enc: self.enc.card_master(pan, sequence),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IssuerFile {
    issuer: Vec<IssuerEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IssuerEntry {
    brand: Brand,
    ac: Hex,
    mac: Hex,
    enc: Hex,
}

/// The master keys of a brand's test issuer.
pub(crate) fn issuer(brand: Brand) -> Result<&'static MasterKeys, KeyError> {
    static KEYS: OnceLock<Result<Vec<(Brand, MasterKeys)>, KeyError>> = OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        let file: IssuerFile = toml::from_str(ISSUER_FILE)
            .map_err(|error| KeyError::Damaged(error.message().into()))?;
        file.issuer.into_iter().map(master_keys).collect()
    });
    let keys = keys.as_deref().map_err(Clone::clone)?;
    let found = keys.iter().find(|(whose, _)| *whose == brand);
    found.map(|(_, keys)| keys).ok_or_else(|| KeyError::Unknown(brand.name().to_owned()))
}

fn master_keys(entry: IssuerEntry) -> Result<(Brand, MasterKeys), KeyError> {
    let key = |hex: Hex| {
        let bytes = hex.0.try_into();
        bytes.map(Key::new).map_err(|_| KeyError::Damaged(entry.brand.name().to_owned()))
    };
    let keys = MasterKeys { ac: key(entry.ac)?, mac: key(entry.mac)?, enc: key(entry.enc)? };
    Ok((entry.brand, keys))
}
