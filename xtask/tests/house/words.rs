//! Words that have no place in the repository.

use crate::tree::{files_ending, nothing_wrong, text};

/// Where people read words of ours.
const READ: [&str; 7] = [".rs", ".slint", ".toml", ".md", ".wit", ".sql", ".sh"];
/// What no file may say, and why. Written in two halves, so that this file does not say it.
const FORBIDDEN: [(&str, &str); 8] = [
    (concat!("/wo", "rk/"), "a path of somebody's machine"),
    (concat!("/ro", "ot/"), "a path of somebody's machine"),
    (concat!("to", "do!("), "finish it or leave it out"),
    (concat!("unimple", "mented!("), "finish it or leave it out"),
    (concat!("TO", "DO"), "finish it or leave it out"),
    (concat!("FIX", "ME"), "finish it or leave it out"),
    (concat!("#[ign", "ore"), "a test that is not run proves nothing; assert what is so today"),
    (concat!("Not built", " yet"), "finish it or leave it out"),
];

#[test]
fn no_file_is_unfinished_or_speaks_of_a_machine() {
    let mut wrong = Vec::new();
    for file in files_ending("", &READ) {
        for (at, line) in text(&file).lines().enumerate() {
            for (word, why) in FORBIDDEN.iter().filter(|(word, _)| line.contains(word)) {
                wrong.push(format!("{file}:{}: says `{word}`: {why}", at + 1));
            }
        }
    }
    nothing_wrong(&wrong);
}
