//! The rules of the house, as ordinary tests: sizes, arrows, names, words, and that the first page
//! about the house is true. A rule that is broken names the file, the line and what to do.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "clippy takes only functions marked as tests for tests, not their helpers"
)]

mod architecture;
mod arrows;
mod capabilities;
mod contract;
mod found;
mod points;
mod sizes;
mod tree;
mod words;
