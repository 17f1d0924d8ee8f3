//! Starting other programs, in the repository and with one build folder.

use crate::error::Error;
use crate::place::Place;
use std::io::{self, IsTerminal as _, Read, Write};
use std::process::{Command, Stdio};
use std::thread;

/// Bytes of each of a failed command's two outputs that its error quotes.
const QUOTED: usize = 4_000;

/// Variables that `cargo run` sets for this program, and that must not reach another cargo: a
/// build script that watches one of them would be run again each time.
const OWN_VARIABLES: [&str; 3] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"];

/// `program` in the repository, building into the one folder, with the apps where they are built.
pub(crate) fn program(place: &Place, program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(&place.root);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if OWN_VARIABLES.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command.env("CARGO_TARGET_DIR", &place.target);
    command.env("CAISSON_APPS", place.apps());
    command
}

/// `cargo` with `arguments`.
pub(crate) fn cargo(place: &Place, arguments: &[&str]) -> Command {
    let mut command = program(place, "cargo");
    command.args(arguments);
    command
}

/// Runs `command` with our own input and output.
pub(crate) fn run(command: &mut Command) -> Result<(), Error> {
    let line = line(command);
    let status = command.status().map_err(Error::io(format!("starting `{line}`")))?;
    ended(line, status, String::new())
}

/// As [`run`]; where nobody watches, the error of a command that fails quotes its last words, so
/// that they stand beside the table although an hour of other steps' output lies between.
pub(crate) fn run_quoted(command: &mut Command) -> Result<(), Error> {
    if io::stderr().is_terminal() {
        // A terminal can be scrolled back, and through a pipe cargo would show no progress.
        return run(command);
    }
    let line = line(command);
    let starting = || Error::io(format!("starting `{line}`"));
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(starting())?;
    let (words, complaints) = (child.stdout.take(), child.stderr.take());
    let quote = thread::scope(|scope| {
        let words = scope.spawn(|| words.map_or_else(Vec::new, |from| copy(from, io::stdout())));
        let last = complaints.map_or_else(Vec::new, |from| copy(from, io::stderr()));
        // A copy that panicked has nothing to quote.
        [words.join().unwrap_or_default(), last].concat()
    });
    let status = child.wait().map_err(starting())?;
    ended(line, status, String::from_utf8_lossy(&quote).into_owned())
}

fn ended(line: String, status: std::process::ExitStatus, quote: String) -> Result<(), Error> {
    if status.success() {
        return Ok(());
    }
    Err(Error::Command { line, status: status.code(), quote })
}

/// Copies `from` to `to` until its end; its last [`QUOTED`] bytes.
fn copy(mut from: impl Read, mut to: impl Write) -> Vec<u8> {
    let (mut room, mut last) = ([0; 4_096], Vec::new());
    // An output that can no longer be read or written ends the copy, not the command.
    while let Ok(read @ 1..) = from.read(&mut room) {
        let Some(bytes) = room.get(..read) else { break };
        last.extend_from_slice(bytes);
        last.drain(..last.len().saturating_sub(QUOTED));
        if to.write_all(bytes).and_then(|()| to.flush()).is_err() {
            break;
        }
    }
    last
}

/// Whether `command` can be started and ends well; nobody hears it.
pub(crate) fn answers(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// What `command` prints, where it ends well.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// The command as one would type it.
fn line(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_command_passes_its_exit_status_on() {
        let error = run(Command::new("sh").args(["-c", "exit 7"])).expect_err("it fails");
        assert_eq!(error.status(), 7);
        assert_eq!(
            error.to_string(),
            "`sh -c exit 7` failed with exit status 7; its own words stand above"
        );
    }

    #[test]
    fn a_failed_command_is_quoted_by_its_last_words() {
        let script = "seq 1 9999; echo the reason >&2; exit 3";
        let error = run_quoted(Command::new("sh").args(["-c", script])).expect_err("it fails");
        assert_eq!(error.status(), 3);
        let quote = error.quote().expect("it said something");
        assert!(quote.contains("the reason") && quote.contains("9999"), "{quote}");
        assert!(quote.len() <= 2 * QUOTED, "{} bytes", quote.len());
        assert!(run_quoted(&mut Command::new("true")).is_ok());
    }

    #[test]
    fn a_command_that_is_not_there_does_not_answer() {
        assert!(!answers(&mut Command::new("a-program-that-nobody-has")));
        assert!(answers(&mut Command::new("true")));
    }
}
