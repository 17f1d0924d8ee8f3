//! A card with power, and the one channel to it.
//!
//! Guarantees: one command at a time, each within its deadline. After the first error, and after a
//! command whose future was dropped, nobody knows what the card did, so the session takes no more.
//! A card that promises more and more data is cut off. Deliberately not here: the reader (a
//! [`CardLink`] for each twin).

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::apdu::{ANSWER_BYTES_MAX, Answer, Command, LINK_ANSWER_BYTES_MAX, split};
use super::{DETAIL_CHARS_MAX, Interface};
use crate::camera::milliseconds;

/// Most answers `61xx` and `6Cxx` to one command. 16 full ones carry 4 KiB, twice what any record
/// or certificate of a payment card needs; without a limit a hostile card holds the till.
pub const RESPONSES_IN_A_ROW_MAX: usize = 16;

/// Longest answer to reset, in bytes (ISO 7816-3, 8.2.1).
pub const ATR_BYTES_MAX: usize = 33;

/// The way to one card, of one twin. Dropping it takes the card's power.
#[async_trait]
pub trait CardLink: Send {
    /// Sends one command and gives the card's one answer. When the future is dropped, the command
    /// may be with the card and its answer lost; the session sends no other.
    ///
    /// # Errors
    /// [`CardError::Removed`], [`CardError::Unplugged`], [`CardError::Broken`].
    async fn exchange(&mut self, command: &Command) -> Result<Zeroizing<Vec<u8>>, CardError>;

    /// Ends when the card is gone, or the reader with it.
    async fn removed(&mut self);
}

/// A card with power. Dropping it takes the power; the card itself may stay where it is.
pub struct CardSession {
    link: Box<dyn CardLink>,
    interface: Interface,
    atr: Vec<u8>,
    is_spent: bool,
}

impl CardSession {
    /// A session over a link that has just powered up its card. Of `atr`, at most
    /// [`ATR_BYTES_MAX`] bytes are kept.
    #[must_use]
    pub fn new(link: Box<dyn CardLink>, interface: Interface, atr: &[u8]) -> Self {
        let atr = atr.get(..ATR_BYTES_MAX).unwrap_or(atr).to_vec();
        Self { link, interface, atr, is_spent: false }
    }

    /// How the card speaks.
    #[must_use]
    pub fn interface(&self) -> Interface {
        self.interface
    }

    /// The answer to reset; of a contactless card, what the reader made up for it (PC/SC part 3,
    /// 3.1.3.2.3).
    #[must_use]
    pub fn atr(&self) -> &[u8] {
        &self.atr
    }

    /// Sends a command and gives the whole answer, at most `within` for all of it: `61xx` is
    /// followed by GET RESPONSE, `6Cxx` by the same command with that Le. The answer's status is
    /// never one of these two.
    ///
    /// # Errors
    /// [`CardError`]; each ends the session. Only [`CardSession::removed`] is worth calling then.
    pub async fn transmit(
        &mut self,
        command: &Command,
        within: Duration,
    ) -> Result<Answer, CardError> {
        // Until it has answered: a dropped future leaves it so.
        if std::mem::replace(&mut self.is_spent, true) {
            return Err(CardError::Spent);
        }
        let late = CardError::Timeout { within_ms: milliseconds(within) };
        let answer = timeout(within, whole_answer(&mut *self.link, command));
        let answer = answer.await.unwrap_or(Err(late))?;
        self.is_spent = false;
        Ok(answer)
    }

    /// Waits until the card is gone, at most `within`. After an error too.
    ///
    /// # Errors
    /// [`CardError::Timeout`] when it is still there.
    pub async fn removed(&mut self, within: Duration) -> Result<(), CardError> {
        let late = CardError::Timeout { within_ms: milliseconds(within) };
        timeout(within, self.link.removed()).await.map_err(|_| late)
    }
}

impl fmt::Debug for CardSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("CardSession");
        shown.field("interface", &self.interface).field("is_spent", &self.is_spent);
        shown.finish_non_exhaustive()
    }
}

/// Asks until the card has said all (ISO 7816-4, 11.8.1; EMV Book 1, 9.3.1).
async fn whole_answer(link: &mut dyn CardLink, command: &Command) -> Result<Answer, CardError> {
    // Its full size from the start: growing would leave a copy behind.
    let mut joined = Zeroizing::new(Vec::with_capacity(ANSWER_BYTES_MAX));
    let mut next = command.clone();
    for _ in 0..=RESPONSES_IN_A_ROW_MAX {
        let answer = link.exchange(&next).await?;
        let malformed = CardError::Malformed { bytes: answer.len() };
        if answer.len() > LINK_ANSWER_BYTES_MAX {
            return Err(malformed);
        }
        let (data, status) = split(&answer).ok_or(malformed)?;
        next = match status {
            // Data before a wrong Le is none: the card sends all of it again.
            [0x6C, exact] => next.with_le(exact),
            [0x61, left] => {
                joined.extend_from_slice(data);
                Command::get_response(left)
            }
            _ => {
                joined.extend_from_slice(data);
                return Ok(Answer::new(joined, u16::from_be_bytes(status)));
            }
        };
    }
    Err(CardError::Endless)
}

/// Why a card's session ended. No variant carries a byte of what was said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// Cardholder: the card was taken away too early. Whether it took the last command is unknown.
    #[error("the card was taken away")]
    Removed,
    /// Cardholder: take the card out; it did not answer in the time allowed.
    #[error("the card did not answer within {within_ms} ms")]
    Timeout {
        /// The time allowed, in milliseconds.
        within_ms: u64,
    },
    /// Cardholder: use another card; this one promises more data without end.
    #[error("the card promised more data {RESPONSES_IN_A_ROW_MAX} times in a row")]
    Endless,
    /// Cardholder: use another card; this one's answer is shorter than a status, or too long.
    #[error("an answer of {bytes} bytes; a card's has 2 to {LINK_ANSWER_BYTES_MAX}")]
    Malformed {
        /// Its length.
        bytes: usize,
    },
    /// Cashier: plug the reader in again.
    #[error("the card reader was unplugged")]
    Unplugged,
    /// Caller: an earlier error, or a dropped command, has ended the session; detect the card anew.
    #[error("the session with the card has ended")]
    Spent,
    /// Cardholder: present the card again; reader and card do not understand each other.
    #[error("talking to the card failed: {detail}")]
    Broken {
        /// What the driver said, at most [`DETAIL_CHARS_MAX`] characters.
        detail: String,
    },
}

impl CardError {
    /// [`CardError::Broken`] with a driver's words, cut to what an error carries.
    #[must_use]
    pub fn broken(detail: &str) -> Self {
        Self::Broken { detail: detail.chars().take(DETAIL_CHARS_MAX).collect() }
    }
}

#[cfg(test)]
mod tests;
