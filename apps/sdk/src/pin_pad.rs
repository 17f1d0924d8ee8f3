//! The PIN of a card without a chip: an app learns how an entry ended, and nothing else. Permission
//! `pin-pad`, for an acquirer's own app alone. With a chip, the kernel asks ([`crate::emv`]).

use crate::Sensitive;
use crate::bindings::caisson::pin_pad::pin_pad as host;

pub use host::{Code, Entry, Error};

/// Asks for the PIN of the account `pan` (8 to 19 digits) on the terminal's own screen, at most
/// 1 minute. The terminal holds the block for the next request that takes one.
///
/// # Errors
/// *Refused*: there is no payment under way, or the acquirer knows no PIN. *Offline*: offer a way
/// that needs none.
pub fn enter(pan: &Sensitive) -> Result<Entry, Error> {
    host::enter(pan.exposed())
}
