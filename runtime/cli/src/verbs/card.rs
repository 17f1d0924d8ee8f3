//! `caisson card`.

use super::tlv::tell;
use crate::bytes::whole_file;
use crate::error::CliError;
use caisson_emv::Configuration;
use caisson_emv::trace::trace;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Look at what passed between a card and a terminal.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = "Example:\n  caisson card trace sale.txt")]
pub(crate) struct Card {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Trace(Trace),
}

/// Replay a transcript through the EMV kernel, and tell what happened.
///
/// A transcript is text: optional lines `# name: value` (date, time, amount, currency, unpredictable
/// number, kind), then one line for each command, `> hex`, and one for each answer, `< hex`. The
/// kernel runs against these answers; where it would have sent another command than the one that
/// stands there, that is said, and decoding goes on with what stands in the file. Told are the
/// application, the records with the names of their tags, the authentication of the card, the
/// verification of the cardholder, the cryptogram and the decision. The PAN is masked. Any file,
/// however broken, gets an answer; what is wrong begins with `!`, and the status is then 1.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLE)]
struct Trace {
    /// The transcript; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

const EXAMPLE: &str = "\
Example:
  printf '# amount: 1200\\n> 00A4040007A000000003101000\\n< 6A82\\n' | caisson card trace -";

impl Card {
    pub(super) fn run(self) -> Result<(), CliError> {
        let What::Trace(Trace { file }) = self.what;
        let own = Configuration::read(None, None, None);
        let own =
            own.map_err(|error| CliError::failed(format!("the kernel's own files: {error}")))?;
        tell(&trace(&whole_file(&file)?, &own))
    }
}
