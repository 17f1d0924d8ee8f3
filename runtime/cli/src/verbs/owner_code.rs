//! `caisson owner-code`.

use crate::error::CliError;
use crate::out;
use caisson_vault::{PASSCODE_DIGITS_MAX, PASSCODE_DIGITS_MIN, Passcode, PasscodeHash};
use clap::Args;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use std::io::{BufRead as _, IsTerminal as _, Read as _};

/// Longest line that is read: beyond any code.
const LINE_BYTES_MAX: u64 = 64;

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
        let code = if std::io::stdin().is_terminal() { asked_twice()? } else { read()? };
        let hash = PasscodeHash::of(&code).map_err(CliError::environment)?;
        out::line(&format!("code = \"{hash}\""))
    }
}

fn asked_twice() -> Result<Passcode, CliError> {
    let code = asked("the owner's code: ")?;
    if asked("once more: ")? == code {
        Ok(code)
    } else {
        Err(CliError::failed("the two codes differ; nothing was made"))
    }
}

/// Asks without showing what is typed.
fn asked(question: &str) -> Result<Passcode, CliError> {
    eprint!("{question}");
    let stdin = std::io::stdin();
    let shown = tcgetattr(&stdin).map_err(CliError::environment)?;
    let mut hidden = shown.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&stdin, OptionalActions::Flush, &hidden).map_err(CliError::environment)?;
    let code = read();
    let back = tcsetattr(&stdin, OptionalActions::Now, &shown);
    eprintln!();
    back.map_err(CliError::environment)?;
    code
}

fn read() -> Result<Passcode, CliError> {
    let mut line = zeroize::Zeroizing::new(String::new());
    let read = std::io::stdin().lock().take(LINE_BYTES_MAX).read_line(&mut line);
    read.map_err(|error| CliError::environment(format!("standard input: {error}")))?;
    Passcode::new(line.trim_end_matches(['\r', '\n'])).ok_or_else(|| {
        CliError::failed(format!(
            "a code has {PASSCODE_DIGITS_MIN} to {PASSCODE_DIGITS_MAX} digits"
        ))
        .hinted("write digits alone: printf 482913 | caisson owner-code")
    })
}
