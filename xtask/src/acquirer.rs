//! The simulated acquirer as a process of its own, for as long as the demo runs.
//!
//! Guarantee: the process that was started is ended by its id, whatever happened in between.

use crate::command;
use crate::error::Error;
use crate::place::Place;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

/// How long the acquirer may take to open its books and its port; a loaded machine takes a second.
const READY_WAIT: Duration = Duration::from_secs(60);
/// What it prints once it answers, followed by the address.
const READY: &str = "listening on ";

/// A running acquirer.
#[derive(Debug)]
pub(crate) struct Acquirer(Child);

impl Acquirer {
    /// Starts `caisson acquirer` on `folder` and waits until it listens. What it says goes to
    /// `log`.
    pub(crate) fn start(
        place: &Place,
        binary: &Path,
        folder: &Path,
        log: &Path,
    ) -> Result<Self, Error> {
        let say = || Error::io(format!("writing {}", log.display()));
        let file = File::create(log).map_err(say())?;
        let errors = file.try_clone().map_err(say())?;
        let mut command = command::program(place, binary);
        command.arg("acquirer").arg("--folder").arg(folder);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors);
        let child = command.spawn().map_err(Error::io(format!("starting {}", binary.display())))?;
        let mut acquirer = Self(child);
        let (sender, receiver) = mpsc::channel();
        if let Some(output) = acquirer.0.stdout.take() {
            thread::spawn(move || follow(output, file, &sender));
        }
        match receiver.recv_timeout(READY_WAIT) {
            Ok(address) => {
                eprintln!("the acquirer is process {} at {address}", acquirer.0.id());
                Ok(acquirer)
            }
            Err(_) => Err(silent(log)),
        }
    }
}

impl Drop for Acquirer {
    fn drop(&mut self) {
        // Where it has ended by itself there is nothing left to end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Copies what the acquirer says to its log, so that it never waits for a reader; tells where it
/// listens.
fn follow(output: ChildStdout, mut log: File, ready: &Sender<String>) {
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        // A log that cannot be written must not end the demo.
        let _ = writeln!(log, "{line}");
        if let Some(address) = line.strip_prefix(READY) {
            let _ = ready.send(address.trim().to_owned());
        }
    }
}

fn silent(log: &Path) -> Error {
    let said = fs::read_to_string(log).unwrap_or_default();
    Error::Wrong(format!(
        "the acquirer did not say within {} s where it listens; {} holds what it said:\n{}",
        READY_WAIT.as_secs(),
        log.display(),
        said.trim_end()
    ))
}
