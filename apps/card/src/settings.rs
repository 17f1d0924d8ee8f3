//! What the acquirer may set. A value that cannot be used never stops a payment, or its recovery:
//! the default is taken, and the log says so.

use crate::till::Till;

/// The setting `name`, where it is one of `words`; else the first of them.
pub fn word<T: Till>(till: &mut T, name: &str, words: &[&'static str]) -> &'static str {
    let default = words.first().copied().unwrap_or_default();
    let Some(text) = till.setting(name) else { return default };
    let found = words.iter().copied().find(|word| *word == text.trim());
    found.unwrap_or_else(|| {
        till.log(&format!("setting {name}: one of {}; {default} is used", words.join(", ")));
        default
    })
}

/// The setting `name`, where it has `count` digits or capitals; else `default`.
pub fn code<T: Till>(till: &mut T, name: &str, count: usize, default: &str) -> String {
    let Some(text) = till.setting(name) else { return default.to_owned() };
    let text = text.trim();
    let fits = text.len() == count
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    if fits {
        return text.to_owned();
    }
    till.log(&format!("setting {name}: {count} digits or capitals; {default} is used"));
    default.to_owned()
}

/// As [`code`], but `-` stands for none.
pub fn optional_code<T: Till>(
    till: &mut T,
    name: &str,
    count: usize,
    default: &str,
) -> Option<String> {
    if till.setting(name).is_some_and(|text| text.trim() == "-") {
        return None;
    }
    Some(code(till, name, count, default))
}
