//! The EMV kernel: a card and a person go in, a decision comes out.
//!
//! The kernel is a plain library over two small traits ([`Card`], [`Cardholder`]), so that tests
//! and tools run it natively; built for Wasm, the module `component` puts it behind the contract
//! (`wit/deps/emv`). Contact stands on the crate `emv`, wrapped: its types are in no public
//! signature here and nowhere in the contract, so that it can be replaced. Contactless is our own.
//!
//! Guarantee: any card, however it answers, leads to an [`Outcome`], within bounded work; approved
//! only where terminal, card and (where asked) issuer all said so. What must never happen: a digit
//! of a PIN in here; a clock or a random number of its own; card data in an error's text.
//!
//! Not certified by anybody. Deliberately not here: the reader, GET RESPONSE, the screen, the
//! acquirer, and where configuration files come from.

mod account;
mod card;
mod cardholder;
mod channel;
#[cfg(target_family = "wasm")]
mod component;
mod configuration;
mod contact;
mod contactless;
mod error;
#[cfg(not(target_family = "wasm"))]
pub mod hostile;
mod kernel;
mod label;
mod objects;
mod outcome;
mod records;
mod sale;
mod session;
#[cfg(not(target_family = "wasm"))]
pub mod trace;

pub use card::{Card, CardError};
pub use cardholder::{Cardholder, Choice, PinKey, PinMethod, PinResult};
pub use configuration::{
    Application, AuthorityKey, Configuration, Contactless, FILE_BYTES_MAX, RandomSelection,
    TerminalData, Wrong,
};
pub use error::Error;
pub use kernel::Transaction;
pub use outcome::{
    Account, Answer, Authentication, Cause, Cryptogram, CryptogramKind, Decision, End, Fact,
    OnlineAnswer, Outcome, Verification,
};
pub use sale::{AMOUNT_MAX, COUNTER_MAX, Entry, Extent, Sale};
