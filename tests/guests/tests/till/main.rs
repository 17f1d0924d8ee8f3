//! Lying and harmful apps on a whole terminal, with an acquirer: what the screen says, what the
//! journal remembers, what the books hold, and that the next payment goes well.
#![cfg(test)] // tells clippy that the helpers, too, are tests

mod calls;
mod neighbours;
mod outcomes;
mod prying;
mod recovery;
mod screens;
mod tags;
mod till;
mod waiting;
