//! What every view looks like, dot by dot, and the page of `docs` that shows it.

use crate::cases::{Case, at_caps, usual};
use crate::desk_cases;
use crate::harness::{LANGUAGES, SIZES, Screen, code, matches_snapshot, status};
use caisson_core::{Language, desk};
use caisson_devices::screen::Status;

#[track_caller]
fn check(results: Vec<Result<(), String>>) {
    let wrong: Vec<String> = results.into_iter().filter_map(Result::err).collect();
    assert_eq!(wrong, Vec::<String>::new(), "BLESS=1 keeps what was drawn");
}

/// The views, and the pages of the desk.
fn both(language: Language) -> impl Iterator<Item = Case> {
    usual(language).into_iter().chain(desk_cases::usual(language))
}

/// What the page of the settings shows as chosen.
fn in_language(language: Language) -> desk::Settings {
    desk::Settings { language, ..desk::Settings::default() }
}

#[test]
fn every_view_looks_as_kept_at_both_sizes_in_both_languages() {
    let mut results = Vec::new();
    for size in SIZES {
        let screen = Screen::open(size);
        for language in LANGUAGES {
            screen.status(Status { settings: in_language(language), ..status() });
            for Case { name, showing } in both(language) {
                screen.show(showing);
                let name = format!("{name}-{}-{}", code(language), size.0);
                results.push(matches_snapshot(&name, &screen.picture()));
            }
        }
    }
    check(results);
}

#[test]
fn views_at_night_look_as_kept() {
    let screen = Screen::open(SIZES[0]);
    let settings = desk::Settings { theme: desk::Theme::Dark, ..in_language(LANGUAGES[0]) };
    screen.status(Status { settings, ..status() });
    let mut results = Vec::new();
    for Case { name, showing } in both(LANGUAGES[0]) {
        screen.show(showing);
        results.push(matches_snapshot(&format!("{name}-zh-480-dark"), &screen.picture()));
    }
    check(results);
}

#[test]
fn views_at_their_caps_look_as_kept() {
    let screen = Screen::open(SIZES[0]);
    let mut results = Vec::new();
    for language in LANGUAGES {
        for Case { name, showing } in at_caps(language) {
            screen.show(showing);
            let name = format!("{name}-caps-{}-480", code(language));
            results.push(matches_snapshot(&name, &screen.picture()));
        }
    }
    check(results);
}
