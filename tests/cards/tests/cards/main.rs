//! Cards as a terminal sees them: whole transactions, with an independent look at every signature.
#![cfg(test)] // tells clippy that the helpers, too, are tests

mod contact;
mod files;
mod pin;
mod property;
mod recover;
mod script;
mod tags;
mod tap;
mod terminal;
mod wrong;
