//! The repository's files, and how a broken rule is told.

use std::fs;
use std::path::PathBuf;

/// Folders that hold nothing of ours.
const SKIPPED: [&str; 4] = [".git", "target", "demo-out", ".cache"];

/// The repository.
pub(crate) fn root() -> PathBuf {
    // Asked when it runs, as `Place::find` does: these tests may have been built in another clone.
    let told = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let package = told.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    package.parent().unwrap().to_path_buf()
}

/// Every file below `folder`, as paths from the repository, sorted.
pub(crate) fn files(folder: &str) -> Vec<String> {
    let root = root();
    let mut found = Vec::new();
    let mut waiting = vec![root.join(folder)];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let path = entry.path();
            if entry.file_type().unwrap().is_dir() {
                if !SKIPPED.iter().any(|skipped| name == *skipped) {
                    waiting.push(path);
                }
            } else {
                found.push(path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// Those of [`files`] whose name ends with one of `endings`.
pub(crate) fn files_ending(folder: &str, endings: &[&str]) -> Vec<String> {
    let mut files = files(folder);
    files.retain(|file| endings.iter().any(|ending| file.ends_with(ending)));
    files
}

/// The text of a file of the repository.
pub(crate) fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Whether a file or folder of the repository exists.
pub(crate) fn exists(path: &str) -> bool {
    root().join(path).exists()
}

/// A TOML file of the repository.
pub(crate) fn toml(path: &str) -> toml::Table {
    text(path).parse().unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The folders of the workspace's members.
pub(crate) fn members() -> Vec<String> {
    let root = toml("Cargo.toml");
    let members = root["workspace"]["members"].as_array().unwrap();
    members.iter().map(|member| member.as_str().unwrap().to_owned()).collect()
}

/// Fails with every broken rule at once.
#[track_caller]
pub(crate) fn nothing_wrong(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
