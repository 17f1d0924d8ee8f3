//! ESC/POS: the few commands of it that we send, as bytes out and as bytes in.
//!
//! | bytes | command | when |
//! |---|---|---|
//! | `1B 40` | initialise | before a job |
//! | `1D 76 30 00 xL xH yL yH …` | a band of dots, at most [`BAND_ROWS_MAX`] rows | the picture |
//! | `1D 56 42 00` | feed to the cutter and cut | end of a sheet, with a cutter |
//! | `1B 4A n` | feed `n` rows | end of a sheet, without one |
//! | `1D 72 01` | paper sensor, answered in order | after each band: it has been printed |
//! | `10 04 n` | status `n` of 1 to 4, answered at once | before a job, between bands |
//! | `00` | nothing | completes a band that a broken link left half sent |
//!
//! `encode` and `interpret` hold opposite halves and are tested against each other; `status` holds
//! both directions of the status bytes; `driver` is the conversation.
//! Deliberately absent: text in the printer's own fonts (`FS &` with GB 18030, code pages), bar
//! code commands, drawer kick, settings memory. Everything on paper is dots that we drew, so that
//! a printer's model, fonts and left-over modes cannot change a receipt.

mod conversation;
pub mod driver;
pub mod encode;
pub mod interpret;
pub mod link;
pub mod status;

/// Most rows in one band: 32 mm of paper, so that paper out is noticed within that length.
pub const BAND_ROWS_MAX: u32 = 256;

/// How a sheet ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// The printer feeds to its cutter and cuts.
    Cut,
    /// The printer has no cutter: feed until the last row is past the tear bar.
    Tear,
}

/// Rows fed for a sheet that is torn off by hand: 15 mm, from the head to the tear bar.
const TEAR_ROWS: u8 = 120;

const INITIALISE: [u8; 2] = [0x1B, 0x40];
const FEED: [u8; 3] = [0x1B, 0x4A, TEAR_ROWS];
const BAND: [u8; 4] = [0x1D, 0x76, 0x30, 0x00];
const CUT: [u8; 4] = [0x1D, 0x56, 0x42, 0x00];
const PAPER_IN_ORDER: [u8; 3] = [0x1D, 0x72, 0x01];
const STATUS_AT_ONCE: [u8; 2] = [0x10, 0x04];
