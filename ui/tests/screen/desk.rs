//! The desk's pages under a finger: what each button says, what is keyed, and what stays hidden.

use crate::desk_cases::{at_caps, key, page, usual};
use crate::harness::{LANGUAGES, SIZES, Screen, own, yuan};
use caisson_core::Language;
use caisson_core::desk::{Act, Page, Settings, Theme, Volume};
use caisson_core::view::View;
use caisson_devices::screen::{Key, Place};
use caisson_vault::Passcode;
use i_slint_backend_testing::AccessibleRole;
use slint::platform::PointerEventButton;
use std::time::Duration;

fn open(name: &str, language: Language) -> Screen {
    let screen = Screen::open(SIZES[0]);
    let case = usual(language).into_iter().find(|case| case.name == name).unwrap();
    screen.show(case.showing);
    screen
}

/// Shows the page of this name, taps, and looks at what was said.
#[track_caller]
fn check(name: &str, taps: &str, expected: &[Key]) {
    let mut screen = open(name, Language::En);
    for label in taps.split('|').filter(|label| !label.is_empty()) {
        screen.tap(label);
    }
    assert_eq!(screen.keys(), expected, "{name}: {taps}");
}

#[test]
fn somebody_signs_in_by_name_and_code() {
    check("desk-sign-in", "Li Hua", &[Key::Row(2)]);
    let code = Passcode::new("123456").unwrap();
    check("desk-code", "1|2|3|4|5|Sign in", &[]);
    check("desk-code", "1|2|3|4|5|7|Backspace|6|Sign in", &[Key::Code(code)]);
    check("desk-code", "Back", &[Key::Go(Place::Back)]);
}

#[test]
fn a_code_is_counted_and_never_shown() {
    let screen = open("desk-code", Language::En);
    for digit in ["1", "2", "3", "4", "5", "6", "7"] {
        screen.tap(digit);
    }
    let labels = screen.labels();
    assert!(labels.iter().any(|one| one == "7 digits"), "{labels:?}");
    assert!(!labels.iter().any(|label| label.contains("1234567")), "{labels:?}");
}

#[test]
fn a_lock_takes_no_code_counts_down_and_ends_by_itself() {
    let mut screen = open("desk-code-locked", Language::En);
    assert_eq!(screen.enabled(), ["Back"]);
    let locked = |screen: &Screen| {
        screen.labels().into_iter().find(|text| text.starts_with("Too many")).unwrap_or_default()
    };
    assert_eq!(locked(&screen), "Too many wrong codes: locked for 4:59 more");
    i_slint_backend_testing::mock_elapsed_time(Duration::from_secs(1));
    assert_eq!(locked(&screen), "Too many wrong codes: locked for 4:58 more");
    for _ in 0..300 {
        i_slint_backend_testing::mock_elapsed_time(Duration::from_secs(1));
    }
    assert_eq!(locked(&screen), "");
    for digit in ["1", "2", "3", "4", "5", "6"] {
        screen.tap(digit);
    }
    screen.tap("Sign in");
    assert_eq!(screen.keys(), [Key::Code(Passcode::new("123456").unwrap())]);
}

#[test]
fn an_amount_is_keyed_from_the_right_and_charged() {
    check("desk-keypad", "Charge", &[]);
    check("desk-keypad", "1|2|5|0|Charge ¥12.50", &[Key::Amount(1_250)]);
    check("desk-keypad", "9|00|Clear|5|Charge ¥0.05", &[Key::Amount(5)]);
    check("desk-keypad", "Menu", &[Key::Go(Place::Menu)]);
    check("desk-keypad", "History", &[Key::Go(Place::History)]);
    check("desk-keypad-problems", "Open problems: 3", &[Key::Go(Place::Problems)]);
}

#[test]
fn an_amount_over_the_largest_is_refused_while_it_is_keyed() {
    let screen = open("desk-keypad", Language::En);
    for digit in ["9", "9", "9", "9", "9", "9", "9"] {
        screen.tap(digit);
    }
    let texts = screen.labels();
    assert!(texts.iter().any(|one| one == "¥9,999.99"), "{texts:?}");
    assert!(texts.iter().any(|one| one == "At most ¥50,000.00 in one payment"), "{texts:?}");
}

#[test]
fn an_amount_stays_when_only_the_number_of_problems_changes_and_goes_with_the_page() {
    let mut screen = open("desk-keypad", Language::En);
    screen.tap("7");
    let keypad = |problems| Page::Keypad { problems, max: yuan(5_000_000) };
    screen.show(page(keypad(2), Language::En));
    screen.tap("5");
    screen.tap("Charge ¥0.75");
    assert_eq!(screen.keys(), [Key::Amount(75)]);
    screen.show(own(View::Wait, Language::En));
    screen.show(page(keypad(2), Language::En));
    assert!(screen.labels().contains("¥0.00"));
}

#[test]
fn a_way_to_pay_that_is_down_says_why_and_cannot_be_chosen() {
    check("desk-methods", "Alipay", &[Key::Row(1)]);
    check("desk-methods", "Gift card", &[Key::Row(3)]);
    check("desk-methods", "UnionPay", &[]);
    let texts = open("desk-methods", Language::En).labels();
    let why = "This way to pay cannot reach its acquirer; nothing was begun. Use another way to \
               pay; it comes back by itself.";
    assert!(texts.iter().any(|one| one == why), "{texts:?}");
    assert!(texts.iter().any(|one| one == "¥12.50"), "{texts:?}");
}

#[test]
fn the_menu_leads_everywhere() {
    for (label, place) in [
        ("History", Place::History),
        ("Day totals", Place::Totals),
        ("Open problems", Place::Problems),
        ("Settings", Place::Settings),
        ("About", Place::About),
        ("Sign out", Place::SignOut),
        ("Back", Place::Back),
    ] {
        check("desk-menu", label, &[Key::Go(place)]);
    }
    check("desk-menu", "Gift card: top up", &[Key::Row(1)]);
}

#[test]
fn a_payment_is_searched_for_with_the_keyboard_of_the_page() {
    check("desk-history-nothing", "Clear", &[Key::Search(String::new())]);
    let taps = "Search|Clear|1|2|.|5|0|Search";
    let mut screen = open("desk-history-nothing", Language::En);
    for label in taps.split('|').take(7) {
        screen.tap(label);
    }
    // The field and the button have one name; the button is the last.
    let buttons = screen.buttons();
    let search = buttons.iter().rfind(|one| one.accessible_label().is_some_and(|l| l == "Search"));
    search.unwrap().mock_single_click(PointerEventButton::Left);
    assert_eq!(screen.keys(), [Key::Search("12.50".to_owned())]);
    // Back ends typing first, and then leaves.
    let mut screen = open("desk-history", Language::En);
    screen.tap("Search");
    screen.tap("Back");
    assert_eq!(screen.keys(), []);
    screen.tap("Back");
    assert_eq!(screen.keys(), [Key::Go(Place::Back)]);
}

#[test]
fn what_can_be_done_with_a_payment_is_said_with_its_key() {
    for (label, act) in
        [("Print again", Act::Reprint), ("Refund", Act::Refund), ("Void", Act::Void)]
    {
        check("desk-details", label, &[Key::Do(act, key(6))]);
    }
    check("desk-refund", "2|5|0|Refund ¥2.50", &[Key::Amount(250)]);
    check("desk-refund", "All of it|Refund ¥7.50", &[Key::Amount(750)]);
    check("desk-refund", "Back", &[Key::Go(Place::Back)]);
    check("desk-void", "Refund ¥12.50", &[Key::Yes]);
    check("desk-void", "Back", &[Key::No]);
}

#[test]
fn an_open_problem_is_settled_by_the_owners_word() {
    check("desk-problem-asking", "Back", &[Key::Go(Place::Back)]);
    check("desk-problem-parked", "The customer has paid", &[Key::Yes]);
    check("desk-problem-parked", "The customer has not paid", &[Key::No]);
    check("desk-resolve", "The customer has paid", &[Key::Yes]);
    check("desk-resolve", "Back", &[Key::No]);
    assert_eq!(open("desk-problem-asking", Language::En).enabled(), ["Back"]);
}

#[test]
fn what_is_denied_done_or_shown_is_answered() {
    check("desk-denied", "Sign in as another", &[Key::Go(Place::SignOut)]);
    check("desk-said-done", "OK", &[Key::Ok]);
    check("desk-receipt", "Done", &[Key::Ok]);
}

/// A finger on one of a few, of which one holds.
#[track_caller]
fn choose(screen: &Screen, label: &str) {
    let mut all = screen.elements();
    all.retain(|one| one.accessible_role() == Some(AccessibleRole::RadioButton));
    let one = all.iter().find(|one| one.accessible_label().is_some_and(|found| found == label));
    one.unwrap().mock_single_click(PointerEventButton::Left);
}

#[test]
fn settings_are_said_whole_and_add_up() {
    let mut screen = open("desk-settings", Language::En);
    choose(&screen, "Dark");
    choose(&screen, "中文");
    choose(&screen, "Off");
    let dark = Settings { language: Language::En, theme: Theme::Dark, volume: Volume::Loud };
    let zh = Settings { language: Language::Zh, ..dark };
    let off = Settings { volume: Volume::Off, ..zh };
    assert_eq!(screen.keys(), [Key::Set(dark), Key::Set(zh), Key::Set(off)]);
}

#[test]
fn a_row_pressed_twice_is_said_once() {
    check("desk-history", "UnionPay refund|UnionPay refund", &[Key::Row(2)]);
}

#[test]
fn every_page_has_one_way_back_or_says_what_happens_next() {
    for language in LANGUAGES {
        let screen = Screen::open(SIZES[0]);
        let (back, cancel) = match language {
            Language::Zh => ("返回", "取消"),
            Language::En => ("Back", "Cancel"),
        };
        for case in usual(language).into_iter().chain(at_caps(language)) {
            screen.show(case.showing);
            let ways =
                screen.enabled().iter().filter(|l| [back, cancel].contains(&l.as_str())).count();
            let name = case.name;
            let is_end = ["desk-sign-in", "desk-keypad", "desk-said"]
                .iter()
                .any(|end| name.starts_with(end));
            assert_eq!(ways, usize::from(!is_end), "{name}: {:?}", screen.enabled());
            if is_end {
                assert!(!screen.buttons().is_empty(), "{name} says what happens next");
            }
        }
    }
}
