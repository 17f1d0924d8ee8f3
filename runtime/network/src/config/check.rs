//! From the file's shapes to a [`Destination`]: every value is checked once. What a bank alone has
//! is checked in `bank::config`.

use super::{
    ConfigError, FILE_BYTES_MAX, Fault, HOST_CHARS_MAX, NAME_CHARS_MAX, OPERATIONS_MAX, ROOTS_MAX,
    TIMEOUT_MS_MAX, TIMEOUT_MS_MIN, WORD_CHARS_MAX, WORDS_MAX, raw, read_file,
};
use crate::destination::{Destination, Operation, Protocol, Trust};
use crate::wallet::signature::sha256_hex;
use crate::wallet::{Pointer, Wallet};
use caisson_core::Reason;
use caisson_core::operation::OperationKind;
use caisson_core::reason::Class;
use caisson_vault::Slot;
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use toml::Spanned;

pub(crate) const NAME: &str = "a-z 0-9 -";
const KEY_ID: &str = "A-Z a-z 0-9 . _ -";
pub(crate) const HOST: &str = "a-z 0-9 . : -";
pub(crate) const PATH: &str = "A-Z a-z 0-9 / . _ -, with a slash first";

/// Checks `text`, the content of `file`, whose `roots_file` stands in `folder`.
pub(super) fn destination(
    file: &Path,
    folder: Option<&Path>,
    text: &str,
) -> Result<Destination, ConfigError> {
    let at = Source { file, text };
    match at.read::<raw::Which>()?.protocol {
        raw::Protocol::SignedJson => at.wallet(&at.read()?, folder),
        raw::Protocol::Iso8583 => at.bank(&at.read()?, folder),
    }
}

pub(crate) fn is_name(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
}

fn is_key_id(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

pub(crate) fn is_host(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | ':' | '-')
}

pub(crate) fn is_path(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-')
}

/// The ways to give certificates.
pub(crate) struct Roots<'r> {
    pub(crate) inline: &'r Option<raw::Text>,
    pub(crate) file: &'r Option<raw::Text>,
    pub(crate) digest: &'r Option<raw::Text>,
}

/// A file that is being checked: turns places into lines.
pub(crate) struct Source<'s> {
    file: &'s Path,
    text: &'s str,
}

impl Source<'_> {
    fn read<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        toml::from_str(self.text).map_err(|error| ConfigError::Form {
            file: self.file.to_owned(),
            line: self.line(&error.span().unwrap_or_default()),
            message: error.message().to_owned(),
        })
    }

    fn wallet(
        &self,
        raw: &raw::Destination,
        folder: Option<&Path>,
    ) -> Result<Destination, ConfigError> {
        let server_name = self.server_name(&raw.server_name)?;
        let reasons = Arc::new(self.reasons(&raw.reasons)?);
        let operations = self.operations(&raw.operation, |name, raw| {
            self.operation(name, raw, Arc::clone(&reasons))
        })?;
        let roots = Roots { inline: &raw.roots, file: &raw.roots_file, digest: &raw.roots_sha256 };
        let roots = Arc::new(self.roots(&roots, &raw.server_name.span(), folder)?);
        let wallet = Wallet {
            trust: Trust { server_name, roots },
            key_id: self.text(&raw.key_id, "key_id", NAME_CHARS_MAX, KEY_ID, is_key_id)?,
            signing_slot: self.slot(&raw.signing_slot, "signing_slot")?,
            verifying_slot: self.slot(&raw.verifying_slot, "verifying_slot")?,
        };
        Ok(Destination {
            name: self.text(&raw.name, "name", NAME_CHARS_MAX, NAME, is_name)?,
            host: self.text(&raw.host, "host", HOST_CHARS_MAX, HOST, is_host)?,
            port: *raw.port.get_ref(),
            connect_timeout: self.timeout(&raw.connect_timeout_ms, "connect_timeout_ms")?,
            protocol: Protocol::Wallet(wallet),
            operations,
        })
    }

    pub(crate) fn server_name(&self, raw: &raw::Text) -> Result<ServerName<'static>, ConfigError> {
        ServerName::try_from(raw.get_ref().clone())
            .map_err(|_| self.wrong(&raw.span(), "server_name", Fault::ServerName))
    }

    /// Every operation by its name.
    pub(crate) fn operations<T>(
        &self,
        raw: &Spanned<BTreeMap<String, Spanned<T>>>,
        check: impl Fn(&str, &Spanned<T>) -> Result<Operation, ConfigError>,
    ) -> Result<BTreeMap<String, Arc<Operation>>, ConfigError> {
        if !(1..=OPERATIONS_MAX).contains(&raw.get_ref().len()) {
            return Err(self.wrong(&raw.span(), "operation", Fault::Operations));
        }
        let named = raw.get_ref().iter().map(|(name, raw)| {
            if !((1..=NAME_CHARS_MAX).contains(&name.len()) && name.chars().all(is_name)) {
                let fault = Fault::Text { max: NAME_CHARS_MAX, of: NAME };
                return Err(self.wrong(&raw.span(), "the name of an operation", fault));
            }
            Ok((name.clone(), Arc::new(check(name, raw)?)))
        });
        named.collect()
    }

    /// An operation that repeats must be one that moves money.
    pub(crate) fn repeatable(
        &self,
        raw: Option<&Spanned<bool>>,
        kind: OperationKind,
        key: &str,
    ) -> Result<bool, ConfigError> {
        match raw {
            Some(repeatable) if !kind.moves_money() => {
                let why = "only financial and offer can be repeatable; the others always are";
                Err(self.wrong(&repeatable.span(), key, Fault::NotHere { why }))
            }
            repeatable => Ok(repeatable.is_some_and(|repeatable| *repeatable.get_ref())),
        }
    }

    fn line(&self, span: &Range<usize>) -> usize {
        let before = self.text.as_bytes().iter().take(span.start);
        before.filter(|byte| **byte == b'\n').count() + 1
    }

    pub(crate) fn wrong(&self, span: &Range<usize>, key: &str, fault: Fault) -> ConfigError {
        let (file, line) = (self.file.to_owned(), self.line(span));
        ConfigError::Value { file, line, key: key.to_owned(), fault }
    }

    pub(crate) fn text(
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

    pub(crate) fn range(
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

    pub(crate) fn timeout(&self, raw: &Spanned<u32>, key: &str) -> Result<Duration, ConfigError> {
        let ms = self.range(raw, key, (TIMEOUT_MS_MIN, TIMEOUT_MS_MAX))?;
        Ok(Duration::from_millis(u64::from(ms)))
    }

    pub(crate) fn slot(&self, raw: &raw::Text, key: &str) -> Result<Slot, ConfigError> {
        let slot = raw.get_ref().parse();
        slot.map_err(|error| self.wrong(&raw.span(), key, Fault::Slot(error)))
    }

    pub(crate) fn pointer(&self, raw: &raw::Text, key: &str) -> Result<Pointer, ConfigError> {
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

    /// The certificates, inline or beside the file; `span` is where an error about both stands.
    pub(crate) fn roots(
        &self,
        raw: &Roots<'_>,
        span: &Range<usize>,
        folder: Option<&Path>,
    ) -> Result<RootCertStore, ConfigError> {
        let (pem, span, key) = match (raw.inline, raw.file, raw.digest) {
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
            _ => return Err(self.wrong(span, "roots", Fault::RootsTwice)),
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

pub(crate) fn is_word(word: &str) -> bool {
    (1..=WORD_CHARS_MAX).contains(&word.chars().count())
}
