//! The panel's controls, as they are drawn in `ui`: each is a sentence.

use caisson_scenarios::Step;
use std::path::Path;

/// What stands between `sentence: ` and the end of the control's words, from `file`.
fn sentences(text: &str) -> Vec<String> {
    let words = text.split("sentence: ").skip(1).filter_map(|rest| rest.split(';').next());
    // What is typed or listed stands between the parts.
    let sentence = |words: &str| {
        let parts = words.split(" + ").map(|part| match part.trim().strip_prefix('"') {
            Some(literal) => literal.trim_end_matches('"').to_owned(),
            None => match part.trim() {
                "link.name" => "wifi".to_owned(),
                "root.fault" => "refuses connections, once".to_owned(),
                "card" => "visa".to_owned(),
                _ => "x".to_owned(),
            },
        });
        parts.collect::<String>()
    };
    let literal = words.filter(|words| words.trim_start().starts_with('"'));
    literal.map(sentence).collect()
}

#[test]
fn every_control_of_the_panel_says_a_sentence_of_the_grammar() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/slint/emulator");
    let mut count = 0;
    for file in std::fs::read_dir(&folder).unwrap() {
        let path = file.unwrap().path();
        for sentence in sentences(&std::fs::read_to_string(&path).unwrap()) {
            let read = sentence.parse::<Step>();
            assert!(read.is_ok(), "{}: {:?}", path.display(), read.map_err(|error| error.short()));
            count += 1;
        }
    }
    assert!(count >= 30, "only {count} sentences were found in {}", folder.display());
}
