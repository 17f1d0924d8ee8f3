//! `caisson iso8583`.

use super::tlv::tell;
use crate::bytes;
use crate::error::CliError;
use caisson_iso8583::{CUP, describe_bytes};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Read messages of ISO 8583.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = "Example:\n  caisson iso8583 decode message.bin")]
pub(crate) struct Iso8583 {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Decode(Decode),
}

/// Show a message field by field.
///
/// The file holds one message as Chinese acquirers speak it (TPDU, header, type, bitmap, fields in
/// BCD), with or without its two bytes of length, as bytes or in hex. PAN, tracks, PIN block and
/// keys are masked; DE55 is shown tag by tag. From the first field that is wrong on there is one
/// line that begins with `!` and says at which offset and why. The status is 0 if the whole
/// message was understood, else 1.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLE)]
struct Decode {
    /// The file; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

const EXAMPLE: &str = "\
Example:
  caisson iso8583 decode message.bin
  echo 6000030000 602200000000 0800 0020000000000000 000001 | caisson iso8583 decode -";

impl Iso8583 {
    pub(super) fn run(self) -> Result<(), CliError> {
        let What::Decode(Decode { file }) = self.what;
        tell(&describe_bytes(&CUP, &bytes::of_file(&file)?))
    }
}
