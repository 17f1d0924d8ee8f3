//! The checks of one operation of a wallet: what may be there depends on its kind.

use super::check::{PATH, Source, is_path, is_word};
use super::{ConfigError, EXPIRES_S_MAX, Fault, PATH_CHARS_MAX, WORDS_MAX, raw};
use crate::destination::{Form, Operation};
use crate::wallet::{Expires, HostFields, Pointer, ResultRules, WalletForm};
use caisson_core::Reason;
use caisson_core::operation::{OperationKind, Reading};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use toml::Spanned;

impl Source<'_> {
    pub(super) fn operation(
        &self,
        name: &str,
        spanned: &Spanned<raw::Operation>,
        reasons: Arc<BTreeMap<String, Reason>>,
    ) -> Result<Operation, ConfigError> {
        let raw = spanned.get_ref();
        let kind = *raw.kind.get_ref();
        let key = |field: &str| format!("operation.{name}.{field}");
        let path = self.text(&raw.path, &key("path"), PATH_CHARS_MAX, PATH, is_path)?;
        if !path.starts_with('/') {
            let fault = Fault::Text { max: PATH_CHARS_MAX, of: PATH };
            return Err(self.wrong(&raw.path.span(), &key("path"), fault));
        }
        let repeatable = self.repeatable(raw.repeatable.as_ref(), kind, &key("repeatable"))?;
        let fields = self.host_fields(raw, &key)?;
        let expires = self.expires(raw, &fields, &key)?;
        let timeout = self.timeout(&raw.timeout_ms, &key("timeout_ms"))?;
        let result = self.result(raw, reasons, &key)?;
        let form = Form::Wallet(Box::new(WalletForm { path, fields, expires, result }));
        Ok(Operation { name: name.to_owned(), kind, timeout, repeatable, form })
    }

    fn host_fields(
        &self,
        raw: &raw::Operation,
        key: &dyn Fn(&str) -> String,
    ) -> Result<HostFields, ConfigError> {
        let moves_money = raw.kind.get_ref().moves_money();
        let named = [
            ("order", &raw.order, *raw.kind.get_ref() != OperationKind::Service),
            ("original", &raw.original, false),
            ("amount", &raw.amount, moves_money),
            ("currency", &raw.currency, moves_money),
        ];
        let mut found: Vec<(&'static str, Pointer)> = Vec::new();
        for (name, text, needed) in named {
            let Some(text) = text else {
                if needed {
                    let why = "the host must know where to write what no app may choose";
                    let fault = Fault::Missing { why };
                    return Err(self.wrong(&raw.kind.span(), &key(name), fault));
                }
                continue;
            };
            let pointer = self.pointer(text, &key(name))?;
            if let Some((other, _)) = found.iter().find(|(_, other)| other.overlaps(&pointer)) {
                let fault = Fault::Overlap { other };
                return Err(self.wrong(&text.span(), &key(name), fault));
            }
            found.push((name, pointer));
        }
        let mut take = |name| {
            let position = found.iter().position(|(found, _)| *found == name)?;
            Some(found.swap_remove(position).1)
        };
        Ok(HostFields {
            order: take("order"),
            original: take("original"),
            amount: take("amount"),
            currency: take("currency"),
        })
    }

    fn expires(
        &self,
        raw: &raw::Operation,
        fields: &HostFields,
        key: &dyn Fn(&str) -> String,
    ) -> Result<Option<Expires>, ConfigError> {
        let offer = *raw.kind.get_ref() == OperationKind::Offer;
        match (&raw.expires, &raw.expires_max_s) {
            (Some(text), Some(max)) if offer => {
                let pointer = self.pointer(text, &key("expires"))?;
                let taken = [&fields.order, &fields.original, &fields.amount, &fields.currency];
                if taken.into_iter().flatten().any(|taken| taken.overlaps(&pointer)) {
                    let fault = Fault::Overlap { other: "a field that the host writes" };
                    return Err(self.wrong(&text.span(), &key("expires"), fault));
                }
                let max_s = self.range(max, &key("expires_max_s"), (1, EXPIRES_S_MAX))?;
                Ok(Some(Expires { pointer, max_s }))
            }
            (Some(text), _) if !offer => {
                let why = "only an offer expires";
                Err(self.wrong(&text.span(), &key("expires"), Fault::NotHere { why }))
            }
            (None, Some(max)) if !offer => {
                let why = "only an offer expires";
                Err(self.wrong(&max.span(), &key("expires_max_s"), Fault::NotHere { why }))
            }
            (None, None) if !offer => Ok(None),
            (expires, _) => {
                let name = if expires.is_none() { "expires" } else { "expires_max_s" };
                let why =
                    "an offer says for how long it can be paid, and its file for how long at most";
                Err(self.wrong(&raw.kind.span(), &key(name), Fault::Missing { why }))
            }
        }
    }

    fn result(
        &self,
        raw: &raw::Operation,
        reasons: Arc<BTreeMap<String, Reason>>,
        key: &dyn Fn(&str) -> String,
    ) -> Result<Option<ResultRules>, ConfigError> {
        let service = *raw.kind.get_ref() == OperationKind::Service;
        let outcome = match &raw.result {
            Some(outcome) if service => {
                let why = "a service moves nothing, so its answer proves nothing";
                return Err(self.wrong(&outcome.span(), &key("result"), Fault::NotHere { why }));
            }
            None if service => return Ok(None),
            None => {
                let why = "only a service does without; say how the answer is read";
                return Err(self.wrong(&raw.kind.span(), &key("result"), Fault::Missing { why }));
            }
            Some(outcome) => outcome,
        };
        let span = outcome.span();
        let outcome = outcome.get_ref();
        let key = |field: &str| key(&format!("result.{field}"));
        let pointer = |text: &Option<raw::Text>, name: &str| {
            text.as_ref().map(|text| self.pointer(text, &key(name))).transpose()
        };
        let words = self.words(outcome, &key)?;
        let unproved = match &outcome.unproved {
            Some(list) => self.list(list, &key("unproved"))?.collect(),
            None => BTreeSet::new(),
        };
        let needs = |name: &str, why| self.wrong(&span, &key(name), Fault::Missing { why });
        if words.values().any(|reading| *reading == Reading::Paid) && outcome.amount.is_none() {
            return Err(needs("amount", "an answer that says paid says how much"));
        }
        if !unproved.is_empty() && outcome.reason.is_none() {
            return Err(needs("reason", "unproved lists reasons"));
        }
        Ok(Some(ResultRules {
            pointer: self.pointer(&outcome.pointer, &key("pointer"))?,
            words,
            order: self.pointer(&outcome.order, &key("order"))?,
            amount: pointer(&outcome.amount, "amount")?,
            currency: pointer(&outcome.currency, "currency")?,
            refunded: pointer(&outcome.refunded, "refunded")?,
            reason: pointer(&outcome.reason, "reason")?,
            unproved,
            reasons,
        }))
    }

    fn words(
        &self,
        outcome: &raw::Outcome,
        key: &dyn Fn(&str) -> String,
    ) -> Result<BTreeMap<String, Reading>, ConfigError> {
        let lists = [
            ("paid", &outcome.paid, Reading::Paid),
            ("not_paid", &outcome.not_paid, Reading::NotPaid),
            ("open", &outcome.open, Reading::Open),
            ("undone", &outcome.undone, Reading::Undone),
        ];
        let mut words = BTreeMap::new();
        for (name, list, reading) in lists {
            let Some(list) = list else { continue };
            for word in self.list(list, &key(name))? {
                if words.insert(word, reading).is_some() {
                    return Err(self.wrong(&list.span(), &key(name), Fault::Twice));
                }
            }
        }
        Ok(words)
    }

    fn list<'l>(
        &self,
        list: &'l Spanned<Vec<String>>,
        key: &str,
    ) -> Result<impl Iterator<Item = String> + use<'l>, ConfigError> {
        let words = list.get_ref();
        if words.len() > WORDS_MAX {
            return Err(self.wrong(&list.span(), key, Fault::Words));
        }
        if !words.iter().all(|word| is_word(word)) {
            return Err(self.wrong(&list.span(), key, Fault::Word));
        }
        Ok(words.iter().cloned())
    }
}
