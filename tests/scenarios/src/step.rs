//! The step language: one sentence is one control command of the emulator.
//!
//! Guarantee: the table of [`steps_help`] is the grammar itself, so help and parser cannot differ;
//! a sentence that is no step is an error that shows it beside every accepted form.
//! Deliberately not here: doing it (`emulator`), and files of steps (`scenario`).

mod form;
mod word;

use caisson_acquirer::bank::BankFault;
use caisson_acquirer::{Fault, Operation, Wallet};
use caisson_core::Language;
use caisson_core::desk::{Act, Theme, Volume};
use caisson_devices::emulated::camera::Fault as CameraFault;
use caisson_devices::emulated::paper_roll::Fault as PrinterFault;
use caisson_devices::screen::{Key, Place};
use caisson_network::emulated::{Link, LinkName};
use caisson_vault::Passcode;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

pub use form::steps_help;
pub(crate) use word::{act_word, place_word};

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

/// What the customer does with a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardAct {
    /// Holds it before the reader.
    Taps(String),
    /// Puts it into the reader.
    Inserts(String),
    /// Draws it through the reader.
    Swipes(String),
    /// Takes it away.
    Removes,
}

/// What the cardholder keys on the terminal's PIN page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinAct {
    /// The PIN of the card that was presented last.
    Right,
    /// Another one.
    Wrong,
    /// None, where the page allows that.
    Nothing,
}

/// What anybody at the terminal can set, one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// Of screen and paper.
    Language(Language),
    /// Light or dark.
    Theme(Theme),
    /// How loud.
    Volume(Volume),
}

/// A step at the terminal's own desk: signing in, going through its pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeskStep {
    /// Somebody signs in.
    SignIn {
        /// As the sign-in page calls them.
        name: String,
        /// `None` for the one that the emulated profile gives them.
        code: Option<Passcode>,
    },
    /// To another page.
    Go(Place),
    /// An amount on the page that asks for one.
    Amount(String),
    /// Something with the payment on the page.
    Do(Act),
    /// All of a payment goes back, or what it reserved is let go.
    Void {
        /// The payment's number in the journal, from 1.
        payment: usize,
    },
    /// A text is searched for; empty for all.
    Search(String),
    /// Language, look or volume.
    Set(Setting),
}

/// A step that only the emulator's window can do: what a person does with the device in hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WindowStep {
    /// A finger on the screen, in its dots.
    Tap {
        /// To the right.
        x: u32,
        /// Down.
        y: u32,
    },
    /// The device's screen, or the whole window, as a picture in the emulator's folder.
    Screenshot {
        /// The picture's name.
        name: String,
        /// True for the whole window.
        is_whole: bool,
    },
    /// The roll is torn off.
    TearPaper,
    /// What is on the roll becomes a picture and a text in the emulator's folder.
    SavePaper,
    /// The transcript becomes a scenario.
    SaveTranscript {
        /// The file's name.
        name: Option<String>,
    },
    /// The panel shows only lines with this; empty for all.
    Filter(String),
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
    /// The cashier takes some or all of what a payment reserved.
    Complete {
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
    /// The customer is seen by a real camera of this machine.
    ShowWebcam(PathBuf),
    /// The customer takes the phone away.
    ShowNothing,
    /// The customer does something with a card.
    Card(CardAct),
    /// The customer answers the terminal's PIN page.
    Pin(PinAct),
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
    /// The bank does something wrong.
    Bank(BankFault),
    /// Waits until a request has reached the acquirer.
    Hears(Operation),
    /// The link from now on.
    Link(Link),
    /// One of the device's links from now on.
    LinkOf(LinkName, Link),
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
    /// The storage of apps takes no more, or does again.
    StorageFull(bool),
    /// The app of the next payment never comes back.
    AppHangs,
    /// The acquirer will do wrong.
    Acquirer(Fault),
    /// The acquirer's books are compared with the journal.
    BooksAgree,
    /// At the terminal's own desk.
    Desk(DeskStep),
    /// With the emulator's window.
    Window(WindowStep),
    /// The power is gone: the process is killed. A scenario starts it again at once.
    PowerCut,
    /// The power is back. A scenario's is already.
    PowerOn,
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
#[error("\"{sentence}\" is not a step{}", because(.cause, || format!("; write one of:\n{}", steps_help())))]
pub struct StepSyntax {
    /// As it was written.
    pub sentence: String,
    /// Which part is wrong, where the form itself was recognised.
    pub cause: Option<String>,
}

impl StepSyntax {
    /// Without the list of all forms.
    #[must_use]
    pub fn short(&self) -> String {
        let help = || "; `caisson emulator ctl --help` lists every sentence".to_owned();
        format!("\"{}\" is not a step{}", self.sentence, because(&self.cause, help))
    }
}

/// The cause, which says what to write instead; without one, where all forms stand.
fn because(cause: &Option<String>, forms: impl Fn() -> String) -> String {
    cause.as_ref().map_or_else(forms, |cause| format!(": {cause}"))
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
