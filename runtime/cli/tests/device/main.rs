//! The device build on a counter: it has no compiler and no emulator, runs an app that the desktop
//! build compiled and signed, takes money with it, and refuses machine code that is not for it.
//!
//! `CAISSON_DEVICE` names the device build's binary. `cargo xtask test` builds it, sets the variable
//! and runs this; without it every test here fails, and plain `cargo test` leaves them out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a desk that cannot be laid must fail its test"
)]

#[path = "../cli/common.rs"]
#[allow(dead_code, reason = "what only the desktop's tests need")]
mod common;

mod keys;
mod refused;
mod sale;
mod shop;
