//! The open batch: its number, and what was approved in it, as the bank will be asked to confirm it.
//!
//! Guarantees: a number is replaced only after the bank has closed the batch, so a settlement that
//! was interrupted (row 13) is done again under the same number; a payment has its row's number
//! before it is sent, so that a payment that is taken back later takes its row with it.
//!
//! Must never happen: a card's number beyond its mask in a row. The money itself is the journal's;
//! these rows only say what to tell the bank.

use crate::message::Said;
use crate::operation::Deed;
use crate::settings;
use crate::slip::Slip;
use crate::till::Till;
use caisson_sdk::{Money, Stop, reason};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Where it is kept.
const STATE: &str = "batch";
const LAST: &str = "batch-last";
/// Rows of a page: a row has less than 180 bytes, a value of the storage 16 KiB.
const PAGE_ROWS: usize = 80;
/// Pages of a batch: 12 of 16 KiB are three quarters of an app's quota.
const PAGES: usize = 12;
/// The number of the first batch where there is no sign-on.
const FIRST: &str = "000001";
/// Digits of a batch's number.
const NUMBER_DIGITS: usize = 6;
/// Largest number; after it comes 1.
const NUMBER_MAX: u32 = 999_999;

/// The open batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    number: String,
    next: u64,
    currency: Option<String>,
}

/// One approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its number in the batch.
    #[serde(rename = "n")]
    pub row: u64,
    /// What was done.
    #[serde(rename = "d")]
    pub deed: Deed,
    /// The trace number.
    #[serde(rename = "s")]
    pub stan: String,
    /// The bank's reference number.
    #[serde(rename = "r")]
    pub rrn: Option<String>,
    /// The bank's authorisation code.
    #[serde(rename = "a")]
    pub auth: Option<String>,
    /// How much, in minor units.
    #[serde(rename = "m")]
    pub minor: u64,
}

/// Where a batch's totals count a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Money moved to the merchant.
    Taken,
    /// Money moved back.
    GivenBack,
}

impl Row {
    /// Where the totals count it; `None` for what only reserves. A void counts as given back, and
    /// its original stays a sale: that is how Chinese banks keep debits and credits.
    #[must_use]
    pub const fn side(&self) -> Option<Side> {
        match self.deed {
            Deed::Sale | Deed::Completion => Some(Side::Taken),
            Deed::Refund | Deed::Void | Deed::CompletionVoid => Some(Side::GivenBack),
            Deed::PreAuth | Deed::PreAuthVoid => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Page {
    batch: String,
    rows: Vec<Row>,
}

/// What a batch comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// The batch's number.
    pub number: String,
    /// The currency of every amount.
    pub currency: String,
    /// How many sales and completions.
    pub taken: u64,
    /// How much they come to, in minor units.
    pub taken_minor: u64,
    /// How many refunds and voids of sales and completions.
    pub refunded: u64,
    /// How much they come to, in minor units.
    pub refunded_minor: u64,
}

impl Totals {
    /// The two sums, for people.
    #[must_use]
    pub fn sums(&self) -> (Money, Money) {
        let money = |minor| Money::new(minor, &self.currency);
        (money(self.taken_minor), money(self.refunded_minor))
    }
}

/// The number of the open batch, and the currency of its rows, where it has some.
///
/// # Errors
/// *Sign-on needed*; the storage.
pub fn named<T: Till>(till: &mut T) -> Result<(String, Option<String>), Stop> {
    let state = state(till)?;
    Ok((state.number, state.currency))
}

/// The number of the open batch, where it can take one more payment in `currency`.
///
/// # Errors
/// *Sign-on needed*; *batch to settle*: full, or of another currency; the storage.
pub fn open<T: Till>(till: &mut T, currency: &str) -> Result<String, Stop> {
    let state = state(till)?;
    let is_other = state.currency.as_ref().is_some_and(|of| of != currency);
    if is_other || pages(till, &state.number)?.iter().flatten().count() >= PAGE_ROWS * PAGES {
        return Err(Stop::new(reason::BATCH_TO_SETTLE, "the batch takes no further row"));
    }
    Ok(state.number)
}

/// The number of a row that nobody else gets, of the batch that is open.
///
/// # Errors
/// As [`open`].
pub fn reserve<T: Till>(till: &mut T, currency: &str) -> Result<(String, u64), Stop> {
    let mut state = state(till)?;
    let row = state.next;
    state.next = row.saturating_add(1);
    state.currency.get_or_insert_with(|| currency.to_owned());
    put(till, STATE, &state)?;
    Ok((state.number, row))
}

/// Opens the batch `number`, where it is another than the one that is open. False where the open
/// one has rows: it must be settled first.
///
/// # Errors
/// The storage.
pub fn begin<T: Till>(till: &mut T, number: &str) -> Result<bool, Stop> {
    let open: Option<State> = kept(till, STATE)?;
    if let Some(open) = open {
        if open.number == number {
            return Ok(true);
        }
        if pages(till, &open.number)?.iter().any(|page| !page.is_empty()) {
            return Ok(false);
        }
    }
    put(till, STATE, &State { number: number.to_owned(), next: 0, currency: None })?;
    clear(till)?;
    Ok(true)
}

/// Adds an approval. That of a batch which was closed meanwhile is added to none: it was counted, or
/// found missing, with its own.
///
/// # Errors
/// The batch is full; the storage.
pub fn append<T: Till>(till: &mut T, slip: &Slip, said: &Said, minor: u64) -> Result<(), Stop> {
    let row = Row {
        row: slip.row,
        deed: slip.deed,
        stan: said.stan.clone().unwrap_or_default(),
        rrn: said.rrn.clone(),
        auth: said.auth.clone(),
        minor,
    };
    if state(till)?.number != slip.batch {
        till.log("a payment's batch was closed before its answer was known");
        return Ok(());
    }
    let mut pages = pages(till, &slip.batch)?;
    if pages.iter().flatten().any(|known| known.row == row.row) {
        return Ok(());
    }
    let last = pages.pop().unwrap_or_default();
    let (index, mut rows) = match last.len() {
        PAGE_ROWS.. => (pages.len() + 1, Vec::new()),
        _ => (pages.len(), last),
    };
    if index >= PAGES {
        return Err(Stop::new(reason::BATCH_TO_SETTLE, "the batch takes no further row"));
    }
    rows.push(row);
    put(till, &page_key(index), &Page { batch: slip.batch.clone(), rows })
}

/// Takes out the row of a payment that was taken back, where it got as far as one.
///
/// # Errors
/// The storage.
pub fn forget<T: Till>(till: &mut T, slip: &Slip) -> Result<(), Stop> {
    for (index, mut rows) in pages(till, &slip.batch)?.into_iter().enumerate() {
        let before = rows.len();
        rows.retain(|row| row.row != slip.row);
        if rows.len() < before {
            put(till, &page_key(index), &Page { batch: slip.batch.clone(), rows })?;
        }
    }
    Ok(())
}

/// The open batch's rows and totals.
///
/// # Errors
/// *Sign-on needed*; the storage.
pub fn all<T: Till>(till: &mut T) -> Result<(Vec<Row>, Totals), Stop> {
    let state = state(till)?;
    let rows: Vec<Row> = pages(till, &state.number)?.into_iter().flatten().collect();
    let currency = state.currency.unwrap_or_else(|| "CNY".to_owned());
    let totals = totals(&rows, state.number, currency);
    Ok((rows, totals))
}

/// What `rows` come to.
fn totals(rows: &[Row], number: String, currency: String) -> Totals {
    let mut totals =
        Totals { number, currency, taken: 0, taken_minor: 0, refunded: 0, refunded_minor: 0 };
    for row in rows {
        let (count, sum) = match row.side() {
            Some(Side::Taken) => (&mut totals.taken, &mut totals.taken_minor),
            Some(Side::GivenBack) => (&mut totals.refunded, &mut totals.refunded_minor),
            None => continue,
        };
        *count += 1;
        *sum = sum.saturating_add(row.minor);
    }
    totals
}

/// Closes the batch that `totals` are of: they are kept to be printed, and `next`, or else the
/// number after it, opens.
///
/// # Errors
/// The storage; the batch then stays open.
pub fn close<T: Till>(till: &mut T, totals: &Totals, next: Option<&str>) -> Result<String, Stop> {
    put(till, LAST, totals)?;
    let named = next.filter(|next| is_number(next) && *next != totals.number);
    let number = named.map_or_else(|| after(&totals.number), str::to_owned);
    put(till, STATE, &State { number: number.clone(), next: 0, currency: None })?;
    clear(till)?;
    Ok(number)
}

/// Empties the pages, so that none comes back when a bank gives a number a second time.
fn clear<T: Till>(till: &mut T) -> Result<(), Stop> {
    for index in 0..PAGES {
        let key = page_key(index);
        if till.kept(&key)?.is_none() {
            break;
        }
        put(till, &key, &Page { batch: String::new(), rows: Vec::new() })?;
    }
    Ok(())
}

/// The totals of the batch that was closed last.
///
/// # Errors
/// The storage.
pub fn last<T: Till>(till: &mut T) -> Result<Option<Totals>, Stop> {
    kept(till, LAST)
}

/// True for six digits that are not all zero.
#[must_use]
pub fn is_number(text: &str) -> bool {
    text.len() == NUMBER_DIGITS
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && text.bytes().any(|byte| byte != b'0')
}

fn after(number: &str) -> String {
    let next = match number.parse::<u32>() {
        Ok(number) if number < NUMBER_MAX => number + 1,
        Ok(_) | Err(_) => 1,
    };
    format!("{next:0NUMBER_DIGITS$}")
}

fn state<T: Till>(till: &mut T) -> Result<State, Stop> {
    if let Some(state) = kept(till, STATE)? {
        return Ok(state);
    }
    if settings::word(till, "sign-on", &["required", "none"]) == "none" {
        return Ok(State { number: FIRST.to_owned(), next: 0, currency: None });
    }
    Err(Stop::new(reason::SIGN_ON_NEEDED, "there was no sign-on yet"))
}

/// The pages of the batch `number`, in their order. Pages of earlier batches are written over.
fn pages<T: Till>(till: &mut T, number: &str) -> Result<Vec<Vec<Row>>, Stop> {
    let mut pages = Vec::new();
    for index in 0..PAGES {
        match kept::<Page, T>(till, &page_key(index))? {
            Some(page) if page.batch == number => pages.push(page.rows),
            Some(_) | None => break,
        }
    }
    Ok(pages)
}

fn page_key(index: usize) -> String {
    format!("batch-rows-{index}")
}

fn kept<V: DeserializeOwned, T: Till>(till: &mut T, key: &str) -> Result<Option<V>, Stop> {
    let Some(bytes) = till.kept(key)? else { return Ok(None) };
    let read = serde_json::from_slice(&bytes);
    read.map(Some).map_err(|error| {
        Stop::failed(&format!("storage {key}: not of the expected form, column {}", error.column()))
    })
}

fn put<V: Serialize, T: Till>(till: &mut T, key: &str, value: &V) -> Result<(), Stop> {
    let bytes = serde_json::to_vec(value)
        .map_err(|error| Stop::failed(&format!("storage {key}: column {}", error.column())))?;
    Ok(till.keep(key, &bytes)?)
}
