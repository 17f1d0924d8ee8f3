//! A finger on each button says what its label says.

use crate::cases::usual;
use crate::harness::{SIZES, Screen, of_app, own};
use caisson_core::Language;
use caisson_core::view::{ROWS_MAX, View};
use caisson_devices::screen::{Key, PinDigits, ReceiptWish, Showing};
use caisson_ui::{UiCommand, UiEvent};
use caisson_vault::Passcode;
use std::collections::BTreeSet;

/// Shows the view of this name, taps, and looks at what was said.
#[track_caller]
fn check(name: &str, taps: &str, expected: &[Key]) {
    let mut screen = Screen::open(SIZES[0]);
    let case = usual(Language::En).into_iter().find(|case| case.name == name).unwrap();
    screen.show(case.showing);
    for label in taps.split('|').filter(|label| !label.is_empty()) {
        screen.tap(label);
    }
    assert_eq!(screen.keys(), expected, "{name}: {taps}");
}

#[test]
fn cancel_is_said_from_every_view_that_has_it() {
    for case in usual(Language::En).into_iter().filter(|case| case.showing.can_cancel) {
        check(case.name, "Cancel", &[Key::Cancel]);
    }
}

#[test]
fn a_message_a_result_a_preview_and_a_notice_are_read() {
    for name in ["message", "result-done", "preview", "notice"] {
        check(name, "OK", &[Key::Ok]);
    }
    check("outcome-declined", "Next payment", &[Key::Ok]);
}

#[test]
fn rows_and_questions_are_answered() {
    check("menu", "Top up", &[Key::Row(1)]);
    check("instead", "Gift card", &[Key::Row(2)]);
    check("confirm", "Yes, go on", &[Key::Yes]);
    check("confirm", "No", &[Key::No]);
}

#[test]
fn a_receipt_is_chosen() {
    for (label, wish) in [
        ("Print", ReceiptWish::Paper),
        ("Show code", ReceiptWish::Code),
        ("No receipt", ReceiptWish::Nothing),
    ] {
        check("outcome-approved", label, &[Key::Receipt(wish)]);
    }
}

#[test]
fn an_amount_is_keyed_from_the_right_and_can_be_mended() {
    check("amount", "1|2|5|0|Confirm", &[Key::Amount(1_250)]);
    check("amount", "9|9|Backspace|00|Confirm", &[Key::Amount(900)]);
    check("amount", "9|9|Clear|5|Confirm", &[Key::Amount(5)]);
    // Nothing keyed, nothing said.
    check("amount", "Confirm", &[]);
    check("amount", "0|00|Confirm", &[]);
}

#[test]
fn the_owners_code_is_keyed_whole_and_never_shown() {
    let code = Passcode::new("123456").unwrap();
    check("hold", "1|2|3|4|5|6|Confirm", &[Key::Code(code)]);
    let pin = PinDigits::new("1234").unwrap();
    check("pin", "1|2|3|4|Confirm", &[Key::Pin(pin)]);
    check("pin", "1|2|3|Confirm", &[]);
    check("pin-bypass", "No PIN", &[Key::No]);
    check("hold", "1|2|3|4|5|Confirm", &[]);
    let screen = Screen::open(SIZES[0]);
    let case = usual(Language::En).into_iter().find(|case| case.name == "hold").unwrap();
    screen.show(case.showing.clone());
    let before = screen.labels();
    screen.tap_all("7 7 7");
    let after = screen.labels();
    assert_eq!(after.difference(&before).collect::<Vec<_>>(), ["3 digits"]);
    screen.tap("Backspace");
    assert!(screen.labels().contains("2 digits"));
    // Another showing begins anew.
    screen.show(case.showing);
    assert_eq!(screen.labels(), before);
}

#[test]
fn a_shuffled_pin_pad_stands_otherwise_each_time_and_says_what_its_keys_say() {
    let mut screen = Screen::open(SIZES[0]);
    let case = usual(Language::En).into_iter().find(|case| case.name == "pin").unwrap();
    let View::Pin { ask, can_bypass, .. } = case.showing.view else { panic!("no PIN page") };
    let view = View::Pin { ask, can_bypass, is_shuffled: true };
    let shuffled = Showing { view, ..case.showing.clone() };
    // The digits as they are read, row by row.
    let order = |screen: &Screen| {
        let mut keys: Vec<_> = screen.buttons().into_iter().collect();
        keys.retain(|key| key.accessible_label().is_some_and(|label| label.len() == 1));
        keys.sort_by(|one, other| {
            let [one, other] = [one, other].map(|key| key.absolute_position());
            one.y.total_cmp(&other.y).then(one.x.total_cmp(&other.x))
        });
        keys.iter().filter_map(|key| key.accessible_label()).map(String::from).collect::<String>()
    };
    screen.show(case.showing);
    assert_eq!(order(&screen), "1234567890");
    let orders: BTreeSet<String> = (0..12)
        .map(|_| {
            screen.show(shuffled.clone());
            order(&screen)
        })
        .collect();
    assert!(orders.len() > 1, "{orders:?}");
    for order in orders {
        let mut digits: Vec<char> = order.chars().collect();
        digits.sort_unstable();
        assert_eq!(String::from_iter(digits), "0123456789");
    }
    screen.tap_all("1 2 3 4 Confirm");
    assert_eq!(screen.keys(), [Key::Pin(PinDigits::new("1234").unwrap())]);
}

#[test]
fn a_form_is_filled_field_by_field() {
    let mut screen = Screen::open(SIZES[0]);
    let case = usual(Language::En).into_iter().find(|case| case.name == "form-email").unwrap();
    screen.show(case.showing);
    screen.tap_all("a Shift B Signs + Letters c @ d . 7 Next");
    screen.tap_all("x Backspace y Confirm");
    assert_eq!(screen.keys(), [Key::Values(vec!["aB+c@d.7".to_owned(), "y".to_owned()])]);
    check(
        "form-digits",
        "1|2|Next|3|Previous|Backspace|Next|Confirm",
        &[Key::Values(vec!["1".to_owned(), "3".to_owned()])],
    );
    check(
        "form-phone",
        "+|8|6|Next|1|Confirm",
        &[Key::Values(vec!["+86".to_owned(), "1".to_owned()])],
    );
    check(
        "form-text",
        "a|Space|b|Next|c|Confirm",
        &[Key::Values(vec!["a b".to_owned(), "c".to_owned()])],
    );
}

#[test]
fn a_signature_is_drawn_with_a_finger() {
    use slint::ComponentHandle as _;
    use slint::LogicalPosition;
    use slint::platform::{PointerEventButton, WindowEvent};
    let mut screen = Screen::open(SIZES[0]);
    let case = usual(Language::En).into_iter().find(|case| case.name == "signature").unwrap();
    screen.show(case.showing);
    screen.tap("Done");
    assert_eq!(screen.keys(), []);
    let field = i_slint_backend_testing::ElementHandle::find_by_accessible_label(
        screen.face.window(),
        "Field for the signature",
    )
    .next()
    .unwrap();
    let (at, size) = (field.absolute_position(), field.size());
    let place =
        |x: f32, y: f32| LogicalPosition::new(at.x + size.width * x, at.y + size.height * y);
    let window = screen.face.window().window();
    let button = PointerEventButton::Left;
    window.dispatch_event(WindowEvent::PointerMoved { position: place(0.25, 0.5) });
    window.dispatch_event(WindowEvent::PointerPressed { position: place(0.25, 0.5), button });
    window.dispatch_event(WindowEvent::PointerMoved { position: place(0.5, 0.25) });
    window.dispatch_event(WindowEvent::PointerMoved { position: place(0.75, 0.5) });
    window.dispatch_event(WindowEvent::PointerReleased { position: place(0.75, 0.5), button });
    screen.tap("Done");
    let keys = screen.keys();
    let [Key::Strokes(strokes)] = keys.as_slice() else { panic!("{keys:?}") };
    let points: Vec<_> = strokes
        .iter()
        .map(|stroke| stroke.iter().map(|p| (p.x, p.y)).collect::<Vec<_>>())
        .collect();
    assert_eq!(points, [[(250, 200), (500, 100), (750, 200)]]);
}

#[test]
fn a_second_press_is_not_sent_and_cancel_always_is() {
    check("message", "OK|OK|Cancel", &[Key::Ok, Key::Cancel]);
    let mut screen = Screen::open(SIZES[0]);
    let message = View::Message { title: "Read".to_owned(), body: String::new() };
    for _ in 0..2 {
        screen.show(of_app(message.clone(), Language::En));
        screen.tap("OK");
    }
    assert_eq!(screen.keys(), [Key::Ok, Key::Ok]);
}

#[test]
fn a_tap_by_command_is_a_finger() {
    let mut screen = Screen::open(SIZES[0]);
    let message = View::Message { title: "Read".to_owned(), body: String::new() };
    screen.show(of_app(message, Language::En));
    screen.apply(UiCommand::Tap { x: 240, y: 740 });
    // Outside: nothing.
    screen.apply(UiCommand::Tap { x: 480, y: 740 });
    assert_eq!(screen.events(), [UiEvent::Key(Key::Ok)]);
}

#[test]
fn the_last_row_of_the_longest_menu_is_reached_by_scrolling() {
    let mut screen = Screen::open(SIZES[0]);
    let rows = (0..ROWS_MAX).map(|row| format!("Row {row}")).collect();
    screen.show(of_app(View::Menu { title: "Rows".to_owned(), rows }, Language::En));
    let shown = screen.enabled();
    assert!(shown.contains(&"Row 0".to_owned()) && !shown.contains(&"Row 199".to_owned()));
    screen.buttons()[1].scroll(0.0, -1_000_000.0);
    screen.tap("Row 199");
    assert_eq!(screen.keys(), [Key::Row(199)]);
}

#[test]
fn the_idle_screen_has_nothing_to_press() {
    let screen = Screen::open(SIZES[0]);
    screen.show(own(View::Idle, Language::En));
    assert_eq!(screen.enabled(), Vec::<String>::new());
}
