//! `docs/screens.md`: made from the kept pictures, so that it shows what the screen shows.

use std::fmt::Write as _;
use std::path::Path;

/// A picture and what it shows.
type Shown = (&'static str, &'static str);
/// The sections of the page. Every picture by day at 480 x 800 is in one of them.
const SECTIONS: [(&str, &[Shown]); 5] = [
    ("The till", TILL),
    ("A payment", PAYMENT),
    ("How it ends", ENDS),
    ("What apps show", APPS),
    ("The desk", DESK),
];

const TILL: &[Shown] = &[
    ("desk-sign-in", "Who is at the till"),
    ("desk-code", "The operator's code"),
    ("desk-code-wrong", "After a wrong code"),
    ("desk-code-locked", "After too many"),
    ("desk-keypad", "The amount of the next sale"),
    ("desk-keypad-problems", "Three payments need attention"),
    ("desk-methods", "The way to pay; one is down"),
];
const DESK: &[Shown] = &[
    ("desk-menu", "The menu, with services of apps"),
    ("desk-history", "Payments, the newest first"),
    ("desk-history-nothing", "A search without a result"),
    ("desk-details", "A sale, and what can be done with it"),
    ("desk-details-declined", "A payment that was refused"),
    ("desk-refund", "How much goes back"),
    ("desk-void", "All of it goes back"),
    ("desk-complete", "So much of what was reserved is taken"),
    ("desk-release", "What was reserved is let go"),
    ("desk-totals", "The day so far"),
    ("desk-totals-none", "A day without payments"),
    ("desk-problems", "What is not settled"),
    ("desk-problems-none", "Everything is settled"),
    ("desk-problem-asking", "The terminal is finding out"),
    ("desk-problem-parked", "The owner must decide"),
    ("desk-resolve", "The owner's word"),
    ("desk-denied", "Somebody may not do that"),
    ("desk-settings", "Language, look and sound"),
    ("desk-about", "Versions and licences"),
    ("desk-receipt", "The receipt for the customer's phone"),
    ("desk-said-done", "Something was done"),
    ("desk-said-plain", "Something was done, and that is all"),
    ("desk-said-not", "Something was not done"),
];
const PAYMENT: &[Shown] = &[
    ("idle", "Ready, where payments start at the shop's till"),
    ("scan", "The customer's code is scanned"),
    ("qr", "The customer scans a code"),
    ("present-card", "A card is wanted"),
    ("wait", "Between two views of an app"),
    ("confirm", "The terminal asks for a yes"),
    ("hold", "The owner releases a payment"),
    ("hold-wrong", "After a wrong code"),
    ("pin", "The cardholder's PIN, on the host's own pad"),
    ("pin-bypass", "Where the acquirer allows to go on without one"),
    ("pin-wrong", "After a wrong PIN, the last try"),
    ("instead", "The chosen way to pay is down"),
];
const ENDS: &[Shown] = &[
    ("outcome-approved", "Money was taken; the receipt is chosen"),
    ("outcome-refunded", "Money was given back"),
    ("outcome-reserved", "Reserved, and taken later"),
    ("outcome-released", "What was reserved is let go"),
    ("outcome-declined", "Refused, with reason and next step"),
    ("outcome-cancelled", "Ended before money moved"),
    ("outcome-unknown", "Not certain yet"),
    ("notice", "Something about a device, the payment being certain"),
];
const APPS: &[Shown] = &[
    ("message", "Something to read"),
    ("progress", "Something is being done"),
    ("progress-blocked", "Something that cannot be cancelled"),
    ("menu", "A choice"),
    ("amount", "An amount"),
    ("form-digits", "A field of digits"),
    ("form-text", "A field of letters"),
    ("form-phone", "A telephone number"),
    ("form-email", "A mail address"),
    ("signature", "A signature"),
    ("result-done", "A service that moves no money was done"),
    ("result-failed", "It was not"),
    ("result-attention", "Somebody must look at it"),
    ("preview", "A document as the paper will show it"),
];

fn page() -> String {
    let mut page = "# The screens\n\nEvery view at 480 x 800 dots by day, in both languages. Made \
        from the pictures that the tests of `ui` compare dot by dot; `BLESS=1` makes both anew.\n"
        .to_owned();
    for (heading, shown) in SECTIONS {
        write!(page, "\n## {heading}\n\n| | 中文 | English |\n|---|---|---|\n").unwrap();
        for (name, what) in shown {
            write!(page, "| {what} |").unwrap();
            for language in ["zh", "en"] {
                let file = format!("../ui/tests/snapshots/{name}-{language}-480.png");
                write!(page, " <img src=\"{file}\" width=\"240\" alt=\"{what}\"> |").unwrap();
            }
            page.push('\n');
        }
    }
    page
}

#[test]
fn the_page_of_screens_shows_every_kept_picture() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = root.join("../docs/screens.md");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, page()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), page(), "BLESS=1 writes it");

    let shown: Vec<&str> =
        SECTIONS.iter().flat_map(|(_, shown)| shown.iter().map(|(name, _)| *name)).collect();
    let mut missing = Vec::new();
    for entry in std::fs::read_dir(root.join("tests/snapshots")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(case) = name.strip_suffix("-en-480.png") else { continue };
        if !case.ends_with("-caps") && !shown.contains(&case) {
            missing.push(case.to_owned());
        }
    }
    assert_eq!(missing, Vec::<String>::new(), "pictures that the page does not show");
    for name in shown {
        for language in ["zh", "en"] {
            let picture = root.join(format!("tests/snapshots/{name}-{language}-480.png"));
            assert!(picture.exists(), "{}", picture.display());
        }
    }
}
