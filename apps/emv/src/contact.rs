//! The contact flow (EMV 4.4, Book 3, 8): one file for each of its functions, on the crate `emv`.
//!
//! The order is the specification's. The crate has a flow of its own (`transaction_flow`); it is
//! not used, because it takes digits of a PIN, lets a card approve what the terminal declined,
//! sends zeros for objects that it knows, and declines every second signed cryptogram. The crate's
//! functions are used one by one instead: parsers, offline data authentication, restrictions,
//! the walk through the list of verification methods, action analysis, scripts.

mod authentication;
mod completion;
mod cryptogram;
mod initiation;
mod risk;
mod selection;
mod verification;

pub(crate) use completion::complete;

use crate::cardholder::Cardholder;
use crate::outcome::{Decision, End};
use crate::records;
use crate::sale::Extent;
use crate::session::Session;
use emv::contact::processing_restrictions::TransactionCategory;

/// Runs to the answer of the first GENERATE AC.
pub(crate) fn first(
    session: &mut Session<'_, '_>,
    cardholder: &mut dyn Cardholder,
    extent: Extent,
) -> Result<Decision, End> {
    let locator = initiation::initiate(session, cardholder)?;
    let records = records::read(session, &locator)?;
    // 5A, 5F24, 8C and 8D are mandatory (EMV Book 3, table 28).
    records::expect(session, &[0x5A])?;
    session.account()?;
    if extent == Extent::ReadOnly {
        return Ok(Decision::GoOnline);
    }
    records::expect(session, &[0x5F24, 0x8C, 0x8D])?;
    authentication::authenticate(session, &records)?;
    restrict(session)?;
    verification::verify(session, cardholder, &records)?;
    risk::manage(session)?;
    cryptogram::first(session)
}

/// Processing restrictions (EMV Book 3, 10.4); the result is in the TVR.
fn restrict(session: &mut Session<'_, '_>) -> Result<(), End> {
    let ctx = &mut session.tx.ctx;
    let category = TransactionCategory::from_transaction_type(ctx.inputs.transaction_type);
    let has_cashback = ctx.inputs.amount_other > 0;
    ctx.process_restrictions(category, has_cashback)
        .map(|_| ())
        .map_err(|error| End::data(format!("processing restrictions: {error}")))
}
