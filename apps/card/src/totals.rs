//! Prints the totals of the batch that was closed last.

use crate::batch;
use crate::exchange::READ;
use crate::settle::lines;
use crate::slip::Language;
use crate::till::Till;
use caisson_sdk::Stop;

/// Prints.
///
/// # Errors
/// Whatever ended it early; an incomplete sheet is printed anew.
pub fn serve<T: Till>(till: &mut T) -> Result<(), Stop> {
    let words = Language::of(&till.language()).words();
    let Some(totals) = batch::last(till)? else {
        return Ok(till.message(words.totals, words.no_totals, READ)?);
    };
    let mut sheet = vec![words.totals.to_owned()];
    sheet.extend(lines(&totals, words));
    till.print(&sheet)?;
    Ok(till.done(words.totals, &lines(&totals, words).join("\n"), READ)?)
}
