//! Every file below a folder, its name and its bytes.
//!
//! Guarantee: no file is left out but below those that the caller names. A link to a folder is not
//! followed; what it leads to is somebody else's.

use crate::search::{Found, Search};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Deepest folder that is looked into: a folder that holds itself must not hold up a test.
const DEPTH_MAX: usize = 16;

/// The files below `folder`, sorted, without those below `except`: paths from `folder`.
///
/// # Errors
/// Whatever the system says of a folder that cannot be read.
pub fn below(folder: &Path, except: &[&str]) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![(folder.to_owned(), 0_usize)];
    while let Some((at, depth)) = folders.pop() {
        for entry in fs::read_dir(&at)? {
            let path = entry?.path();
            let is_excepted = except.iter().any(|name| path == folder.join(name));
            if is_excepted {
                continue;
            }
            let kind = match fs::symlink_metadata(&path) {
                Ok(found) => found.file_type(),
                // A database's own journal comes and goes.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            if kind.is_dir() && depth < DEPTH_MAX {
                folders.push((path, depth + 1));
            } else if kind.is_file() {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// What `search` finds in the files below `folder`, each with its file, without those below `except`.
///
/// # Errors
/// As [`below`]. A file that goes away meanwhile holds nothing any more.
pub fn find(search: &Search, folder: &Path, except: &[&str]) -> io::Result<Vec<(PathBuf, Found)>> {
    let mut finds = Vec::new();
    for path in below(folder, except)? {
        let mut found = search.find(path.to_string_lossy().as_bytes());
        match fs::read(&path) {
            Ok(bytes) => found.extend(search.find(&bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        finds.extend(found.into_iter().map(|found| (path.clone(), found)));
    }
    Ok(finds)
}
