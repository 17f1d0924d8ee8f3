//! Views that the terminal draws. Permission `ui`. Around each it keeps the amount, a countdown
//! and Cancel. Over a limit (title and row 60 characters, body 2,000) is an error, never a cut.

use crate::bindings::caisson::ui::ui as host;
use std::time::Duration;

pub use host::{Code, Error, language, progress, show_qr};

/// Shows `title` and `body` and waits until the cashier has read it, at most `within`.
///
/// # Errors
/// Any [`Code`].
pub fn message(title: &str, body: &str, within: Duration) -> Result<(), Error> {
    host::message(title, body, millis(within))
}

/// Shows `rows` to choose from, and waits at most `within`; the chosen one, from 0.
///
/// # Errors
/// Any [`Code`]; *other* where the terminal names a row that does not exist.
pub fn menu(title: &str, rows: &[String], within: Duration) -> Result<usize, Error> {
    let chosen = host::menu(title, rows, millis(within))?;
    usize::try_from(chosen).ok().filter(|row| *row < rows.len()).ok_or_else(|| Error {
        code: Code::Other,
        detail: format!("row {chosen} of {} was chosen", rows.len()),
    })
}

/// Waits with the current view on the screen, at most 300 s.
///
/// # Errors
/// *Cancelled* at once when the cashier presses Cancel, and when it was pressed before.
pub fn wait(time: Duration) -> Result<(), Error> {
    host::wait(millis(time))
}

/// What is too long for the contract's number is over every limit, and refused as such.
pub(crate) fn millis(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}
