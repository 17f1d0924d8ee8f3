//! What an app wants on the screen.

use caisson_core::document::{Align, Block, Document, Size, is_forbidden_character};
use caisson_core::money::MINOR_MAX;
use caisson_core::view::{
    BODY_CHARS_MAX, CODE_BYTES_MAX, FIELDS_MAX, Field, FieldKind, LABEL_CHARS_MAX, Mark,
    ROW_CHARS_MAX, ROWS_MAX, TITLE_CHARS_MAX, VALUE_CHARS_MAX, View,
};
use caisson_core::{Currency, Language, Money};

/// The first line names a view, the second is its title, prompt or caption, the rest its body,
/// rows, code, fields (`digits 3 Table`, `phone? 20 Phone` where it may stay empty, `= 12` what is
/// keyed) or largest amount.
///
/// # Panics
/// Where a view is shown that is over its caps, or breaks out of its texts.
pub fn view(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (kind, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let (title, rest) = rest.split_once('\n').unwrap_or((rest, ""));
    let (title, body) = (title.to_owned(), rest.to_owned());
    let rows = || body.split('\n').map(str::to_owned).collect();
    let view = match kind {
        "message" => View::Message { title, body },
        "progress" => View::Progress { title, body },
        "scan" => View::Scan { prompt: title },
        "qr" => View::Qr { text: body, caption: title },
        "menu" => View::Menu { rows: rows(), title },
        "amount" => View::Amount { title, max_minor: body.parse().unwrap_or_default() },
        "form" => View::Form { title, fields: body.split('\n').filter_map(field).collect() },
        "present-card" => View::PresentCard { prompt: title },
        "signature" => View::Signature { title },
        "done" => View::Result { mark: Mark::Done, title, body },
        "preview" => match Document::new(rows().into_iter().map(line).collect()) {
            Ok(document) => View::Preview { document },
            Err(_) => return,
        },
        _ => return,
    };
    if let Err(error) = view.check() {
        let shown = error.to_string();
        return assert!(!shown.contains(is_forbidden_character) && shown.len() < 120, "{shown}");
    }
    is_within_caps(&view);
    if let View::Form { fields, .. } = &view {
        let keyed = text.split('\n').filter_map(|line| line.strip_prefix("= "));
        keyed.for_each(|value| is_kept_out_or_fits(fields, value));
    }
    let amount = Money::new(1_200, Currency::Cny).ok();
    plain(&view.line(amount, Language::Zh), usize::MAX);
}

fn line(text: String) -> Block {
    Block::Line { text, align: Align::Left, size: Size::Normal, bold: false }
}

fn field(line: &str) -> Option<Field> {
    let mut words = line.splitn(3, ' ');
    let (kind, chars, label) = (words.next()?, words.next()?, words.next()?);
    let (kind, is_optional) = kind.strip_suffix('?').map_or((kind, false), |kind| (kind, true));
    let kind = match kind {
        "digits" => FieldKind::Digits,
        "text" => FieldKind::Text,
        "phone" => FieldKind::Phone,
        "email" => FieldKind::Email,
        _ => return None,
    };
    Some(Field { label: label.to_owned(), kind, chars_max: chars.parse().ok()?, is_optional })
}

fn plain(text: &str, max: usize) {
    let is_bad = |c: char| is_forbidden_character(c) && c != '\n';
    assert!(text.chars().count() <= max && !text.contains(is_bad), "{text}");
}

/// A title of what can be answered, or a label, in the plainest of the ways to ask.
fn asks_for_nothing_secret(text: &str) {
    let is_secret = |word: &str| matches!(word, "PIN" | "pin" | "password" | "CVV" | "密码");
    assert!(!text.split_whitespace().any(is_secret), "{text}");
}

fn is_within_caps(view: &View) {
    match view {
        View::Message { title, body }
        | View::Progress { title, body }
        | View::Result { title, body, .. } => {
            plain(title, TITLE_CHARS_MAX);
            plain(body, BODY_CHARS_MAX);
        }
        View::Scan { prompt: title } | View::PresentCard { prompt: title } => {
            plain(title, TITLE_CHARS_MAX);
        }
        View::Signature { title } => {
            plain(title, TITLE_CHARS_MAX);
            asks_for_nothing_secret(title);
        }
        View::Qr { text, caption } => {
            plain(caption, TITLE_CHARS_MAX);
            assert!((1..=CODE_BYTES_MAX).contains(&text.len()));
        }
        View::Menu { title, rows } => {
            plain(title, TITLE_CHARS_MAX);
            asks_for_nothing_secret(title);
            assert!((1..=ROWS_MAX).contains(&rows.len()));
            rows.iter().for_each(|row| plain(row, ROW_CHARS_MAX));
        }
        View::Amount { title, max_minor } => {
            plain(title, TITLE_CHARS_MAX);
            asks_for_nothing_secret(title);
            assert!((1..=MINOR_MAX).contains(max_minor));
        }
        View::Form { title, fields } => {
            plain(title, TITLE_CHARS_MAX);
            asks_for_nothing_secret(title);
            assert!((1..=FIELDS_MAX).contains(&fields.len()));
            for field in fields {
                plain(&field.label, LABEL_CHARS_MAX);
                asks_for_nothing_secret(&field.label);
                let chars_max = usize::try_from(field.chars_max).unwrap_or(usize::MAX);
                assert!((1..=VALUE_CHARS_MAX).contains(&chars_max));
            }
        }
        View::Preview { document } => assert!(!document.blocks().is_empty()),
        _ => {}
    }
}

/// What a field takes is within its cap and its alphabet.
fn is_kept_out_or_fits(fields: &[Field], value: &str) {
    for field in fields.iter().filter(|field| field.takes(value)) {
        plain(value, VALUE_CHARS_MAX);
        assert!(!value.contains('\n') && (field.is_optional || !value.is_empty()), "{value}");
        let is_digits = value.bytes().all(|byte| byte.is_ascii_digit());
        assert!(field.kind != FieldKind::Digits || is_digits, "{value}");
    }
}
