//! The card before the kernel, as whoever holds the reader gives it.
//!
//! GET RESPONSE and a repeated Le (61xx, 6Cxx) are settled below this trait and never come up
//! (EMV Book 1, 9.3.1).

/// A card in the slot or in the field.
pub trait Card {
    /// Sends `command`, a short APDU of 4 to 261 bytes, and returns the whole answer: data and the
    /// two bytes of status.
    ///
    /// # Errors
    /// The card or its reader is gone; every later call fails alike.
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError>;
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// The card left the slot or the field. Ask for it again.
    #[error("the card was removed")]
    Removed,
    /// No answer in time.
    #[error("the card gave no answer in time")]
    Timeout,
    /// The reader does not work. Offer a way that needs no card.
    #[error("the reader does not work")]
    Wedged,
    /// Something else; the reader's log says what.
    #[error("the reader failed")]
    Other,
}
