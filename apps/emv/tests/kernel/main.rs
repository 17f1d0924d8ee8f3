//! The kernel against cards of our own making: every card of the deck, every method of
//! verification, every way to be torn away or to answer nonsense.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "clippy takes only functions marked as tests for tests, not their helpers"
)]

mod arbitrary;
mod completion;
mod configuration;
mod deck;
mod disturbed;
mod field;
mod hostile;
mod person;
mod puppet;
mod till;
mod transcripts;
mod verification;
mod wire;
