//! `caisson owner-code`.

use crate::error::CliError;
use crate::out;
use crate::passcode::keyed;
use caisson_vault::PasscodeHash;
use clap::Args;

/// Print the line of a profile for the owner's code.
///
/// The code is read from standard input, never from the command line, where others would see it. At
/// a keyboard it is asked for twice and not shown. What is printed is a hash (Argon2id) for the
/// table `owner` of the profile; rules with then = "hold" wait for that code.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLE)]
pub(crate) struct OwnerCode {}

const EXAMPLE: &str = "\
Example, in a profile:
  [owner]
  code = \"$argon2id$v=19$m=19456,t=2,p=1$...\"

  [[risk]]
  payment-above = \"500.00\"
  then = \"hold\"";

impl OwnerCode {
    pub(super) fn run(self) -> Result<(), CliError> {
        let code = keyed("the owner's code: ", "printf 482913 | caisson owner-code")?;
        let hash = PasscodeHash::of(&code).map_err(CliError::environment)?;
        out::line(&format!("code = \"{hash}\""))
    }
}
