//! A request that moves nothing, and its answer in the cashier's words.

use crate::message::{Packed, Said};
use crate::till::Till;
use crate::words::Words;
use caisson_sdk::{Stop, network};
use std::time::Duration;

/// How long what was done stands on the screen.
pub const READ: Duration = Duration::from_secs(60);
/// The answer code of what was done.
const DONE: &str = "00";

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Done.
    Done(Box<Said>),
    /// Another answer.
    Refused(Box<Said>),
    /// None.
    Silent,
}

impl Told {
    /// Why it was not done, for people.
    #[must_use]
    pub fn why(&self, words: &Words) -> String {
        match self {
            Self::Refused(said) => format!("{} {}", words.refused, said.code),
            Self::Done(_) | Self::Silent => words.no_answer.to_owned(),
        }
    }
}

/// Asks `operation` about `order`.
///
/// # Errors
/// The terminal refuses the request: nothing that a cashier could mend.
pub fn ask<T: Till>(
    till: &mut T,
    operation: &str,
    order: &str,
    request: &Packed,
) -> Result<Told, Stop> {
    let body = match till.call(operation, order, request) {
        Ok(body) => body,
        Err(error) => match error.code {
            network::Code::NotSent | network::Code::NoAnswer => {
                till.log(&format!("{operation}: {error}"));
                return Ok(Told::Silent);
            }
            network::Code::Denied
            | network::Code::UnknownOperation
            | network::Code::WrongKind
            | network::Code::BadRequest
            | network::Code::TooLarge
            | network::Code::Other => return Err(error.into()),
        },
    };
    Ok(match Said::read(&body) {
        Some(said) if said.code == DONE => Told::Done(Box::new(said)),
        Some(said) => Told::Refused(Box::new(said)),
        None => Told::Silent,
    })
}
