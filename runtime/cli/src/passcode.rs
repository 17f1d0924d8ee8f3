//! A code that somebody keys at the command line, or pipes into it.

use crate::error::CliError;
use caisson_vault::{PASSCODE_DIGITS_MAX, PASSCODE_DIGITS_MIN, Passcode};
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use std::io::{BufRead as _, IsTerminal as _, Read as _};

/// Longest line that is read: beyond any code.
const LINE_BYTES_MAX: u64 = 64;

/// The code from standard input. At a keyboard it is asked for with `question`, twice, and not
/// shown; `example` is how it is piped.
pub(crate) fn keyed(question: &str, example: &str) -> Result<Passcode, CliError> {
    if std::io::stdin().is_terminal() { asked_twice(question, example) } else { read(example) }
}

fn asked_twice(question: &str, example: &str) -> Result<Passcode, CliError> {
    let code = asked(question, example)?;
    if asked("once more: ", example)? == code {
        Ok(code)
    } else {
        Err(CliError::failed("the two codes differ; nothing was made"))
    }
}

/// Asks without showing what is typed.
fn asked(question: &str, example: &str) -> Result<Passcode, CliError> {
    eprint!("{question}");
    let stdin = std::io::stdin();
    let shown = tcgetattr(&stdin).map_err(CliError::environment)?;
    let mut hidden = shown.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&stdin, OptionalActions::Flush, &hidden).map_err(CliError::environment)?;
    let code = read(example);
    let back = tcsetattr(&stdin, OptionalActions::Now, &shown);
    eprintln!();
    back.map_err(CliError::environment)?;
    code
}

fn read(example: &str) -> Result<Passcode, CliError> {
    let mut line = zeroize::Zeroizing::new(String::new());
    let read = std::io::stdin().lock().take(LINE_BYTES_MAX).read_line(&mut line);
    read.map_err(|error| CliError::environment(format!("standard input: {error}")))?;
    Passcode::new(line.trim_end_matches(['\r', '\n'])).ok_or_else(|| {
        CliError::failed(format!(
            "a code has {PASSCODE_DIGITS_MIN} to {PASSCODE_DIGITS_MAX} digits"
        ))
        .hinted(format!("write digits alone: {example}"))
    })
}
