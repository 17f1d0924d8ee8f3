//! A bank's file: what `examples/bank.toml` shows, checked once.
//!
//! Guarantees: what loads is complete. Terminal and merchant fit their fields, every field that is
//! named is in the spec, every code has one meaning and a reason that agrees with it, and only a
//! service goes without message code.

mod keys;
mod operation;
pub(crate) mod raw;
mod results;

use super::{Bank, field};
use crate::config::check::{HOST, NAME, Roots, Source, is_host, is_name};
use crate::config::{ConfigError, Fault, HOST_CHARS_MAX, NAME_CHARS_MAX};
use crate::destination::{Destination, Protocol, Trust};
use caisson_core::{Currency, Reason};
use caisson_iso8583::{CUP, HEADER_BYTES_MAX, Length, Message, Mti, Spec};
use caisson_vault::PinFormat;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Bytes of a TPDU: kind, destination, origin.
const TPDU_BYTES: usize = 5;
/// Bytes of a PIN block of format 4; the others have those that the spec says.
const LONG_PIN_BLOCK_BYTES: u16 = 16;
/// Any type; a message of it tries whether a value fits its field.
const ANY_TYPE: Mti = Mti::literal(0x0200);

impl Source<'_> {
    pub(crate) fn bank(
        &self,
        raw: &raw::Destination,
        folder: Option<&Path>,
    ) -> Result<Destination, ConfigError> {
        let trust = self.bank_trust(raw, folder)?;
        let pin_format = raw.keys.get_ref().pin_format.format();
        let spec = self.spec(raw, pin_format)?;
        let keys = self.bank_keys(&raw.keys, &spec)?;
        let bank = Arc::new(Bank {
            trust,
            head: self.head(raw)?,
            terminal: self.fits(&spec, field::TERMINAL, &raw.terminal_id, "terminal_id")?,
            merchant: self.fits(&spec, field::MERCHANT, &raw.merchant_id, "merchant_id")?,
            currencies: self.currencies(raw, &spec)?,
            keys,
            mac: raw.keys.get_ref().mac.algorithm(),
            pin_format,
            reasons: self.bank_reasons(&raw.reasons)?,
            spec,
        });
        let results = self.results(&raw.results, &bank)?;
        let operations = self.operations(&raw.operation, |name, raw| {
            self.bank_operation(name, raw, &bank, &results)
        })?;
        Ok(Destination {
            name: self.text(&raw.name, "name", NAME_CHARS_MAX, NAME, is_name)?,
            host: self.text(&raw.host, "host", HOST_CHARS_MAX, HOST, is_host)?,
            port: *raw.port.get_ref(),
            connect_timeout: self.timeout(&raw.connect_timeout_ms, "connect_timeout_ms")?,
            protocol: Protocol::Bank(bank),
            operations,
        })
    }

    /// TLS, unless the file says plainly that there is none.
    fn bank_trust(
        &self,
        raw: &raw::Destination,
        folder: Option<&Path>,
    ) -> Result<Option<Trust>, ConfigError> {
        let given = [
            ("server_name", &raw.server_name),
            ("roots", &raw.roots),
            ("roots_file", &raw.roots_file),
            ("roots_sha256", &raw.roots_sha256),
        ];
        if raw.tls.as_ref().is_some_and(|tls| !tls.get_ref()) {
            let why = "a private line without TLS (tls = false) has no certificates";
            let superfluous = given.iter().find_map(|(key, text)| Some((key, text.as_ref()?)));
            return match superfluous {
                Some((key, text)) => Err(self.wrong(&text.span(), key, Fault::NotHere { why })),
                None => Ok(None),
            };
        }
        let Some(server_name) = &raw.server_name else {
            let why = "TLS needs the acquirer's name and roots; a private line says tls = false";
            return Err(self.wrong(&raw.host.span(), "server_name", Fault::Missing { why }));
        };
        let roots = Roots { inline: &raw.roots, file: &raw.roots_file, digest: &raw.roots_sha256 };
        let roots = Arc::new(self.roots(&roots, &server_name.span(), folder)?);
        Ok(Some(Trust { server_name: self.server_name(server_name)?, roots }))
    }

    /// The spec of what stands behind TPDU and header.
    fn spec(&self, raw: &raw::Destination, format: PinFormat) -> Result<Spec, ConfigError> {
        let wrong = || self.wrong(&raw.spec.span(), "spec", Fault::Spec);
        if raw.spec.get_ref() != CUP.name() {
            return Err(wrong());
        }
        let mut fields = CUP.fields().to_vec();
        if matches!(format, PinFormat::Iso4) {
            let block = fields.iter_mut().find(|row| row.number == field::PIN_BLOCK);
            block.ok_or_else(wrong)?.length = Length::Fixed(LONG_PIN_BLOCK_BYTES);
        }
        Spec::new(CUP.name().to_owned(), false, 0, fields).map_err(|_| wrong())
    }

    fn head(&self, raw: &raw::Destination) -> Result<Vec<u8>, ConfigError> {
        let mut head = self.hex(&raw.tpdu, "tpdu", TPDU_BYTES, TPDU_BYTES)?;
        head.extend(self.hex(&raw.header, "header", 0, usize::from(HEADER_BYTES_MAX))?);
        Ok(head)
    }

    fn hex(
        &self,
        raw: &crate::config::raw::Text,
        key: &str,
        min: usize,
        max: usize,
    ) -> Result<Vec<u8>, ConfigError> {
        let text = raw.get_ref();
        let pairs = text.as_bytes().chunks(2).map(|pair| {
            let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
            // `from_str_radix` alone would also take a plus sign.
            let is_hex = pair.bytes().all(|digit| digit.is_ascii_hexdigit());
            u8::from_str_radix(pair, 16).ok().filter(|_| is_hex)
        });
        let bytes: Option<Vec<u8>> = pairs.collect();
        let fits = |bytes: &Vec<u8>| (min..=max).contains(&bytes.len());
        bytes.filter(fits).ok_or_else(|| self.wrong(&raw.span(), key, Fault::Hex { min, max }))
    }

    /// The text, if field `number` can hold it.
    fn fits(
        &self,
        spec: &Spec,
        number: u8,
        raw: &crate::config::raw::Text,
        key: &str,
    ) -> Result<String, ConfigError> {
        let text = raw.get_ref();
        Message::new(spec, ANY_TYPE)
            .set(number, text)
            .map_err(|error| self.wrong(&raw.span(), key, Fault::Field(error)))?;
        Ok(text.clone())
    }

    fn currencies(
        &self,
        raw: &raw::Destination,
        spec: &Spec,
    ) -> Result<BTreeMap<Currency, String>, ConfigError> {
        let mut currencies = BTreeMap::new();
        for (name, code) in raw.currencies.get_ref() {
            let key = format!("currencies.{name}");
            let currency: Currency =
                name.parse().map_err(|_| self.wrong(&code.span(), &key, Fault::Currency))?;
            currencies.insert(currency, self.fits(spec, field::CURRENCY, code, &key)?);
        }
        if currencies.is_empty() {
            let why = "a bank takes money in some currency";
            let fault = Fault::Missing { why };
            return Err(self.wrong(&raw.currencies.span(), "currencies", fault));
        }
        Ok(currencies)
    }

    fn bank_reasons(
        &self,
        raw: &BTreeMap<String, crate::config::raw::Text>,
    ) -> Result<BTreeMap<String, Reason>, ConfigError> {
        let named = raw.iter().map(|(code, reason)| {
            let key = format!("reasons.{code}");
            let wrong = |fault| self.wrong(&reason.span(), &key, fault);
            if !results::is_code(code) {
                return Err(wrong(Fault::Code));
            }
            let reason: Reason = reason.get_ref().parse().map_err(|_| wrong(Fault::Reason))?;
            Ok((code.clone(), reason))
        });
        named.collect()
    }
}
