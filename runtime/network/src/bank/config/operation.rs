//! `[operation.NAME]` of a bank: what may be there depends on kind and message type.

use super::raw;
use super::results::Results;
use crate::bank::keys::Keys;
use crate::bank::{Bank, BankForm, Codes, PinUse, Protection, field};
use crate::config::check::Source;
use crate::config::{ConfigError, Fault};
use crate::destination::{Form, Operation};
use caisson_core::operation::OperationKind;
use caisson_core::payment::Kind;
use caisson_iso8583::Mti;
use std::collections::BTreeSet;
use std::sync::Arc;
use toml::Spanned;

impl Source<'_> {
    pub(super) fn bank_operation(
        &self,
        name: &str,
        spanned: &Spanned<raw::Operation>,
        bank: &Arc<Bank>,
        results: &Results,
    ) -> Result<Operation, ConfigError> {
        let raw = spanned.get_ref();
        let kind = *raw.kind.get_ref();
        let key = |field: &str| format!("operation.{name}.{field}");
        if kind == OperationKind::Offer {
            let why = "a bank opens nothing that is paid later";
            return Err(self.wrong(&raw.kind.span(), &key("kind"), Fault::NotHere { why }));
        }
        let mti = self.mti(raw, &key)?;
        let original = self.original(raw, &key)?;
        let form = BankForm {
            bank: Arc::clone(bank),
            mti,
            processing_code: self.processing_code(raw, mti, bank, &key)?,
            fields: BTreeSet::new(),
            original,
            of: self.of(raw, original, &key)?,
            pin: self.pin(raw, &key)?,
            protection: self.protection(raw, bank, &key)?,
            codes: self.result_of(raw, results, &key)?,
        };
        let fields = self.listed(raw, &form, &key)?;
        Ok(Operation {
            name: name.to_owned(),
            kind,
            timeout: self.timeout(&raw.timeout_ms, &key("timeout_ms"))?,
            repeatable: self.repeatable(raw.repeatable.as_ref(), kind, &key("repeatable"))?,
            form: Form::Bank(BankForm { fields, ..form }),
        })
    }

    fn mti(&self, raw: &raw::Operation, key: &dyn Fn(&str) -> String) -> Result<Mti, ConfigError> {
        let wrong = |fault| self.wrong(&raw.mti.span(), &key("mti"), fault);
        let mti: Mti = raw.mti.get_ref().parse().map_err(|_| wrong(Fault::Mti))?;
        if mti.is_answer() {
            return Err(wrong(Fault::Mti));
        }
        let fits = match raw.kind.get_ref() {
            OperationKind::Financial => matches!(class(mti), 1 | 2),
            OperationKind::Undo => class(mti) == 4,
            OperationKind::Inquiry | OperationKind::Service => class(mti) != 4,
            OperationKind::Offer => false,
        };
        if fits { Ok(mti) } else { Err(wrong(Fault::MtiKind { kind: *raw.kind.get_ref() })) }
    }

    fn processing_code(
        &self,
        raw: &raw::Operation,
        mti: Mti,
        bank: &Bank,
        key: &dyn Fn(&str) -> String,
    ) -> Result<Option<String>, ConfigError> {
        match &raw.processing_code {
            Some(code) => self
                .fits(&bank.spec, field::PROCESSING_CODE, code, &key("processing_code"))
                .map(Some),
            None if matches!(class(mti), 1 | 2 | 4) => {
                let why = "without it the message could be a payment of any kind";
                let fault = Fault::Missing { why };
                Err(self.wrong(&raw.mti.span(), &key("processing_code"), fault))
            }
            None => Ok(None),
        }
    }

    fn original(
        &self,
        raw: &raw::Operation,
        key: &dyn Fn(&str) -> String,
    ) -> Result<bool, ConfigError> {
        let Some(original) = &raw.original else { return Ok(false) };
        if matches!(raw.kind.get_ref(), OperationKind::Financial | OperationKind::Undo) {
            return Ok(*original.get_ref());
        }
        let why =
            "only what moves money gives back or completes an earlier payment, or undoes that";
        Err(self.wrong(&original.span(), &key("original"), Fault::NotHere { why }))
    }

    /// The kind of payment that it is for; where the file does not say, a sale, or a refund where
    /// there is an earlier payment.
    fn of(
        &self,
        raw: &raw::Operation,
        original: bool,
        key: &dyn Fn(&str) -> String,
    ) -> Result<Kind, ConfigError> {
        let Some(of) = &raw.of else {
            return Ok(if original { Kind::Refund } else { Kind::Sale });
        };
        let moves = matches!(raw.kind.get_ref(), OperationKind::Financial | OperationKind::Undo);
        if moves && of.get_ref().is_linked() == original {
            return Ok(*of.get_ref());
        }
        let why = "it belongs to what moves or undoes: sale and pre-auth without original, refund, \
                   completion and release with original = true";
        Err(self.wrong(&of.span(), &key("of"), Fault::NotHere { why }))
    }

    fn pin(
        &self,
        raw: &raw::Operation,
        key: &dyn Fn(&str) -> String,
    ) -> Result<PinUse, ConfigError> {
        let Some(pin) = &raw.pin else { return Ok(PinUse::None) };
        let usage = pin.get_ref().usage();
        if *raw.kind.get_ref() == OperationKind::Undo && usage != PinUse::None {
            let why = "a reversal needs nobody's PIN";
            return Err(self.wrong(&pin.span(), &key("pin"), Fault::NotHere { why }));
        }
        Ok(usage)
    }

    fn protection(
        &self,
        raw: &raw::Operation,
        bank: &Bank,
        key: &dyn Fn(&str) -> String,
    ) -> Result<Protection, ConfigError> {
        let is_service = *raw.kind.get_ref() == OperationKind::Service;
        let bare = raw.mac.as_ref().filter(|mac| !mac.get_ref());
        let keys = raw.keys.as_ref().filter(|keys| *keys.get_ref());
        if let Some(bare) = bare.filter(|_| !is_service) {
            let why = "only a service goes without message code: nothing else could be believed";
            return Err(self.wrong(&bare.span(), &key("mac"), Fault::NotHere { why }));
        }
        if let Some(keys) = keys {
            let why = "only a sign-on brings keys: a service, under the scheme master-session";
            if !is_service || !matches!(bank.keys, Keys::MasterSession(_)) {
                return Err(self.wrong(&keys.span(), &key("keys"), Fault::NotHere { why }));
            }
        }
        if let Some(pin) = &raw.pin
            && bare.is_some()
            && pin.get_ref().usage() != PinUse::None
        {
            let why = "a PIN needs a message code over it";
            return Err(self.wrong(&pin.span(), &key("pin"), Fault::NotHere { why }));
        }
        Ok(match (bare.is_some(), keys.is_some()) {
            (false, false) => Protection::Mac,
            (true, false) => Protection::Bare,
            (true, true) => Protection::SignOn,
            (false, true) => Protection::MacAndSignOn,
        })
    }

    fn result_of(
        &self,
        raw: &raw::Operation,
        results: &Results,
        key: &dyn Fn(&str) -> String,
    ) -> Result<Option<Arc<Codes>>, ConfigError> {
        let is_service = *raw.kind.get_ref() == OperationKind::Service;
        match &raw.result {
            Some(name) if is_service => {
                let why = "a service moves nothing, so its answer proves nothing";
                Err(self.wrong(&name.span(), &key("result"), Fault::NotHere { why }))
            }
            None if is_service => Ok(None),
            None => {
                let why = "only a service does without; say how the answer is read";
                Err(self.wrong(&raw.kind.span(), &key("result"), Fault::Missing { why }))
            }
            Some(name) => match results.get(name.get_ref()) {
                Some(codes) => Ok(Some(Arc::clone(codes))),
                None => Err(self.wrong(&name.span(), &key("result"), Fault::NoResults)),
            },
        }
    }

    /// What an app may write: nothing that the host writes or checks, and nothing unknown.
    fn listed(
        &self,
        raw: &raw::Operation,
        form: &BankForm,
        key: &dyn Fn(&str) -> String,
    ) -> Result<BTreeSet<u8>, ConfigError> {
        let wrong = |fault| self.wrong(&raw.fields.span(), &key("fields"), fault);
        let mut fields = BTreeSet::new();
        for number in raw.fields.get_ref() {
            let number = *number;
            if form.bank.spec.field(number).is_none() {
                return Err(wrong(Fault::NoField { number }));
            }
            let is_code = number == field::PROCESSING_CODE && form.processing_code.is_some();
            if is_code || form.is_hosts(number) {
                return Err(wrong(Fault::HostField { number }));
            }
            fields.insert(number);
        }
        Ok(fields)
    }
}

/// The second digit: what the message is about.
const fn class(mti: Mti) -> u16 {
    mti.bcd() >> 8 & 0xF
}
