//! `caisson acquirer`.

use crate::error::CliError;
use crate::{out, simulated_acquirer};
use caisson_acquirer::Fault;
use caisson_acquirer::bank::BankFault;
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Run the simulated acquirer and the bank beside it, or show their books.
///
/// Prints `listening on ADDRESS` when it is ready, and ends with SIGINT, SIGTERM or SIGHUP.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLE, after_long_help = simulated_acquirer::long_help())]
pub(crate) struct Acquirer {
    /// The acquirer's folder: keys, certificates, books.
    #[arg(long, value_name = "FOLDER")]
    folder: PathBuf,
    /// Make the folder where it is not there. Without --listen, that is all.
    #[arg(long)]
    init: bool,
    /// Where to listen; port 0 lets the system choose. [default: 127.0.0.1:0]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Something that shall go wrong at the wallet's; can be repeated. `--help` lists every form.
    #[arg(long = "fault", value_name = "TEXT")]
    faults: Vec<Fault>,
    /// The same at the bank's.
    #[arg(long = "bank-fault", value_name = "TEXT")]
    bank_faults: Vec<BankFault>,
    /// Show the books of both instead; the acquirer may be running.
    #[arg(long, conflicts_with_all = ["init", "listen", "faults", "bank_faults"])]
    books: bool,
}

const EXAMPLE: &str = "\
Example:
  caisson acquirer --folder acquirer --fault 'loses the answer to pay, once'

`--help` explains it whole: the amounts and the faults that choose what happens.";

impl Acquirer {
    pub(super) fn run(self) -> Result<(), CliError> {
        if self.books {
            return out::line(simulated_acquirer::books(&self.folder)?.trim_end());
        }
        if self.init {
            let is_new = simulated_acquirer::init(&self.folder)?;
            let folder = self.folder.display();
            if is_new {
                out::line(&format!("made the acquirer {folder} with test keys"))?;
            }
            if self.listen.is_none() {
                return if is_new {
                    Ok(())
                } else {
                    out::line(&format!("{folder} is there already"))
                };
            }
        }
        let listen = self.listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 0)));
        let faults = (self.faults, self.bank_faults);
        super::block_on(simulated_acquirer::serve(&self.folder, listen, faults))
    }
}
