//! `caisson tlv`.

use crate::bytes;
use crate::error::CliError;
use crate::out;
use caisson_tlv::describe;
use clap::Args;

/// Show what TLV data of a card say: tags by name, bits in words.
///
/// The data are hex, as traces print them: the answer of a card without its status, a DE55, a
/// template. PAN and tracks are masked. Whatever is wrong gets a line that begins with `!`, says
/// at which offset and why, and decoding goes on beside it. The status is 0 if all of it was
/// understood, else 1.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLE)]
pub(crate) struct Tlv {
    /// Hex digits; blanks between them do not count. Several arguments are one text.
    #[arg(required = true, value_name = "HEX")]
    hex: Vec<String>,
}

const EXAMPLE: &str = "\
Example:
  caisson tlv 9F2701 40 9505 8080048000";

impl Tlv {
    pub(super) fn run(self) -> Result<(), CliError> {
        let bytes = bytes::of_hex(&self.hex.join(" ")).map_err(CliError::failed)?;
        tell(&describe(&bytes))
    }
}

/// Prints a description; the status says whether something in it was wrong.
pub(super) fn tell(text: &str) -> Result<(), CliError> {
    out::line(text.trim_end())?;
    let is_wrong = text.lines().any(|line| line.trim_start().starts_with('!'));
    if is_wrong { Err(CliError::said()) } else { Ok(()) }
}
