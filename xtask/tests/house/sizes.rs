//! How long a file and a function may be, and that every crate keeps the same lints.

use crate::tree::{files_ending, members, nothing_wrong, text, toml};

/// Longest source file, in lines: what a reader can hold in mind at once.
const FILE_LINES_MAX: usize = 500;
/// Longest function, in lines. Clippy counts; here we see that it was told to.
const FUNCTION_LINES_MAX: i64 = 70;
/// Files that may be longer, each with its reason.
const LONG_FILES: [(&str, &str); 0] = [];
/// Files with a function that may be longer, each with its reason.
const LONG_FUNCTIONS: [(&str, &str); 2] = [
    ("runtime/host/src/bindings.rs", "generated from the contract"),
    ("runtime/host/src/emv/bindings.rs", "generated from the contract"),
];

#[test]
fn no_source_file_is_too_long() {
    let mut wrong = Vec::new();
    for file in files_ending("", &[".rs", ".slint"]) {
        let lines = text(&file).lines().count();
        let excepted = LONG_FILES.iter().any(|(long, _)| *long == file);
        if lines > FILE_LINES_MAX && !excepted {
            wrong.push(format!("{file}: {lines} lines, at most {FILE_LINES_MAX}; split it"));
        }
        if lines <= FILE_LINES_MAX && excepted {
            wrong.push(format!("{file}: it is short enough now; take it from the list"));
        }
    }
    nothing_wrong(&wrong);
}

#[test]
fn no_function_is_too_long_but_where_a_reason_is_named() {
    let lints = toml("Cargo.toml");
    let level = &lints["workspace"]["lints"]["clippy"]["too_many_lines"];
    assert_eq!(level.as_str(), Some("deny"));
    let limit = toml("clippy.toml")["too-many-lines-threshold"].as_integer();
    assert_eq!(limit, Some(FUNCTION_LINES_MAX));

    let exception = concat!("clippy::too_many", "_lines");
    let excused = files_ending("", &[".rs"])
        .into_iter()
        .filter(|file| text(file).contains(exception))
        .filter(|file| !LONG_FUNCTIONS.iter().any(|(long, _)| long == file))
        .map(|file| format!("{file}: turns the lint off; split the function"))
        .collect::<Vec<_>>();
    nothing_wrong(&excused);
}

#[test]
fn every_crate_keeps_the_lints_of_the_house() {
    let mut wrong = Vec::new();
    for member in members() {
        let path = format!("{member}/Cargo.toml");
        let inherits = toml(&path)
            .get("lints")
            .and_then(|lints| lints.get("workspace"))
            .and_then(toml::Value::as_bool);
        if inherits != Some(true) {
            wrong.push(format!("{path}: add `[lints]` with `workspace = true`"));
        }
    }
    nothing_wrong(&wrong);
}
