//! A transaction from `start` to `complete`, and the order of its calls.

use crate::card::Card;
use crate::cardholder::Cardholder;
use crate::configuration::{Application, Configuration};
use crate::error::Error;
use crate::outcome::{Answer, Decision, End, OnlineAnswer, Outcome};
use crate::sale::{Entry, Extent, Sale};
use crate::session::{Held, Session, Stage};
use crate::{contact, contactless};
use emv::contact::terminal::Terminal;
use emv::contact::transaction::TransactionInputs;
use std::fmt;
use std::mem;

/// Most issuer scripts.
const SCRIPTS_MAX: usize = 8;
/// Longest issuer script.
const SCRIPT_BYTES_MAX: usize = 256;

/// One card, one sale. Used once.
pub struct Transaction {
    configuration: Configuration,
    terminal: Terminal,
    sale: Sale,
    inputs: TransactionInputs,
    state: State,
}

enum State {
    Fresh,
    Asking(Box<Held>),
    Over,
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Fresh => "fresh",
            State::Asking(_) => "asking",
            State::Over => "over",
        };
        f.debug_struct("Transaction").field("state", &state).finish_non_exhaustive()
    }
}

impl Transaction {
    /// Begins; the card is not touched yet.
    ///
    /// # Errors
    /// The sale's first field that is out of its range.
    pub fn start(configuration: &Configuration, sale: Sale) -> Result<Self, Error> {
        let inputs = sale.inputs()?;
        let mut terminal = configuration.terminal.terminal.clone();
        let all = configuration.applications.iter();
        terminal.applications = match sale.entry {
            Entry::Contact => all.map(Application::for_crate).collect(),
            Entry::Contactless => all.filter_map(in_the_field).collect(),
        };
        let configuration = configuration.clone();
        Ok(Self { configuration, terminal, sale, inputs, state: State::Fresh })
    }

    /// Runs to the card's first cryptogram.
    ///
    /// # Errors
    /// [`Error::WrongOrder`]: it ran before.
    pub fn first(
        &mut self,
        card: &mut dyn Card,
        cardholder: &mut dyn Cardholder,
    ) -> Result<Outcome, Error> {
        let State::Fresh = self.state else {
            return Err(Error::WrongOrder { call: "first", rule: "once, before complete" });
        };
        self.state = State::Over;
        let mut session = match Session::new(&self.terminal, &self.configuration, self.inputs, card)
        {
            Ok(session) => session,
            Err(end) => return Ok(nothing(end)),
        };
        let decided = match self.sale.entry {
            Entry::Contact => contact::first(&mut session, cardholder, self.sale.extent),
            Entry::Contactless => contactless::first(&mut session, cardholder, self.sale.extent),
        };
        let decision = decided.unwrap_or_else(Decision::Ended);
        let outcome = session.outcome(decision, Stage::Request);
        if outcome.decision == Decision::GoOnline {
            self.state = State::Asking(Box::new(session.hold()));
        }
        Ok(outcome)
    }

    /// Runs to the card's last cryptogram. In the field, and after a sale of
    /// [`Extent::ReadOnly`], the card is asked nothing more.
    ///
    /// # Errors
    /// [`Error::WrongOrder`]: not after [`Decision::GoOnline`]. [`Error::BadInput`]: the answer;
    /// the transaction is over.
    pub fn complete(
        &mut self,
        card: &mut dyn Card,
        answer: &OnlineAnswer,
    ) -> Result<Outcome, Error> {
        let held = match mem::replace(&mut self.state, State::Over) {
            State::Asking(held) => held,
            before => {
                self.state = before;
                return Err(Error::WrongOrder { call: "complete", rule: "once, after go-online" });
            }
        };
        check(answer)?;
        let mut session = held.resume(&self.terminal, &self.configuration, self.inputs, card);
        let asks_the_card = self.sale.entry == Entry::Contact && self.sale.extent == Extent::Full;
        let decided = if asks_the_card {
            contact::complete(&mut session, answer)
        } else {
            Ok(match answer {
                OnlineAnswer::Answered(answer) if answer.approved => Decision::Approved,
                OnlineAnswer::Answered(_) | OnlineAnswer::Unable => Decision::Declined,
            })
        };
        let decision = decided.unwrap_or_else(Decision::Ended);
        Ok(session.outcome(decision, Stage::Confirmation))
    }
}

/// An application as it is taken in the field.
fn in_the_field(application: &Application) -> Option<emv::contact::terminal::TerminalApplication> {
    let limits = application.contactless?;
    let mut application = application.for_crate();
    application.terminal_floor_limit = limits.floor_limit;
    Some(application)
}

fn check(answer: &OnlineAnswer) -> Result<(), Error> {
    let OnlineAnswer::Answered(Answer { code, authentication, scripts, .. }) = answer else {
        return Ok(());
    };
    let plain = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
    if code.len() != 2 || !code.bytes().all(plain) {
        return Err(Error::BadInput { field: "code", rule: "two characters of 0-9 and A-Z" });
    }
    if authentication.as_ref().is_some_and(|data| !(8..=16).contains(&data.len())) {
        return Err(Error::BadInput { field: "authentication", rule: "8 to 16 bytes" });
    }
    if scripts.len() > SCRIPTS_MAX || scripts.iter().any(|one| one.len() > SCRIPT_BYTES_MAX) {
        return Err(Error::BadInput { field: "scripts", rule: "at most 8, of at most 256 bytes" });
    }
    Ok(())
}

/// Nothing came of it.
fn nothing(end: End) -> Outcome {
    Outcome {
        decision: Decision::Ended(end),
        account: None,
        aid: None,
        label: String::new(),
        verification: crate::outcome::Verification::None,
        authentication: crate::outcome::Authentication::NotPerformed,
        tvr: [0; 5],
        tsi: [0; 2],
        cryptogram: None,
        de55: Vec::new(),
        facts: Vec::new(),
    }
}
