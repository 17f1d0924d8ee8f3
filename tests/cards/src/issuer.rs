//! The bank's side of the cards: checks cryptograms, answers them, and writes scripts.
//!
//! Knows the master keys of the three TEST issuers and nothing of a terminal. What must never
//! happen: an answer to a cryptogram that was not verified; so [`Verified`], from which answers
//! and scripts are made, comes from [`verify`] alone.
//!
//! ```no_run
//! # fn authorise(pan: &str, de55: &[u8]) -> Result<(), caisson_cards::issuer::IssuerError> {
//! use caisson_cards::issuer::{Cryptogram, Script, ScriptTime, verify};
//!
//! let verified = verify(pan, 1, de55)?; // the sequence number is DE23, or 5F34 in DE55
//! assert_eq!(verified.kind(), Cryptogram::Arqc);
//! let tag_91 = verified.issuer_authentication(*b"00");
//! let tag_72 = verified.script_template(ScriptTime::After, [0, 0, 0, 1], &[Script::UnblockPin]);
//! # Ok(()) }
//! ```

use crate::cryptogram::{Covered, IssuerAnswer, Scheme, enciphered_pin, script_mac, terminal_data};
use crate::hex;
use crate::keys::{KeyError, MasterKeys, issuer};
use crate::pan::{Pan, PanError};
use crate::profile::Pin;
use crate::tlv::{TlvError, parse, tlv};

/// Longest DE55 in bytes: three digits of length (ISO 8583).
pub const DE55_BYTES_MAX: usize = 999;

/// Why a cryptogram is not believed. The issuer declines; `Wrong` is what a copied card or changed
/// data look like, all others are the terminal's mistake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssuerError {
    /// Longer than [`DE55_BYTES_MAX`].
    #[error("DE55 has {0} bytes, limit {DE55_BYTES_MAX}")]
    TooLong(usize),
    /// No list of data objects.
    #[error("DE55: {0}")]
    Tlv(#[from] TlvError),
    /// An object that the cryptogram covers is missing or has another length.
    #[error("DE55: tag {0:X} is missing or has a wrong length")]
    Tag(u32),
    /// 9F10 is of no scheme that these issuers know.
    #[error("DE55: 9F10 is of an unknown cryptogram version")]
    Version,
    /// Not one of our cards.
    #[error("PAN: {0}")]
    Pan(#[from] PanError),
    /// The cryptogram is not what this card makes of this data.
    #[error("the cryptogram does not verify")]
    Wrong,
    /// The key files are damaged.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// What a cryptogram says (9F27).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cryptogram {
    /// The card asks the issuer.
    Arqc,
    /// The card has approved.
    Tc,
    /// The card has declined.
    Aac,
}

/// A cryptogram that was checked, and what is needed to answer it. `Debug` shows no key.
#[derive(Debug, Clone)]
pub struct Verified {
    keys: MasterKeys,
    scheme: Scheme,
    cryptogram: [u8; 8],
    kind: Cryptogram,
    atc: u16,
    verification: [u8; 5],
    results: Vec<u8>,
}

/// Checks the cryptogram (9F26) in `de55`, a list of data objects, for the card of this PAN and
/// sequence number. Needs 9F02, 9F03, 9F1A, 95, 5F2A, 9A, 9C, 9F37, 82, 9F36, 9F10, 9F26, 9F27;
/// ignores others.
///
/// # Errors
///
/// [`IssuerError`]: decline.
pub fn verify(pan: &str, sequence: u8, de55: &[u8]) -> Result<Verified, IssuerError> {
    if de55.len() > DE55_BYTES_MAX {
        return Err(IssuerError::TooLong(de55.len()));
    }
    let objects = parse(de55)?;
    let pan = Pan::try_from(pan.to_owned())?;
    let object = |tag: u32| objects.get(&tag).copied().ok_or(IssuerError::Tag(tag));
    let two = |tag: u32| {
        object(tag).and_then(|value| <[u8; 2]>::try_from(value).map_err(|_| IssuerError::Tag(tag)))
    };
    let covered = Covered {
        terminal: terminal_data(&objects).map_err(IssuerError::Tag)?,
        aip: two(0x82)?,
        atc: u16::from_be_bytes(two(0x9F36)?),
        iad: object(0x9F10)?.to_vec(),
    };
    let kind = match object(0x9F27)?.first().map(|information| information & 0xC0) {
        Some(0x80) => Cryptogram::Arqc,
        Some(0x40) => Cryptogram::Tc,
        Some(0x00) => Cryptogram::Aac,
        _ => return Err(IssuerError::Tag(0x9F27)),
    };
    let given = <[u8; 8]>::try_from(object(0x9F26)?).map_err(|_| IssuerError::Tag(0x9F26))?;
    let scheme = Scheme::of_iad(&covered.iad).ok_or(IssuerError::Version)?;
    let keys = issuer(pan.brand())?.of_card(pan.digits(), sequence);
    if scheme.cryptogram(&keys, &covered) != given {
        return Err(IssuerError::Wrong);
    }
    let verification = object(0x95)?.try_into().map_err(|_| IssuerError::Tag(0x95))?;
    Ok(Verified {
        keys,
        scheme,
        cryptogram: given,
        kind,
        atc: covered.atc,
        verification,
        results: covered.iad,
    })
}

/// A command of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Script {
    /// APPLICATION BLOCK.
    BlockApplication,
    /// APPLICATION UNBLOCK.
    UnblockApplication,
    /// CARD BLOCK: for ever.
    BlockCard,
    /// PIN UNBLOCK: gives the tries back.
    UnblockPin,
    /// PIN CHANGE: a new PIN, and the tries back.
    ChangePin(Pin),
    /// PUT DATA of one byte under one of the tags 9F14, 9F23, 9F58, 9F59.
    Put(u16, u8),
}

/// When the terminal hands a script to the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptTime {
    /// Before the second GENERATE AC (template 71).
    Before,
    /// After it (template 72).
    After,
}

impl Verified {
    /// What the card says.
    #[must_use]
    pub const fn kind(&self) -> Cryptogram {
        self.kind
    }

    /// The transaction's number in the card's life. An issuer refuses one that it has seen.
    #[must_use]
    pub const fn atc(&self) -> u16 {
        self.atc
    }

    /// The scheme that the card follows.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Terminal verification results (95).
    #[must_use]
    pub const fn terminal_results(&self) -> [u8; 5] {
        self.verification
    }

    /// Issuer application data (9F10), with the card's own results.
    #[must_use]
    pub fn card_results(&self) -> &[u8] {
        &self.results
    }

    /// Issuer authentication data, the value of tag 91, for this response code (`*b"00"` approves;
    /// by method 2, only approved or not is said).
    #[must_use]
    pub fn issuer_authentication(&self, response_code: [u8; 2]) -> Vec<u8> {
        let answer = IssuerAnswer::new(response_code);
        self.scheme.issuer_authentication(&self.keys, self.atc, self.cryptogram, &answer)
    }

    /// As [`Self::issuer_authentication`], with a wrong ARPC: what a disturbed line or a false
    /// bank would send.
    #[must_use]
    pub fn wrong_issuer_authentication(&self, response_code: [u8; 2]) -> Vec<u8> {
        let mut data = self.issuer_authentication(response_code);
        if let Some(first) = data.first_mut() {
            *first ^= 0xFF;
        }
        data
    }

    /// One command APDU with its MAC.
    #[must_use]
    pub fn script_command(&self, script: &Script) -> Vec<u8> {
        let (cla, ins, [p1, p2], data) = match script {
            Script::BlockApplication => (0x84, 0x1E, [0, 0], Vec::new()),
            Script::UnblockApplication => (0x84, 0x18, [0, 0], Vec::new()),
            Script::BlockCard => (0x84, 0x16, [0, 0], Vec::new()),
            Script::UnblockPin => (0x84, 0x24, [0, 0], Vec::new()),
            Script::ChangePin(pin) => {
                (0x84, 0x24, [0, 2], enciphered_pin(&self.keys, self.atc, pin.digits()))
            }
            Script::Put(tag, value) => (0x04, 0xDA, tag.to_be_bytes(), vec![*value]),
        };
        let length = u8::try_from(data.len() + 8).unwrap_or(u8::MAX);
        let header = [cla, ins, p1, p2, length];
        let mac = script_mac(&self.keys, header, self.atc, self.cryptogram, &data);
        header.into_iter().chain(data).chain(mac).collect()
    }

    /// A script template (71 or 72) with an identifier (9F18) and its commands (86).
    #[must_use]
    pub fn script_template(
        &self,
        time: ScriptTime,
        identifier: [u8; 4],
        scripts: &[Script],
    ) -> Vec<u8> {
        let tag = match time {
            ScriptTime::Before => 0x71,
            ScriptTime::After => 0x72,
        };
        let commands: Vec<u8> =
            scripts.iter().flat_map(|script| tlv(0x86, &self.script_command(script))).collect();
        let inner = [tlv(0x9F18, &identifier), commands].concat();
        tlv(tag, &inner)
    }
}

/// The PAN and its sequence number in a message that carries them as 5A and 5F34 in its DE55.
///
/// # Errors
///
/// [`IssuerError::Tag`] if one is missing, [`IssuerError::Tlv`] if `de55` is no list.
pub fn card_of(de55: &[u8]) -> Result<(String, u8), IssuerError> {
    let objects = parse(de55)?;
    let pan = objects.get(&0x5A).ok_or(IssuerError::Tag(0x5A))?;
    let digits = hex::text(pan).trim_end_matches('F').to_owned();
    let sequence = objects.get(&0x5F34).and_then(|value| value.first());
    let sequence = sequence.ok_or(IssuerError::Tag(0x5F34))?;
    Ok((digits, (sequence >> 4) * 10 + (sequence & 0xF)))
}
