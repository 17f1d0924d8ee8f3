//! Files that are read whole or refused, and made whole or not at all.
//!
//! Guarantees: nothing but a regular file is opened (a pipe would wait, a device never end); no
//! more than the limit is read; a created file is on the disk, with mode 0600 where files have
//! modes, before its name appears, and its name is on the disk before the call returns. A replaced
//! file has its old content or its new one, whole, at any moment.

use crate::VaultError;
use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

/// Reads the whole of a regular file of at most `max` bytes.
pub(super) fn read_bounded(path: &Path, max: usize) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    if !metadata(path)?.is_file() {
        return Err(VaultError::NotAFile { file: path.into() });
    }
    let read = failed("read", path);
    let over = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    // Room for all of it at once: a growing buffer would leave copies that nobody wipes.
    let mut bytes = Zeroizing::new(Vec::with_capacity(max.saturating_add(64)));
    File::open(path).map_err(&read)?.take(over).read_to_end(&mut bytes).map_err(&read)?;
    if bytes.len() > max {
        return Err(VaultError::FileTooLarge { file: path.into(), max });
    }
    Ok(bytes)
}

/// Makes `path` with `bytes`. A power cut leaves the whole file or none (at most a stray
/// temporary file, which is as private as the file itself).
pub(super) fn create_durable(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    let create = failed("create", path);
    let folder = folder_of(path);
    let mut temporary = NamedTempFile::new_in(folder).map_err(&create)?;
    temporary.write_all(bytes).map_err(&create)?;
    temporary.as_file().sync_all().map_err(&create)?;
    temporary.persist_noclobber(path).map_err(|refused| match refused.error.kind() {
        io::ErrorKind::AlreadyExists => VaultError::FileExists { file: path.into() },
        _ => create(refused.error),
    })?;
    sync_folder(folder).map_err(failed("make durable", path))
}

/// What is done to replace a file, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// A temporary file is made and written.
    Write,
    /// Its content is flushed.
    Sync,
    /// It takes the name.
    Rename,
    /// The name is flushed.
    SyncFolder,
}

/// What may go wrong before a step; only tests have one that lets it.
pub(super) trait Faults: Send + Sync + fmt::Debug {
    /// An error in the place of `step`, which is then not done.
    fn before(&self, step: Step) -> io::Result<()>;
}

/// Nothing goes wrong but what the system says.
#[derive(Debug)]
pub(super) struct NoFaults;

impl Faults for NoFaults {
    fn before(&self, _step: Step) -> io::Result<()> {
        Ok(())
    }
}

/// Puts `bytes` in the place of the file at `path`. After an error the file is the old one or the
/// new one, and a power cut may still choose.
pub(super) fn replace_durable(
    path: &Path,
    bytes: &[u8],
    faults: &dyn Faults,
) -> Result<(), VaultError> {
    let replace = failed("replace", path);
    let folder = folder_of(path);
    faults.before(Step::Write).map_err(&replace)?;
    let mut temporary = NamedTempFile::new_in(folder).map_err(&replace)?;
    temporary.write_all(bytes).map_err(&replace)?;
    faults.before(Step::Sync).map_err(&replace)?;
    temporary.as_file().sync_all().map_err(&replace)?;
    faults.before(Step::Rename).map_err(&replace)?;
    temporary.persist(path).map_err(|refused| replace(refused.error))?;
    let durable = failed("make durable", path);
    faults.before(Step::SyncFolder).map_err(&durable)?;
    sync_folder(folder).map_err(durable)
}

/// Whether the name is taken, be it by a link that leads nowhere.
pub(super) fn exists(path: &Path) -> Result<bool, VaultError> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(failed("read", path)(error)),
    }
}

/// What the system says of the file that `path` leads to.
pub(super) fn metadata(path: &Path) -> Result<Metadata, VaultError> {
    fs::metadata(path).map_err(failed("read", path))
}

fn failed(action: &'static str, path: &Path) -> impl Fn(io::Error) -> VaultError {
    let file = path.to_path_buf();
    move |error| VaultError::Io { action, file: file.clone(), kind: error.kind() }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere a folder cannot be flushed; the file system keeps names durable itself.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
