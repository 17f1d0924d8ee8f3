//! The wallet gateway as a till sees it: signed, over TLS, on a paused clock.
#![cfg(test)] // tells clippy that the helpers, too, are tests

mod amounts;
mod books;
mod faults;
mod property;
mod rules;
mod till;
mod trust;
