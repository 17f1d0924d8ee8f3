//! Fields that a person fills in. No kind is masked, and no label asks for a secret: what is keyed
//! reaches an app.

use super::ViewError;
use super::check::{Lines, limit, text};
use serde::{Deserialize, Serialize};

/// Most fields of a form.
pub const FIELDS_MAX: usize = 5;
/// Longest label, in characters.
pub const LABEL_CHARS_MAX: usize = 40;
/// Longest value, in characters.
pub const VALUE_CHARS_MAX: usize = 120;

/// What a field takes. Which keys the screen offers follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldKind {
    /// Digits.
    Digits,
    /// Latin letters, digits and signs; a terminal has no input method for more.
    Text,
    /// A telephone number.
    Phone,
    /// A mail address.
    Email,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// What to key.
    pub label: String,
    /// What it takes.
    pub kind: FieldKind,
    /// Longest value, at most [`VALUE_CHARS_MAX`].
    pub chars_max: u32,
    /// True where it may stay empty.
    pub is_optional: bool,
}

impl Field {
    /// True where `value` is one that this field takes.
    #[must_use]
    pub fn takes(&self, value: &str) -> bool {
        let length = value.chars().count();
        let fits = length <= usize::try_from(self.chars_max).unwrap_or(usize::MAX);
        let is_there = self.is_optional || length > 0;
        fits && is_there && value.chars().all(|character| self.kind.takes(character))
    }
}

impl FieldKind {
    /// True where `character` can stand in such a field.
    #[must_use]
    pub fn takes(self, character: char) -> bool {
        match self {
            Self::Digits => character.is_ascii_digit(),
            Self::Phone => character.is_ascii_digit() || matches!(character, '+' | '-' | ' '),
            Self::Email => character.is_ascii_graphic(),
            Self::Text => !crate::document::is_forbidden_character(character),
        }
    }
}

/// What nothing that can be answered may ask for, in lower case. Latin letters count as whole words.
const SECRETS: [&str; 22] = [
    "pin",
    "pins",
    "pincode",
    "passcode",
    "passcodes",
    "password",
    "passwords",
    "passwd",
    "cvv",
    "cvc",
    "cvn",
    "card number",
    "card numbers",
    "card no",
    "pan",
    "security code",
    "密码",
    "密碼",
    "卡号",
    "卡號",
    "安全码",
    "安全碼",
];

/// Cyrillic and Greek letters that look like Latin ones, in lower case, and what they look like.
const LOOKALIKES: [(char, char); 22] = [
    ('а', 'a'),
    ('α', 'a'),
    ('в', 'b'),
    ('с', 'c'),
    ('ϲ', 'c'),
    ('ԁ', 'd'),
    ('е', 'e'),
    ('ε', 'e'),
    ('і', 'i'),
    ('ι', 'i'),
    ('ı', 'i'),
    ('м', 'm'),
    ('μ', 'm'),
    ('ν', 'n'),
    ('п', 'n'),
    ('о', 'o'),
    ('ο', 'o'),
    ('р', 'p'),
    ('ρ', 'p'),
    ('ѕ', 's'),
    ('ѵ', 'v'),
    ('ѡ', 'w'),
];

/// Checks an app's fields against the caps.
///
/// # Errors
/// The first part that is over, by [`ViewError`].
pub fn check_fields(fields: &[Field]) -> Result<(), ViewError> {
    if fields.is_empty() {
        return Err(ViewError::Empty { part: "fields" });
    }
    limit("fields", fields.len(), FIELDS_MAX)?;
    for (index, field) in fields.iter().enumerate() {
        text("label", &field.label, LABEL_CHARS_MAX, Lines::One)?;
        if field.chars_max == 0 {
            return Err(ViewError::Empty { part: "value" });
        }
        let chars_max = usize::try_from(field.chars_max).unwrap_or(usize::MAX);
        limit("value", chars_max, VALUE_CHARS_MAX)?;
        if asks_for_a_secret(&field.label) {
            return Err(ViewError::SecretField { field: index });
        }
    }
    Ok(())
}

/// True where the text, whatever its case, width, spacing and punctuation, names a secret.
///
/// It stops the plain request, in any script that looks like it. An app that writes `P1N` gets
/// past it, and then still has neither a masked field nor the look of the host's own pad.
pub(super) fn asks_for_a_secret(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| !is_invisible(*c)).flat_map(plain).collect();
    let words = words(&plain);
    let spaced = format!(" {} ", words.join(" "));
    let joined: String = words.concat();
    SECRETS.iter().any(|secret| {
        if secret.is_ascii() {
            // `P I N` is the word too: single letters are read together.
            spaced.contains(&format!(" {secret} ")) || single_letters(&words).contains(secret)
        } else {
            joined.contains(secret)
        }
    })
}

/// The words: letters of one kind that stand together. `输入PIN码` has three, `cvv2` two.
fn words(text: &str) -> Vec<&str> {
    let kind = |c: char| match c {
        'a'..='z' => Some(0),
        '0'..='9' => Some(1),
        other => other.is_alphanumeric().then_some(2),
    };
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|c| kind(c) != kind(first)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        if kind(first).is_some() {
            words.push(word);
        }
        rest = after;
    }
    words
}

/// Runs of one-letter words, joined.
fn single_letters(words: &[&str]) -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut run = String::new();
    for word in words.iter().copied().chain([""]) {
        if word.chars().count() == 1 {
            run.push_str(word);
        } else {
            found.extend(SECRETS.iter().copied().filter(|secret| *secret == run));
            run.clear();
        }
    }
    found
}

/// Draws nothing of its own: soft hyphens, joiners, accents that stand apart.
const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{AD}' | '\u{300}'..='\u{36F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FFA0}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// The plain form of a letter or digit: half width, lower case, Latin where it looks so.
fn plain(character: char) -> impl Iterator<Item = char> {
    let narrow = match u32::from(character) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(character),
        _ => character,
    };
    narrow.to_lowercase().filter(|c| !is_invisible(*c)).map(|lower| {
        let alike = LOOKALIKES.iter().find(|(other, _)| *other == lower);
        alike.map_or(lower, |(_, latin)| *latin)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_label(label: &str, is_secret: bool) {
        assert_eq!(asks_for_a_secret(label), is_secret, "{label}");
    }

    #[test]
    fn a_label_that_asks_for_a_secret_is_seen_in_any_dress() {
        for label in [
            "PIN",
            "Your pin:",
            "P I N",
            "p.i.n",
            "ＰＩＮ",
            "Enter PIN code",
            "password",
            "Passcode",
            "CVV2",
            "Card number",
            "card-no.",
            "请输入密码",
            "密 码",
            "银行卡号",
            "安全码",
            "密碼",
            "请输入PIN",
            "PIN码",
            "CVV 2",
            "pin1",
            "P\u{ad}IN",
            "P\u{301}IN",
            "РІΝ",
            "Security code",
        ] {
            check_label(label, true);
        }
        for label in [
            "Shipping",
            "Spinach portion",
            "Company",
            "Table",
            "手机号",
            "会员编号",
            "Pine",
            "номер",
        ] {
            check_label(label, false);
        }
    }

    #[test]
    fn a_value_fits_its_field_or_is_not_taken() {
        let field = |kind, is_optional| Field {
            label: "Table".to_owned(),
            kind,
            chars_max: 4,
            is_optional,
        };
        assert!(field(FieldKind::Digits, false).takes("1234"));
        assert!(!field(FieldKind::Digits, false).takes("12345"));
        assert!(!field(FieldKind::Digits, false).takes("12a"));
        assert!(!field(FieldKind::Digits, false).takes(""));
        assert!(field(FieldKind::Digits, true).takes(""));
        assert!(field(FieldKind::Phone, false).takes("+86 "));
        assert!(!field(FieldKind::Email, false).takes("a b"));
    }
}
