//! Starting other programs, in the repository and with one build folder.

use crate::error::Error;
use crate::place::Place;
use std::process::{Command, Stdio};

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
    if status.success() { Ok(()) } else { Err(Error::Command { line, status: status.code() }) }
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
    fn a_command_that_is_not_there_does_not_answer() {
        assert!(!answers(&mut Command::new("a-program-that-nobody-has")));
        assert!(answers(&mut Command::new("true")));
    }
}
