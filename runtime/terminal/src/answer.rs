//! Which keys answer an app's view.
//!
//! Guarantee: whatever a screen sends, an app gets only what its view allows: a row that exists, an
//! amount within its limit, values that fit their fields, points within the field.

use caisson_core::view::{SIGNATURE_POINTS_MAX, SIGNATURE_SIZE, View};
use caisson_devices::screen::{Key, Point};
use caisson_host::UiAnswer;

/// What `key` answers to an app's view; `None` where that view has no such key.
pub(crate) fn answer_to(view: &View, key: Key) -> Option<UiAnswer> {
    match (view, key) {
        (View::Menu { rows, .. }, Key::Row(row)) => {
            let exists = usize::try_from(row).is_ok_and(|row| row < rows.len());
            exists.then_some(UiAnswer::Row(row))
        }
        (View::Amount { max_minor, .. }, Key::Amount(minor)) => {
            (1..=*max_minor).contains(&minor).then_some(UiAnswer::Amount(minor))
        }
        (View::Form { fields, .. }, Key::Values(values)) => {
            let fits = fields.len() == values.len()
                && fields.iter().zip(&values).all(|(field, value)| field.takes(value));
            fits.then_some(UiAnswer::Values(values))
        }
        (View::Signature { .. }, Key::Strokes(strokes)) => {
            let points: usize = strokes.iter().map(Vec::len).sum();
            let inside = |point: &Point| point.x <= SIGNATURE_SIZE.0 && point.y <= SIGNATURE_SIZE.1;
            let fits = (1..=SIGNATURE_POINTS_MAX).contains(&points)
                && strokes.iter().all(|stroke| !stroke.is_empty() && stroke.iter().all(inside));
            let pairs = |stroke: Vec<Point>| stroke.iter().map(|p| (p.x, p.y)).collect();
            fits.then(|| UiAnswer::Strokes(strokes.into_iter().map(pairs).collect()))
        }
        (View::Message { .. } | View::Result { .. } | View::Preview { .. }, Key::Ok | Key::Yes) => {
            Some(UiAnswer::Done)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use caisson_core::view::{Field, FieldKind, Mark};

    fn title() -> String {
        "t".to_owned()
    }

    #[track_caller]
    fn answers(view: &View, key: Key, expected: UiAnswer) {
        assert_eq!(answer_to(view, key), Some(expected));
    }

    #[track_caller]
    fn ignores(view: &View, key: Key) {
        assert_eq!(answer_to(view, key), None);
    }

    #[test]
    fn a_row_answers_a_menu_where_it_exists() {
        let menu = View::Menu { title: title(), rows: vec!["a".to_owned(), "b".to_owned()] };
        answers(&menu, Key::Row(1), UiAnswer::Row(1));
        ignores(&menu, Key::Row(2));
        ignores(&menu, Key::Ok);
    }

    #[test]
    fn an_amount_answers_from_1_to_its_limit() {
        let amount = View::Amount { title: title(), max_minor: 500 };
        answers(&amount, Key::Amount(1), UiAnswer::Amount(1));
        answers(&amount, Key::Amount(500), UiAnswer::Amount(500));
        ignores(&amount, Key::Amount(0));
        ignores(&amount, Key::Amount(501));
        ignores(&View::Wait, Key::Amount(1));
    }

    #[test]
    fn values_answer_a_form_one_for_each_field_and_each_in_its_alphabet() {
        let field = |kind, is_optional| Field { label: title(), kind, chars_max: 3, is_optional };
        let fields = vec![field(FieldKind::Digits, false), field(FieldKind::Text, true)];
        let form = View::Form { title: title(), fields };
        let values = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>();
        let key = |texts: &[&str]| Key::Values(values(texts));
        answers(&form, key(&["123", ""]), UiAnswer::Values(values(&["123", ""])));
        answers(&form, key(&["1", "ab"]), UiAnswer::Values(values(&["1", "ab"])));
        ignores(&form, key(&["123"]));
        ignores(&form, key(&["123", "a", "b"]));
        ignores(&form, key(&["", "a"]));
        ignores(&form, key(&["1234", "a"]));
        ignores(&form, key(&["12a", "a"]));
        ignores(&form, key(&["1", "a\u{202e}"]));
    }

    #[test]
    fn a_signature_answers_with_points_of_its_field_and_not_too_many() {
        let signature = View::Signature { title: title() };
        let stroke = |points: usize| vec![Point { x: 1_000, y: 400 }; points];
        let corner = |points: usize| vec![(1_000, 400); points];
        let answer = UiAnswer::Strokes(vec![corner(1), corner(3_999)]);
        answers(&signature, Key::Strokes(vec![stroke(1), stroke(3_999)]), answer);
        ignores(&signature, Key::Strokes(vec![stroke(1), stroke(4_000)]));
        ignores(&signature, Key::Strokes(Vec::new()));
        ignores(&signature, Key::Strokes(vec![stroke(1), stroke(0)]));
        ignores(&signature, Key::Strokes(vec![vec![Point { x: 1_001, y: 0 }]]));
        ignores(&signature, Key::Strokes(vec![vec![Point { x: 0, y: 401 }]]));
    }

    #[test]
    fn what_is_only_read_is_answered_with_ok() {
        let ended = View::Result { mark: Mark::Done, title: title(), body: String::new() };
        answers(&ended, Key::Ok, UiAnswer::Done);
        ignores(&ended, Key::No);
        ignores(&View::PresentCard { prompt: title() }, Key::Ok);
    }
}
