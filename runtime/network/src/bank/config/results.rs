//! `[results.NAME]`: what each answer code proves, for the operations that name it.

use super::raw;
use crate::bank::{Bank, Code, Codes};
use crate::config::check::Source;
use crate::config::{ConfigError, Fault, WORDS_MAX};
use caisson_core::reason::Class;
use std::collections::BTreeMap;
use std::sync::Arc;
use toml::Spanned;

/// Characters of an answer code (field 39).
const CODE_CHARS: usize = 2;

/// Every table of codes, by name.
pub(super) type Results = BTreeMap<String, Arc<Codes>>;

impl Source<'_> {
    pub(super) fn results(
        &self,
        raw: &BTreeMap<String, Spanned<raw::Results>>,
        bank: &Bank,
    ) -> Result<Results, ConfigError> {
        let named = raw.iter().map(|(name, table)| {
            Ok((name.clone(), Arc::new(self.codes(name, table.get_ref(), bank)?)))
        });
        named.collect()
    }

    fn codes(&self, table: &str, raw: &raw::Results, bank: &Bank) -> Result<Codes, ConfigError> {
        let lists = [
            ("paid", &raw.paid, Code::Paid),
            ("partial", &raw.partial, Code::Partial),
            ("not_paid", &raw.not_paid, Code::NotPaid),
            ("undone", &raw.undone, Code::Undone),
            ("unproved", &raw.unproved, Code::Unproved),
        ];
        let mut codes = Codes::new();
        for (name, list, meaning) in lists {
            let Some(list) = list else { continue };
            let key = format!("results.{table}.{name}");
            let wrong = |fault| self.wrong(&list.span(), &key, fault);
            if list.get_ref().len() > WORDS_MAX {
                return Err(wrong(Fault::Words));
            }
            for code in list.get_ref() {
                if !is_code(code) {
                    return Err(wrong(Fault::Code));
                }
                let reason = bank.reasons.get(code);
                if reason.is_some_and(|reason| !agrees(meaning, reason.row().class)) {
                    return Err(wrong(Fault::CodeReason { code: code.clone() }));
                }
                if codes.insert(code.clone(), meaning).is_some() {
                    return Err(wrong(Fault::Twice));
                }
            }
        }
        Ok(codes)
    }
}

pub(super) fn is_code(text: &str) -> bool {
    text.len() == CODE_CHARS && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Whether people may be told something of `class` where a code means `meaning`.
const fn agrees(meaning: Code, class: Class) -> bool {
    match meaning {
        Code::Paid | Code::Partial => matches!(class, Class::Paid),
        Code::NotPaid => matches!(class, Class::NotPaid),
        // What it means is decided by what follows.
        Code::Undone | Code::Unproved => matches!(class, Class::NotPaid | Class::Unknown),
    }
}
