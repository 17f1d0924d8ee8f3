//! What an app wants on the screen.

use caisson_core::document::is_forbidden_character;
use caisson_core::view::{
    BODY_CHARS_MAX, CODE_BYTES_MAX, ROW_CHARS_MAX, ROWS_MAX, TITLE_CHARS_MAX, View,
};
use caisson_core::{Currency, Language, Money};

/// The first line names a view, the second is its title, prompt or caption, the rest its body,
/// rows or code.
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
        _ => return,
    };
    if let Err(error) = view.check() {
        let shown = error.to_string();
        return assert!(!shown.contains(is_forbidden_character) && shown.len() < 120, "{shown}");
    }
    let plain = |text: &str, max: usize| {
        let is_bad = |c: char| is_forbidden_character(c) && c != '\n';
        assert!(text.chars().count() <= max && !text.contains(is_bad), "{text}");
    };
    match &view {
        View::Message { title, body } | View::Progress { title, body } => {
            plain(title, TITLE_CHARS_MAX);
            plain(body, BODY_CHARS_MAX);
        }
        View::Scan { prompt } => plain(prompt, TITLE_CHARS_MAX),
        View::Qr { text, caption } => {
            plain(caption, TITLE_CHARS_MAX);
            assert!((1..=CODE_BYTES_MAX).contains(&text.len()));
        }
        View::Menu { title, rows } => {
            plain(title, TITLE_CHARS_MAX);
            assert!((1..=ROWS_MAX).contains(&rows.len()));
            rows.iter().for_each(|row| plain(row, ROW_CHARS_MAX));
        }
        _ => {}
    }
    let amount = Money::new(1_200, Currency::Cny).ok();
    plain(&view.line(amount, Language::Zh), usize::MAX);
}
