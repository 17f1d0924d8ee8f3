//! Every page has one way out, always the same; the four that have none say what happens next.

use crate::cases::{at_caps, usual};
use crate::harness::{LANGUAGES, SIZES, Screen, code};
use caisson_core::Language;
use caisson_core::view::View;

#[test]
fn every_view_has_exactly_one_way_out_or_says_what_happens_next() {
    for language in LANGUAGES {
        let screen = Screen::open(SIZES[0]);
        let (cancel, blocked) = match language {
            Language::Zh => ("取消", "现在不能取消"),
            Language::En => ("Cancel", "Cannot be cancelled now"),
        };
        let mut cases = usual(language);
        cases.extend(at_caps(language));
        for case in cases {
            let (can_cancel, view) = (case.showing.can_cancel, case.showing.view.clone());
            screen.show(case.showing);
            let name = format!("{} {}", case.name, code(language));
            let ways = screen.enabled().iter().filter(|label| *label == cancel).count();
            assert_eq!(ways, usize::from(can_cancel), "{name}");
            let labels = screen.labels();
            let says = |text: &str| labels.contains(text);
            match view {
                // Ready, ended, and certain: each says what comes next, and the last two have a
                // button for it.
                View::Idle => assert!(says(match language {
                    Language::Zh => "已就绪，请在收银台发起收款。",
                    Language::En => "Ready. The next payment starts at the till.",
                })),
                View::Outcome { .. } | View::Notice { .. } => {
                    assert!(!screen.enabled().is_empty(), "{name}");
                }
                _ => assert_eq!(says(blocked), !can_cancel, "{name}"),
            }
        }
    }
}
