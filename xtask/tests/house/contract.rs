//! The contract is the manual: nothing in it is without a word of its own.

use crate::tree::{files_ending, nothing_wrong, text};

/// Whether a line of WIT begins something that must be documented.
fn begins_something(line: &str) -> bool {
    let kinds = ["interface ", "world ", "record ", "enum ", "variant ", "flags ", "resource "];
    kinds.iter().any(|kind| line.starts_with(kind))
        || line.starts_with("constructor(")
        || line.contains(": func(")
        || line.contains(": static func(")
}

#[test]
fn everything_in_the_contract_is_documented() {
    let mut wrong = Vec::new();
    let files = files_ending("wit", &[".wit"]);
    assert!(files.len() > 1, "wit/ holds no contract");
    for file in files {
        let text = text(&file);
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for (at, line) in lines.iter().enumerate() {
            let before = at.checked_sub(1).map_or("", |before| lines[before]);
            if begins_something(line) && !before.starts_with("///") {
                wrong.push(format!("{file}:{}: `{line}` has no doc comment", at + 1));
            }
        }
    }
    nothing_wrong(&wrong);
}

#[test]
fn what_must_be_documented_is_recognised() {
    for line in ["interface ui {", "scan: func(", "get: static func();", "constructor();"] {
        assert!(begins_something(line), "{line}");
    }
    for line in ["use caisson:payment/payment@0.1.0.{intent};", "/// a world of its own", "denied,"]
    {
        assert!(!begins_something(line), "{line}");
    }
}
