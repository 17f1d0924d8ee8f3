//! The terminal as this app uses it: one trait, so that every story can be told to a scripted till
//! in a native test. [`Terminal`] is the real one, and nothing but the SDK's calls.

use caisson_sdk::payment::Answer;
use caisson_sdk::{camera, network, payment, ui};
use serde_json::Value;
use std::time::Duration;

/// What the app needs of a terminal. Errors and waits are those of the SDK's functions.
pub trait Till {
    /// The language that the cashier reads.
    fn language(&self) -> String;
    /// The value that the terminal's owner set for `name`.
    fn setting(&self, name: &str) -> Option<String>;
    /// A line for the log, in English; never a code or a number of the customer's.
    fn log(&mut self, line: &str);

    /// Reads a code before the camera; its text.
    ///
    /// # Errors
    /// As [`camera::scan`].
    fn scan(&mut self, prompt: &str, within: Duration) -> Result<String, camera::Error>;

    /// Shows a message until it was read.
    ///
    /// # Errors
    /// As [`ui::message`].
    fn message(&mut self, title: &str, body: &str, within: Duration) -> Result<(), ui::Error>;
    /// Shows that something is being done.
    ///
    /// # Errors
    /// As [`ui::progress`].
    fn progress(&mut self, title: &str, body: &str) -> Result<(), ui::Error>;
    /// Shows a code to the customer's phone.
    ///
    /// # Errors
    /// As [`ui::show_qr`].
    fn show_qr(&mut self, text: &str, caption: &str) -> Result<(), ui::Error>;
    /// Waits with the current view.
    ///
    /// # Errors
    /// As [`ui::wait`].
    fn wait(&mut self, time: Duration) -> Result<(), ui::Error>;

    /// Hands over the one request that can move money.
    ///
    /// # Errors
    /// As [`payment::submit`].
    fn submit(
        &mut self,
        operation: &str,
        request: &Value,
        note: &[u8],
    ) -> Result<Answer, payment::Error>;
    /// Asks what became of the payment.
    ///
    /// # Errors
    /// As [`payment::inquire`].
    fn inquire(&mut self, operation: &str) -> Result<Answer, payment::Error>;
    /// Takes the payment back.
    ///
    /// # Errors
    /// As [`payment::undo`].
    fn undo(&mut self, operation: &str) -> Result<Answer, payment::Error>;
    /// Asks about an order, moving nothing.
    ///
    /// # Errors
    /// As [`network::call`].
    fn call(&mut self, operation: &str, order: &str) -> Result<Value, network::Error>;
}

/// The terminal that runs the app.
pub struct Terminal<'s> {
    settings: &'s dyn Fn(&str) -> Option<String>,
}

impl<'s> Terminal<'s> {
    /// The terminal, with the settings of an intent or ticket.
    #[must_use]
    pub const fn new(settings: &'s dyn Fn(&str) -> Option<String>) -> Self {
        Self { settings }
    }
}

impl Till for Terminal<'_> {
    fn language(&self) -> String {
        ui::language()
    }

    fn setting(&self, name: &str) -> Option<String> {
        (self.settings)(name)
    }

    fn log(&mut self, line: &str) {
        eprintln!("{line}");
    }

    fn scan(&mut self, prompt: &str, within: Duration) -> Result<String, camera::Error> {
        camera::scan(prompt, within).map(|scanned| scanned.text)
    }

    fn message(&mut self, title: &str, body: &str, within: Duration) -> Result<(), ui::Error> {
        ui::message(title, body, within)
    }

    fn progress(&mut self, title: &str, body: &str) -> Result<(), ui::Error> {
        ui::progress(title, body)
    }

    fn show_qr(&mut self, text: &str, caption: &str) -> Result<(), ui::Error> {
        ui::show_qr(text, caption)
    }

    fn wait(&mut self, time: Duration) -> Result<(), ui::Error> {
        ui::wait(time)
    }

    fn submit(
        &mut self,
        operation: &str,
        request: &Value,
        note: &[u8],
    ) -> Result<Answer, payment::Error> {
        payment::submit(operation, request, note)
    }

    fn inquire(&mut self, operation: &str) -> Result<Answer, payment::Error> {
        payment::inquire(operation, &nothing_to_add())
    }

    fn undo(&mut self, operation: &str) -> Result<Answer, payment::Error> {
        payment::undo(operation, &nothing_to_add())
    }

    fn call(&mut self, operation: &str, order: &str) -> Result<Value, network::Error> {
        network::call(operation, order, &nothing_to_add())
    }
}

/// A request of which the terminal writes every field.
#[must_use]
pub fn nothing_to_add() -> Value {
    Value::Object(serde_json::Map::new())
}
