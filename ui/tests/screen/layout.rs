//! Nothing is too small for a finger, and no text leaves its place.

use crate::cases::{Case, at_caps, reasons, usual};
use crate::harness::{LANGUAGES, SIZES, Screen, code};
use caisson_devices::screen::Showing;
use i_slint_backend_testing::{ElementHandle, ElementQuery};

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

fn texts(of: ElementQuery) -> Vec<ElementHandle> {
    of.match_inherits("Text").find_all()
}

/// What is wrong with where the texts are.
fn faults(screen: &Screen, (width, height): (f32, f32)) -> Vec<String> {
    let root = || ElementQuery::from_root(screen.face.window()).match_descendants();
    let mut faults = Vec::new();
    // What scrolls may be taller than its place; it may not be wider.
    let mut scrolled = Vec::new();
    for scroll in root().match_inherits("Scroll").find_all() {
        let (left, _, right, _) = place(&scroll);
        for text in texts(scroll.query_descendants().match_descendants()) {
            let at = place(&text);
            if !is_within(at, (left, f32::MIN, right, f32::MAX)) {
                faults.push(format!("wider than its list: {at:?}"));
            }
            scrolled.push(at);
        }
    }
    let mut fixed: Vec<Place> = Vec::new();
    for text in texts(root()) {
        let at = place(&text);
        if at.2 - at.0 < 0.5 || at.3 - at.1 < 0.5 || scrolled.contains(&at) {
            continue;
        }
        if !is_within(at, (0.0, 0.0, width, height)) {
            faults.push(format!("outside the screen: {at:?}"));
        }
        for other in &fixed {
            if overlap(at, *other) {
                faults.push(format!("{at:?} over {other:?}"));
            }
        }
        fixed.push(at);
    }
    for button in screen.buttons() {
        let at = place(&button);
        if scrolled.iter().any(|text| is_within(*text, at)) {
            continue;
        }
        if !is_within(at, (0.0, 0.0, width, height)) {
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
        let size =
            (f32::from(u16::try_from(width).unwrap()), f32::from(u16::try_from(height).unwrap()));
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
