//! Files that are read whole or refused, and written so that a power cut cannot take them back.

use crate::error::InstallError;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use tempfile::NamedTempFile;

/// Reads a regular file of at most `max` bytes; nothing else is opened, because a pipe would wait
/// and a device never end.
pub(crate) fn read_bounded(path: &Path, max: u64) -> Result<Vec<u8>, InstallError> {
    let facts = fs::metadata(path).map_err(InstallError::file(path))?;
    if !facts.is_file() {
        return Err(InstallError::NotAFile { path: path.to_owned() });
    }
    let mut bytes = Vec::new();
    let mut file = File::open(path).map_err(InstallError::file(path))?.take(max.saturating_add(1));
    file.read_to_end(&mut bytes).map_err(InstallError::file(path))?;
    // The file may have grown since it was asked for its size.
    let length = length(&bytes).max(facts.len());
    if length > max {
        return Err(InstallError::TooLarge { path: path.to_owned(), bytes: length, max });
    }
    Ok(bytes)
}

/// Length in the unit in which files have theirs.
pub(crate) fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// As [`read_bounded`]; `None` where there is no such file.
pub(crate) fn read_if_there(path: &Path, max: u64) -> Result<Option<Vec<u8>>, InstallError> {
    match read_bounded(path, max) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(InstallError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Writes a file; its content is on the medium when this returns, its name after
/// [`sync_folder`].
pub(crate) fn write_durable(path: &Path, bytes: &[u8]) -> Result<(), InstallError> {
    let mut file = File::create(path).map_err(InstallError::file(path))?;
    file.write_all(bytes).map_err(InstallError::file(path))?;
    file.sync_all().map_err(InstallError::file(path))
}

/// Makes the names in `folder` durable. Elsewhere than on Unix a folder cannot be flushed.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), InstallError> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    let flushed = File::open(folder).and_then(|file| file.sync_all());
    flushed.map_err(InstallError::file(folder))
}

/// Makes a folder, and those that it is in.
pub(crate) fn make_folder(folder: &Path) -> Result<(), InstallError> {
    fs::create_dir_all(folder).map_err(InstallError::file(folder))
}

/// Removes a file or a whole folder; links are removed, never followed. Nothing there is fine.
pub(crate) fn remove(path: &Path) -> Result<(), InstallError> {
    let removed = match fs::symlink_metadata(path) {
        Ok(facts) if facts.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(InstallError::file(path)(error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Removes everything in `folder` but the entry named `keep`.
pub(crate) fn remove_all_but(folder: &Path, keep: Option<&str>) -> Result<(), InstallError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(InstallError::file(folder))?,
    };
    for entry in entries {
        let entry = entry.map_err(InstallError::file(folder))?;
        if keep.is_none_or(|keep| entry.file_name() != keep) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Puts a file in place in one step.
pub(crate) fn replace(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut temporary = NamedTempFile::new_in(folder)?;
    temporary.write_all(bytes)?;
    readable_by_all(temporary.as_file())?;
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|refused| refused.error)?;
    Ok(())
}

/// A temporary file is private; a signature is for everybody.
#[cfg(unix)]
fn readable_by_all(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_file: &File) -> io::Result<()> {
    Ok(())
}
