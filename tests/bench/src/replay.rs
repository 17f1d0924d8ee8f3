//! A card that says what a card of the deck said once: what it costs the card to answer, RSA above
//! all, is in no figure.
//!
//! Guarantee: any other command than the recorded one gets no answer, so that a sale which takes
//! another way ends the bench. Chance and clock stand still, so that none does.

use crate::run::Failure;
use caisson_cards::{Interface, Transport, deck, issuer};
use caisson_emv::{
    Answer, Card, CardError, Cardholder, Choice, Configuration, Decision, Entry, Extent,
    OnlineAnswer, PinKey, PinMethod, PinResult, Sale, Transaction,
};
use caisson_host::Moment;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What every sale is for, in minor units, and of which currency.
const AMOUNT_MINOR: u64 = 1_200;
const CURRENCY: u16 = 156;
/// When and by which chance every sale is made.
const DATE: &str = "261127";
const TIME: &str = "235959";
const UNPREDICTABLE: u32 = 0x1122_3344;
const COUNTER: u32 = 7;

/// Commands and answers, one after the other, and from the first again.
#[derive(Debug)]
pub(crate) struct Replay {
    exchanges: Vec<(Vec<u8>, Vec<u8>)>,
    next: AtomicUsize,
}

impl Replay {
    pub(crate) const fn new(exchanges: Vec<(Vec<u8>, Vec<u8>)>) -> Self {
        Self { exchanges, next: AtomicUsize::new(0) }
    }

    /// How many exchanges there are.
    pub(crate) const fn len(&self) -> usize {
        self.exchanges.len()
    }

    /// The recorded answer; none to another command than the recorded one.
    pub(crate) fn answer(&self, command: &[u8]) -> Option<Vec<u8>> {
        let at = self.next.fetch_add(1, Ordering::Relaxed) % self.exchanges.len().max(1);
        let (recorded, answer) = self.exchanges.get(at)?;
        (recorded == command).then(|| answer.clone())
    }
}

impl Card for &Replay {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        self.answer(command).ok_or(CardError::Other)
    }
}

/// Chance and clock of every sale, as the host writes them.
pub(crate) fn moment() -> Moment {
    let (date, time) = (DATE.to_owned(), TIME.to_owned());
    Moment { date, time, unpredictable: UNPREDICTABLE, counter: COUNTER }
}

/// A whole sale that ran once.
pub(crate) struct Recorded {
    sale: Sale,
    /// What the card said.
    pub(crate) card: Arc<Replay>,
    /// What the issuer sends the card.
    pub(crate) authentication: Vec<u8>,
}

impl Recorded {
    /// Runs a sale with the card `name` of the deck and its issuer.
    ///
    /// # Errors
    /// Why the sale is not approved.
    pub(crate) fn sale(name: &str, entry: Entry) -> Result<Self, Failure> {
        let mut profile = deck::profile(name)?;
        if let Some(chip) = &mut profile.chip {
            chip.transport = Transport::T1; // the host settles GET RESPONSE below all this
        }
        let mut card = caisson_cards::Card::load(&profile)?;
        card.power_on(match entry {
            Entry::Contact => Interface::Contact,
            Entry::Contactless => Interface::Contactless,
        })?;
        let mut recorder = Recorder { card, exchanges: Vec::new() };
        let sale = Sale {
            entry,
            extent: Extent::Full,
            amount: AMOUNT_MINOR,
            amount_other: 0,
            currency: CURRENCY,
            exponent: 2,
            transaction_type: 0,
            date: DATE.to_owned(),
            time: TIME.to_owned(),
            unpredictable: UNPREDICTABLE,
            counter: COUNTER,
        };
        let mut authentication = Vec::new();
        run(&sale, &mut recorder, |pan, sequence, de55| {
            authentication = issuer::verify(pan, sequence, de55)?.issuer_authentication(*b"00");
            Ok(authentication.clone())
        })?;
        Ok(Self { sale, card: Arc::new(Replay::new(recorder.exchanges)), authentication })
    }

    /// The same sale again, natively.
    ///
    /// # Errors
    /// The kernel decided otherwise, or asked the card otherwise.
    pub(crate) fn again(&self) -> Result<(), Failure> {
        run(&self.sale, &mut &*self.card, |_, _, _| Ok(self.authentication.clone()))
    }
}

/// Reads the configuration, as the component does, and sells; `issuer` is told PAN, its sequence
/// number and DE55.
fn run(
    sale: &Sale,
    card: &mut dyn Card,
    issuer: impl FnOnce(&str, u8, &[u8]) -> Result<Vec<u8>, Failure>,
) -> Result<(), Failure> {
    let configuration = Configuration::read(None, None, None)?;
    let mut transaction = Transaction::start(&configuration, sale.clone())?;
    let first = transaction.first(card, &mut Right)?;
    let account = first.account.as_ref().filter(|_| first.decision == Decision::GoOnline);
    let account = account.ok_or_else(|| format!("first: {:?}", first.decision))?;
    let authentication = issuer(&account.pan, account.sequence.unwrap_or_default(), &first.de55)?;
    let answer = Answer {
        approved: true,
        code: "00".to_owned(),
        authentication: Some(authentication),
        scripts: Vec::new(),
    };
    let last = transaction.complete(card, &OnlineAnswer::Answered(answer))?;
    match last.decision {
        Decision::Approved => Ok(()),
        other => Err(format!("complete: {other:?}").into()),
    }
}

struct Recorder {
    card: caisson_cards::Card,
    exchanges: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Card for Recorder {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        let answer = self.card.transmit(command).map_err(|_| CardError::Removed)?;
        self.exchanges.push((command.to_vec(), answer.clone()));
        Ok(answer)
    }
}

/// A cardholder whose PIN is right, at once.
struct Right;

impl Cardholder for Right {
    fn offline_pin(&mut self, _: PinMethod, _: Option<&PinKey>) -> PinResult {
        PinResult::Verified
    }

    fn online_pin(&mut self, _: &str) -> PinResult {
        PinResult::Verified
    }

    fn choose(&mut self, _: &[Choice]) -> Option<usize> {
        Some(0)
    }
}
