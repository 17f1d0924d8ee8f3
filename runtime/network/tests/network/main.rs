//! The room's border: files in, requests and answers out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod bank;
mod configuration;
mod exchange;
mod gateway;
#[cfg(target_os = "linux")]
mod links;
mod preparing;
mod reading;
