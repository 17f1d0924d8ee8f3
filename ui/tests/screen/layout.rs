//! Nothing is too small for a finger, and no text leaves its place.

use crate::cases::{Case, at_caps, reasons, usual};
use crate::desk_cases;
use crate::harness::{LANGUAGES, SIZES, Screen, code};
use caisson_devices::screen::Showing;
use i_slint_backend_testing::ElementHandle;

/// The smallest that a finger meets, in logical dots.
const TARGET_MIN: f32 = 48.0;
/// What rounding may add.
const SLACK: f32 = 1.0;

fn all(language: caisson_core::Language) -> Vec<(String, Showing)> {
    let named = |kind: &str, cases: Vec<Case>| -> Vec<(String, Showing)> {
        let kind = kind.to_owned();
        cases
            .into_iter()
            .map(|case| (format!("{} {kind} {}", case.name, code(language)), case.showing))
            .collect()
    };
    let mut all = named("as usual", usual(language));
    all.extend(named("at its caps", at_caps(language)));
    all.extend(named("as usual", desk_cases::usual(language)));
    all.extend(named("at its caps", desk_cases::at_caps(language)));
    let told = reasons(language).into_iter();
    all.extend(told.map(|showing| (format!("{:?} {}", showing.view, code(language)), showing)));
    all
}

#[test]
fn every_target_is_large_enough_for_a_finger() {
    let screen = Screen::open(SIZES[0]);
    let mut wrong = Vec::new();
    for language in LANGUAGES {
        for (name, showing) in all(language) {
            screen.show(showing);
            for button in screen.buttons() {
                let size = button.size();
                if size.width < TARGET_MIN || size.height < TARGET_MIN {
                    let label = button.accessible_label().unwrap_or_default();
                    wrong.push(format!("{name}: {label}: {} x {}", size.width, size.height));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// A rectangle: left, top, right, bottom.
type Place = (f32, f32, f32, f32);

fn place(element: &ElementHandle) -> Place {
    let (at, size) = (element.absolute_position(), element.size());
    (at.x, at.y, at.x + size.width, at.y + size.height)
}

/// True where one lies in the other, but for what rounding adds.
fn is_within(inner: Place, outer: Place) -> bool {
    inner.0 >= outer.0 - SLACK
        && inner.1 >= outer.1 - SLACK
        && inner.2 <= outer.2 + SLACK
        && inner.3 <= outer.3 + SLACK
}

fn overlap(one: Place, other: Place) -> bool {
    one.0 + SLACK < other.2
        && other.0 + SLACK < one.2
        && one.1 + SLACK < other.3
        && other.1 + SLACK < one.3
}

fn is_text(element: &ElementHandle) -> bool {
    element.type_name().is_some_and(|name| name == "Text")
        || element.bases().is_some_and(|mut bases| bases.any(|base| base == "Text"))
}

/// Texts with their places, each once.
fn texts(elements: impl Iterator<Item = ElementHandle>) -> Vec<(Place, String)> {
    let mut found = Vec::new();
    for element in elements.filter(is_text) {
        let text = (place(&element), element.accessible_label().unwrap_or_default().to_string());
        if !found.contains(&text) {
            found.push(text);
        }
    }
    found
}

/// What is wrong with where the texts are.
fn faults(screen: &Screen, (width, height): (f32, f32)) -> Vec<String> {
    let mut faults = Vec::new();
    let elements = screen.elements();
    // What scrolls may be taller than its place; it may not be wider.
    let mut scrolled = Vec::new();
    let mut rows = Vec::new();
    let scrolls = elements.iter().filter(|element| {
        element.type_name().is_some_and(|name| name == "Scroll")
            || element.bases().is_some_and(|mut bases| bases.any(|base| base == "Scroll"))
    });
    for scroll in scrolls {
        let (left, _, right, _) = place(scroll);
        let within = scroll.query_descendants().match_descendants().find_all();
        rows.extend(within.iter().map(place));
        for text in texts(within.into_iter()) {
            if !is_within(text.0, (left, f32::MIN, right, f32::MAX)) {
                faults.push(format!("wider than its list: {text:?}"));
            }
            scrolled.push(text);
        }
    }
    let mut fixed: Vec<(Place, String)> = Vec::new();
    for text in texts(elements.into_iter()) {
        let at = text.0;
        if at.2 - at.0 < 0.5 || at.3 - at.1 < 0.5 || scrolled.contains(&text) {
            continue;
        }
        if !is_within(at, (0.0, 0.0, width, height)) {
            faults.push(format!("outside the screen: {text:?}"));
        }
        let covered = fixed.iter().filter(|other| overlap(at, other.0));
        faults.extend(covered.map(|other| format!("{text:?} over {other:?}")));
        fixed.push(text);
    }
    for button in screen.buttons() {
        let at = place(&button);
        let is_scrolled = rows.contains(&at);
        if !is_scrolled && !is_within(at, (0.0, 0.0, width, height)) {
            faults.push(format!("a button outside the screen: {at:?}"));
        }
    }
    faults
}

#[test]
fn no_text_leaves_its_place_with_the_longest_texts_at_both_sizes_in_both_languages() {
    let mut wrong = Vec::new();
    for (width, height) in SIZES {
        let screen = Screen::open((width, height));
        let dots = |value| f32::from(u16::try_from(value).unwrap());
        let size = (dots(width), dots(height));
        for language in LANGUAGES {
            for (name, showing) in all(language) {
                screen.show(showing);
                let found = faults(&screen, size);
                wrong.extend(found.into_iter().map(|fault| format!("{name} at {width}: {fault}")));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "{} faults", wrong.len());
}

#[test]
fn a_text_outside_its_place_and_one_over_another_are_seen() {
    let screen = Screen::open(SIZES[0]);
    let case = usual(LANGUAGES[1]).into_iter().find(|case| case.name == "message").unwrap();
    screen.show(case.showing);
    assert_eq!(faults(&screen, (480.0, 800.0)), Vec::<String>::new());
    assert!(!faults(&screen, (400.0, 800.0)).is_empty());
    assert!(overlap((0.0, 0.0, 10.0, 10.0), (8.0, 8.0, 20.0, 20.0)));
    assert!(!overlap((0.0, 0.0, 10.0, 10.0), (10.0, 0.0, 20.0, 10.0)));
}
