//! Commands and answers of a card (ISO 7816-3, 12.1), in the short form that payment cards speak.
//!
//! Guarantees: a [`Command`] is well formed, so no card and no reader sees a length that lies.
//! Neither type shows its bytes in `Debug`, and both are wiped when dropped: they carry PANs, and
//! VERIFY carries a PIN. Deliberately not here: the extended form, and the class `FF`, by which
//! PC/SC readers take commands for themselves, but for the one that reads a tag's memory.

use std::fmt;

use zeroize::Zeroizing;

use super::session::RESPONSES_IN_A_ROW_MAX;

/// Bytes of CLA, INS, P1 and P2.
const HEADER_BYTES: usize = 4;
/// Most data bytes that one answer carries: Le `00`.
const DATA_BYTES_MAX: usize = 256;
/// Bytes of four pages of a tag that is memory, which it gives at once.
const PAGES_BYTES: u8 = 16;
/// Bytes of SW1 and SW2.
const STATUS_BYTES: usize = 2;

/// Longest command, in bytes: header, Lc, 255 data bytes, Le.
pub const COMMAND_BYTES_MAX: usize = HEADER_BYTES + 1 + 255 + 1;
/// Longest single answer of a card, in bytes.
pub const LINK_ANSWER_BYTES_MAX: usize = DATA_BYTES_MAX + STATUS_BYTES;
/// Longest joined answer, in bytes: a first part and one by each GET RESPONSE.
pub const ANSWER_BYTES_MAX: usize = (1 + RESPONSES_IN_A_ROW_MAX) * DATA_BYTES_MAX + STATUS_BYTES;

/// A command to a card.
#[derive(Clone)]
pub struct Command(Zeroizing<Vec<u8>>);

/// Not a command. Caller: correct it; nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCommand {
    /// Shorter than CLA, INS, P1 and P2.
    #[error("a command of {bytes} bytes; the least is {HEADER_BYTES}")]
    TooShort {
        /// Its length.
        bytes: usize,
    },
    /// Longer than the short form allows, or in the extended form.
    #[error(
        "a command of {bytes} bytes that is not in the short form of at most {COMMAND_BYTES_MAX}"
    )]
    NotShort {
        /// Its length.
        bytes: usize,
    },
    /// Lc does not agree with the number of bytes after it.
    #[error("a command whose Lc is {lc} with {after} bytes after it")]
    Length {
        /// Lc.
        lc: u8,
        /// Data, and Le if there is one.
        after: usize,
    },
    /// CLA `FF`: no card's (ISO 7816-4, 5.4.1), but the reader's own.
    #[error("a command of class FF, which is for the reader and no card")]
    ReaderClass,
}

impl Command {
    /// Reads a command in one of the four short forms: header; with Le; with Lc and data; with Lc,
    /// data and Le.
    ///
    /// # Errors
    /// [`BadCommand`].
    pub fn new(bytes: &[u8]) -> Result<Self, BadCommand> {
        let (header, body) = bytes
            .split_first_chunk::<HEADER_BYTES>()
            .ok_or(BadCommand::TooShort { bytes: bytes.len() })?;
        if header.first() == Some(&0xFF) {
            return Err(BadCommand::ReaderClass);
        }
        let not_short = BadCommand::NotShort { bytes: bytes.len() };
        match body.split_first() {
            None | Some((_, [])) => {}
            Some((0, _)) => return Err(not_short),
            Some(_) if bytes.len() > COMMAND_BYTES_MAX => return Err(not_short),
            Some((&lc, rest)) => {
                let (data, after) = (usize::from(lc), rest.len());
                if after != data && after != data + 1 {
                    return Err(BadCommand::Length { lc, after });
                }
            }
        }
        Ok(Self(Zeroizing::new(bytes.to_vec())))
    }

    /// GET RESPONSE for `left` bytes, 0 for 256 (ISO 7816-4, 11.8.1; EMV Book 1, 9.3.1.3).
    pub(super) fn get_response(left: u8) -> Self {
        Self(Zeroizing::new(vec![0x00, 0xC0, 0x00, 0x00, left]))
    }

    /// The reader's own command to read four pages of a tag that is memory, from `page` on (PC/SC
    /// part 3, 3.2.2.1.8). No caller's bytes can become one.
    #[must_use]
    pub fn read_pages(page: u8) -> Self {
        Self(Zeroizing::new(vec![0xFF, 0xB0, 0x00, page, PAGES_BYTES]))
    }

    /// The same command with this Le (EMV Book 1, 9.3.1.2).
    pub(super) fn with_le(&self, le: u8) -> Self {
        // Room for one more byte from the start: growing would leave a copy behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.0.len() + 1));
        bytes.extend_from_slice(self.without_le());
        bytes.push(le);
        Self(bytes)
    }

    /// The command as it is sent.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The command up to its data.
    pub(crate) fn without_le(&self) -> &[u8] {
        let end = match self.0.get(HEADER_BYTES) {
            None => HEADER_BYTES,
            Some(_) if self.0.len() == HEADER_BYTES + 1 => HEADER_BYTES,
            Some(lc) => HEADER_BYTES + 1 + usize::from(*lc),
        };
        self.0.get(..end).unwrap_or(&self.0)
    }

    /// True with both data and Le, which the protocol T=0 cannot send at once.
    #[cfg_attr(not(all(target_os = "linux", feature = "card-reader")), allow(dead_code))]
    pub(crate) fn is_case_4(&self) -> bool {
        let sent = self.without_le().len();
        sent > HEADER_BYTES && sent < self.0.len()
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Command({} bytes)", self.0.len())
    }
}

/// A card's answer: its data and status, joined where GET RESPONSE fetched it in parts.
pub struct Answer {
    data: Zeroizing<Vec<u8>>,
    status: u16,
}

impl Answer {
    pub(super) fn new(data: Zeroizing<Vec<u8>>, status: u16) -> Self {
        Self { data, status }
    }

    /// What came before the status.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// SW1 and SW2.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Data and status, as a card that never heard of GET RESPONSE would have sent them.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.data.len() + STATUS_BYTES));
        bytes.extend_from_slice(&self.data);
        bytes.extend_from_slice(&self.status.to_be_bytes());
        bytes
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({} bytes)", self.data.len() + STATUS_BYTES)
    }
}

/// Data and status of one answer of a card; none where it is shorter than a status.
pub(super) fn split(answer: &[u8]) -> Option<(&[u8], [u8; STATUS_BYTES])> {
    answer.split_last_chunk::<STATUS_BYTES>().map(|(data, status)| (data, *status))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        let read = match Command::new(bytes) {
            Ok(command) => format!("{command:?}, {} without Le", command.without_le().len()),
            Err(error) => error.to_string(),
        };
        assert_eq!(read, expected);
    }

    #[test]
    fn the_four_short_forms_are_commands_and_nothing_else_is() {
        check(&[0, 0x44, 0, 0], "Command(4 bytes), 4 without Le");
        check(&[0, 0xB2, 1, 0x0C, 0], "Command(5 bytes), 4 without Le");
        check(&[0, 0x20, 0, 0x80, 1, 9], "Command(6 bytes), 6 without Le");
        check(&[0, 0xA4, 4, 0, 1, 9, 0], "Command(7 bytes), 6 without Le");
        check(&[0, 0xA4, 4], "a command of 3 bytes; the least is 4");
        check(&[0, 0xA4, 4, 0, 2, 9], "a command whose Lc is 2 with 1 bytes after it");
        check(&[0, 0xA4, 4, 0, 1, 9, 0, 0], "a command whose Lc is 1 with 3 bytes after it");
        let refused = "a command of 7 bytes that is not in the short form of at most 261";
        check(&[0, 0xB0, 0, 0, 0, 1, 0], refused);
        check(&[0xFF, 0xCA, 0, 0, 0], "a command of class FF, which is for the reader and no card");
    }

    #[test]
    fn le_is_set_in_place_of_the_old_one_or_added() {
        for (before, after) in [
            (&[0, 0x84, 0, 0][..], &[0, 0x84, 0, 0, 8][..]),
            (&[0, 0x84, 0, 0, 0], &[0, 0x84, 0, 0, 8]),
            (&[0, 0x88, 0, 0, 1, 9], &[0, 0x88, 0, 0, 1, 9, 8]),
            (&[0, 0x88, 0, 0, 1, 9, 0], &[0, 0x88, 0, 0, 1, 9, 8]),
        ] {
            assert_eq!(Command::new(before).unwrap().with_le(8).bytes(), after);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_command_or_refused_and_a_command_keeps_them(
            bytes in proptest::collection::vec(any::<u8>(), 0..300)
        ) {
            if let Ok(command) = Command::new(&bytes) {
                prop_assert_eq!(command.bytes(), &bytes[..]);
                prop_assert!(bytes.starts_with(command.without_le()));
                let again = command.with_le(0);
                prop_assert!(Command::new(again.bytes()).is_ok());
            }
        }
    }
}
