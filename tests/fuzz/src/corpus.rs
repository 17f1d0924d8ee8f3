//! The corpora: files of `corpus/<target>`, small enough to read, named by what they are.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of a corpus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// What is fed to the target.
    pub bytes: Vec<u8>,
}

/// The folder of corpora.
#[must_use]
pub fn folder() -> PathBuf {
    // Asked when it runs: these tests may have been built in another clone.
    let told = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    told.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR"))).join("corpus")
}

/// The corpus in `folder`, in the order of its names.
///
/// # Panics
/// Where it cannot be read: an input that nobody can read tests nothing.
#[must_use]
pub fn corpus(folder: &Path) -> Vec<Input> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| {
        unreachable!("{}: {error}; every target has a corpus", folder.display())
    });
    let mut inputs: Vec<Input> = entries
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            Input { name, bytes: fs::read(path).unwrap() }
        })
        .collect();
    inputs.sort_by(|left, right| left.name.cmp(&right.name));
    inputs
}
