//! The terminal as this app uses it: one trait, so that every story can be told to a scripted till
//! in a native test. [`Terminal`] is the real one, and nothing but the SDK's calls.

use caisson_sdk::card_reader::Found;
use caisson_sdk::payment::Answer;
use caisson_sdk::{Sensitive, card_reader, emv, network, payment, pin_pad, printer, storage, ui};
use std::time::Duration;

/// What the app needs of a terminal. Errors and waits are those of the SDK's functions.
pub trait Till {
    /// The language that the cashier reads.
    fn language(&self) -> String;
    /// The value that was set for `name`.
    fn setting(&self, name: &str) -> Option<String>;
    /// The fact `name` of the earlier payment.
    fn original_fact(&self, name: &str) -> Option<String>;
    /// A line for the log, in English; never a card's number or track.
    fn log(&mut self, line: &str);

    /// Waits for a card.
    ///
    /// # Errors
    /// As [`card_reader::detect`].
    fn detect(
        &mut self,
        prompt: &str,
        ways: card_reader::Ways,
        within: Duration,
    ) -> Result<Found, card_reader::Error>;
    /// Begins a transaction with the chip and runs to its first cryptogram. One that was begun
    /// before is dropped.
    ///
    /// # Errors
    /// As [`emv::Transaction::start`] and [`emv::Transaction::first`].
    fn emv_first(&mut self, sale: &emv::Sale) -> Result<emv::Outcome, emv::Error>;
    /// Runs to the last cryptogram, and drops the transaction.
    ///
    /// # Errors
    /// As [`emv::Transaction::complete`].
    fn emv_complete(&mut self, answer: &emv::OnlineAnswer) -> Result<emv::Outcome, emv::Error>;
    /// Asks for the PIN of a stripe.
    ///
    /// # Errors
    /// As [`pin_pad::enter`].
    fn enter_pin(&mut self, pan: &Sensitive) -> Result<pin_pad::Entry, pin_pad::Error>;

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
    /// Lets the cashier choose; the row, from 0.
    ///
    /// # Errors
    /// As [`ui::menu`].
    fn menu(&mut self, title: &str, rows: &[String], within: Duration) -> Result<usize, ui::Error>;
    /// Says that a service did what it should.
    ///
    /// # Errors
    /// As [`ui::done`].
    fn done(&mut self, title: &str, body: &str, within: Duration) -> Result<(), ui::Error>;
    /// Says that it did not.
    ///
    /// # Errors
    /// As [`ui::failed`].
    fn failed(&mut self, title: &str, body: &str, within: Duration) -> Result<(), ui::Error>;
    /// Prints a sheet.
    ///
    /// # Errors
    /// As [`printer::print`].
    fn print(&mut self, lines: &[String]) -> Result<(), printer::Error>;

    /// Hands over the one request that can move money.
    ///
    /// # Errors
    /// As [`payment::submit_message`].
    fn submit(
        &mut self,
        operation: &str,
        request: &[u8],
        note: &[u8],
    ) -> Result<Answer, payment::Error>;
    /// Takes the payment back.
    ///
    /// # Errors
    /// As [`payment::undo_message`].
    fn undo(&mut self, operation: &str, request: &[u8]) -> Result<Answer, payment::Error>;
    /// Asks for what moves nothing.
    ///
    /// # Errors
    /// As [`network::call_message`].
    fn call(
        &mut self,
        operation: &str,
        order: &str,
        request: &[u8],
    ) -> Result<Vec<u8>, network::Error>;

    /// What is kept under `key`.
    ///
    /// # Errors
    /// As [`storage::value`].
    fn kept(&self, key: &str) -> Result<Option<Vec<u8>>, storage::Error>;
    /// Keeps `value` under `key`.
    ///
    /// # Errors
    /// As [`storage::keep`].
    fn keep(&mut self, key: &str, value: &[u8]) -> Result<(), storage::Error>;
}

/// The terminal that runs the app.
pub struct Terminal<'s> {
    settings: &'s dyn Fn(&str) -> Option<String>,
    original: &'s dyn Fn(&str) -> Option<String>,
    transaction: Option<emv::Transaction>,
}

impl<'s> Terminal<'s> {
    /// The terminal, with the settings of an intent or ticket, and the facts of an earlier payment.
    #[must_use]
    pub const fn new(
        settings: &'s dyn Fn(&str) -> Option<String>,
        original: &'s dyn Fn(&str) -> Option<String>,
    ) -> Self {
        Self { settings, original, transaction: None }
    }
}

impl Till for Terminal<'_> {
    fn language(&self) -> String {
        ui::language()
    }

    fn setting(&self, name: &str) -> Option<String> {
        (self.settings)(name)
    }

    fn original_fact(&self, name: &str) -> Option<String> {
        (self.original)(name)
    }

    fn log(&mut self, line: &str) {
        eprintln!("{line}");
    }

    fn detect(
        &mut self,
        prompt: &str,
        ways: card_reader::Ways,
        within: Duration,
    ) -> Result<Found, card_reader::Error> {
        self.transaction = None;
        card_reader::detect(prompt, ways, within)
    }

    fn emv_first(&mut self, sale: &emv::Sale) -> Result<emv::Outcome, emv::Error> {
        // One at a time: the one before must be gone first.
        self.transaction = None;
        let transaction = emv::Transaction::start(sale)?;
        let outcome = transaction.first();
        self.transaction = Some(transaction);
        outcome
    }

    fn emv_complete(&mut self, answer: &emv::OnlineAnswer) -> Result<emv::Outcome, emv::Error> {
        let transaction = self.transaction.take().ok_or_else(|| emv::Error {
            code: emv::Code::WrongOrder,
            detail: "no transaction was begun".to_owned(),
        })?;
        transaction.complete(answer)
    }

    fn enter_pin(&mut self, pan: &Sensitive) -> Result<pin_pad::Entry, pin_pad::Error> {
        pin_pad::enter(pan)
    }

    fn message(&mut self, title: &str, body: &str, within: Duration) -> Result<(), ui::Error> {
        ui::message(title, body, within)
    }

    fn progress(&mut self, title: &str, body: &str) -> Result<(), ui::Error> {
        ui::progress(title, body)
    }

    fn menu(&mut self, title: &str, rows: &[String], within: Duration) -> Result<usize, ui::Error> {
        ui::menu(title, rows, within)
    }

    fn done(&mut self, title: &str, body: &str, within: Duration) -> Result<(), ui::Error> {
        ui::done(title, body, within)
    }

    fn failed(&mut self, title: &str, body: &str, within: Duration) -> Result<(), ui::Error> {
        ui::failed(title, body, within)
    }

    fn print(&mut self, lines: &[String]) -> Result<(), printer::Error> {
        printer::print(lines.iter().map(String::as_str))
    }

    fn submit(
        &mut self,
        operation: &str,
        request: &[u8],
        note: &[u8],
    ) -> Result<Answer, payment::Error> {
        payment::submit_message(operation, request, note)
    }

    fn undo(&mut self, operation: &str, request: &[u8]) -> Result<Answer, payment::Error> {
        payment::undo_message(operation, request)
    }

    fn call(
        &mut self,
        operation: &str,
        order: &str,
        request: &[u8],
    ) -> Result<Vec<u8>, network::Error> {
        network::call_message(operation, order, request)
    }

    fn kept(&self, key: &str) -> Result<Option<Vec<u8>>, storage::Error> {
        storage::value(key)
    }

    fn keep(&mut self, key: &str, value: &[u8]) -> Result<(), storage::Error> {
        storage::keep(key, value)
    }
}
