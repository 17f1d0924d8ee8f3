//! A whole terminal with planted cards, PINs and keys, searched while it sells and afterwards.
//!
//! `crash` has a card app break down with a card at hand, `memories` looks into the linear memories
//! of all components, `files` at whatever is written, `process` at a terminal's whole process from
//! outside of it. Each search is also made where it must find something, so that it is known to bite.
#![cfg(test)] // tells clippy that the helpers, too, are tests

mod crash;
mod files;
mod memories;
mod process;
mod shop;
