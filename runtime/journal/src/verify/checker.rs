//! Hashing and reading rows on a core of their own, while the next ones come from the file.
//!
//! Guarantees: the rows come out in the order in which they went in; nothing comes out behind the
//! first row that is not as it was written.

use super::ChainRow;
use crate::entry::{Content, Head};
use crate::error::ChainFault;
use crate::fold::Place;
use std::ops::Range;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Scope, ScopedJoinHandle};

/// Rows that go over at a time: some hundred kilobytes.
const ROWS_A_BATCH: usize = 512;
/// Batches that wait at most, each way.
const BATCHES: usize = 2;

/// Rows as the file has them, in one piece of text.
#[derive(Default)]
pub(super) struct Batch {
    text: String,
    rows: Vec<Raw>,
    /// A column of the row after these could not be read.
    ends_unreadable: bool,
}

struct Raw {
    place: Place,
    kind: Range<usize>,
    key: Option<Range<usize>>,
    body: Range<usize>,
    hash: [u8; 32],
}

/// A row that is as it was written.
pub(super) struct Checked {
    pub(super) head: Head,
    pub(super) place: Place,
    pub(super) said: Said,
}

/// Whose row it is.
pub(super) enum Said {
    /// The journal's own.
    Own { kind: String, body: String },
    /// A payment's.
    Payment { key: String, content: Content },
}

impl Batch {
    pub(super) const fn is_full(&self) -> bool {
        self.rows.len() >= ROWS_A_BATCH || self.ends_unreadable
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rows.is_empty() && !self.ends_unreadable
    }

    /// One more row; one that cannot be read is the last.
    pub(super) fn push(&mut self, row: rusqlite::Result<ChainRow<'_>>) {
        let raw = row.ok().and_then(|row| {
            let hash = row.hash.try_into().ok()?;
            let kind = self.keep(row.kind);
            let key = row.key.map(|key| self.keep(key));
            let place = Place { seq: row.seq, at: row.at };
            Some(Raw { place, kind, key, body: self.keep(row.body), hash })
        });
        match raw {
            Some(raw) => self.rows.push(raw),
            None => self.ends_unreadable = true,
        }
    }

    fn keep(&mut self, text: &str) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(text);
        start..self.text.len()
    }

    fn text(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    fn check(&self, raw: &Raw, head: Head) -> Result<Checked, ChainFault> {
        let row = ChainRow {
            seq: raw.place.seq,
            kind: self.text(&raw.kind),
            key: raw.key.as_ref().map(|key| self.text(key)),
            at: raw.place.at,
            body: self.text(&raw.body),
            hash: &raw.hash,
        };
        let head = row.follows(head)?;
        let said = match row.key {
            None => Said::Own { kind: row.kind.to_owned(), body: row.body.to_owned() },
            Some(key) => {
                let content = Content::read(row.kind, row.body).ok_or(ChainFault::Body)?;
                Said::Payment { key: key.to_owned(), content }
            }
        };
        Ok(Checked { head, place: raw.place, said })
    }
}

/// What comes out of a batch.
pub(super) type Rows = Vec<Result<Checked, ChainFault>>;

/// The checking core.
pub(super) struct Checker<'s> {
    batches: SyncSender<Batch>,
    checked: Receiver<Rows>,
    waiting: usize,
    _thread: ScopedJoinHandle<'s, ()>,
}

impl<'s> Checker<'s> {
    pub(super) fn start<'e>(scope: &'s Scope<'s, 'e>) -> Self {
        let (batches, incoming) = sync_channel(BATCHES);
        let (outgoing, checked) = sync_channel(BATCHES);
        let thread = scope.spawn(move || work(&incoming, &outgoing));
        Self { batches, checked, waiting: 0, _thread: thread }
    }

    /// Hands a batch over, and gives an earlier one back once enough are on their way. `None` for
    /// nothing yet, and where the checker has ended.
    pub(super) fn exchange(&mut self, batch: Batch) -> Option<Rows> {
        self.batches.send(batch).ok()?;
        self.waiting += 1;
        if self.waiting > BATCHES { self.next() } else { None }
    }

    /// Waits for the oldest batch; `None` where none is on its way.
    pub(super) fn next(&mut self) -> Option<Rows> {
        self.waiting = self.waiting.checked_sub(1)?;
        self.checked.recv().ok()
    }
}

fn work(incoming: &Receiver<Batch>, outgoing: &SyncSender<Rows>) {
    let mut head = Head::START;
    for batch in incoming {
        let mut rows = Vec::with_capacity(batch.rows.len() + 1);
        for raw in &batch.rows {
            let checked = batch.check(raw, head);
            let is_good = checked.is_ok();
            if let Ok(checked) = &checked {
                head = checked.head;
            }
            rows.push(checked);
            if !is_good {
                break;
            }
        }
        if batch.ends_unreadable && rows.iter().all(Result::is_ok) {
            rows.push(Err(ChainFault::Body));
        }
        // Nobody listens any more: the reader has found a fault.
        if outgoing.send(rows).is_err() {
            return;
        }
    }
}
