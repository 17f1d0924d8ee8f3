//! Phases that end by a power cut: a process that is killed in the middle.

use super::{RunError, RunOptions, phase};
use crate::scenario::Scenario;
use std::convert::Infallible;
use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// SIGKILL, the power cut: nothing can be done about it.
const KILLED: i32 = 9;

/// Runs phase `number` in a process of its own and waits for its violent end.
pub(super) fn run(
    scenario: &Scenario,
    number: usize,
    folder: &Path,
    options: &RunOptions,
) -> Result<(), RunError> {
    let said = folder.join(format!("phase-{number}.txt"));
    let stderr = File::create(&said).map_err(RunError::file(&said))?;
    let status = Command::new(&options.executable)
        .arg("scenario")
        .args(["--phase", &number.to_string()])
        .arg("--folder")
        .arg(folder)
        .arg("--apps")
        .arg(&options.apps)
        .arg(&scenario.path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(stderr)
        .status()
        .map_err(RunError::file(&options.executable))?;
    if status.signal() == Some(KILLED) {
        return Ok(());
    }
    let stderr = fs::read_to_string(&said).map_err(RunError::file(&said))?;
    Err(RunError::Child { phase: number, status: status.to_string(), stderr })
}

/// The other side: plays phase `number` of the scenario in `path` on `folder`, and does not come
/// back, because the power is cut at its end.
///
/// # Errors
/// Why the power cut was not reached.
pub fn run_phase(
    path: &Path,
    number: usize,
    folder: &Path,
    apps: &Path,
) -> Result<Infallible, RunError> {
    let scenario = Scenario::read(path)?;
    phase(&scenario, number, folder, apps)?;
    Err(RunError::NoPhase(number))
}

/// Kills this process. Nothing is flushed, closed or told.
pub(super) fn cut_power() {
    let own = rustix::process::getpid();
    // A process can always signal itself; if not, the parent sees an ending of another kind.
    let _ = rustix::process::kill_process(own, rustix::process::Signal::KILL);
    // The signal is pending before the call returns; nothing more may be written meanwhile.
    loop {
        std::thread::park();
    }
}
