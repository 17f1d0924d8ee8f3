//! The step language: one sentence is one control command of the emulator.
//!
//! Guarantee: the table of [`steps_help`] is the grammar itself, so help and parser cannot differ;
//! a sentence that is no step is an error that shows it beside every accepted form.
//! Deliberately not here: doing it (`emulator`), and files of steps (`scenario`).

mod form;

use crate::emulator::waits::HOURS_MAX;
use caisson_acquirer::{Fault, Operation, Wallet};
use caisson_devices::emulated::camera::Fault as CameraFault;
use caisson_devices::emulated::paper_roll::Fault as PrinterFault;
use caisson_devices::screen::Key;
use caisson_network::emulated::Link;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

pub use form::steps_help;

/// What the customer does with a phone that has scanned the shown code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneAct {
    /// Pays.
    Pays,
    /// Pays, and the money arrives only after the order was closed.
    PaysLate,
    /// Looks, and does not pay.
    Refuses,
}

/// One control command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The cashier keys an amount and picks a way to pay.
    Pay {
        /// As keyed; may be nonsense.
        amount: String,
        /// As keyed; `None` for the terminal's own.
        currency: Option<String>,
        /// The merchant's order number.
        order: Option<String>,
        /// The app's service.
        service: String,
    },
    /// The cashier gives back some of a payment.
    Refund {
        /// As keyed.
        amount: String,
        /// The payment's number in the journal, from 1.
        payment: usize,
    },
    /// The cashier wants another copy of a receipt.
    Reprint {
        /// The payment's number in the journal, from 1.
        payment: usize,
    },
    /// The cashier picks a service that moves no money.
    Serve {
        /// The app's service.
        service: String,
    },
    /// The cashier presses a key.
    Press(Key),
    /// The customer shows a fresh payment code of a wallet.
    ShowCode(Wallet),
    /// The customer shows some other code.
    ShowText(String),
    /// The customer shows a picture; the path is taken from the scenario's folder.
    ShowPicture(PathBuf),
    /// The customer shows a payment code that nobody can read.
    ShowDamaged,
    /// The customer shows the paper of a payment.
    ShowReceipt {
        /// The payment's number in the journal, from 1.
        payment: usize,
    },
    /// The customer takes the phone away.
    ShowNothing,
    /// The customer's phone scans the screen.
    Scan(PhoneAct),
    /// The customer answers the wallet's question.
    Answer {
        /// Confirms, or refuses.
        pays: bool,
    },
    /// Time passes.
    Pass(Duration),
    /// The wall clock is set forward by so many milliseconds, or back.
    ClockJumps(i64),
    /// Waits for a text on the screen.
    Shows(String),
    /// Waits until the payment at the counter has ended.
    Ends,
    /// Waits until nothing is recovered, watched or given back any more.
    Settles,
    /// Waits until a request has reached the acquirer.
    Hears(Operation),
    /// The link from now on.
    Link(Link),
    /// The link for the next connection alone.
    NextLink(Link),
    /// The printer fails, now or after some bands.
    Printer {
        /// How.
        fault: PrinterFault,
        /// After how many more bands of dots.
        after_bands: Option<u32>,
    },
    /// The printer works again.
    PrinterRepaired,
    /// The camera fails, or is well with `None`.
    Camera(Option<CameraFault>),
    /// The acquirer will do wrong.
    Acquirer(Fault),
    /// The power is gone: the process is killed, and the terminal starts again.
    PowerCut,
    /// The terminal is stopped and started again.
    Restart,
    /// The same, with another time zone in its profile.
    RestartIn {
        /// Minutes east of UTC.
        utc_offset_minutes: i32,
    },
}

/// A sentence that is no step. Author of the scenario: write one of the forms.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{sentence}\" is not a step{}; write one of:\n{}", because(.cause), steps_help())]
pub struct StepSyntax {
    /// As it was written.
    pub sentence: String,
    /// Which part is wrong, where the form itself was recognised.
    pub cause: Option<String>,
}

fn because(cause: &Option<String>) -> String {
    cause.as_ref().map_or_else(String::new, |cause| format!(": {cause}"))
}

impl FromStr for Step {
    type Err = StepSyntax;

    fn from_str(sentence: &str) -> Result<Self, StepSyntax> {
        let wrong = |cause| StepSyntax { sentence: sentence.to_owned(), cause };
        form::read(sentence.trim()).ok_or_else(|| wrong(None))?.map_err(|cause| wrong(Some(cause)))
    }
}

impl Step {
    /// True where the terminal starts anew after this step.
    #[must_use]
    pub const fn ends_phase(&self) -> bool {
        matches!(self, Self::PowerCut | Self::Restart | Self::RestartIn { .. })
    }
}

/// `N` of a form, as a number from 1 to `max`.
fn number(text: &str, max: u64) -> Result<u64, String> {
    let read = text.parse().ok().filter(|number| (1..=max).contains(number));
    read.ok_or_else(|| format!("\"{text}\" is not a number from 1 to {max}"))
}

fn duration(number_text: &str, unit: &str) -> Result<Duration, String> {
    let unit_ms = match unit {
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        _ => return Err(format!("\"{unit}\" is not a unit; write ms, s, min or h")),
    };
    let max = HOURS_MAX * 3_600_000 / unit_ms;
    Ok(Duration::from_millis(number(number_text, max)? * unit_ms))
}
