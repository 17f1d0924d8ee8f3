//! The pages about the house are true: what they name exists, and every room is on the map.

use crate::tree::{exists, members, nothing_wrong, text};

/// Pages that people read first.
const PAGES: [&str; 3] = ["docs/architecture.md", "README.md", "README.zh-CN.md"];
/// The folders at the top of the repository that a page may name.
const TOP: [&str; 9] =
    ["runtime/", "ui/", "apps/", "tests/", "wit/", "xtask/", "docs/", ".ci/", ".config/"];

/// The paths that `page` names between backticks or as the target of a link. What has a blank, a
/// star or another sign in it is an example, not a path.
fn paths(page: &str) -> Vec<String> {
    let quoted = page.split('`').skip(1).step_by(2);
    let linked = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let plain = |sign: char| sign.is_ascii_alphanumeric() || "/._-".contains(sign);
    quoted
        .chain(linked)
        .filter(|word| word.chars().all(plain) && TOP.iter().any(|top| word.starts_with(top)))
        .map(|word| word.trim_end_matches('/').to_owned())
        .collect()
}

#[test]
fn every_path_that_a_page_names_exists() {
    let mut wrong = Vec::new();
    for page in PAGES {
        let named = paths(&text(page));
        assert!(!named.is_empty(), "{page} names no path");
        let missing = named.iter().filter(|path| !exists(path));
        wrong.extend(missing.map(|path| format!("{page}: there is no {path}")));
    }
    nothing_wrong(&wrong);
}

#[test]
fn every_room_is_on_the_map() {
    let page = text("docs/architecture.md");
    let headings: Vec<&str> = page.lines().filter(|line| line.starts_with('#')).collect();
    let wrong: Vec<String> = members()
        .iter()
        .filter(|member| !headings.iter().any(|line| line.contains(&format!("`{member}`"))))
        .map(|member| format!("docs/architecture.md: no heading names `{member}`"))
        .collect();
    nothing_wrong(&wrong);
}

#[test]
fn paths_are_told_from_examples() {
    let page = "`runtime/core` and `cargo xtask test`, `tests/*`, [a page](docs/a.md), `wit/`";
    assert_eq!(paths(page), ["runtime/core", "wit", "docs/a.md"]);
}
