//! `cargo xtask`: everything that one does with this repository, one verb each.
//!
//! Guarantees: what is missing is named before anything is built, and installed only with consent;
//! a process that was started here is ended here; the exit status is that of what failed.
//!
//! Deliberately not here: logic of the terminal. What the demo shows and what a scenario checks is
//! the business of the binary `caisson`.

mod acquirer;
mod apps;
mod args;
mod command;
mod demo;
mod device;
mod emulator;
mod error;
mod place;
mod release;
mod setup;
mod steps;
mod system;
mod verify;

use crate::args::Verb;
use crate::error::Error;
use crate::place::Place;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match args::parse(&words).and_then(|verb| run(&verb)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::from(error.status())
        }
    }
}

fn run(verb: &Verb) -> Result<(), Error> {
    let place = Place::find()?;
    match verb {
        Verb::Help => {
            print!("{}", args::HELP);
            Ok(())
        }
        Verb::Demo(options) => demo::run(&place, options),
        Verb::Test(consent) => verify::test(&place, *consent),
        Verb::Check(consent) => verify::check(&place, *consent),
        Verb::Build(consent) => release::run(&place, *consent),
    }
}
