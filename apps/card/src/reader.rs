//! From a card at the reader to an account: chip, tap or stripe, and when a stripe is taken.
//!
//! Guarantee: the stripe of a card that has a chip is taken only after the chip was tried, where
//! the slot alone was asked for or the kernel spoke with it, and could not be read. A swipe that
//! failed opens no way round the chip.

use crate::settings;
use crate::slip::Way;
use crate::stripe::Stripe;
use crate::till::Till;
use crate::words::Words;
use caisson_sdk::card_reader::{Code, Found, Ways};
use caisson_sdk::emv::{Account, Cause, Decision, End, Extent};
use caisson_sdk::{Money, Outcome, Sensitive, Stop, emv, pin_pad, reason};
use std::time::Duration;

/// How long a customer may look for the card.
const DETECT: Duration = Duration::from_secs(60);
/// Cards, swipes and taps before the cashier starts anew.
const TRIES: u32 = 6;

/// What is wanted of the card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// How much is to be paid.
    pub amount: Money,
    /// To the cryptogram, or to the account only.
    pub extent: Extent,
    /// 9C.
    pub transaction_type: u8,
}

/// A card that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// How.
    pub way: Way,
    /// Its number.
    pub pan: Sensitive,
    /// `YYMM`.
    pub expiry: Option<Sensitive>,
    /// Its number among those of the account.
    pub sequence: Option<u8>,
    /// Track 2, or what a chip has in its place.
    pub track_2: Option<Sensitive>,
    /// True where the terminal holds a PIN block.
    pub has_pin: bool,
    /// The chip's data for the bank; empty for a stripe, and where only the account was read.
    pub de55: Vec<u8>,
    /// The kernel's lines for the receipt.
    pub facts: Vec<emv::Fact>,
    /// True: the receipt needs a signature.
    pub signature: bool,
}

/// How reading ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// The bank can be asked.
    Card(Box<Card>),
    /// The payment is over before anybody was asked.
    Ended(Outcome),
}

/// What one card led to.
enum Next {
    Done(Read),
    /// Look again, with another prompt and other ways.
    Again(&'static str, Ways),
}

/// Why a chip does not serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failed {
    Unreadable,
    /// The terminal takes none of its applications.
    NotTaken,
}

struct Reading<'t, T> {
    till: &'t mut T,
    words: &'static Words,
    wanted: &'t Wanted,
    /// Where a card may be, as the acquirer sets it.
    allowed: Ways,
    chip_failed: bool,
}

/// Reads a card.
///
/// # Errors
/// Cancelled, nobody came, the reader does not work, or nothing could be read.
pub fn read<T: Till>(till: &mut T, words: &'static Words, wanted: &Wanted) -> Result<Read, Stop> {
    let allowed = allowed(till);
    let mut reading = Reading { till, words, wanted, allowed, chip_failed: false };
    let (mut prompt, mut ways) = (words.prompt.any, allowed);
    for _ in 0..TRIES {
        match reading.one(prompt, ways)? {
            Next::Done(read) => return Ok(read),
            Next::Again(next, entry) => (prompt, ways) = (next, entry),
        }
    }
    Err(Stop::new(reason::CHIP_UNREADABLE, "no card could be read"))
}

/// The ways of the setting; all of them where it names none.
fn allowed<T: Till>(till: &mut T) -> Ways {
    let text = till.setting("ways").unwrap_or_default();
    let mut ways = Ways { chip: false, contactless: false, stripe: false };
    for word in text.split_whitespace() {
        match word {
            "chip" => ways.chip = true,
            "contactless" => ways.contactless = true,
            "stripe" => ways.stripe = true,
            _ => till.log("setting ways: words of chip, contactless, stripe"),
        }
    }
    if ways.chip || ways.contactless || ways.stripe { ways } else { Ways::ALL }
}

impl<T: Till> Reading<'_, T> {
    fn one(&mut self, prompt: &'static str, ways: Ways) -> Result<Next, Stop> {
        match self.till.detect(prompt, ways, DETECT) {
            Ok(Found::Chip) => self.chip(emv::Entry::Contact),
            Ok(Found::Contactless) => self.chip(emv::Entry::Contactless),
            Ok(Found::Stripe(track)) => self.stripe(&track, ways),
            Err(error) => match error.code {
                Code::Several => Ok(Next::Again(self.words.prompt.one, ways)),
                // Only the slot was asked for: it was the chip.
                Code::Unreadable if ways == Ways::CHIP => Ok(self.chip_failed(Failed::Unreadable)),
                Code::Unreadable | Code::Removed => Ok(Next::Again(self.words.prompt.again, ways)),
                Code::Denied
                | Code::Cancelled
                | Code::Timeout
                | Code::Offline
                | Code::Busy
                | Code::NoCard
                | Code::TooLarge
                | Code::Other => Err(error.into()),
            },
        }
    }

    /// The chip does not serve: the stripe, where the acquirer takes it then.
    fn chip_failed(&mut self, failed: Failed) -> Next {
        self.chip_failed = true;
        let (prompt, outcome) = match failed {
            Failed::Unreadable => {
                (self.words.prompt.swipe, Outcome::cancelled(reason::CHIP_UNREADABLE))
            }
            Failed::NotTaken => {
                (self.words.prompt.other_chip, Outcome::declined(reason::CARD_NOT_SUPPORTED))
            }
        };
        let may_fall_back =
            settings::word(self.till, "fallback", &["after-chip", "never"]) == "after-chip";
        if may_fall_back && self.allowed.stripe {
            Next::Again(prompt, Ways::STRIPE)
        } else {
            Next::Done(Read::Ended(outcome))
        }
    }

    fn stripe(&mut self, track: &Sensitive, ways: Ways) -> Result<Next, Stop> {
        let Some(stripe) = Stripe::read(track) else {
            return Ok(Next::Again(self.words.prompt.again, ways));
        };
        if stripe.has_chip && !self.chip_failed && self.allowed.chip {
            return Ok(Next::Again(self.words.prompt.insert, Ways::CHIP));
        }
        let way = if stripe.has_chip { Way::Fallback } else { Way::Stripe };
        let has_pin = self.wanted.extent == Extent::Full && self.stripe_pin(&stripe.pan)?;
        Ok(Next::Done(Read::Card(Box::new(Card {
            way,
            pan: stripe.pan,
            expiry: Some(stripe.expiry),
            sequence: None,
            track_2: Some(stripe.track_2),
            has_pin,
            de55: Vec::new(),
            facts: Vec::new(),
            // Without a PIN nothing else says who holds the card.
            signature: !has_pin && self.wanted.extent == Extent::Full,
        }))))
    }

    /// Asks for the PIN of a stripe; true where the terminal holds a block.
    fn stripe_pin(&mut self, pan: &Sensitive) -> Result<bool, Stop> {
        if settings::word(self.till, "pin.stripe", &["ask", "never"]) == "never" {
            return Ok(false);
        }
        match self.till.enter_pin(pan) {
            Ok(pin_pad::Entry::Entered) => Ok(true),
            Ok(pin_pad::Entry::Bypassed) => Ok(false),
            // The acquirer's configuration knows no PIN.
            Err(error) if error.code == pin_pad::Code::Refused => {
                self.till.log(&format!("pin pad: {error}"));
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn chip(&mut self, entry: emv::Entry) -> Result<Next, Stop> {
        let sale = emv::Sale {
            entry,
            extent: self.wanted.extent,
            amount: self.wanted.amount.clone(),
            cash_minor: 0,
            transaction_type: self.wanted.transaction_type,
        };
        let outcome = self.till.emv_first(&sale)?;
        let way = match entry {
            emv::Entry::Contact => Way::Chip,
            emv::Entry::Contactless => Way::Contactless,
        };
        let over = |outcome| Ok(Next::Done(Read::Ended(outcome)));
        match outcome.decision {
            Decision::GoOnline => match outcome.account {
                Some(account) => {
                    let rest = (outcome.de55, outcome.facts, outcome.signature, outcome.online_pin);
                    Ok(Next::Done(Read::Card(Box::new(chip_card(way, account, rest)))))
                }
                None => Err(Stop::new(reason::KERNEL_FAILED, "emv: go online without an account")),
            },
            Decision::Declined => over(Outcome::declined(reason::DECLINED_BY_CARD)),
            // Nobody but the bank's answer proves money here; a kernel that is set up for this
            // acquirer does not ask for an approval offline.
            Decision::Approved => {
                Err(Stop::new(reason::KERNEL_FAILED, "emv: approved offline, which is not taken"))
            }
            Decision::OtherInterface => Ok(self.not_tap()),
            Decision::Ended(end) => self.ended(way, &end, outcome.account.is_some()),
        }
    }

    /// Another way than the field.
    fn not_tap(&self) -> Next {
        let ways = Ways { contactless: false, ..self.allowed };
        if ways.chip || ways.stripe {
            Next::Again(self.words.prompt.not_tap, ways)
        } else {
            Next::Done(Read::Ended(Outcome::declined(reason::USE_OTHER_INTERFACE)))
        }
    }

    /// The chip's part ended without a decision. `was_read`: as far as the account.
    fn ended(&mut self, way: Way, end: &End, was_read: bool) -> Result<Next, Stop> {
        self.till.log(&format!("emv: {:?}: {}", end.cause, end.detail));
        let over = |outcome| Ok(Next::Done(Read::Ended(outcome)));
        match end.cause {
            // What counts as a chip that could not be read, as the contract says.
            cause @ (Cause::NoApplication | Cause::CardTimeout | Cause::CardData) if !was_read => {
                Ok(match (way, cause) {
                    (Way::Contactless, _) => self.not_tap(),
                    (_, Cause::NoApplication) => self.chip_failed(Failed::NotTaken),
                    _ => self.chip_failed(Failed::Unreadable),
                })
            }
            // A card that left the field too early is held there again; one that was pulled out of
            // the slot was pulled out by somebody.
            Cause::CardRemoved if way == Way::Contactless => {
                Ok(Next::Again(self.words.prompt.again, self.allowed))
            }
            Cause::NoApplication => over(Outcome::declined(reason::CARD_NOT_SUPPORTED)),
            Cause::CardTimeout | Cause::CardData | Cause::CardRefused => {
                over(Outcome::cancelled(reason::CHIP_UNREADABLE))
            }
            Cause::CardBlocked => over(Outcome::declined(reason::CARD_BLOCKED)),
            Cause::ApplicationBlocked => over(Outcome::declined(reason::APPLICATION_BLOCKED)),
            Cause::CardRemoved => over(Outcome::cancelled(reason::CARD_REMOVED)),
            Cause::NotAllowed => over(Outcome::declined(reason::CARD_NOT_SUPPORTED)),
            Cause::PinCancelled => over(Outcome::cancelled(reason::PIN_CANCELLED)),
            Cause::Cancelled => over(Outcome::cancelled(reason::CANCELLED_BY_CASHIER)),
            Cause::ReaderFailed | Cause::Other => over(Outcome::cancelled(reason::KERNEL_FAILED)),
        }
    }
}

fn chip_card(
    way: Way,
    account: Account,
    (de55, facts, signature, has_pin): (Vec<u8>, Vec<emv::Fact>, bool, bool),
) -> Card {
    Card {
        way,
        pan: account.pan,
        expiry: account.expiry,
        sequence: account.sequence,
        track_2: account.track_2,
        has_pin,
        de55,
        facts,
        signature,
    }
}
