//! The EMV kernel: a card's side of a sale, from its selection to its last cryptogram. Permission
//! `emv`, for an acquirer's own app alone. Not certified by anybody.
//!
//! Must never happen: a card's number in a `Debug` text. Account and outcome are types of their own
//! for that.

use crate::bindings::caisson::emv::kernel as host;
use crate::{Money, Sensitive};
use std::fmt;

pub use host::{
    Answer, Cause, Code, Cryptogram, CryptogramKind, Decision, End, Entry, Error, Extent, Fact,
    OnlineAnswer, Verification,
};

/// What is to be paid. Date, time, chance and counter are the terminal's to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    /// Where the card is.
    pub entry: Entry,
    /// How far to go.
    pub extent: Extent,
    /// How much; 0 for a balance inquiry.
    pub amount: Money,
    /// The part of it that is handed out in cash, in minor units.
    pub cash_minor: u64,
    /// 9C as its two digits in BCD: 0x00 purchase, 0x20 refund, 0x31 balance.
    pub transaction_type: u8,
}

/// The account, as the card says. Only `masked` may leave the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// 5A: 8 to 19 digits.
    pub pan: Sensitive,
    /// The first six and the last four digits, the others as `*`.
    pub masked: String,
    /// 5F34, 0 to 99.
    pub sequence: Option<u8>,
    /// 5F24 as `YYMM`.
    pub expiry: Option<Sensitive>,
    /// 57: digits with `D` behind the PAN.
    pub track_2: Option<Sensitive>,
}

/// What stands when the kernel has decided.
#[derive(Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What was decided.
    pub decision: Decision,
    /// The account; `None` where the card was not read that far.
    pub account: Option<Account>,
    /// How the cardholder was verified.
    pub verification: Verification,
    /// True: the receipt needs a signature.
    pub signature: bool,
    /// True: the terminal holds a PIN block for this transaction.
    pub online_pin: bool,
    /// Chip data for the acquirer, at most 512 bytes; empty where the card made no cryptogram.
    pub de55: Vec<u8>,
    /// Lines for the receipt: `AID`, `APP`, `TVR`, `TSI`, `ATC`, `TC`, `ARQC` or `AAC`, `CVM`,
    /// `PSN`; more may come.
    pub facts: Vec<Fact>,
}

impl fmt::Debug for Outcome {
    /// Without the chip data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcome")
            .field("decision", &self.decision)
            .field("account", &self.account)
            .field("verification", &self.verification)
            .field("de55_bytes", &self.de55.len())
            .finish_non_exhaustive()
    }
}

/// One card, one sale. Dropping it forgets everything about the card.
#[derive(Debug)]
pub struct Transaction(host::Transaction);

impl Transaction {
    /// Begins; the card is not touched yet. One at a time.
    ///
    /// # Errors
    /// *Bad input*: an amount or a currency that no card can hold. *Bad configuration*: take no
    /// cards, and call the acquirer.
    pub fn start(sale: &Sale) -> Result<Self, Error> {
        let currency = sale.amount.currency_number().zip(sale.amount.decimals());
        let (currency, exponent) = currency.ok_or_else(|| Error {
            code: Code::BadInput,
            detail: format!("currency {}: no terminal takes it", sale.amount.currency),
        })?;
        let sale = host::Sale {
            entry: sale.entry,
            extent: sale.extent,
            amount: sale.amount.minor,
            amount_other: sale.cash_minor,
            currency,
            exponent,
            transaction_type: sale.transaction_type,
            // The terminal writes its own over these.
            date: "000101".to_owned(),
            time: "000000".to_owned(),
            unpredictable: 0,
            counter: 1,
        };
        host::Transaction::start(&sale).map(Self)
    }

    /// Runs to the card's first cryptogram, asking the cardholder on the way. Once.
    ///
    /// # Errors
    /// *Wrong order*: a second call.
    pub fn first(&self) -> Result<Outcome, Error> {
        self.0.first().map(Outcome::from)
    }

    /// Runs to the card's last cryptogram. Once, after [`Decision::GoOnline`].
    ///
    /// # Errors
    /// *Wrong order*. *Bad input*: the transaction is over; reverse what the issuer approved.
    pub fn complete(&self, answer: &OnlineAnswer) -> Result<Outcome, Error> {
        self.0.complete(answer).map(Outcome::from)
    }
}

impl From<host::Outcome> for Outcome {
    fn from(outcome: host::Outcome) -> Self {
        let account = outcome.account.map(|account| Account {
            pan: Sensitive::new(account.pan),
            masked: account.masked,
            sequence: account.sequence,
            expiry: account.expiry.map(Sensitive::new),
            track_2: account.track_2.map(Sensitive::new),
        });
        Self {
            decision: outcome.decision,
            account,
            verification: outcome.verification,
            signature: outcome.signature,
            online_pin: outcome.online_pin,
            de55: outcome.de55,
            facts: outcome.facts,
        }
    }
}
