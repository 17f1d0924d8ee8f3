//! One open payment: what was heard of it, and how it may end.
//!
//! Guarantee: the only [`Outcome`]s that leave this file were proved by a verified answer, or are
//! unknown. A paid answer about more than was asked for proves nothing.
//!
//! There is no clock: an order's age is the sum of the waits since it was submitted, so it is never
//! too large, and a wallet is never asked to take an order back too early.

use crate::note::Note;
use crate::till::Till;
use crate::words::{View, Words};
use caisson_sdk::payment::{Answer, Error, Reading};
use caisson_sdk::{Approval, Fact, Money, Outcome, Stop, reason};
use serde_json::Value;
use std::time::Duration;

/// Inquiries and undos in a row without an answer before the terminal's own recovery takes over:
/// each may last as long as the operation's deadline, and a start has ten minutes.
const SILENCE_MAX: u32 = 3;
/// Tries to take an order back while the cashier waits; the terminal's recovery tries on.
const TAKE_BACK_TRIES: u32 = 5;

/// An open payment.
pub struct Case<'t, T> {
    till: &'t mut T,
    asked: Money,
    note: Note,
    age: Duration,
    silence: u32,
    was_open: bool,
}

/// What one exchange proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Paid, or not paid: the payment is certain.
    Ended(Outcome),
    /// Taken back.
    Undone,
    /// The wallet has not decided.
    Open,
    /// An answer that proves nothing.
    Unreadable,
    /// No answer.
    Silent,
}

/// Why watching a payment ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Watched {
    /// The payment is certain.
    Ended(Outcome),
    /// The acquirer closed it.
    Undone,
    /// The time is over.
    TimeUp,
    /// The acquirer does not answer.
    Silent,
    /// The wait was ended: by Cancel, mostly.
    Stopped(Stop),
}

impl<'t, T: Till> Case<'t, T> {
    /// A payment of `asked` that was submitted `age` ago.
    pub const fn new(till: &'t mut T, asked: Money, note: Note, age: Duration) -> Self {
        Self { till, asked, note, age, silence: 0, was_open: false }
    }

    /// The till.
    pub const fn till(&mut self) -> &mut T {
        self.till
    }

    /// The app's texts in the payment's language.
    #[must_use]
    pub const fn words(&self) -> &'static Words {
        self.note.language.words()
    }

    /// True where the acquirer has said that it waits for somebody.
    #[must_use]
    pub const fn was_open(&self) -> bool {
        self.was_open
    }

    /// Submits `request`; what was heard, and the answer's own words.
    ///
    /// # Errors
    /// Certainly nothing left the terminal.
    pub fn submit(
        &mut self,
        operation: &str,
        request: &Value,
    ) -> Result<(Heard, Option<Value>), Stop> {
        let note = caisson_sdk::note::encode(&self.note)?;
        match self.till.submit(operation, request, &note) {
            Err(error) if error.is_certainly_unsent() => Err(error.into()),
            said => {
                let body = said.as_ref().ok().and_then(Answer::json);
                let heard = self.hear(said);
                self.silence = 0;
                Ok((heard, body))
            }
        }
    }

    /// Asks what became of it.
    pub fn inquire(&mut self, operation: &str) -> Heard {
        let said = self.till.inquire(operation);
        self.hear(said)
    }

    /// Asks to take it back.
    pub fn undo(&mut self, operation: &str) -> Heard {
        let said = self.till.undo(operation);
        self.hear(said)
    }

    /// Shows `view`. A view that fails changes nothing about the money: the next wait tells of a
    /// Cancel.
    pub fn show(&mut self, view: &View) {
        if let Err(error) = self.till.progress(view.title, view.body) {
            self.till.log(&format!("progress: {error}"));
        }
    }

    /// Asks every `gap` until the payment is certain, or for `total`.
    pub fn watch(&mut self, operation: &str, gap: Duration, total: Duration) -> Watched {
        let mut left = total;
        while !left.is_zero() {
            let pause = gap.min(left);
            if let Err(stop) = self.wait(pause) {
                return Watched::Stopped(stop);
            }
            left -= pause;
            match self.inquire(operation) {
                Heard::Ended(outcome) => return Watched::Ended(outcome),
                Heard::Undone => return Watched::Undone,
                Heard::Silent if self.silence >= SILENCE_MAX => return Watched::Silent,
                Heard::Open | Heard::Unreadable | Heard::Silent => {}
            }
        }
        Watched::TimeUp
    }

    /// Takes the payment back, not before it is `not_before` old, and asks again every `gap` until
    /// it is certain. `reason` is the word for a payment that was taken back.
    pub fn take_back(&mut self, way: &Undoing<'_>, gap: Duration, reason: &str) -> Outcome {
        self.show(&self.words().taking_back);
        let early = way.not_before.saturating_sub(self.age);
        if !early.is_zero() && self.wait(early).is_err() {
            return Outcome::Unknown;
        }
        for _ in 0..TAKE_BACK_TRIES {
            if let Some(outcome) = ended(self.undo(way.undo), reason) {
                return outcome;
            }
            if self.silence >= SILENCE_MAX || self.wait(gap).is_err() {
                return Outcome::Unknown;
            }
            if let Some(outcome) = ended(self.inquire(way.inquiry), reason) {
                return outcome;
            }
        }
        Outcome::Unknown
    }

    /// Takes the payment back at once, after a Cancel: no wait is left to the app, and 20 s in
    /// all. What the wallet does not allow yet, or does not answer, is left to recovery.
    pub fn take_back_now(&mut self, way: &Undoing<'_>, reason: &str) -> Outcome {
        if self.age < way.not_before {
            return Outcome::Unknown;
        }
        self.show(&self.words().taking_back);
        ended(self.undo(way.undo), reason).unwrap_or(Outcome::Unknown)
    }

    fn wait(&mut self, time: Duration) -> Result<(), Stop> {
        self.till.wait(time)?;
        self.age += time;
        Ok(())
    }

    fn hear(&mut self, said: Result<Answer, Error>) -> Heard {
        let answer = match said {
            Ok(answer) => answer,
            Err(error) => {
                self.silence += 1;
                self.till.log(&format!("no answer: {error}"));
                return Heard::Silent;
            }
        };
        self.silence = 0;
        match answer.reading {
            Reading::Paid => match self.approval(&answer) {
                Some(approval) => Heard::Ended(Outcome::Approved(approval)),
                None => Heard::Unreadable,
            },
            Reading::NotPaid => Heard::Ended(Outcome::declined(answer.reason_or_other())),
            Reading::Undone => Heard::Undone,
            Reading::Open => {
                self.was_open = true;
                Heard::Open
            }
            Reading::Unreadable => Heard::Unreadable,
        }
    }

    fn approval(&self, answer: &Answer) -> Option<Approval> {
        let amount = answer.amount_or(&self.asked);
        (amount.minor > 0 && amount.is_within(&self.asked))
            .then(|| Approval { amount, facts: self.facts(answer) })
    }

    /// Lines for the receipt: the wallet, and its number for the payment where paper can carry it.
    fn facts(&self, answer: &Answer) -> Vec<Fact> {
        let words = self.words();
        let wallet =
            self.note.wallet.and_then(|wallet| Fact::new(words.wallet, words.name_of(wallet)));
        let body = answer.json();
        let transaction = body
            .as_ref()
            .and_then(|body| body.get("transaction")?.as_str())
            .and_then(|number| Fact::new(words.transaction, number));
        wallet.into_iter().chain(transaction).collect()
    }
}

/// How a payment is taken back.
#[derive(Debug, Clone, Copy)]
pub struct Undoing<'n> {
    /// The operation that does it.
    pub undo: &'n str,
    /// The operation that asks.
    pub inquiry: &'n str,
    /// How old the payment must be.
    pub not_before: Duration,
}

/// The outcome, where `heard` ends the payment; taken back, it is cancelled for `reason`.
#[must_use]
pub fn ended(heard: Heard, reason: &str) -> Option<Outcome> {
    match heard {
        Heard::Ended(outcome) => Some(outcome),
        Heard::Undone => Some(Outcome::cancelled(reason)),
        Heard::Open | Heard::Unreadable | Heard::Silent => None,
    }
}

/// The word for an order that was taken back: because its customer did not confirm, or, where
/// nobody ever said that one was waited for, just closed.
#[must_use]
pub const fn why_taken_back(was_open: bool) -> &'static str {
    if was_open { reason::CUSTOMER_WAITS } else { reason::ORDER_CLOSED }
}
