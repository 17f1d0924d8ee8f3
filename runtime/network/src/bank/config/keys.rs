//! `[keys]`: each scheme has its own slots, and none of the other's.

use super::raw;
use crate::bank::field;
use crate::bank::keys::{Keys, SessionSlots};
use crate::config::check::Source;
use crate::config::{ConfigError, Fault};
use caisson_iso8583::{Content, FieldSpec, Length, Spec};
use caisson_vault::{CHECK_VALUE_BYTES_MAX, CHECK_VALUE_BYTES_MIN};
use toml::Spanned;

/// Lengths of a session key: TDES of two or three parts, AES-128, AES-256.
const KEY_BYTES: [u32; 3] = [16, 24, 32];
/// Longest key serial number, in bytes: that of AES DUKPT.
const KSN_BYTES_MAX: usize = 12;

impl Source<'_> {
    pub(super) fn bank_keys(
        &self,
        spanned: &Spanned<raw::Keys>,
        spec: &Spec,
    ) -> Result<Keys, ConfigError> {
        let raw = spanned.get_ref();
        let session = [
            ("keys.tmk_slot", raw.tmk_slot.as_ref().map(Spanned::span)),
            ("keys.pin_slot", raw.pin_slot.as_ref().map(Spanned::span)),
            ("keys.mac_slot", raw.mac_slot.as_ref().map(Spanned::span)),
            ("keys.key_bytes", raw.key_bytes.as_ref().map(Spanned::span)),
            ("keys.check_value_bytes", raw.check_value_bytes.as_ref().map(Spanned::span)),
        ];
        let dukpt = [
            ("keys.slot", raw.slot.as_ref().map(Spanned::span)),
            ("keys.ksn_field", raw.ksn_field.as_ref().map(Spanned::span)),
        ];
        let (foreign, why) = match raw.scheme {
            raw::Scheme::MasterSession => (&dukpt[..], "the scheme is master-session"),
            raw::Scheme::Dukpt => (&session[..], "the scheme is dukpt"),
        };
        if let Some((key, span)) =
            foreign.iter().find_map(|(key, span)| Some((key, span.as_ref()?)))
        {
            return Err(self.wrong(span, key, Fault::NotHere { why }));
        }
        match raw.scheme {
            raw::Scheme::MasterSession => self.session(spanned).map(Keys::MasterSession),
            raw::Scheme::Dukpt => self.dukpt(spanned, spec),
        }
    }

    fn session(&self, spanned: &Spanned<raw::Keys>) -> Result<SessionSlots, ConfigError> {
        let raw = spanned.get_ref();
        let key_bytes = self.needed(spanned, raw.key_bytes.as_ref(), "keys.key_bytes")?;
        if !KEY_BYTES.contains(key_bytes.get_ref()) {
            let fault = Fault::KeyBytes { found: *key_bytes.get_ref() };
            return Err(self.wrong(&key_bytes.span(), "keys.key_bytes", fault));
        }
        let key = "keys.check_value_bytes";
        let check = self.needed(spanned, raw.check_value_bytes.as_ref(), key)?;
        let bound = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
        let bounds = (bound(CHECK_VALUE_BYTES_MIN), bound(CHECK_VALUE_BYTES_MAX));
        let check = self.range(check, key, bounds)?;
        let slot = |given, key| self.slot(self.needed(spanned, given, key)?, key);
        let bytes = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let slots = SessionSlots {
            master: slot(raw.tmk_slot.as_ref(), "keys.tmk_slot")?,
            pin: slot(raw.pin_slot.as_ref(), "keys.pin_slot")?,
            mac: slot(raw.mac_slot.as_ref(), "keys.mac_slot")?,
            key_bytes: bytes(*key_bytes.get_ref()),
            check_value_bytes: bytes(check),
        };
        if slots.pin == slots.mac || slots.pin == slots.master || slots.mac == slots.master {
            return Err(self.wrong(&spanned.span(), "keys", Fault::SlotTwice));
        }
        Ok(slots)
    }

    fn dukpt(&self, spanned: &Spanned<raw::Keys>, spec: &Spec) -> Result<Keys, ConfigError> {
        let (raw, key) = (spanned.get_ref(), "keys.ksn_field");
        let slot = self.needed(spanned, raw.slot.as_ref(), "keys.slot")?;
        let number = self.needed(spanned, raw.ksn_field.as_ref(), key)?;
        let hosts = [
            field::PROCESSING_CODE,
            field::AMOUNT,
            field::STAN,
            field::TERMINAL,
            field::MERCHANT,
            field::CURRENCY,
            field::PIN_BLOCK,
        ];
        let free = spec.field(*number.get_ref()).filter(|row| {
            !hosts.contains(&row.number) && !field::MAC.contains(&row.number) && holds_ksn(row)
        });
        match free {
            Some(row) => {
                Ok(Keys::Dukpt { slot: self.slot(slot, "keys.slot")?, ksn_field: row.number })
            }
            None => Err(self.wrong(&number.span(), key, Fault::KsnField)),
        }
    }

    fn needed<'r, T>(
        &self,
        keys: &Spanned<raw::Keys>,
        given: Option<&'r Spanned<T>>,
        key: &str,
    ) -> Result<&'r Spanned<T>, ConfigError> {
        let why = "the scheme needs it";
        given.ok_or_else(|| self.wrong(&keys.span(), key, Fault::Missing { why }))
    }
}

/// Bytes as they are, or a text of hexadecimal digits, of a length that varies.
fn holds_ksn(row: &FieldSpec) -> bool {
    let longest = match row.content {
        Content::B => KSN_BYTES_MAX,
        Content::An | Content::Ans => 2 * KSN_BYTES_MAX,
        _ => return false,
    };
    !matches!(row.length, Length::Fixed(_)) && row.length.max() >= longest
}
