//! The room's border: packages from people one does not know, onto terminals whose power fails.
//!
//! How an install survives a power cut at each of its steps is tested beside the steps.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a shop that cannot be set up must fail its test"
)]

mod any_bytes;
mod compiled;
mod installing;
mod refused;
mod shop;
mod signing;
mod trial;
