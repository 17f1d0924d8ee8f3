//! An app's view held against the caps, in plain code, before anything is drawn.

use super::form::{self, check_fields};
use super::{
    BODY_CHARS_MAX, CODE_BYTES_MAX, ROW_CHARS_MAX, ROWS_MAX, TITLE_CHARS_MAX, View, ViewError,
};
use crate::document::{Block, is_forbidden_character};
use crate::money::MINOR_MAX;

impl View {
    /// Checks an app's view against the caps.
    ///
    /// # Errors
    /// The first part that is over, by [`ViewError`].
    pub fn check(&self) -> Result<(), ViewError> {
        match self {
            Self::Message { title, body }
            | Self::Progress { title, body }
            | Self::Result { title, body, .. } => {
                text("title", title, TITLE_CHARS_MAX, Lines::One)?;
                text("body", body, BODY_CHARS_MAX, Lines::AnyOrNone)
            }
            Self::Scan { prompt: title } | Self::PresentCard { prompt: title } => {
                text("title", title, TITLE_CHARS_MAX, Lines::One)
            }
            Self::Qr { text: code, caption } => {
                text("caption", caption, TITLE_CHARS_MAX, Lines::AnyOrNone)?;
                filled("code", code.is_empty())?;
                limit("code", code.len(), CODE_BYTES_MAX)
            }
            Self::Menu { title, rows } => {
                question(title)?;
                filled("rows", rows.is_empty())?;
                limit("rows", rows.len(), ROWS_MAX)?;
                rows.iter().try_for_each(|row| text("row", row, ROW_CHARS_MAX, Lines::One))
            }
            Self::Amount { title, max_minor } => {
                question(title)?;
                filled("amount", *max_minor == 0)?;
                if *max_minor > MINOR_MAX {
                    return Err(ViewError::AmountTooLarge { max_minor: *max_minor });
                }
                Ok(())
            }
            Self::Form { title, fields } => {
                question(title)?;
                check_fields(fields)
            }
            Self::Signature { title } => question(title),
            // Its limits were checked when it was composed.
            Self::Preview { document } => {
                let draws = |block: &Block| !matches!(block, Block::Feed { .. } | Block::Cut);
                filled("document", !document.blocks().iter().any(draws))
            }
            Self::Idle
            | Self::Wait
            | Self::Page(_)
            | Self::Confirm { .. }
            | Self::Hold { .. }
            | Self::Pin { .. }
            | Self::Instead { .. }
            | Self::Outcome { .. }
            | Self::Notice { .. } => Ok(()),
        }
    }
}

pub(super) fn limit(part: &'static str, length: usize, max: usize) -> Result<(), ViewError> {
    if length > max { Err(ViewError::TooLong { part, length, max }) } else { Ok(()) }
}

fn filled(part: &'static str, is_empty: bool) -> Result<(), ViewError> {
    if is_empty { Err(ViewError::Empty { part }) } else { Ok(()) }
}

/// What a text may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// Something, on one line.
    One,
    /// Anything, also nothing.
    AnyOrNone,
}

pub(super) fn text(
    part: &'static str,
    text: &str,
    max: usize,
    lines: Lines,
) -> Result<(), ViewError> {
    let is_any = lines == Lines::AnyOrNone;
    filled(part, text.is_empty() && !is_any)?;
    limit(part, text.chars().count(), max)?;
    match text.chars().find(|&c| is_forbidden_character(c) && !(is_any && c == '\n')) {
        Some(character) => Err(ViewError::BadCharacter { part, character: u32::from(character) }),
        None => Ok(()),
    }
}

/// The title of what can be answered with more than "read": a menu of ten digits, a keypad or a
/// field for strokes takes a PIN as well as a masked field would.
fn question(title: &str) -> Result<(), ViewError> {
    text("title", title, TITLE_CHARS_MAX, Lines::One)?;
    if form::asks_for_a_secret(title) { Err(ViewError::SecretTitle) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Align, Document, Size};
    use crate::view::{Field, FieldKind, Mark};

    #[track_caller]
    fn check(view: &View, expected: &str) {
        let verdict = view.check().err().map_or("shown".to_owned(), |error| error.to_string());
        assert_eq!(verdict, expected);
    }

    fn message(title: String, body: String) -> View {
        View::Message { title, body }
    }

    fn amount(title: &str, max_minor: u64) -> View {
        View::Amount { title: title.to_owned(), max_minor }
    }

    fn field(label: &str, chars_max: u32) -> Field {
        Field { label: label.to_owned(), kind: FieldKind::Text, chars_max, is_optional: false }
    }

    fn form(title: &str, fields: Vec<Field>) -> View {
        View::Form { title: title.to_owned(), fields }
    }

    const SECRET_TITLE: &str = "title: no app may ask for a PIN, a password, a card number or its \
                                code; the host asks for these itself";

    #[test]
    fn texts_at_their_caps_are_shown_and_one_over_is_an_error() {
        check(&message("题".repeat(60), "b".repeat(2_000)), "shown");
        check(&message("题".repeat(61), String::new()), "title holds 61, limit 60");
        check(&message("t".to_owned(), "b".repeat(2_001)), "body holds 2001, limit 2000");
        let menu = |rows| View::Menu { title: "t".to_owned(), rows: vec!["r".to_owned(); rows] };
        check(&menu(200), "shown");
        check(&menu(201), "rows holds 201, limit 200");
        let qr = |bytes| View::Qr { text: "7".repeat(bytes), caption: String::new() };
        check(&qr(1_000), "shown");
        check(&qr(1_001), "code holds 1001, limit 1000");
    }

    #[test]
    fn every_title_has_the_same_cap() {
        let views: [fn(String) -> View; 9] = [
            |title| message(title, String::new()),
            |title| View::Progress { title, body: String::new() },
            |prompt| View::Scan { prompt },
            |title| View::Menu { title, rows: vec!["r".to_owned()] },
            |title| View::Amount { title, max_minor: 1 },
            |title| form(&title, vec![field("Table", 4)]),
            |prompt| View::PresentCard { prompt },
            |title| View::Signature { title },
            |title| View::Result { mark: Mark::Done, title, body: String::new() },
        ];
        for view in views {
            check(&view("题".repeat(60)), "shown");
            check(&view("题".repeat(61)), "title holds 61, limit 60");
            check(&view(String::new()), "title is empty");
            let turned = "title holds the character U+000A, which no screen may carry";
            check(&view("two\nlines".to_owned()), turned);
        }
    }

    #[test]
    fn an_amount_form_or_document_at_its_cap_is_shown_and_one_over_is_an_error() {
        check(&amount("Tip", MINOR_MAX), "shown");
        let over = "the largest amount is 1000000000000 minor units, limit 999999999999";
        check(&amount("Tip", MINOR_MAX + 1), over);
        check(&amount("Tip", 0), "amount is empty");
        check(&form("Order", vec![field("Table", 120); 5]), "shown");
        check(&form("Order", vec![field("Table", 120); 6]), "fields holds 6, limit 5");
        check(&form("Order", Vec::new()), "fields is empty");
        check(&form("Order", vec![field(&"桌".repeat(40), 1)]), "shown");
        check(&form("Order", vec![field(&"桌".repeat(41), 1)]), "label holds 41, limit 40");
        check(&form("Order", vec![field("Table", 121)]), "value holds 121, limit 120");
        check(&form("Order", vec![field("Table", 0)]), "value is empty");
        let preview = |blocks| View::Preview { document: Document::new(blocks).unwrap() };
        let (align, size) = (Align::Left, Size::Normal);
        let line = Block::Line { text: "1 tea".to_owned(), align, size, bold: false };
        check(&preview(vec![line, Block::Cut]), "shown");
        check(&preview(vec![Block::Feed { lines: 3 }, Block::Cut]), "document is empty");
        let ended = |chars| View::Result {
            mark: Mark::Failed,
            title: "t".to_owned(),
            body: "b".repeat(chars),
        };
        check(&ended(2_000), "shown");
        check(&ended(2_001), "body holds 2001, limit 2000");
    }

    #[test]
    fn nothing_that_can_be_answered_asks_for_a_secret() {
        check(&amount("Enter PIN", 999_999), SECRET_TITLE);
        check(&form("请输入密码", vec![field("Digits", 6)]), SECRET_TITLE);
        let digits = (0..10).map(|digit| digit.to_string()).collect();
        check(&View::Menu { title: "Your PIN".to_owned(), rows: digits }, SECRET_TITLE);
        check(&View::Signature { title: "Card number".to_owned() }, SECRET_TITLE);
        let label = "field 1: no app may ask for a PIN, a password, a card number or its code; the \
                     host asks for these itself";
        check(&form("Order", vec![field("Table", 4), field("PIN码", 6)]), label);
        // What can only be read may speak of them: there is nothing to key them into.
        check(&message("Wrong PIN".to_owned(), "The PIN is wrong.".to_owned()), "shown");
    }

    #[test]
    fn a_title_cannot_turn_an_amount_around() {
        check(
            &message("\u{202e}00.21".to_owned(), String::new()),
            "title holds the character U+202E, which no screen may carry",
        );
    }
}
