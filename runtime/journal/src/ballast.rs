//! Room on the medium: a low-water mark for new payments, a ballast for those in the air.
//!
//! Guarantees: a new payment is refused while the medium is below the mark; a payment that has
//! begun may use the ballast, which is real blocks and not a hole in a file.

use crate::database::BALLAST_FILE;
use crate::error::JournalError;
use std::cell::Cell;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Size of the ballast, in bytes: about fifty commits of the largest kind, which brings every
/// payment that a terminal can have in the air to its end or to parked.
pub const BALLAST_BYTES: u64 = 2 * 1024 * 1024;
/// Free bytes below which no new payment begins: a log that has outgrown its warm size, the pages
/// that a checkpoint adds, and what other programs write in the meantime.
pub const LOW_WATER_BYTES: u64 = 4 * 1024 * 1024;
/// Bytes written at a time while the ballast is laid down.
const BLOCK_BYTES: usize = 64 * 1024;

const _: () = assert!(BALLAST_BYTES < LOW_WATER_BYTES);
const _: () = assert!(BALLAST_BYTES.is_multiple_of(BLOCK_BYTES as u64));

/// The ballast of one journal's folder.
pub(crate) struct Ballast {
    dir: PathBuf,
    /// As last laid down or released here.
    whole: Cell<bool>,
    /// What the medium said when it was last asked. A commit goes by that: asking takes a tenth of
    /// its time, and what fills up in between is what the ballast is for.
    roomy: Cell<bool>,
}

impl Ballast {
    pub(crate) fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), whole: Cell::new(false), roomy: Cell::new(false) }
    }

    /// Lays the ballast down where it is not whole and the medium has room for it. Not having room
    /// is no error here: then [`Ballast::check_room`] refuses new payments.
    pub(crate) fn restore(&self) -> Result<(), JournalError> {
        let laid_down = self.file().metadata().is_ok_and(|facts| facts.len() >= BALLAST_BYTES);
        self.whole.set(laid_down);
        self.roomy.set(self.free()? >= self.needed());
        if laid_down || !self.roomy.get() {
            return Ok(());
        }
        self.fill().or_else(|error| {
            self.release()?;
            if error.kind() == std::io::ErrorKind::StorageFull {
                Ok(())
            } else {
                Err(self.storage("laying down the ballast", error))
            }
        })
    }

    /// Gives the ballast's blocks back to the medium.
    pub(crate) fn release(&self) -> Result<(), JournalError> {
        self.whole.set(false);
        File::create(self.file())
            .and_then(|file| file.sync_all())
            .map_err(|source| self.storage("releasing the ballast", source))
    }

    /// `Ok` while a new payment may begin, as far as is known; asks where it may not.
    pub(crate) fn check_room(&self) -> Result<(), JournalError> {
        if self.roomy.get() && self.whole.get() { Ok(()) } else { self.ask_room() }
    }

    /// `Ok` while a new payment may begin. Lays a ballast that was used down again as soon as there
    /// is room, or the next checkpoint would have to be waited for.
    pub(crate) fn ask_room(&self) -> Result<(), JournalError> {
        if self.whole.get() {
            self.roomy.set(self.free()? >= self.needed());
        } else {
            self.restore()?;
        }
        if self.roomy.get() && self.whole.get() { Ok(()) } else { Err(self.full()?) }
    }

    /// The error that says how full the medium is.
    pub(crate) fn full(&self) -> Result<JournalError, JournalError> {
        self.roomy.set(false);
        let (free_bytes, needed_bytes) = (self.free()?, self.needed());
        Ok(JournalError::StorageFull { dir: self.dir.clone(), free_bytes, needed_bytes })
    }

    fn needed(&self) -> u64 {
        LOW_WATER_BYTES + if self.whole.get() { 0 } else { BALLAST_BYTES }
    }

    fn file(&self) -> PathBuf {
        self.dir.join(BALLAST_FILE)
    }

    fn fill(&self) -> std::io::Result<()> {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).open(self.file())?;
        let block = [0_u8; BLOCK_BYTES];
        let mut written = 0;
        while written < BALLAST_BYTES {
            file.write_all(&block)?;
            written += BLOCK_BYTES as u64;
        }
        file.sync_all()?;
        self.whole.set(true);
        Ok(())
    }

    #[cfg(unix)]
    fn free(&self) -> Result<u64, JournalError> {
        let facts = rustix::fs::statvfs(&self.dir)
            .map_err(|error| self.storage("asking for free space", error.into()))?;
        Ok(facts.f_bavail.saturating_mul(facts.f_frsize))
    }

    /// Where the free space cannot be asked for, the ballast alone is the mark.
    #[cfg(not(unix))]
    #[allow(clippy::unnecessary_wraps, reason = "the same signature as on Unix")]
    fn free(&self) -> Result<u64, JournalError> {
        Ok(u64::MAX)
    }

    fn storage(&self, doing: &'static str, source: std::io::Error) -> JournalError {
        JournalError::Storage { file: self.file(), doing, source }
    }
}
