//! The cashier's desk on a whole terminal with the QR app and an acquirer: what the screen says,
//! what the journal remembers.
#![cfg(test)] // tells clippy that the helpers, too, are tests

mod looking;
mod people;
mod selling;
mod shop;
