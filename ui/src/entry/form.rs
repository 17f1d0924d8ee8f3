//! A form's values, one field after the other.

use caisson_core::Language;
use caisson_core::view::{Field, FieldKind};

/// Values that are being keyed.
#[derive(Debug, Clone)]
pub(crate) struct FormEntry {
    fields: Vec<Field>,
    values: Vec<String>,
    at: usize,
}

impl FormEntry {
    /// Nothing keyed yet, at the first field.
    pub(crate) fn new(fields: &[Field]) -> Self {
        Self { fields: fields.to_vec(), values: vec![String::new(); fields.len()], at: 0 }
    }

    /// The field that is being keyed.
    pub(crate) fn field(&self) -> Option<&Field> {
        self.fields.get(self.at)
    }

    /// Its number from 1, and how many there are.
    pub(crate) fn place(&self) -> (usize, usize) {
        (self.at.saturating_add(1), self.fields.len())
    }

    /// What is keyed for it.
    pub(crate) fn value(&self) -> &str {
        self.values.get(self.at).map_or("", String::as_str)
    }

    /// Adds what a key says, where the field takes it.
    pub(crate) fn key(&mut self, text: &str) {
        let (Some(field), Some(value)) = (self.fields.get(self.at), self.values.get_mut(self.at))
        else {
            return;
        };
        let length = value.chars().count().saturating_add(text.chars().count());
        let fits = length <= usize::try_from(field.chars_max).unwrap_or(usize::MAX);
        if fits && text.chars().all(|character| field.kind.takes(character)) {
            value.push_str(text);
        }
    }

    /// Takes the last character away.
    pub(crate) fn backspace(&mut self) {
        if let Some(value) = self.values.get_mut(self.at) {
            value.pop();
        }
    }

    /// Empties the field.
    pub(crate) fn clear(&mut self) {
        if let Some(value) = self.values.get_mut(self.at) {
            value.clear();
        }
    }

    /// True where the field can be left.
    pub(crate) fn is_taken(&self) -> bool {
        self.field().is_some_and(|field| field.takes(self.value()))
    }

    /// To the field before.
    pub(crate) fn previous(&mut self) {
        self.at = self.at.saturating_sub(1);
    }

    /// To the next field; all values after the last one. `None` also where the field is not taken.
    pub(crate) fn next(&mut self) -> Option<Vec<String>> {
        if !self.is_taken() {
            return None;
        }
        if self.at.saturating_add(1) < self.fields.len() {
            self.at += 1;
            return None;
        }
        Some(self.values.clone())
    }

    /// What the field takes, in words.
    pub(crate) fn rule(&self, language: Language) -> String {
        let Some(field) = self.field() else { return String::new() };
        let max = field.chars_max;
        let rule = match (language, field.kind) {
            (Language::Zh, FieldKind::Digits) => format!("数字，最多{max}位"),
            (Language::Zh, FieldKind::Text) => format!("字母、数字和符号，最多{max}个"),
            (Language::Zh, FieldKind::Phone) => format!("电话号码，最多{max}位"),
            (Language::Zh, FieldKind::Email) => format!("电子邮箱，最多{max}个字符"),
            (Language::En, FieldKind::Digits) => format!("Digits, at most {max}"),
            (Language::En, FieldKind::Text) => format!("Letters, digits and signs, at most {max}"),
            (Language::En, FieldKind::Phone) => format!("Telephone number, at most {max} digits"),
            (Language::En, FieldKind::Email) => format!("Mail address, at most {max} characters"),
        };
        match (field.is_optional, language) {
            (false, _) => rule,
            (true, Language::Zh) => format!("{rule}，可不填"),
            (true, Language::En) => format!("{rule}; may stay empty"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(label: &str, kind: FieldKind, is_optional: bool) -> Field {
        Field { label: label.to_owned(), kind, chars_max: 4, is_optional }
    }

    #[test]
    fn a_form_goes_field_by_field_and_ends_with_all_values() {
        let fields =
            [field("Table", FieldKind::Digits, false), field("Note", FieldKind::Text, true)];
        let mut entry = FormEntry::new(&fields);
        assert_eq!(entry.next(), None);
        assert_eq!(entry.place(), (1, 2));
        for key in ["1", "a", "2", "3", "4", "5"] {
            entry.key(key);
        }
        assert_eq!(entry.value(), "1234");
        entry.backspace();
        assert_eq!(entry.next(), None);
        assert_eq!(
            (entry.place(), entry.rule(Language::En).as_str()),
            ((2, 2), "Letters, digits and signs, at most 4; may stay empty")
        );
        entry.previous();
        assert_eq!(entry.value(), "123");
        entry.next();
        assert_eq!(entry.next(), Some(vec!["123".to_owned(), String::new()]));
    }
}
