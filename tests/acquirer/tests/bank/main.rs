//! The bank host as a terminal sees it: keys by sign-on, sealed messages, on a paused clock.
#![cfg(test)] // tells clippy that the helpers, too, are tests

mod amounts;
mod books;
mod cards;
mod faults;
mod keys;
mod pos;
mod property;
mod reversal;
mod sales;
mod settlement;
mod wire;
