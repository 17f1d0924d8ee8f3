//! Tags that are no payment cards: loyalty, access, membership. Permission `nfc`, and the manifest's
//! `[nfc]` with the AIDs and the types of tag that the app speaks.
//!
//! A tag loses its power when it is dropped, when the next [`detect`] begins, and when the call ends.
//! Its UID is told to nobody: it proves nothing, and it follows people about.

use crate::bindings::caisson::nfc::nfc as host;
use std::time::Duration;

/// A tag in the field, with power. `select` and `transmit` are for what takes commands
/// (`iso-14443-4`), `read` is for what is memory (`type-2`); an answer ends with its status.
pub use host::Tag;
pub use host::{Code, Error};

/// Shows the terminal's card screen with `prompt` (1 to 60 characters) and waits for the first tag,
/// at most `within` (1 ms to 2 minutes).
///
/// # Errors
/// *Cancelled*, *timeout*: no tag. *Several*, *wrong type*, *unreadable*: say what to do, detect
/// again. *Payment card*: its holder was told so; detect again.
pub fn detect(prompt: &str, within: Duration) -> Result<Tag, Error> {
    host::detect(prompt, crate::ui::millis(within))
}

/// What a tag answered, without its status; `None` where that is no success (`9000`).
#[must_use]
pub fn data(answer: &[u8]) -> Option<&[u8]> {
    answer.strip_suffix(&[0x90, 0x00])
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_a_success_has_data() {
        assert_eq!(super::data(b"10042\x90\x00"), Some(&b"10042"[..]));
        assert_eq!(super::data(&[0x90, 0x00]), Some(&[][..]));
        assert_eq!(super::data(&[0x6A, 0x82]), None);
        assert_eq!(super::data(&[]), None);
    }
}
