//! The journal from outside: one module for each theme.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking; the switch for tests does not reach helpers in tests/"
)]

mod adopt;
mod common;
mod crash;
mod damage;
mod desk;
mod files;
mod full;
mod linked;
mod machine;
mod sale;
