//! From the file's shapes to a [`Destination`]: every value is checked once, here.

use super::{
    ConfigError, FILE_BYTES_MAX, Fault, HOST_CHARS_MAX, NAME_CHARS_MAX, OPERATIONS_MAX, ROOTS_MAX,
    TIMEOUT_MS_MAX, TIMEOUT_MS_MIN, WORD_CHARS_MAX, WORDS_MAX, raw, read_file,
};
use crate::destination::Destination;
use crate::pointer::Pointer;
use crate::signature::sha256_hex;
use caisson_core::Reason;
use caisson_core::reason::Class;
use caisson_vault::Slot;
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use toml::Spanned;

pub(super) const NAME: &str = "a-z 0-9 -";
const KEY_ID: &str = "A-Z a-z 0-9 . _ -";
const HOST: &str = "a-z 0-9 . : -";
pub(super) const PATH: &str = "A-Z a-z 0-9 / . _ -, with a slash first";

/// Checks `text`, the content of `file`, whose `roots_file` stands in `folder`.
pub(super) fn destination(
    file: &Path,
    folder: Option<&Path>,
    text: &str,
) -> Result<Destination, ConfigError> {
    let at = Source { file, text };
    let raw: raw::Destination = toml::from_str(text).map_err(|error| ConfigError::Form {
        file: file.to_owned(),
        line: at.line(&error.span().unwrap_or_default()),
        message: error.message().to_owned(),
    })?;
    let server_name = ServerName::try_from(raw.server_name.get_ref().clone())
        .map_err(|_| at.wrong(&raw.server_name.span(), "server_name", Fault::ServerName))?;
    let reasons = Arc::new(at.reasons(&raw.reasons)?);
    let count = raw.operation.get_ref().len();
    if !(1..=OPERATIONS_MAX).contains(&count) {
        return Err(at.wrong(&raw.operation.span(), "operation", Fault::Operations));
    }
    let operations = raw
        .operation
        .get_ref()
        .iter()
        .map(|(name, raw)| {
            Ok((name.clone(), Arc::new(at.operation(name, raw, Arc::clone(&reasons))?)))
        })
        .collect::<Result<_, ConfigError>>()?;
    Ok(Destination {
        name: at.text(&raw.name, "name", NAME_CHARS_MAX, NAME, is_name)?,
        host: at.text(&raw.host, "host", HOST_CHARS_MAX, HOST, is_host)?,
        port: *raw.port.get_ref(),
        server_name,
        roots: Arc::new(at.roots(&raw, folder)?),
        key_id: at.text(&raw.key_id, "key_id", NAME_CHARS_MAX, KEY_ID, is_key_id)?,
        signing_slot: at.slot(&raw.signing_slot, "signing_slot")?,
        verifying_slot: at.slot(&raw.verifying_slot, "verifying_slot")?,
        connect_timeout: at.timeout(&raw.connect_timeout_ms, "connect_timeout_ms")?,
        operations,
    })
}

pub(super) fn is_name(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
}

fn is_key_id(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

fn is_host(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | ':' | '-')
}

pub(super) fn is_path(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-')
}

/// A file that is being checked: turns places into lines.
pub(super) struct Source<'s> {
    file: &'s Path,
    text: &'s str,
}

impl Source<'_> {
    fn line(&self, span: &Range<usize>) -> usize {
        let before = self.text.as_bytes().iter().take(span.start);
        before.filter(|byte| **byte == b'\n').count() + 1
    }

    pub(super) fn wrong(&self, span: &Range<usize>, key: &str, fault: Fault) -> ConfigError {
        let (file, line) = (self.file.to_owned(), self.line(span));
        ConfigError::Value { file, line, key: key.to_owned(), fault }
    }

    pub(super) fn text(
        &self,
        raw: &raw::Text,
        key: &str,
        max: usize,
        of: &'static str,
        allowed: fn(char) -> bool,
    ) -> Result<String, ConfigError> {
        let text = raw.get_ref();
        if (1..=max).contains(&text.len()) && text.chars().all(allowed) {
            return Ok(text.clone());
        }
        Err(self.wrong(&raw.span(), key, Fault::Text { max, of }))
    }

    pub(super) fn range(
        &self,
        raw: &Spanned<u32>,
        key: &str,
        (min, max): (u32, u32),
    ) -> Result<u32, ConfigError> {
        let found = *raw.get_ref();
        if (min..=max).contains(&found) {
            return Ok(found);
        }
        Err(self.wrong(&raw.span(), key, Fault::Range { found, min, max }))
    }

    pub(super) fn timeout(&self, raw: &Spanned<u32>, key: &str) -> Result<Duration, ConfigError> {
        let ms = self.range(raw, key, (TIMEOUT_MS_MIN, TIMEOUT_MS_MAX))?;
        Ok(Duration::from_millis(u64::from(ms)))
    }

    fn slot(&self, raw: &raw::Text, key: &str) -> Result<Slot, ConfigError> {
        let slot = raw.get_ref().parse();
        slot.map_err(|error| self.wrong(&raw.span(), key, Fault::Slot(error)))
    }

    pub(super) fn pointer(&self, raw: &raw::Text, key: &str) -> Result<Pointer, ConfigError> {
        raw.get_ref().parse().map_err(|_| self.wrong(&raw.span(), key, Fault::Pointer))
    }

    fn reasons(
        &self,
        raw: &BTreeMap<String, raw::Text>,
    ) -> Result<BTreeMap<String, Reason>, ConfigError> {
        let mut reasons = BTreeMap::new();
        for (word, code) in raw {
            let key = format!("reasons.{word}");
            let wrong = |fault| self.wrong(&code.span(), &key, fault);
            if !is_word(word) {
                return Err(wrong(Fault::Word));
            }
            let reason: Reason = code.get_ref().parse().map_err(|_| wrong(Fault::Reason))?;
            if reason.row().class != Class::NotPaid {
                return Err(wrong(Fault::ReasonClass));
            }
            reasons.insert(word.clone(), reason);
            if reasons.len() > WORDS_MAX {
                return Err(wrong(Fault::Words));
            }
        }
        Ok(reasons)
    }

    fn roots(
        &self,
        raw: &raw::Destination,
        folder: Option<&Path>,
    ) -> Result<RootCertStore, ConfigError> {
        let (pem, span, key) = match (&raw.roots, &raw.roots_file, &raw.roots_sha256) {
            (Some(pem), None, None) => (pem.get_ref().clone().into_bytes(), pem.span(), "roots"),
            (None, Some(file), Some(digest)) => {
                let folder = folder.ok_or_else(|| {
                    let why = "only a file on disk can name another file; give the roots inline";
                    self.wrong(&file.span(), "roots_file", Fault::NotHere { why })
                })?;
                let pem = read_file(&folder.join(file.get_ref()), FILE_BYTES_MAX)?;
                if sha256_hex(&pem) != *digest.get_ref() {
                    return Err(self.wrong(&file.span(), "roots_file", Fault::RootsDigest));
                }
                (pem, file.span(), "roots_file")
            }
            _ => return Err(self.wrong(&raw.server_name.span(), "roots", Fault::RootsTwice)),
        };
        let wrong = || self.wrong(&span, key, Fault::Roots);
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|_| wrong())?;
            roots.add(certificate).map_err(|_| wrong())?;
        }
        if (1..=ROOTS_MAX).contains(&roots.len()) { Ok(roots) } else { Err(wrong()) }
    }
}

pub(super) fn is_word(word: &str) -> bool {
    (1..=WORD_CHARS_MAX).contains(&word.chars().count())
}
