//! The real binary as people and scripts meet it: whole outputs, whole errors, exit statuses.
//!
//! Every command runs in a folder of its own and names files as from there, so that what it says
//! is the same on every machine. The tests that take money need the apps `qr`, `card` and `emv`,
//! which `cargo xtask test` builds first.

#![cfg(feature = "desktop")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a desk that cannot be laid must fail its test"
)]

mod app;
mod app_versions;
mod cards;
mod common;
mod first_app;
mod formats;
mod help;
mod journal;
mod owner;
mod page;
mod run;
mod scan;
mod scenario;
mod wrong_files;
