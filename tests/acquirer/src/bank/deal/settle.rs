//! The end of a batch: totals compared, and where they differ, every transaction told once more.

use caisson_iso8583::Message;

use super::{Answer, DIFFERS, Stop, check_mac};
use crate::bank::amounts::Effect;
use crate::bank::books::desk::{Desk, Till};
use crate::bank::books::{BatchTotals, State, UploadFinding};
use crate::bank::request::{FORMAT, Request};

/// Highest batch number; 1 follows.
const BATCH_MAX: i64 = 999_999;

/// Compares totals. Where they agree the batch is closed; a settlement of the batch that was closed
/// last is compared again and closes nothing, so that a lost answer can be asked for. Where the
/// effect declines, they are said to differ whatever they are: a bank that has lost a transaction.
pub(super) fn settle(
    desk: &Desk<'_>,
    till: &Till,
    (message, request): (&Message<'_>, &Request),
    effect: Effect,
    answer: &mut Answer,
) -> Result<(), Stop> {
    check_mac(desk, till, request, false)?;
    let is_open = request.batch == till.batch;
    if !is_open && next(request.batch) != till.batch {
        return Err(Stop::Code("77"));
    }
    let told = read_totals(message)?;
    let ours = desk.batch_totals(&request.terminal, request.batch)?;
    let agrees = told == as_told(ours) && effect != Effect::Declines(DIFFERS);
    answer.message.set(48, &write_totals(&as_told(ours), agrees))?;
    if is_open {
        let (batch, uploads) = if agrees { (next(till.batch), false) } else { (till.batch, true) };
        desk.set_batch(&request.terminal, batch, uploads)?;
    }
    answer.code(if agrees { "00" } else { DIFFERS });
    Ok(())
}

/// Hears a transaction once more and writes down what the books say to it.
pub(super) fn upload(
    desk: &Desk<'_>,
    till: &Till,
    request: &Request,
    answer: &mut Answer,
) -> Result<(), Stop> {
    check_mac(desk, till, request, false)?;
    if request.batch != till.batch || !till.uploads {
        return Err(Stop::Code("77"));
    }
    let amount = request.some_amount()?;
    // The message has a trace number of its own; DE61 names the row's.
    let (batch, stan) = request.original.as_ref().ok_or(FORMAT)?;
    let deal = desk.deal(&request.terminal, *batch, stan)?;
    let finding = match deal {
        None => UploadFinding::Unknown,
        Some(deal) if deal.state == State::Approved && deal.approved == amount => {
            UploadFinding::Agrees
        }
        Some(_) => UploadFinding::Differs,
    };
    desk.enter_upload(request, finding)?;
    answer.code("00");
    Ok(())
}

/// Closes the batch after its upload; once more for one that was closed last.
pub(super) fn end(
    desk: &Desk<'_>,
    till: &Till,
    request: &Request,
    answer: &mut Answer,
) -> Result<(), Stop> {
    check_mac(desk, till, request, false)?;
    if request.batch == till.batch && till.uploads {
        desk.set_batch(&request.terminal, next(till.batch), false)?;
    } else if next(request.batch) != till.batch {
        return Err(Stop::Code(if request.batch == till.batch { "12" } else { "77" }));
    }
    answer.code("00");
    Ok(())
}

const fn next(batch: i64) -> i64 {
    if batch >= BATCH_MAX { 1 } else { batch + 1 }
}

/// The first block of DE48: the cards of the country.
fn read_totals(message: &Message<'_>) -> Result<BatchTotals, Stop> {
    let text = message.text(48).ok_or(FORMAT)?;
    let part = |range: std::ops::Range<usize>| text.get(range).ok_or(FORMAT);
    let amount = |range| part(range)?.parse::<i64>().map_err(|_| FORMAT);
    let count = |range| part(range)?.parse::<u32>().map_err(|_| FORMAT);
    Ok(BatchTotals {
        debit: amount(0..12)?,
        debits: count(12..15)?,
        credit: amount(15..27)?,
        credits: count(27..30)?,
    })
}

/// As three digits and twelve can tell them.
const fn as_told(totals: BatchTotals) -> BatchTotals {
    let BatchTotals { debit, debits, credit, credits } = totals;
    let (amounts, counts) = (1_000_000_000_000, 1_000);
    BatchTotals {
        debit: debit % amounts,
        debits: debits % counts,
        credit: credit % amounts,
        credits: credits % counts,
    }
}

fn write_totals(totals: &BatchTotals, agrees: bool) -> String {
    let BatchTotals { debit, debits, credit, credits } = totals;
    let flag = if agrees { 1 } else { 2 };
    let foreign = format!("{:030}{flag}", 0);
    format!("{debit:012}{debits:03}{credit:012}{credits:03}{flag}{foreign}")
}
