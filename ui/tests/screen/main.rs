//! The screen without a display: tapped by the labels that people read, and compared dot by dot.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking; the switch for tests does not reach helpers in tests/"
)]

mod cases;
mod contrast;
mod desk;
mod desk_cases;
mod emulator;
mod gallery;
mod harness;
mod idle;
mod keys;
mod layout;
mod snapshots;
mod translations;
mod ways_out;
