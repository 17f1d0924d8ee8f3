//! What passes between the emulator's window and its terminal, two processes: JSON, one message a
//! line.
//!
//! Guarantees: a message has at most [`LINE_BYTES_MAX`]; a line that is none is a typed error that
//! never shows what it held; a code is wiped from memory on both sides. Deliberately not here: what
//! a message does (`terminal`, `core`), and the forms of views and keys (`form`).

pub(super) mod form;

use crate::hand::Offered;
use crate::transcript::Sheet;
use caisson_core::PaymentKey;
use caisson_devices::raster::{Paper, Raster};
use form::{WireKey, WireShowing, WireStatus};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io;
use std::path::PathBuf;
use tokio::io::{
    AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _,
};
use zeroize::Zeroizing;

/// Longest message, in bytes: the longest sheet has 40,000 rows of dots, 2.6 MB in base 64.
pub(super) const LINE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Why a message is none. Developer of the emulator: both processes must be of one build.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WireError {
    /// The other side is gone, or the pipe broke.
    #[error("the pipe to the other process broke: {0}")]
    Pipe(#[from] io::Error),
    /// A line without an end.
    #[error("a message of more than {LINE_BYTES_MAX} bytes")]
    TooLong,
    /// Not a message. Without its text: it may hold a code.
    #[error("not a message, at column {column}")]
    Form {
        /// Where the parser stopped.
        column: usize,
    },
    /// A part that cannot be.
    #[error("a message whose {part} cannot be")]
    Part {
        /// Which.
        part: &'static str,
    },
}

/// From the terminal to the window.
#[derive(Serialize, Deserialize)]
pub(super) enum Up {
    /// The terminal runs.
    Ready {
        /// What it offers, in the desk's order.
        offered: Vec<Offered>,
        /// Which start of its journal this is.
        start: u64,
    },
    /// A view, in place of the one before.
    Showing(Box<WireShowing>),
    /// The status bar.
    Status(WireStatus),
    /// A sheet came out.
    Sheet {
        /// As the transcript has it.
        sheet: Sheet,
        /// Its dots.
        dots: Dots,
    },
    /// Something was to be heard.
    Sound(String),
    /// How the devices are.
    Devices(Devices),
    /// An order was carried out, or not.
    Done {
        /// Its number.
        id: u64,
        /// What came of it.
        answer: Result<Value, String>,
    },
    /// The terminal cannot go on, and why.
    Stopped(String),
}

/// From the window to the terminal.
#[derive(Serialize, Deserialize)]
pub(super) enum Down {
    /// A key of the screen.
    Key(WireKey),
    /// Something to do.
    Do {
        /// Its number.
        id: u64,
        /// What.
        order: Order,
    },
}

/// Something that the terminal's process does for the window.
#[derive(Serialize, Deserialize)]
pub(super) enum Order {
    /// Break or mend a device, as the sentence says.
    Set(String),
    /// Hold something before the camera.
    Hold(Held),
    /// The key of the journal's payment of this number.
    KeyOf(usize),
    /// The number of the payment of this key.
    NumberOf(PaymentKey),
    /// Wait until nothing is recovered, watched or given back.
    Settle,
    /// Compare the acquirer's books with the journal.
    Compare,
    /// What paper, journal and books say, as a scenario words it.
    Witness,
    /// End by itself, after the payment that is under way.
    End,
}

/// What is before the camera. No `Debug`: a payment code is as good as money.
#[derive(Clone, Serialize, Deserialize)]
pub(super) enum Held {
    /// Nothing.
    Nothing,
    /// A code with this text.
    Code(String),
    /// The picture of such a code that nobody can read.
    Damaged(String),
    /// A picture.
    Picture(PathBuf),
    /// The receipt of the payment of this number.
    Receipt(usize),
    /// What a real camera sees.
    Webcam(PathBuf),
}

/// How the terminal's devices are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Devices {
    /// `ready`, or what is wrong.
    pub(super) printer: String,
    /// `ready`, or what is wrong.
    pub(super) camera: String,
    /// Name and state of each link, the best first.
    pub(super) links: Vec<(String, String)>,
    /// True while the apps' storage takes no more.
    pub(super) is_storage_full: bool,
    /// How far the terminal's clock is from the machine's, in milliseconds.
    pub(super) clock_ahead_ms: i64,
    /// The shop's time zone.
    pub(super) utc_offset_minutes: i32,
}

/// The dots of a sheet.
#[derive(Serialize, Deserialize)]
pub(super) struct Dots {
    is_wide: bool,
    base64: String,
}

impl Dots {
    pub(super) fn of(raster: &Raster) -> Self {
        use base64::Engine as _;
        let base64 = base64::engine::general_purpose::STANDARD.encode(raster.bits());
        Self { is_wide: raster.paper() == Paper::Mm80, base64 }
    }

    pub(super) fn raster(&self) -> Result<Raster, WireError> {
        use base64::Engine as _;
        let wrong = || WireError::Part { part: "sheet" };
        let bits = base64::engine::general_purpose::STANDARD.decode(&self.base64);
        let paper = if self.is_wide { Paper::Mm80 } else { Paper::Mm58 };
        bits.ok().and_then(|bits| Raster::from_bits(paper, bits)).ok_or_else(wrong)
    }
}

/// Writes one message.
pub(super) async fn send<M: Serialize>(
    to: &mut (impl AsyncWrite + Unpin),
    message: &M,
) -> Result<(), WireError> {
    let mut line = Zeroizing::new(Vec::new());
    let text = serde_json::to_writer(&mut *line, message);
    text.map_err(|_| WireError::Part { part: "form" })?;
    if line.len() >= LINE_BYTES_MAX {
        return Err(WireError::TooLong);
    }
    line.push(b'\n');
    to.write_all(&line).await?;
    Ok(to.flush().await?)
}

/// Reads one message; `None` where the other side has ended.
pub(super) async fn receive<M: DeserializeOwned>(
    from: &mut (impl AsyncBufRead + Unpin),
) -> Result<Option<M>, WireError> {
    let mut line = Zeroizing::new(Vec::new());
    let most = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX);
    let read = from.take(most).read_until(b'\n', &mut line).await?;
    if read == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if read >= LINE_BYTES_MAX {
        return Err(WireError::TooLong);
    }
    let message = serde_json::from_slice(&line);
    message.map(Some).map_err(|error| WireError::Form { column: error.column() })
}

#[cfg(test)]
mod tests;
