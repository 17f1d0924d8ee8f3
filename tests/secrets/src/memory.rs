//! The memory of a process, as its kernel shows it: `/proc/PID/maps` and `/proc/PID/mem`.
//!
//! Only plain files are read, so nothing here is unsafe, and a process is looked at from outside of
//! all its borders. How the linear memory of a component is told: it lies at the start of a
//! reservation of gigabytes, of which the rest is no memory at all (wasmtime elides bounds checks by
//! it), and nothing else in these processes does.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt as _;

/// Least that is reserved behind a linear memory, in bytes. The engine reserves 4 GiB for each.
const RESERVED_BYTES_MIN: u64 = 1024 * 1024 * 1024;
/// Bytes that are read at once; where one page of them cannot be read, page by page.
const CHUNK_BYTES: u64 = 1024 * 1024;
const PAGE_BYTES: u64 = 4096;

/// Why memory cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// The process has gone, or the system does not let it be read.
    #[error("memory of process {process}: {source}; has it ended? may it be traced?")]
    Unreadable {
        /// Which.
        process: String,
        /// The system's word.
        source: io::Error,
    },
    /// The system describes its mappings in a form that is not known here.
    #[error("maps of process {process}: `{line}` is no mapping")]
    Form {
        /// Which.
        process: String,
        /// What was read.
        line: String,
    },
}

/// A process whose memory is read.
#[derive(Debug)]
pub struct Process {
    name: String,
    memory: File,
}

/// A stretch of addresses that are mapped alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// First address.
    pub start: u64,
    /// The address after the last.
    pub end: u64,
    /// As the system writes it: `rw-p`.
    pub access: String,
    /// The file that is mapped, or what the system calls it; empty where it is nobody's.
    pub name: String,
}

/// The linear memory of a component, in use or left behind by one.
#[derive(Debug, Clone)]
pub struct LinearMemory {
    /// Its first address.
    pub start: u64,
    /// All of it.
    pub bytes: Vec<u8>,
}

impl LinearMemory {
    /// True where `text` stands in it.
    #[must_use]
    pub fn holds(&self, text: &str) -> bool {
        self.bytes.windows(text.len()).any(|window| window == text.as_bytes())
    }
}

impl Region {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.splitn(6, ' ');
        let (start, end) = words.next()?.split_once('-')?;
        let access = words.next()?.to_owned();
        let name = words.nth(3).unwrap_or_default().trim().to_owned();
        let address = |text| u64::from_str_radix(text, 16).ok();
        Some(Self { start: address(start)?, end: address(end)?, access, name })
    }

    /// Its length in bytes.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// True for what the process can write: its heap, its stacks, its variables.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        self.access.starts_with("rw")
    }

    fn is_reserved(&self) -> bool {
        self.access.starts_with("---") && self.length() >= RESERVED_BYTES_MIN
    }
}

impl Process {
    /// This process.
    ///
    /// # Errors
    /// [`MemoryError::Unreadable`].
    pub fn own() -> Result<Self, MemoryError> {
        Self::open("self")
    }

    /// Another process of the same user.
    ///
    /// # Errors
    /// [`MemoryError::Unreadable`].
    pub fn of(id: u32) -> Result<Self, MemoryError> {
        Self::open(&id.to_string())
    }

    fn open(name: &str) -> Result<Self, MemoryError> {
        let memory = File::open(format!("/proc/{name}/mem"))
            .map_err(|source| MemoryError::Unreadable { process: name.to_owned(), source })?;
        Ok(Self { name: name.to_owned(), memory })
    }

    /// Everything that is mapped, by address.
    ///
    /// # Errors
    /// [`MemoryError`].
    pub fn regions(&self) -> Result<Vec<Region>, MemoryError> {
        let process = || self.name.clone();
        let text = fs::read_to_string(format!("/proc/{}/maps", self.name))
            .map_err(|source| MemoryError::Unreadable { process: process(), source })?;
        let parsed = |line: &str| {
            Region::parse(line)
                .ok_or_else(|| MemoryError::Form { process: process(), line: line.to_owned() })
        };
        text.lines().map(parsed).collect()
    }

    /// The bytes of a stretch of addresses; what cannot be read is zeros.
    #[must_use]
    pub fn read(&self, start: u64, end: u64) -> Vec<u8> {
        let mut bytes = vec![0; usize::try_from(end.saturating_sub(start)).unwrap_or(0)];
        let chunk_bytes = usize::try_from(CHUNK_BYTES).unwrap_or(usize::MAX);
        let page_bytes = usize::try_from(PAGE_BYTES).unwrap_or(usize::MAX);
        for (number, chunk) in (0..).zip(bytes.chunks_mut(chunk_bytes)) {
            let at = start + number * CHUNK_BYTES;
            if self.memory.read_exact_at(chunk, at).is_ok() {
                continue;
            }
            for (number, page) in (0..).zip(chunk.chunks_mut(page_bytes)) {
                if self.memory.read_exact_at(page, at + number * PAGE_BYTES).is_err() {
                    page.fill(0);
                }
            }
        }
        bytes
    }

    /// The linear memories of all components, those that are kept for the next one included.
    ///
    /// # Errors
    /// [`MemoryError`].
    pub fn linear_memories(&self) -> Result<Vec<LinearMemory>, MemoryError> {
        let mut found = Vec::new();
        // What is writable and without a gap up to here; a memory with an image has three parts.
        let mut run: Option<(u64, u64)> = None;
        for region in self.regions()? {
            let goes_on = |(_, end): &(u64, u64)| *end == region.start;
            if region.is_writable() {
                let start = run.filter(goes_on).map_or(region.start, |(start, _)| start);
                run = Some((start, region.end));
                continue;
            }
            if let Some((start, end)) = run.take().filter(goes_on)
                && region.is_reserved()
            {
                found.push(LinearMemory { start, bytes: self.read(start, end) });
            }
        }
        Ok(found)
    }
}
