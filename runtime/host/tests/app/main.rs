//! Apps in the sandbox, from the outside: what works passes through intact, and what misbehaves
//! ends its own call and nothing else.
#![cfg(test)] // tells clippy that the helpers, too, are tests

mod actor;
mod calls;
mod compiled;
mod fake;
mod guests;
mod hostile;
mod limits;
mod load;
mod restarts;
mod text_form;
mod time;
mod views;
