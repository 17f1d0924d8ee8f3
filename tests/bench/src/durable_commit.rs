//! Budget: a durable commit, p50, one each 20 ms, is at most 1.3 raw flushes of the same bytes.
//!
//! Ours is the first commit of a payment (created, authorising, the sealed note) in a journal that
//! is checkpointed when idle. The limit writes what that commit says, as JSON, and flushes it, in a
//! file in the same folder whose blocks are written already. Three more tables, which decide
//! nothing: the same against as many bytes as SQLite really writes; a commit into a log that has
//! outgrown its warm size; and what a flush of data only saves against one with metadata.

use crate::built::disk_folder;
use crate::figures::Pair;
use crate::run::{Failure, Scale};
use caisson_core::payment::{Digest, Event, Intent, Kind};
use caisson_core::{Currency, Money};
use caisson_journal::{Commit, Journal, Quality, Recovery, WallTime};
use rustix::fs::{fdatasync, fsync};
use rustix::io::pwrite;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

/// Most that ours may take, in limits.
const RATIO_MAX: f64 = 1.3;
/// From one commit to the next.
const PACE: Duration = Duration::from_millis(20);
/// Pairs of each table.
const ROUNDS: u32 = 500;
/// Commits between two checkpoints: the warm log holds at least so many.
const CHECKPOINT_EVERY: u32 = 16;
/// Bytes of a sealed recovery note: what the QR app leaves, and its seal.
const NOTE: [u8; 128] = [0x5a; 128];
/// Size of the file that the limit writes into, in bytes: the journal's log has the same.
const RAW_BYTES: u64 = caisson_journal::WAL_WARM_BYTES;
/// When everything happens; the journal orders nothing by it.
const AT: WallTime = WallTime { ms: 1_795_312_800_000, quality: Quality::Guessed };

pub(crate) fn bench(scale: Scale) -> Result<bool, Failure> {
    let rounds = scale.of(ROUNDS, 2);
    let folder = disk_folder()?;
    Journal::create(folder.path(), 1)?;
    let (journal, _) = Journal::open(folder.path(), AT)?;
    let mut till = Till { journal };
    let mut raw = RawFile::create(folder.path())?;

    let (_, events) = till.next_payment()?;
    let said = serde_json::to_vec(&events)?.len() + NOTE.len();
    let written = till.bytes_of_a_commit()?;

    let name = "durable commit, two events and a note, one each 20 ms";
    let limit = format!("pwrite + fdatasync of the same {said} bytes");
    let mut pair = Pair::new(name, &limit).gate(50, RATIO_MAX);
    alternate(&mut pair, rounds, &mut till, Some(CHECKPOINT_EVERY), || raw.flush(said))?;
    let within = pair.report();

    let limit = format!("pwrite + fdatasync of the {written} bytes that SQLite writes");
    let mut pair = Pair::new("the same, against all its bytes", &limit);
    alternate(&mut pair, rounds, &mut till, Some(CHECKPOINT_EVERY), || raw.flush(written))?;
    let _ = pair.report();

    let limit = format!("pwrite + fdatasync of the same {said} bytes");
    let mut pair = Pair::new("the same, never checkpointed: the log grows", &limit);
    till.journal.checkpoint_when_idle()?;
    alternate(&mut pair, rounds, &mut till, None, || raw.flush(said))?;
    let _ = pair.report();

    let mut pair = Pair::new("a raw flush with metadata", "fdatasync, both of the same bytes");
    for _ in 0..rounds {
        pair.limit(|| raw.flush(said))?;
        pair.ours(|| raw.flush_all(said))?;
        std::thread::sleep(PACE);
    }
    let _ = pair.report();
    Ok(within)
}

fn alternate(
    pair: &mut Pair,
    rounds: u32,
    till: &mut Till,
    checkpoint_every: Option<u32>,
    mut limit: impl FnMut() -> Result<(), Failure>,
) -> Result<(), Failure> {
    for round in 0..rounds {
        pair.limit(&mut limit)?;
        std::thread::sleep(PACE / 2);
        let (intent, events) = till.next_payment()?;
        pair.ours(|| till.commit(&intent, &events))?;
        std::thread::sleep(PACE / 2);
        if checkpoint_every.is_some_and(|every| round % every == 0) {
            till.journal.checkpoint_when_idle()?;
        }
    }
    Ok(())
}

/// A journal and the payments that come to it.
struct Till {
    journal: Journal,
}

impl Till {
    fn next_payment(&mut self) -> Result<(Intent, [Event; 2]), Failure> {
        let intent = Intent {
            key: self.journal.next_key("T1000001")?,
            kind: Kind::Sale,
            app: "qr".to_owned(),
            service: "pay".to_owned(),
            amount: Money::new(1_200, Currency::Cny)?,
            original: None,
            merchant_order: None,
            released: None,
        };
        let authorising = Event::Authorising {
            operation: "pay".to_owned(),
            offer: false,
            request: Digest::of(b"request"),
            expires_ms: None,
        };
        Ok((intent.clone(), [Event::Created { intent }, authorising]))
    }

    fn commit(&mut self, intent: &Intent, events: &[Event]) -> Result<(), Failure> {
        let recovery = Recovery::Store(&NOTE);
        Ok(self.journal.commit(&Commit { key: &intent.key, events, recovery, at: AT })?)
    }

    /// What one commit hands to the system, in bytes, as the system counts it.
    fn bytes_of_a_commit(&mut self) -> Result<usize, Failure> {
        let (intent, events) = self.next_payment()?;
        let before = bytes_written()?;
        self.commit(&intent, &events)?;
        Ok(bytes_written()?.saturating_sub(before))
    }
}

/// Bytes that this process has handed to `write` and its kin so far.
fn bytes_written() -> Result<usize, Failure> {
    let counts = fs::read_to_string("/proc/self/io")?;
    let line = counts.lines().find_map(|line| line.strip_prefix("wchar: "));
    Ok(line.ok_or("/proc/self/io has no line wchar")?.parse()?)
}

/// A file whose blocks exist, written from front to back and over again.
struct RawFile {
    file: File,
    at: u64,
    bytes: Vec<u8>,
}

impl RawFile {
    fn create(folder: &Path) -> Result<Self, Failure> {
        let mut file = File::create(folder.join("raw"))?;
        let bytes = vec![0x5a; usize::try_from(RAW_BYTES)?];
        file.write_all(&bytes)?;
        file.sync_all()?;
        Ok(Self { file, at: 0, bytes })
    }

    fn write(&mut self, bytes: usize) -> Result<(), Failure> {
        let end = self.at + u64::try_from(bytes)?;
        if end > RAW_BYTES {
            self.at = 0;
        }
        let mut rest = self.bytes.get(..bytes).ok_or("more than the raw file holds")?;
        while !rest.is_empty() {
            let done = pwrite(&self.file, rest, self.at)?;
            self.at += u64::try_from(done)?;
            rest = rest.get(done..).unwrap_or_default();
        }
        Ok(())
    }

    /// Data only.
    fn flush(&mut self, bytes: usize) -> Result<(), Failure> {
        self.write(bytes)?;
        Ok(fdatasync(&self.file)?)
    }

    /// Data and every metadatum, the time of the change among them.
    fn flush_all(&mut self, bytes: usize) -> Result<(), Failure> {
        self.write(bytes)?;
        Ok(fsync(&self.file)?)
    }
}
