//! What stands around a message: its length on the line, and the TPDU that routes it.

use std::fmt;

/// Longest message, in bytes without its length: above all fields of a sale together, far below
/// what two bytes of length could announce to a terminal with little memory.
pub const MESSAGE_BYTES_MAX: usize = 8 * 1024;

/// A length on the line that cannot be. The stream is lost then: close it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Nothing, or more than any honest message.
    #[error("a message of {0} bytes announced, 1 to {MESSAGE_BYTES_MAX} are possible")]
    Length(usize),
    /// Other than announced.
    #[error("{announced} bytes announced, {found} there")]
    Differs {
        /// What the two bytes say.
        announced: usize,
        /// What stands behind them.
        found: usize,
    },
    /// Not even a length.
    #[error("the length is cut off")]
    Cut,
}

/// The length that `prefix` announces (big-endian), in bytes.
///
/// # Errors
/// [`FrameError::Length`] if it is beyond the limits: read nothing then.
pub fn framed_length(prefix: [u8; 2]) -> Result<usize, FrameError> {
    checked(usize::from(u16::from_be_bytes(prefix)))
}

fn checked(length: usize) -> Result<usize, FrameError> {
    let is_good = (1..=MESSAGE_BYTES_MAX).contains(&length);
    if is_good { Ok(length) } else { Err(FrameError::Length(length)) }
}

/// `message` with its length before it.
///
/// # Errors
/// [`FrameError::Length`] if it is beyond the limits.
pub fn frame(message: &[u8]) -> Result<Vec<u8>, FrameError> {
    let length = u16::try_from(checked(message.len())?);
    let length = length.map_err(|_| FrameError::Length(message.len()))?;
    Ok([&length.to_be_bytes(), message].concat())
}

/// The message in `framed`, which is all of one frame.
///
/// # Errors
/// [`FrameError`] if the length is beyond the limits or not that of what follows.
pub fn unframe(framed: &[u8]) -> Result<&[u8], FrameError> {
    let (prefix, message) = framed.split_first_chunk::<2>().ok_or(FrameError::Cut)?;
    let announced = framed_length(*prefix)?;
    let found = message.len();
    if announced == found { Ok(message) } else { Err(FrameError::Differs { announced, found }) }
}

/// Where a message goes and comes from: five bytes before the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tpdu {
    /// `60` for a transaction.
    pub kind: u8,
    /// Whereto: the acquirer's network (NII), in BCD.
    pub destination: u16,
    /// Wherefrom.
    pub origin: u16,
}

impl Tpdu {
    /// A transaction to the network `destination`.
    #[must_use]
    pub const fn to(destination: u16) -> Self {
        Self { kind: 0x60, destination, origin: 0 }
    }

    /// The way back.
    #[must_use]
    pub const fn turned(self) -> Self {
        Self { kind: self.kind, destination: self.origin, origin: self.destination }
    }

    pub(crate) const fn read(bytes: [u8; 5]) -> Self {
        let [kind, to_high, to_low, from_high, from_low] = bytes;
        Self {
            kind,
            destination: u16::from_be_bytes([to_high, to_low]),
            origin: u16::from_be_bytes([from_high, from_low]),
        }
    }

    pub(crate) const fn bytes(self) -> [u8; 5] {
        let [to_high, to_low] = self.destination.to_be_bytes();
        let [from_high, from_low] = self.origin.to_be_bytes();
        [self.kind, to_high, to_low, from_high, from_low]
    }
}

impl Default for Tpdu {
    fn default() -> Self {
        Self::to(0)
    }
}

impl fmt::Display for Tpdu {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:02X}{:04X}{:04X}", self.kind, self.destination, self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_holds_exactly_its_message() {
        assert_eq!(frame(&[7; 300]).unwrap()[..3], [0x01, 0x2C, 7]);
        assert_eq!(unframe(&[0, 2, 8, 9]), Ok(&[8, 9][..]));
        assert_eq!(unframe(&[0, 3, 8, 9]), Err(FrameError::Differs { announced: 3, found: 2 }));
        assert_eq!(unframe(&[0]), Err(FrameError::Cut));
        assert_eq!(unframe(&[0, 0]), Err(FrameError::Length(0)));
        assert_eq!(framed_length([0xFF, 0xFF]), Err(FrameError::Length(65_535)));
        assert_eq!(frame(&[0; MESSAGE_BYTES_MAX + 1]), Err(FrameError::Length(8193)));
    }

    #[test]
    fn an_answer_goes_back_the_way_it_came() {
        let there = Tpdu { kind: 0x60, destination: 0x0003, origin: 0x8001 };
        assert_eq!(there.to_string(), "6000038001");
        assert_eq!(there.turned().to_string(), "6080010003");
        assert_eq!(Tpdu::read(there.bytes()), there);
    }
}
