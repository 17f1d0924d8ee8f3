//! The sealed file's text (TOML).
//!
//! Guarantees: a file has exactly one text. What was read is written again and compared, and a
//! seal covers the result, so that no byte, comments and blanks included, can change unnoticed.
//! The text is written here and not by a library, whose next version might space it otherwise.

use super::kek::Kek;
use super::record::{self, SealedRecord};
use super::{Kind, SLOTS_MAX};
use crate::aead::{NONCE_BYTES, Sealed, TAG_BYTES};
use crate::text::{decode, decode_exact, encode};
use crate::{PublicKey, Slot, Usage, VaultError};
use serde::Deserialize;
use std::fmt::Write as _;
use std::path::Path;

/// The format that this program writes and reads.
const VERSION: u32 = 1;

const COMMENT: &str = "# Keys, sealed by another file's key. Written once, never edited: every \
                       byte is verified.\n# Kind \"development\": not for devices that take real \
                       money.\n";

/// A sealed file, read but not yet verified.
pub(super) struct SealedForm {
    pub(super) kind: Kind,
    pub(super) kek_id: String,
    pub(super) records: Vec<SealedRecord>,
    seal: Sealed,
}

#[derive(Deserialize)]
struct VersionText {
    version: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    #[serde(rename = "version")]
    _version: u32,
    kind: Kind,
    kek: String,
    #[serde(default)]
    record: Vec<RecordText>,
    seal: SealText,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordText {
    slot: Slot,
    usage: Usage,
    public_key: Option<PublicKey>,
    nonce: String,
    ciphertext: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SealText {
    nonce: String,
    tag: String,
}

/// Reads the file's text. Nothing of it may be trusted before its records and [`is_whole`] hold.
pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<SealedForm, VaultError> {
    let form = |line| VaultError::Form { file: path.into(), line };
    let text = std::str::from_utf8(bytes).map_err(|e| form(line_at(bytes, e.valid_up_to())))?;
    // The parser's own words may repeat what stands in the file; only the place is passed on.
    let misread = |e: toml::de::Error| form(line_at(bytes, e.span().map_or(0, |s| s.start)));
    let VersionText { version } = toml::from_str(text).map_err(misread)?;
    if version != VERSION {
        let file = path.into();
        return Err(VaultError::Version { file, found: version, supported: VERSION });
    }
    let file: FileText = toml::from_str(text).map_err(misread)?;
    let count = file.record.len();
    if count > SLOTS_MAX {
        return Err(VaultError::TooManySlots { file: path.into(), count });
    }
    let mut records = Vec::with_capacity(count);
    for record in file.record {
        let RecordText { slot, usage, public_key, nonce, ciphertext } = record;
        let Some(sealed) = sealed(&nonce, &ciphertext) else {
            return Err(VaultError::RecordRefused { file: path.into(), slot });
        };
        records.push(SealedRecord { slot, usage, public_key, sealed });
    }
    let seal = sealed(&file.seal.nonce, &file.seal.tag)
        .ok_or_else(|| VaultError::FileRefused { file: path.into() })?;
    Ok(SealedForm { kind: file.kind, kek_id: file.kek, records, seal })
}

/// The text of a file with `records`, its seal included.
pub(super) fn render(
    kek: &Kek,
    kind: Kind,
    records: &[SealedRecord],
) -> Result<String, VaultError> {
    let body = body(kind, &kek.id()?, records);
    let seal = record::seal_whole(kek, &body)?;
    Ok(body + &seal_text(&seal))
}

/// Whether `bytes` are the one text of `file`, and its seal holds.
pub(super) fn is_whole(kek: &Kek, file: &SealedForm, bytes: &[u8]) -> Result<bool, VaultError> {
    let body = body(file.kind, &file.kek_id, &file.records);
    let sealed = record::whole_holds(kek, &body, &file.seal)?;
    Ok(sealed && (body + &seal_text(&file.seal)).as_bytes() == bytes)
}

fn body(kind: Kind, kek_id: &str, records: &[SealedRecord]) -> String {
    let kind = kind.as_str();
    let mut text = format!("{COMMENT}version = {VERSION}\nkind = \"{kind}\"\nkek = \"{kek_id}\"\n");
    for SealedRecord { slot, usage, public_key, sealed } in records {
        let public_key =
            public_key.map_or_else(String::new, |key| format!("public_key = \"{key}\"\n"));
        let (nonce, ciphertext) = (encode(&sealed.nonce), encode(&sealed.ciphertext));
        // Writing into a String cannot fail.
        let _ = write!(
            text,
            "\n[[record]]\nslot = \"{slot}\"\nusage = \"{usage}\"\n{public_key}\
             nonce = \"{nonce}\"\nciphertext = \"{ciphertext}\"\n"
        );
    }
    text
}

fn seal_text(seal: &Sealed) -> String {
    let (nonce, tag) = (encode(&seal.nonce), encode(&seal.ciphertext));
    format!("\n[seal]\nnonce = \"{nonce}\"\ntag = \"{tag}\"\n")
}

fn sealed(nonce: &str, ciphertext: &str) -> Option<Sealed> {
    let nonce = decode_exact::<NONCE_BYTES>(nonce)?;
    let ciphertext = decode(ciphertext)?;
    (ciphertext.len() >= TAG_BYTES).then_some(Sealed { nonce, ciphertext })
}

/// The line, counted from 1, of the byte at `offset`.
fn line_at(bytes: &[u8], offset: usize) -> usize {
    1 + bytes.iter().take(offset).filter(|byte| **byte == b'\n').count()
}
