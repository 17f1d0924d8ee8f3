//! The rules of money, without I/O.
//!
//! Guarantees: nothing in this crate reads a clock, a socket, a file or a random number, and no
//! result depends on hash-map order; what happens is a function of what is passed in. Amounts are
//! integers with checked arithmetic. Every type can be built only in a valid form.
//!
//! Deliberately not here: how a thing is stored (`journal`), sent (`network`), drawn (`ui`,
//! `devices`) or worded for an engineer (each error says that itself).

pub mod desk;
pub mod document;
pub mod hex;
pub mod key;
pub mod language;
pub mod money;
pub mod operation;
pub mod payment;
pub mod permission;
pub mod reason;
pub mod receipt;
pub mod risk;
pub mod stan;
pub mod tag;
pub mod view;

pub use key::PaymentKey;
pub use language::{Language, Text};
pub use money::{Currency, Money};
pub use reason::Reason;
pub use stan::Stan;
