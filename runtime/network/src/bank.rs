//! A bank's side of a destination: ISO 8583 messages with a message code, over TLS or a private
//! line.
//!
//! Guarantees: what stands here came whole out of a signed file (`config`). The host, never an app,
//! writes amount, trace number, terminal, merchant, currency, PIN block and message code. The keys
//! of a sign-on go to the vault and to nobody else.
//!
//! Deliberately not here: how a message is written (`caisson_iso8583`), key arithmetic
//! (`caisson_vault`), what an answer means for a payment (`caisson_core::payment`).

mod config;
pub(crate) mod exchange;
pub(crate) mod keys;
pub(crate) mod pin;
pub(crate) mod read;
mod request;
mod seal;
mod wire;

use crate::destination::Trust;
use caisson_core::payment::Kind;
use caisson_core::{Currency, Reason};
use caisson_iso8583::{Mti, Spec};
use caisson_vault::{MacAlgorithm, PinBlock, PinFormat};
use keys::Keys;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use keys::EnteredPin;
pub use pin::PinError;

/// Fields of ISO 8583:1987 that the host knows, by number.
pub(crate) mod field {
    pub(crate) const PROCESSING_CODE: u8 = 3;
    pub(crate) const AMOUNT: u8 = 4;
    pub(crate) const STAN: u8 = 11;
    pub(crate) const ANSWER_CODE: u8 = 39;
    pub(crate) const TERMINAL: u8 = 41;
    pub(crate) const MERCHANT: u8 = 42;
    pub(crate) const CURRENCY: u8 = 49;
    pub(crate) const PIN_BLOCK: u8 = 52;
    pub(crate) const KEYS: u8 = 62;
    /// The original's data elements: message type, then trace number, then what else names it.
    pub(crate) const ORIGINAL: u8 = 90;
    /// The message code, and the one of a message with a second bitmap.
    pub(crate) const MAC: [u8; 2] = [64, 128];
}

/// The answer code of a sign-on that brings keys.
pub(crate) const APPROVED: &str = "00";

/// What a bank is to a terminal.
#[derive(Debug, Clone)]
pub(crate) struct Bank {
    /// `None` on a private line.
    pub(crate) trust: Option<Trust>,
    /// What stands before the message type: TPDU and header.
    pub(crate) head: Vec<u8>,
    /// How a message is written from its type to its last field, which is what an app sees.
    pub(crate) spec: Spec,
    pub(crate) terminal: String,
    pub(crate) merchant: String,
    pub(crate) currencies: BTreeMap<Currency, String>,
    pub(crate) keys: Keys,
    pub(crate) mac: MacAlgorithm,
    pub(crate) pin_format: PinFormat,
    pub(crate) reasons: BTreeMap<String, Reason>,
}

impl Bank {
    /// True where field 52 has room for `block`, no more and no less: a block of another format was
    /// made for another bank.
    fn holds(&self, block: &PinBlock) -> bool {
        let field = self.spec.field(field::PIN_BLOCK);
        field.is_some_and(|field| field.length.max() == block.block().len())
    }
}

/// What is a bank's alone in an operation.
#[derive(Debug, Clone)]
pub(crate) struct BankForm {
    pub(crate) bank: Arc<Bank>,
    pub(crate) mti: Mti,
    pub(crate) processing_code: Option<String>,
    /// What an app may write.
    pub(crate) fields: BTreeSet<u8>,
    /// True where it gives back or completes an earlier payment.
    pub(crate) original: bool,
    /// The kind of payment that it is for.
    pub(crate) of: Kind,
    pub(crate) pin: PinUse,
    pub(crate) protection: Protection,
    /// Nothing for a service, whose answer proves nothing.
    pub(crate) codes: Option<Arc<Codes>>,
}

/// Whether a request carries a PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PinUse {
    /// Never.
    #[default]
    None,
    /// Where one was entered.
    Optional,
    /// Always.
    Required,
}

/// What protects request and answer. Only a service does without a message code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protection {
    /// A message code each way.
    Mac,
    /// None.
    Bare,
    /// None, because the answer brings the keys: the vault verifies their check values.
    SignOn,
    /// A message code by the keys in use; the answer brings new ones.
    MacAndSignOn,
}

impl Protection {
    pub(crate) const fn has_mac(self) -> bool {
        matches!(self, Self::Mac | Self::MacAndSignOn)
    }

    pub(crate) const fn brings_keys(self) -> bool {
        matches!(self, Self::SignOn | Self::MacAndSignOn)
    }
}

/// What each answer code (field 39) proves; one that is not listed proves nothing.
pub(crate) type Codes = BTreeMap<String, Code>;

/// What an answer code proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// The whole amount has moved.
    Paid,
    /// As much has moved as field 4 says.
    Partial,
    /// Nothing has moved and nothing will.
    NotPaid,
    /// It is taken back, or never was.
    Undone,
    /// Nothing: the bank itself does not know, or speaks of another request.
    Unproved,
}
