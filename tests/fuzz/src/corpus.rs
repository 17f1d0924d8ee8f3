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

fn home() -> PathBuf {
    // Asked when it runs: these tests may have been built in another clone.
    let told = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    told.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")))
}

/// The folder of corpora.
#[must_use]
pub fn folder() -> PathBuf {
    home().join("corpus")
}

/// What long runs by coverage found for the target `name`: inputs that together reach every edge of
/// the code that those runs reached, one a line in hex. None where there was no such run.
///
/// # Panics
/// Where a line is no hex.
#[must_use]
pub fn found(name: &str) -> Vec<Input> {
    let path = home().join("found").join(name).with_extension("hex");
    let Ok(text) = fs::read_to_string(path) else { return Vec::new() };
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    let lines = text.lines().enumerate();
    lines
        .map(|(line, hex)| Input {
            name: format!("found/{name}.hex:{}", line + 1),
            bytes: hex.as_bytes().chunks(2).map(byte).collect(),
        })
        .collect()
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
