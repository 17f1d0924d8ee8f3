//! Bytes to pictures: a strict reader of exactly what `encode` and the driver send.
//!
//! Guarantees: any bytes give events or an error that names offset and byte, never a panic; it
//! keeps at most one band (18 kB). After an error the stream means nothing more: make a new one.
//! Deliberately not here: anything a real printer would accept beyond our own commands. What is
//! strange is an error, so that a slip of the encoder cannot hide.

use super::{BAND, BAND_ROWS_MAX, CUT, FEED, Finish, INITIALISE, PAPER_IN_ORDER, STATUS_AT_ONCE};
use crate::raster::{Paper, Raster};

/// What a complete command asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Back to the settings after power-on; a sheet in the making stays as it is.
    Initialise,
    /// Print these rows.
    Band(Raster),
    /// End the sheet.
    End(Finish),
    /// Answer with the paper sensor once everything before is printed.
    PaperInOrder,
    /// Answer at once with this status, 1 to 4.
    StatusAtOnce(u8),
}

/// The stream is not ours. Developer of the encoder or the driver: see which command stands there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InterpretError {
    /// A byte that continues no command of the subset.
    #[error("byte {byte:#04x} at offset {offset} continues no command of ours")]
    UnknownByte {
        /// Offset in the stream, from 0.
        offset: u64,
        /// The byte.
        byte: u8,
    },
    /// A band whose size is none of ours; the byte is the last of its header.
    #[error(
        "band of {width_bytes} bytes by {rows} rows ends its header at offset {offset} with \
         byte {byte:#04x}; this paper takes {expected} bytes by 1 to {max} rows",
        max = BAND_ROWS_MAX
    )]
    BandSize {
        /// Offset of the header's last byte.
        offset: u64,
        /// That byte.
        byte: u8,
        /// Bytes of a row, as sent.
        width_bytes: u16,
        /// Rows, as sent.
        rows: u16,
        /// Bytes of a row of this paper.
        expected: usize,
    },
    /// The stream ended within a command or a sheet.
    #[error("the stream ends at offset {offset} within a command or a sheet")]
    Truncated {
        /// Length of the stream.
        offset: u64,
    },
}

/// Commands with fixed bytes; a band's header continues with its size, a status with its number.
const COMMANDS: [&[u8]; 6] = [&INITIALISE, &FEED, &BAND, &CUT, &PAPER_IN_ORDER, &STATUS_AT_ONCE];

enum State {
    /// Within the fixed bytes of a command, none seen yet for a new one.
    Command(Vec<u8>),
    StatusNumber,
    BandHeader(Vec<u8>),
    BandRows {
        rows: Vec<u8>,
        missing: usize,
    },
}

/// The reader: give it each byte, get the commands.
pub struct Interpreter {
    paper: Paper,
    state: State,
    offset: u64,
}

impl Interpreter {
    /// A reader at the start of a stream for a printer with this paper.
    #[must_use]
    pub const fn new(paper: Paper) -> Self {
        Self { paper, state: State::Command(Vec::new()), offset: 0 }
    }

    /// True between two commands.
    #[must_use]
    pub fn is_between_commands(&self) -> bool {
        matches!(&self.state, State::Command(seen) if seen.is_empty())
    }

    /// Takes the next byte; gives an event where it completes a command.
    ///
    /// # Errors
    /// [`InterpretError::UnknownByte`] and [`InterpretError::BandSize`].
    pub fn feed(&mut self, byte: u8) -> Result<Option<Event>, InterpretError> {
        let offset = self.offset;
        self.offset = offset.saturating_add(1);
        let state = std::mem::replace(&mut self.state, State::Command(Vec::new()));
        let (state, event) = match state {
            State::Command(seen) => command(seen, byte, offset)?,
            State::StatusNumber => match byte {
                1..=4 => (State::Command(Vec::new()), Some(Event::StatusAtOnce(byte))),
                _ => return Err(InterpretError::UnknownByte { offset, byte }),
            },
            State::BandHeader(header) => (self.header(header, byte, offset)?, None),
            State::BandRows { rows, missing } => self.rows(rows, missing, byte),
        };
        self.state = state;
        Ok(event)
    }

    fn header(&self, mut seen: Vec<u8>, byte: u8, offset: u64) -> Result<State, InterpretError> {
        seen.push(byte);
        let &[low, high, rows_low, rows_high] = seen.as_slice() else {
            return Ok(State::BandHeader(seen));
        };
        let width_bytes = u16::from_le_bytes([low, high]);
        let rows = u16::from_le_bytes([rows_low, rows_high]);
        let expected = self.paper.row_bytes();
        if usize::from(width_bytes) != expected || !(1..=BAND_ROWS_MAX).contains(&rows.into()) {
            return Err(InterpretError::BandSize { offset, byte, width_bytes, rows, expected });
        }
        let missing = expected.saturating_mul(usize::from(rows));
        Ok(State::BandRows { rows: Vec::with_capacity(missing), missing })
    }

    fn rows(&self, mut rows: Vec<u8>, missing: usize, byte: u8) -> (State, Option<Event>) {
        rows.push(byte);
        match missing.saturating_sub(1) {
            0 => {
                let band = Raster::from_bits(self.paper, rows).map(Event::Band);
                (State::Command(Vec::new()), band)
            }
            missing => (State::BandRows { rows, missing }, None),
        }
    }
}

fn command(
    mut seen: Vec<u8>,
    byte: u8,
    offset: u64,
) -> Result<(State, Option<Event>), InterpretError> {
    if seen.is_empty() && byte == 0 {
        return Ok((State::Command(seen), None));
    }
    seen.push(byte);
    if !COMMANDS.iter().any(|command| command.starts_with(&seen)) {
        return Err(InterpretError::UnknownByte { offset, byte });
    }
    let next = State::Command(Vec::new());
    Ok(match seen.as_slice() {
        done if done == INITIALISE => (next, Some(Event::Initialise)),
        done if done == FEED => (next, Some(Event::End(Finish::Tear))),
        done if done == CUT => (next, Some(Event::End(Finish::Cut))),
        done if done == PAPER_IN_ORDER => (next, Some(Event::PaperInOrder)),
        done if done == STATUS_AT_ONCE => (State::StatusNumber, None),
        done if done == BAND => (State::BandHeader(Vec::new()), None),
        _ => (State::Command(seen), None),
    })
}

/// The sheets of a whole stream.
///
/// # Errors
/// The first [`InterpretError`]; [`InterpretError::Truncated`] where a sheet is left open.
pub fn interpret(bytes: &[u8], paper: Paper) -> Result<Vec<(Raster, Finish)>, InterpretError> {
    let mut interpreter = Interpreter::new(paper);
    let mut sheets = Vec::new();
    let mut open = Raster::empty(paper);
    for byte in bytes {
        match interpreter.feed(*byte)? {
            Some(Event::Band(band)) => {
                open.append(&band);
            }
            Some(Event::End(finish)) => {
                sheets.push((std::mem::replace(&mut open, Raster::empty(paper)), finish));
            }
            Some(Event::Initialise | Event::PaperInOrder | Event::StatusAtOnce(_)) | None => {}
        }
    }
    if open.height() > 0 || !interpreter.is_between_commands() {
        return Err(InterpretError::Truncated { offset: interpreter.offset });
    }
    Ok(sheets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        let verdict = match interpret(bytes, Paper::Mm58) {
            Ok(sheets) => format!("{sheets:?}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(verdict, expected);
    }

    fn band(header: [u8; 4], rows: usize, after: &[u8]) -> Vec<u8> {
        [INITIALISE.as_slice(), &BAND, &header, &vec![0xAA; rows * 48], after].concat()
    }

    #[test]
    fn a_band_and_a_cut_are_a_sheet() {
        check(&band([48, 0, 2, 0], 2, &CUT), "[(Raster(384 x 2), Cut)]");
        check(&band([48, 0, 2, 0], 2, &FEED), "[(Raster(384 x 2), Tear)]");
    }

    #[test]
    fn questions_and_padding_may_stand_between_commands() {
        check(&[0, 0, 0x1B, 0x40, 0x10, 4, 1, 0x10, 4, 4, 0x1D, 0x72, 1, 0], "[]");
    }

    #[test]
    fn text_is_not_of_our_subset() {
        check(b"\x1b@hello", "byte 0x68 at offset 2 continues no command of ours");
    }

    #[test]
    fn a_command_that_is_not_ours_is_named_by_its_offset_and_byte() {
        check(&[0x1B, 0x70], "byte 0x70 at offset 1 continues no command of ours");
        check(&[0x10, 0x04, 5], "byte 0x05 at offset 2 continues no command of ours");
        check(&[0x1D, 0x56, 0x41], "byte 0x41 at offset 2 continues no command of ours");
    }

    #[test]
    fn a_band_of_another_size_is_refused_before_its_rows() {
        check(
            &band([72, 0, 2, 0], 0, &[]),
            "band of 72 bytes by 2 rows ends its header at offset 9 with byte 0x00; this paper \
             takes 48 bytes by 1 to 256 rows",
        );
        check(
            &band([48, 0, 1, 1], 0, &[]),
            "band of 48 bytes by 257 rows ends its header at offset 9 with byte 0x01; this paper \
             takes 48 bytes by 1 to 256 rows",
        );
        check(
            &band([48, 0, 0, 0], 0, &[]),
            "band of 48 bytes by 0 rows ends its header at offset 9 with byte 0x00; this paper \
             takes 48 bytes by 1 to 256 rows",
        );
    }

    #[test]
    fn a_stream_that_ends_early_is_an_error() {
        check(&[0x1B], "the stream ends at offset 1 within a command or a sheet");
        check(
            &band([48, 0, 2, 0], 1, &[]),
            "the stream ends at offset 58 within a command or a sheet",
        );
        check(
            &band([48, 0, 2, 0], 2, &[]),
            "the stream ends at offset 106 within a command or a sheet",
        );
    }
}
