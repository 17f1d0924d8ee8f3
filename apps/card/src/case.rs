//! One request that can move money: what was heard of it, and how it may end.
//!
//! Guarantee: the only [`Outcome`]s that leave this file were proved by a verified answer, or are
//! unknown. What the bank approved and the card refused is taken back.
//!
//! The rows in the comments are those of the table of moments, in the crate's own page.

use crate::message::{self, Once, Said};
use crate::operation::Deed;
use crate::reader::Card;
use crate::slip::{Slip, Way};
use crate::till::Till;
use crate::words::View;
use crate::{batch, facts, settings};
use caisson_sdk::emv::{self, Decision, OnlineAnswer};
use caisson_sdk::payment::{Answer, Reading};
use caisson_sdk::{Money, Outcome, Stop, reason};
use std::time::Duration;

/// How long the cashier may think about a partial approval.
const CHOICE: Duration = Duration::from_secs(60);

/// An open payment.
pub struct Case<'t, T> {
    till: &'t mut T,
    asked: Money,
    slip: Slip,
    /// True where a chip waits for the issuer's answer.
    chip_waits: bool,
    card_facts: Vec<emv::Fact>,
    signature: bool,
}

/// Why a payment is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// No answer, or one that proves nothing.
    NoAnswer,
    /// The card refused what the bank approved.
    CardRefused,
    /// The part that was approved is not wanted.
    GivenBack,
    /// The batch, which the bank will be asked to confirm, could not take it.
    NotKept,
}

impl Why {
    /// Setting and default for field 39 of the reversal.
    const fn setting(self) -> (&'static str, &'static str) {
        match self {
            Self::NoAnswer => ("why.no-answer", "98"),
            Self::CardRefused => ("why.card-refused", "06"),
            Self::GivenBack | Self::NotKept => ("why.given-back", "06"),
        }
    }

    /// The terminal's word for what was taken back.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NoAnswer => reason::BANK_UNAVAILABLE,
            Self::CardRefused => reason::CARD_REFUSED_APPROVAL,
            Self::GivenBack => reason::PART_GIVEN_BACK,
            Self::NotKept => reason::STORAGE_FULL,
        }
    }

    /// Field 39 of the reversal.
    pub fn code<T: Till>(self, till: &mut T) -> String {
        let (name, default) = self.setting();
        settings::code(till, name, 2, default)
    }
}

impl<'t, T: Till> Case<'t, T> {
    /// A payment of `asked` that `slip` describes.
    pub const fn new(till: &'t mut T, asked: Money, slip: Slip) -> Self {
        Self { till, asked, slip, chip_waits: false, card_facts: Vec::new(), signature: false }
    }

    /// The same with a card of which the kernel has a cryptogram; its chip waits for the answer.
    #[must_use]
    pub fn with_card(mut self, card: &Card) -> Self {
        self.chip_waits = matches!(card.way, Way::Chip | Way::Contactless);
        self.card_facts.clone_from(&card.facts);
        self.signature = card.signature;
        self
    }

    /// Sends the request, and tells the story to its end.
    ///
    /// # Errors
    /// Certainly nothing left the terminal.
    pub fn submit(&mut self, once: &Once<'_>) -> Result<Outcome, Stop> {
        let request = message::request(&self.slip, once)?;
        let note = self.slip.sealed()?;
        let asking = &self.slip.language.words().asking;
        // The last moment at which a Cancel ends it for nothing.
        self.till.progress(asking.title, asking.body)?;
        match self.till.submit(self.slip.deed.row().operation, &request, &note) {
            // Row 1: nothing was sent, so there is nothing to take back.
            Err(error) if error.is_certainly_unsent() => {
                self.tell_card_unable();
                Err(error.into())
            }
            // Rows 2, 3 and 4: what may have been sent counts as sent, and an answer whose message
            // code does not hold is none. Which of them it was, no error code says: the reversal
            // gives the reason of row 3.
            Err(error) => {
                self.till.log(&format!("no answer: {error}"));
                Ok(self.unanswered())
            }
            Ok(answer) => Ok(self.heard(&answer)),
        }
    }

    /// What a verified answer means.
    pub fn heard(&mut self, answer: &Answer) -> Outcome {
        let said = Said::read(&answer.body);
        match answer.reading {
            Reading::Paid => {
                let amount = answer.amount_or(&self.asked);
                match said {
                    Some(said) if amount.minor > 0 && amount.is_within(&self.asked) => {
                        self.paid(amount, &said)
                    }
                    _ => self.unanswered(),
                }
            }
            // Row 6: final. The card is told, whatever it makes of it.
            Reading::NotPaid => {
                if let Some(said) = said {
                    self.tell_card(false, &said);
                }
                Outcome::declined(answer.reason_or_other())
            }
            Reading::Undone => Outcome::cancelled(Why::NoAnswer.reason()),
            // Row 4, and answers that speak of trouble behind the acquirer (68, 98).
            Reading::Open | Reading::Unreadable => self.unanswered(),
        }
    }

    fn paid(&mut self, amount: Money, said: &Said) -> Outcome {
        if self.chip_waits {
            let last = self.tell_card(true, said);
            match last {
                Some(last) if last.decision == Decision::Approved => {
                    self.signature |= last.signature;
                    self.card_facts = last.facts;
                }
                // Row 5: the bank said yes; the card said no, was torn away, or broke off.
                last => {
                    let de55 = last.map(|last| last.de55).unwrap_or_default();
                    return self.take_back(Why::CardRefused, Some(said), &de55);
                }
            }
        }
        let is_part = amount.minor < self.asked.minor;
        // With what is tied to an earlier payment there is nothing to choose: what moved, moved.
        if is_part && self.slip.original.is_none() && !self.keeps_part(&amount) {
            return self.take_back(Why::GivenBack, Some(said), &[]);
        }
        // A payment that the batch lacks would be missing when the bank compares, and when every
        // row is sent again. A place was kept just before the request, so this is a disk that
        // filled up or broke meanwhile.
        if let Err(stop) = batch::append(self.till, &self.slip, said, amount.minor) {
            self.till.log(&format!("the batch takes no row: {stop}"));
            return self.take_back(Why::NotKept, Some(said), &[]);
        }
        // A signature is only asked for, by a fact: before the outcome nothing is certain enough to
        // sign, and after it the terminal shows the view and prints what became of it.
        // Row 7: from here on it is approved, whatever becomes of the paper. The terminal makes it
        // durable before anybody is told; a power cut before that is row 3.
        Outcome::approved(amount, facts::of(&self.slip, said, &self.card_facts, self.signature))
    }

    /// Asks the cashier about a partial approval. Whoever does not say that the part shall stand
    /// has handed over nothing for it: it goes back.
    fn keeps_part(&mut self, part: &Money) -> bool {
        let words = self.slip.language.words();
        let title = format!("{}: {part}", words.partial);
        let rows = [words.keep_part.to_owned(), words.give_back.to_owned()];
        match self.till.menu(&title, &rows, CHOICE) {
            Ok(row) => row == 0,
            Err(error) => {
                self.till.log(&format!("partial approval: {error}"));
                false
            }
        }
    }

    /// Rows 2, 3 and 4: reversed at once. A refund is not (row 12): what became of it, only the
    /// bank or the same request again can say.
    fn unanswered(&mut self) -> Outcome {
        let de55 = self.tell_card_unable();
        if self.slip.deed == Deed::Refund {
            return Outcome::Unknown;
        }
        self.take_back(Why::NoAnswer, None, &de55)
    }

    /// Row 3: the first try, marked as such. A refund has none: it stays unknown, and is asked about
    /// again (row 12). Without an answer (row 9) the payment stays unknown and the terminal goes on
    /// with `recover`, before its next payment with this bank. An answer to the request that comes
    /// after this is none (row 8).
    fn take_back(&mut self, why: Why, said: Option<&Said>, de55: &[u8]) -> Outcome {
        self.show(&self.slip.language.words().taking_back);
        let Some((operation, _)) = self.slip.deed.row().reversal else { return Outcome::Unknown };
        let code = why.code(self.till);
        let undone = message::reversal(&self.slip, false, &code, said, de55)
            .and_then(|request| Ok(self.till.undo(operation, &request)?));
        match undone {
            // Row 10 is here as well: that the bank does not know the original reads as undone.
            Ok(answer) if answer.reading == Reading::Undone => Outcome::cancelled(why.reason()),
            Ok(_) => Outcome::Unknown,
            Err(stop) => {
                self.till.log(&format!("reversal: {stop}"));
                Outcome::Unknown
            }
        }
    }

    /// Gives the chip the issuer's answer; what the kernel made of it.
    fn tell_card(&mut self, approved: bool, said: &Said) -> Option<emv::Outcome> {
        let answer = emv::Answer {
            approved,
            code: said.code.clone(),
            authentication: said.authentication.clone(),
            scripts: said.scripts.clone(),
        };
        self.complete(&OnlineAnswer::Answered(answer))
    }

    /// Tells the chip that nobody answered. What it decides counts for nothing here; the chip's
    /// last data are what a reversal carries.
    fn tell_card_unable(&mut self) -> Vec<u8> {
        let last = self.complete(&OnlineAnswer::Unable);
        last.map(|last| last.de55).unwrap_or_default()
    }

    fn complete(&mut self, answer: &OnlineAnswer) -> Option<emv::Outcome> {
        if !std::mem::take(&mut self.chip_waits) {
            return None;
        }
        self.till.emv_complete(answer).map_err(|error| self.till.log(&format!("emv: {error}"))).ok()
    }

    /// A view that fails changes nothing about the money.
    fn show(&mut self, view: &View) {
        if let Err(error) = self.till.progress(view.title, view.body) {
            self.till.log(&format!("progress: {error}"));
        }
    }
}
