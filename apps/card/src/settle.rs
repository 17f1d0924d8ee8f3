//! Compares the batch with the bank and closes it. Where the totals differ (95), every row is sent
//! again, and the end of it.
//!
//! Row 13: whatever interrupts this, the batch stays open under its number, and settling again
//! begins anew; the bank knows rows that it has by their trace number.

use crate::batch::{self, Row, Totals};
use crate::exchange::{READ, Told, ask};
use crate::message::Draft;
use crate::operation::{SETTLE, UPLOAD};
use crate::slip::Language;
use crate::till::Till;
use crate::words::Words;
use caisson_sdk::{Stop, reason};

/// The answer code of totals that differ.
const DIFFERS: &str = "95";
/// Field 60: kind, and network code of totals, rows, and their end.
const KIND: &str = "00";
const TOTALS: &str = "201";
const ROWS_END: &str = "207";
/// Most payments that a count of field 48 can say.
const COUNT_MAX: u64 = 999;
/// Field 48 has a second half for cards of other countries, which this app does not tell apart.
const NOTHING: &str = "0000000000000000000000000000000";

/// Settles.
///
/// # Errors
/// Whatever ended it early; the batch then stays open.
pub fn serve<T: Till>(till: &mut T) -> Result<(), Stop> {
    let words = Language::of(&till.language()).words();
    let title = words.settle.title;
    let (rows, totals) = batch::all(till)?;
    if rows.is_empty() {
        return Ok(till.done(title, words.empty_batch, READ)?);
    }
    till.progress(title, words.settle.body)?;
    let told = compare(till, &totals)?;
    let (said, text) = match told {
        Told::Done(said) => (said, words.balanced),
        Told::Refused(said) if said.code == DIFFERS => {
            till.progress(words.uploading.title, words.uploading.body)?;
            match upload(till, &rows, &totals)? {
                Told::Done(said) => (said, words.uploaded),
                told => return still_open(till, words, &told),
            }
        }
        told => return still_open(till, words, &told),
    };
    let next = batch::close(till, &totals, said.batch.as_deref())?;
    let body = format!("{text}\n{}\n{} {next}", lines(&totals, words).join("\n"), words.signed_on);
    Ok(till.done(title, &body, READ)?)
}

fn still_open<T: Till>(till: &mut T, words: &Words, told: &Told) -> Result<(), Stop> {
    let body = format!("{}\n{}", told.why(words), words.try_again);
    Ok(till.failed(words.settle.title, &body, READ)?)
}

fn compare<T: Till>(till: &mut T, totals: &Totals) -> Result<Told, Stop> {
    let request = Draft::new(SETTLE)
        .with(48, &field_48(totals)?)?
        .in_batch(KIND, &totals.number, TOTALS)?
        .packed()?;
    ask(till, "settle", &format!("SETTLE{}", totals.number), &request)
}

/// Debits and credits, each as amount (12) and count (3), then 0: the bank's verdict stands there
/// in its answer.
fn field_48(totals: &Totals) -> Result<String, Stop> {
    if totals.taken > COUNT_MAX || totals.refunded > COUNT_MAX {
        return Err(Stop::new(reason::BATCH_TO_SETTLE, "more payments than field 48 can count"));
    }
    Ok(format!(
        "{:012}{:03}{:012}{:03}0{NOTHING}",
        totals.taken_minor, totals.taken, totals.refunded_minor, totals.refunded
    ))
}

fn upload<T: Till>(till: &mut T, rows: &[Row], totals: &Totals) -> Result<Told, Stop> {
    let order = format!("UPLOAD{}", totals.number);
    let mut count = 0_u64;
    for row in rows.iter().filter(|row| row.side().is_some()) {
        let told = upload_row(till, row, totals, &order)?;
        if !matches!(told, Told::Done(_)) {
            return Ok(told);
        }
        count += 1;
    }
    let request = Draft::new(UPLOAD)
        .with(48, &format!("{count:04}"))?
        .in_batch(KIND, &totals.number, ROWS_END)?
        .packed()?;
    ask(till, "upload-end", &order, &request)
}

fn upload_row<T: Till>(
    till: &mut T,
    row: &Row,
    totals: &Totals,
    order: &str,
) -> Result<Told, Stop> {
    let request = Draft::new(UPLOAD)
        .with(4, &format!("{:012}", row.minor))?
        .with(25, row.deed.row().condition)?
        .with_some(37, row.rrn.as_deref())?
        .with_some(38, row.auth.as_deref())?
        .in_batch(row.deed.row().kind, &totals.number, TOTALS)?
        .with(61, &format!("{}{}", totals.number, row.stan))?
        .packed()?;
    ask(till, "upload", order, &request)
}

/// The totals for people, at most 48 columns a line.
#[must_use]
pub fn lines(totals: &Totals, words: &Words) -> Vec<String> {
    let (taken, refunded) = totals.sums();
    vec![
        format!("{}: {}", words.batch, totals.number),
        format!("{} ({}): {taken}", words.taken, totals.taken),
        format!("{} ({}): {refunded}", words.refunded, totals.refunded),
    ]
}
