//! Views that the terminal draws. Permission `ui`. Around each it keeps the amount, a countdown
//! and Cancel. Over a limit (title and row 60 characters, body 2,000) is an error, never a cut, and
//! so is a title or label that asks for a PIN, a password or a card number. What a person keys and
//! does not fit is no answer: the wait goes on.

use crate::bindings::caisson::ui::ui as host;
use crate::printer::Document;
use std::time::Duration;

pub use host::{Code, Error, Point, Stroke, language, present_card, progress, show_qr};

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

/// Lets a person key an amount from 1 to `max_minor`, in minor units of the payment's currency (of
/// the terminal's own where there is no payment), and waits at most `within`. The payment's own
/// amount stays what the intent says.
///
/// # Errors
/// Any [`Code`].
pub fn amount(title: &str, max_minor: u64, within: Duration) -> Result<u64, Error> {
    host::amount(title, max_minor, millis(within))
}

/// Fields to fill in, at most 5, with labels of 1 to 40 characters and values of at most 120.
///
/// ```no_run
/// # fn order() -> Result<(), caisson_sdk::ui::Error> {
/// let form = caisson_sdk::ui::Form::new();
/// form.digits("Table", 3, false)?;
/// form.text("For the kitchen", 60, true)?;
/// let values = form.ask("Order", std::time::Duration::from_secs(120))?;
/// # let _ = values; Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Form(host::Form);

impl Default for Form {
    fn default() -> Self {
        Self::new()
    }
}

impl Form {
    /// A form without fields. A fifth that is alive at once traps.
    #[must_use]
    pub fn new() -> Self {
        Self(host::Form::new())
    }

    /// Adds a field of the digits 0 to 9.
    ///
    /// # Errors
    /// *Too large*: a sixth field, or over a limit. *Bad text*: the label asks for a secret, is
    /// empty, or cannot be drawn.
    pub fn digits(&self, label: &str, max_chars: u32, optional: bool) -> Result<(), Error> {
        self.0.digits(label, max_chars, optional)
    }

    /// Adds a field of letters, digits and signs.
    ///
    /// # Errors
    /// As [`digits`](Self::digits).
    pub fn text(&self, label: &str, max_chars: u32, optional: bool) -> Result<(), Error> {
        self.0.text(label, max_chars, optional)
    }

    /// Adds a field of digits, `+`, `-` and spaces.
    ///
    /// # Errors
    /// As [`digits`](Self::digits).
    pub fn phone(&self, label: &str, max_chars: u32, optional: bool) -> Result<(), Error> {
        self.0.phone(label, max_chars, optional)
    }

    /// Adds a field of visible ASCII characters; whether they are an address, nobody checks.
    ///
    /// # Errors
    /// As [`digits`](Self::digits).
    pub fn email(&self, label: &str, max_chars: u32, optional: bool) -> Result<(), Error> {
        self.0.email(label, max_chars, optional)
    }

    /// Shows the form and waits at most `within`; one value for each field, in their order. May be
    /// asked again.
    ///
    /// # Errors
    /// Any [`Code`]; *bad text* without fields.
    pub fn ask(&self, title: &str, within: Duration) -> Result<Vec<String>, Error> {
        self.0.ask(title, millis(within))
    }
}

/// Lets the customer sign, and waits at most `within`; strokes in a field of 1,000 x 400.
///
/// # Errors
/// Any [`Code`]; *timeout* on a terminal without a touch screen.
pub fn signature(title: &str, within: Duration) -> Result<Vec<Stroke>, Error> {
    host::signature(title, millis(within))
}

/// Says that a service did what it should. Returns at once: the terminal shows the last of these
/// words when the call has ended, until it is read, at most `within`.
///
/// # Errors
/// *Denied* in `start` and `recover`: how a payment ended is the terminal's to say.
pub fn done(title: &str, body: &str, within: Duration) -> Result<(), Error> {
    host::done(title, body, millis(within))
}

/// Says that it did not, and in `body` why and what to do next.
///
/// # Errors
/// As [`done`].
pub fn failed(title: &str, body: &str, within: Duration) -> Result<(), Error> {
    host::failed(title, body, millis(within))
}

/// Says that somebody must look at something.
///
/// # Errors
/// As [`done`].
pub fn attention(title: &str, body: &str, within: Duration) -> Result<(), Error> {
    host::attention(title, body, millis(within))
}

/// Shows `document` as the paper will show it, and waits until it is read, at most `within`. Needs
/// the permission `printer` besides, for documents are the printer's.
///
/// # Errors
/// Any [`Code`]; *bad text* without a line.
pub fn preview(document: &Document, within: Duration) -> Result<(), Error> {
    host::preview(document, millis(within))
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
