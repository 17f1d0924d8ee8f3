//! Questions to the kernel on a route netlink socket, and how its answers are cut into pieces.
//!
//! Guarantees: nothing here trusts a length that it reads; what does not fit ends the reading. An
//! answer that the kernel itself calls inconsistent is asked for again. Waiting and memory are
//! bounded.

use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
use rustix::net::{recv, send, socket_with};
use std::io;
use std::time::Duration;

/// Longest wait for a part of an answer; the kernel needs microseconds.
const ANSWER_WAIT: Duration = Duration::from_secs(1);
/// Largest part of an answer: the kernel sends at most 32 KiB at once.
const PART_BYTES_MAX: usize = 32 * 1024;
/// Most parts of an answer: 2 MiB, or some ten thousand routes.
const PARTS_MAX: usize = 64;
/// How often an inconsistent answer is asked for again. Then the last one has to do: what changed
/// meanwhile is an event and asks again.
const TRIES_MAX: usize = 3;

const NLM_F_REQUEST: u16 = 0x1;
const NLM_F_DUMP: u16 = 0x300;
/// The table changed while it was read.
const NLM_F_DUMP_INTR: u16 = 0x10;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
/// Length (4), type (2), flags (2), sequence number (4), port (4).
const HEADER_BYTES: usize = 16;

/// What can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    Links,
    Addresses,
    Routes,
}

impl Question {
    /// Types of question and answer, and the bytes of the fixed part (all zero: every family).
    const fn shape(self) -> (u16, u16, usize) {
        match self {
            Self::Links => (18, 16, 16),
            Self::Addresses => (22, 20, 8),
            Self::Routes => (26, 24, 12),
        }
    }

    fn bytes(self) -> Vec<u8> {
        let (kind, _, fixed) = self.shape();
        let length = HEADER_BYTES + fixed;
        let mut bytes = Vec::with_capacity(length);
        bytes.extend(u32::try_from(length).unwrap_or(0).to_ne_bytes());
        bytes.extend(kind.to_ne_bytes());
        bytes.extend((NLM_F_REQUEST | NLM_F_DUMP).to_ne_bytes());
        bytes.resize(length, 0);
        bytes
    }
}

/// Asks, and hands each row of the answer to `take`, which skips what it does not understand.
///
/// # Errors
/// The socket's, or the kernel's refusal.
pub(super) fn ask(question: Question, mut take: impl FnMut(&[u8]) -> Option<()>) -> io::Result<()> {
    for _ in 1..TRIES_MAX {
        if once(question, &mut take)? {
            return Ok(());
        }
    }
    once(question, &mut take).map(|_| ())
}

/// False where the answer is inconsistent.
fn once(question: Question, take: &mut impl FnMut(&[u8]) -> Option<()>) -> io::Result<bool> {
    let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None)?;
    set_socket_timeout(&socket, Timeout::Recv, Some(ANSWER_WAIT))?;
    send(&socket, &question.bytes(), SendFlags::empty())?;
    let (_, row, _) = question.shape();
    let mut part = vec![0; PART_BYTES_MAX];
    let mut consistent = true;
    for _ in 0..PARTS_MAX {
        let (read, _) = recv(&socket, part.as_mut_slice(), RecvFlags::empty())?;
        for message in messages(part.get(..read).unwrap_or_default()) {
            consistent &= message.flags & NLM_F_DUMP_INTR == 0;
            match message.kind {
                NLMSG_DONE => return Ok(consistent),
                NLMSG_ERROR => return Err(refusal(message.body)),
                kind if kind == row => {
                    take(message.body);
                }
                _ => {}
            }
        }
    }
    Err(io::ErrorKind::FileTooLarge.into())
}

/// An error's body begins with the negative number of the error.
fn refusal(body: &[u8]) -> io::Error {
    let number = u32_at(body, 0).map_or(0, |number| number.cast_signed().wrapping_neg());
    io::Error::from_raw_os_error(number)
}

/// A message without its header.
pub(super) struct Message<'a> {
    kind: u16,
    flags: u16,
    body: &'a [u8],
}

/// The messages of one part of an answer.
pub(super) fn messages(mut part: &[u8]) -> impl Iterator<Item = Message<'_>> {
    std::iter::from_fn(move || {
        let length = usize::try_from(u32_at(part, 0)?).ok()?;
        let (kind, flags) = (u16_at(part, 4)?, u16_at(part, 6)?);
        let body = part.get(HEADER_BYTES..length)?;
        part = part.get(aligned(length)..).unwrap_or_default();
        Some(Message { kind, flags, body })
    })
}

/// Attributes: number and value.
pub(super) struct Attributes<'a>(&'a [u8]);

impl<'a> Attributes<'a> {
    /// Those behind the fixed part of a message.
    pub(super) fn after(message: &'a [u8], fixed: usize) -> Option<Self> {
        message.get(fixed..).map(Self)
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        /// Two bits say how the value is coded, which its reader knows.
        const NUMBER: u16 = 0x3fff;
        let whole = chunk(&mut self.0)?;
        Some((u16_at(whole, 2)? & NUMBER, whole.get(4..)?))
    }
}

/// Pieces that begin with their own length in two bytes, which is handed out with them.
pub(super) fn chunks(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || chunk(&mut bytes))
}

fn chunk<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    /// Every piece has at least its length and two more bytes, so that reading goes on.
    const BYTES_MIN: usize = 4;
    let length = usize::from(u16_at(bytes, 0)?);
    let whole = bytes.get(..length).filter(|whole| whole.len() >= BYTES_MIN)?;
    *bytes = bytes.get(aligned(length)..).unwrap_or_default();
    Some(whole)
}

/// Everything begins at a multiple of four.
const fn aligned(length: usize) -> usize {
    length.saturating_add(3) & !3
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_ne_bytes(two.try_into().ok()?))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_ne_bytes(four.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_cut_into_pieces_of_themselves(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            lengths in proptest::collection::vec(0_u8..40, 0..12),
            fixed in 0_usize..40,
        ) {
            // Lengths that mostly fit, where a message and where an attribute begins.
            let mut part = bytes;
            for (place, length) in lengths.into_iter().enumerate() {
                if let Some(four) = part.get_mut(place * 16..place * 16 + 4) {
                    four.copy_from_slice(&[length, 0, 0, 0]);
                }
            }
            let mut left = part.len();
            for message in messages(&part) {
                prop_assert!(message.body.len() + HEADER_BYTES <= left);
                left -= message.body.len() + HEADER_BYTES;
                for (_, value) in Attributes::after(message.body, fixed).into_iter().flatten() {
                    prop_assert!(value.len() + 4 + fixed <= message.body.len());
                }
            }
            prop_assert!(chunks(&part).map(<[u8]>::len).sum::<usize>() <= part.len());
        }
    }
}
