//! The emulator as its window's process runs it, with the terminal as a real process of its own,
//! and a window that only a test looks through: what is not drawn here is drawn in `ui`.
//!
//! Needs the apps `qr`, `card` and `emv`, which `cargo xtask test` builds first.

#![cfg(feature = "desktop")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "an emulator that cannot be set up must fail its test"
)]

mod cards;
mod control;
mod fake_window;
mod panel;
mod sales;
