//! `caisson provision` of a device build.

use crate::error::CliError;
use crate::out;
use caisson_terminal::{Profile, Provisioning, provision};
use clap::Args;
use std::path::PathBuf;

/// Make this terminal's keys and journal, where its profile says.
///
/// The keys are made here and never leave; the public key is printed, for the acquirer to enrol.
/// Nothing that is there is overwritten. A table [token] in the profile (module, label, and pin, a
/// file with the PIN) has them made in that PKCS#11 token. Without one they are in files, and test
/// keys: a device refuses them, unless its profile says `test-keys = true` at its head.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLE)]
pub(crate) struct Provision {
    /// The terminal's profile.
    #[arg(long, value_name = "FILE")]
    profile: PathBuf,
    /// An acquirer's public key: the slot that its destination's file names, =, the key in base64;
    /// can be repeated.
    #[arg(long = "acquirer", value_name = "SLOT=KEY", value_parser = acquirer)]
    acquirers: Vec<(String, String)>,
}

const EXAMPLE: &str = "\
Example:
  caisson provision --profile /data/terminal/profile.toml --acquirer wallet-answers=KEY";

/// What is wrong with slot or key, their own room says.
fn acquirer(text: &str) -> Result<(String, String), String> {
    let (slot, key) = text.split_once('=').ok_or("write SLOT=KEY")?;
    Ok((slot.to_owned(), key.to_owned()))
}

impl Provision {
    pub(super) fn run(self) -> Result<(), CliError> {
        let profile = Profile::read(&self.profile)?;
        let public = provision(&Provisioning {
            journal: profile.journal,
            vault: profile.vault,
            kek: profile.kek,
            token: profile.token,
            acquirers: self.acquirers,
            // A bank's real key never passes a command line: it comes with a PKCS#11 store.
            bank_keys: Vec::new(),
        })?;
        out::line(&format!("the terminal's keys are made; for the acquirer:\n{public}"))
    }
}
