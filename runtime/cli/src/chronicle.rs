//! The payments of a journal, read without changing it.
//!
//! Opening a journal for payments records a start of the terminal; looking into one must not. So
//! this folds the rows that the export writes, whose hashes are checked on the way. What stands
//! before a damage is still told.

use caisson_core::desk::DeskEvent;
use caisson_core::payment::{Event, Payment};
use caisson_core::{Language, PaymentKey};
use caisson_journal::{JournalError, Quality, WallTime, export};
use caisson_terminal::local_text;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use crate::out::table;
use crate::words;

/// Longest row of the export: above the journal's largest body with every byte escaped.
const ROW_BYTES_MAX: usize = 8 * caisson_journal::BODY_BYTES_MAX + 4096;

/// Shortest ending of an order number that a person may search by, in characters.
const ENDING_CHARS_MIN: usize = 6;

/// An event of a payment, as the journal holds it.
pub(crate) struct Told {
    seq: u64,
    at: WallTime,
    event: Event,
}

/// Payments by key, each with its events, oldest first.
#[derive(Default)]
pub(crate) struct Chronicle {
    payments: BTreeMap<PaymentKey, Vec<Told>>,
    /// What happened at the desk, oldest first.
    desk: Vec<(WallTime, DeskEvent)>,
}

#[derive(Deserialize)]
struct Row {
    seq: u64,
    kind: String,
    key: Option<PaymentKey>,
    at_ms: u64,
    at_quality: Quality,
    body: String,
}

/// Takes the export in pieces and keeps the rows that are events.
#[derive(Default)]
struct Reader {
    chronicle: Chronicle,
    line: Vec<u8>,
}

impl Write for Reader {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for &byte in bytes {
            if byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                self.chronicle.take(&line)?;
            } else if self.line.len() < ROW_BYTES_MAX {
                self.line.push(byte);
            } else {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a row is too long"));
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Chronicle {
    /// Reads the journal in `folder`; with an error, what stands before it.
    pub(crate) fn read(folder: &Path) -> (Self, Option<JournalError>) {
        let mut reader = Reader::default();
        let error = export(folder, &mut reader).err();
        (reader.chronicle, error)
    }

    fn take(&mut self, line: &[u8]) -> io::Result<()> {
        let row: Row = serde_json::from_slice(line)?;
        let at = WallTime { ms: row.at_ms, quality: row.at_quality };
        let Some(key) = row.key else {
            if row.kind == "desk" {
                self.desk.push((at, serde_json::from_str(&row.body)?));
            }
            return Ok(());
        };
        // Rows about recovery notes tell nothing to people.
        if row.kind.starts_with("recovery-") {
            return Ok(());
        }
        let event: Event = serde_json::from_str(&row.body)?;
        self.payments.entry(key).or_default().push(Told { seq: row.seq, at, event });
        Ok(())
    }

    /// The keys of the open payments of `app`.
    pub(crate) fn open_of(&self, app: &str) -> Vec<PaymentKey> {
        self.folded()
            .filter(|(_, payment)| payment.intent().app == app && is_open(payment))
            .map(|(_, payment)| payment.intent().key.clone())
            .collect()
    }

    fn folded(&self) -> impl Iterator<Item = (&Vec<Told>, Payment)> {
        self.payments.values().filter_map(|events| {
            let payment = Payment::from_events(events.iter().map(|told| &told.event))?;
            Some((events, payment))
        })
    }

    /// The payments as a table, the last change first.
    pub(crate) fn list(&self, shown: &Shown) -> String {
        let mut rows: Vec<(u64, Vec<String>)> = self
            .folded()
            .filter(|(_, payment)| !shown.open_only || is_open(payment))
            .filter_map(|(events, payment)| {
                let last = events.last()?;
                Some((last.seq, shown.row(&payment, last.at)))
            })
            .collect();
        if rows.is_empty() {
            return String::new();
        }
        rows.sort_by_key(|(seq, _)| std::cmp::Reverse(*seq));
        let head = words::HEADER.map(|text| text.in_language(shown.language).to_owned());
        let rows = rows.into_iter().take(shown.limit).map(|(_, row)| row);
        table(&std::iter::once(head.to_vec()).chain(rows).collect::<Vec<_>>())
    }

    /// What happened at the desk, as a table.
    pub(crate) fn desk(&self, shown: &Shown) -> String {
        let row = |(at, event): &(WallTime, DeskEvent)| {
            vec![shown.time(*at), words::desk(event, shown.language)]
        };
        table(&self.desk.iter().map(row).collect::<Vec<_>>())
    }

    /// The keys of the payments whose order number, merchant's order or any receipt fact is `text`,
    /// or whose order number ends with it, where it is long enough to mean one.
    pub(crate) fn named(&self, text: &str) -> Vec<PaymentKey> {
        let is_named = |payment: &Payment| {
            let intent = payment.intent();
            let key = intent.key.as_str();
            key == text
                || (text.len() >= ENDING_CHARS_MIN && key.ends_with(text))
                || intent.merchant_order.as_deref() == Some(text)
                || payment.facts().iter().any(|fact| fact.value == text)
        };
        let found = self.folded().filter(|(_, payment)| is_named(payment));
        found.map(|(_, payment)| payment.intent().key.clone()).collect()
    }

    /// What certain refunds have given back of a sale, in minor units.
    pub(crate) fn given_back(&self, sale: &PaymentKey) -> u64 {
        self.folded()
            .filter(|(_, payment)| payment.intent().original.as_ref() == Some(sale))
            .filter(|(_, refund)| refund.state().has_moved_money())
            .filter_map(|(_, refund)| refund.approved())
            .fold(0, |sum, money| sum.saturating_add(money.minor()))
    }

    /// The rows of a payment, from first to last.
    pub(crate) fn rows(&self, key: &PaymentKey) -> Option<(u64, u64)> {
        let events = self.payments.get(key)?;
        Some((events.first()?.seq, events.last()?.seq))
    }

    /// The payment, as its events make it; `None` where it is not in this journal.
    pub(crate) fn payment(&self, key: &PaymentKey) -> Option<Payment> {
        Payment::from_events(self.payments.get(key)?.iter().map(|told| &told.event))
    }

    /// Everything about one payment; `None` where it is not in this journal.
    pub(crate) fn show(&self, key: &PaymentKey, shown: &Shown) -> Option<String> {
        let events = self.payments.get(key)?;
        let payment = self.payment(key)?;
        let mut text = table(&words::facts(&payment, shown.language));
        if let Some(reason) = payment.reason() {
            let row = reason.row();
            let (why, next) = (row.why, row.next);
            let words = |text: caisson_core::Text| text.in_language(shown.language);
            text.push_str(&format!("\n{} {}\n", words(why), words(next)));
        }
        text.push('\n');
        let rows: Vec<Vec<String>> = events
            .iter()
            .map(|told| {
                vec![
                    told.seq.to_string(),
                    shown.time(told.at),
                    told.event.kind().to_owned(),
                    words::event(&told.event, shown.language),
                ]
            })
            .collect();
        text.push_str(&table(&rows));
        Some(text)
    }
}

fn is_open(payment: &Payment) -> bool {
    payment.state().is_open() || payment.is_watched()
}

/// How payments are told.
pub(crate) struct Shown {
    pub(crate) language: Language,
    pub(crate) utc_offset_minutes: i32,
    pub(crate) open_only: bool,
    pub(crate) limit: usize,
}

impl Shown {
    fn time(&self, at: WallTime) -> String {
        local_text(at, self.utc_offset_minutes)
    }

    fn row(&self, payment: &Payment, last: WallTime) -> Vec<String> {
        let intent = payment.intent();
        let amount = payment.approved().unwrap_or(intent.amount);
        vec![
            self.time(last),
            intent.key.to_string(),
            intent.kind.to_string(),
            format!("{}/{}", intent.app, intent.service),
            format!("{} {amount}", amount.currency().code()),
            payment.state().to_string(),
            payment.reason().map_or_else(String::new, |reason| {
                reason.row().why.in_language(self.language).to_owned()
            }),
        ]
    }
}
