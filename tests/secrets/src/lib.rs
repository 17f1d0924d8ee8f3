//! A search for planted values: card numbers, tracks, PINs and keys, in whatever form they lie about.
//!
//! [`Search`] knows the forms, [`Process`] reads the memory of a process, and [`files`] every file
//! below a folder. What is searched, and when, are this crate's tests (`tests/till`).
//!
//! Guarantee: each form that [`Planted`] lists is found wherever it stands, and a masked card number
//! is not (`tests/forms.rs`). Deliberately not here: guessing. A search finds what was planted and
//! nothing that merely looks like a card.

mod form;
mod memory;
mod search;

/// Files below a folder.
pub mod files;

pub use form::Planted;
pub use memory::{LinearMemory, MemoryError, Process, Region};
pub use search::{Found, Search};
