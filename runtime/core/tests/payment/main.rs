//! The rules of money, as scenarios in words and as properties of any order of events.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a wrong script must fail its test")]

mod books;
mod ending;
mod offer;
mod properties;
mod recovery;
mod script;
mod sending;
