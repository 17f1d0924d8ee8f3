//! Every parser of what comes from outside, each as a function of bytes that fails where the parser
//! breaks a promise.
//!
//! A target does more than not to panic: what it accepts is printed and read again, keeps its
//! limits, and proves nothing that its signature does not cover; what it refuses is named.
//! `tests/replay.rs` feeds each target its corpus and seeded mutations of it, on every run of the
//! tests; `examples/long.rs` does the same for as long as one likes; `cargo-fuzz/` looks for new
//! paths by coverage.
//!
//! Deliberately not here: what is private to a room. Its own property tests stand beside it.

// Whatever is not as it must be is a finding, and a finding is a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod answers;
mod banks;
mod cards;
mod configuration;
mod corpus;
mod journal;
mod kernel;
mod mutate;
mod packages;
mod paper;
mod payloads;
mod pictures;
mod scenarios;
mod vault;
mod views;

pub use answers::{answer, exchange};
pub use banks::{bank_answer, bank_exchange};
pub use cards::{iso8583, tlv};
pub use configuration::{destination, profile, request};
pub use corpus::{Input, corpus, folder, found};
pub use journal::{event, journal};
pub use kernel::{kernel, transcript};
pub use mutate::{INPUT_BYTES_MAX, Mutator};
pub use packages::{manifest, package, signature};
pub use paper::{document, escpos};
pub use payloads::{payload, words};
pub use pictures::{frame, picture};
pub use scenarios::{scenario, step};
pub use vault::sealed_file;
pub use views::view;

/// A parser, what must hold of it, and how much is tried on every run of the tests.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name: that of its function, its corpus and its fuzz target.
    pub name: &'static str,
    /// Panics where a promise is broken.
    pub run: fn(&[u8]),
    /// Mutations that the tests try: as many as take a second or two.
    pub mutations: u64,
}

const fn target(name: &'static str, run: fn(&[u8]), mutations: u64) -> Target {
    Target { name, run, mutations }
}

/// Every target.
pub const TARGETS: [Target; 26] = [
    target("answer", answer, 5_000),
    target("bank_answer", bank_answer, 5_000),
    target("bank_exchange", bank_exchange, 1_000),
    target("destination", destination, 3_000),
    target("document", document, 200),
    target("escpos", escpos, 2_000),
    target("event", event, 5_000),
    target("exchange", exchange, 1_000),
    target("frame", frame, 500),
    target("iso8583", iso8583, 5_000),
    target("journal", journal, 60),
    target("kernel", kernel, 1_000),
    target("manifest", manifest, 5_000),
    target("package", package, 1_000),
    target("payload", payload, 5_000),
    target("picture", picture, 200),
    target("profile", profile, 5_000),
    target("request", request, 5_000),
    target("scenario", scenario, 3_000),
    target("sealed_file", sealed_file, 2_000),
    target("signature", signature, 5_000),
    target("step", step, 5_000),
    target("tlv", tlv, 5_000),
    target("transcript", transcript, 1_000),
    target("view", view, 5_000),
    target("words", words, 5_000),
];
