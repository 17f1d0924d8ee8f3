//! The books of the simulated acquirer and of its bank, as tables. Amounts are minor units, as the
//! books have them. Deliberately not here: any judgement; whoever reads compares.

use crate::error::CliError;
use crate::out::table;
use caisson_acquirer::bank::{BankBooks, TransactionEntry};
use caisson_acquirer::{AcquirerError, Books};
use caisson_scenarios::AcquirerFolder;
use std::path::Path;

/// Both books: every order and refund and their sums, then every message of cards that moved
/// something, and each batch.
pub(crate) fn books(folder: &Path) -> Result<String, CliError> {
    let folder = AcquirerFolder::open(folder)?;
    let mut parts = Vec::new();
    if folder.books().exists() {
        parts.push(gateways(&folder.books())?);
    }
    if folder.bank_books_file().exists() {
        let cards = banks(&folder.bank_books_file())?;
        parts.extend((!cards.is_empty()).then_some(cards));
    }
    if parts.is_empty() {
        return Ok("no books yet: nothing was ever asked".to_owned());
    }
    Ok(parts.join("\n"))
}

/// Cells of a row.
fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

fn gateways(path: &Path) -> Result<String, AcquirerError> {
    let books = Books::open(path)?;
    let mut rows = vec![row(["order", "state", "asked", "captured", "given back", "kept"])];
    for order in books.list()? {
        let state = format!("{:?}", order.state).to_lowercase();
        let sums = [order.amount, order.captured, order.given_back, order.net()];
        let mut row = vec![order.order, state];
        row.extend(sums.map(|minor| minor.to_string()));
        rows.push(row);
    }
    let mut text = format!("amounts are minor units\n\n{}", table(&rows));
    let mut rows = vec![row(["refund", "order", "amount", "why not"])];
    for refund in books.refunds()? {
        let why = refund.declined.unwrap_or_default();
        rows.push(vec![refund.refund, refund.order, refund.amount.to_string(), why]);
    }
    if rows.len() > 1 {
        text.push_str(&format!("\n{}", table(&rows)));
    }
    for sum in books.totals()? {
        text.push_str(&format!(
            "\n{}: {} orders charged {} times, {} captured, {} given back\n",
            sum.currency, sum.orders_charged, sum.captures, sum.captured, sum.given_back
        ));
    }
    Ok(text)
}

/// Nothing where no card was ever used.
fn banks(path: &Path) -> Result<String, AcquirerError> {
    let books = BankBooks::open(path)?;
    let transactions = books.transactions()?;
    if transactions.is_empty() {
        return Ok(String::new());
    }
    let head = ["batch", "stan", "what", "card", "state", "code", "asked", "approved", "kept"];
    let mut rows = vec![row(head)];
    rows.extend(transactions.iter().map(of_transaction));
    let mut text = format!("the bank's cards\n\n{}\n", table(&rows));
    let mut batches: Vec<_> =
        transactions.into_iter().map(|entry| (entry.terminal, entry.batch)).collect();
    batches.sort();
    batches.dedup();
    for (terminal, batch) in batches {
        let sums = books.batch_totals(&terminal, batch)?;
        text.push_str(&format!(
            "batch {batch:06} of {terminal}: {} debits {}, {} credits {}\n",
            sums.debits, sums.debit, sums.credits, sums.credit
        ));
    }
    Ok(text)
}

fn of_transaction(entry: &TransactionEntry) -> Vec<String> {
    vec![
        format!("{:06}", entry.batch),
        entry.stan.clone(),
        entry.kind.word().to_owned(),
        entry.masked.clone().unwrap_or_default(),
        entry.state.word().to_owned(),
        entry.code.clone(),
        entry.asked.to_string(),
        entry.approved.to_string(),
        entry.net.to_string(),
    ]
}
