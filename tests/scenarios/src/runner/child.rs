//! Phases that end by a power cut: a process that is killed in the middle.

use super::{RunError, RunOptions, phase};
use crate::scenario::Scenario;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

/// SIGKILL, the power cut: nothing can be done about it.
const KILLED: i32 = 9;

/// Runs phase `number` in a process of its own and waits for its violent end.
pub(super) fn run(
    scenario: &Scenario,
    number: usize,
    folder: &Path,
    options: &RunOptions,
) -> Result<(), RunError> {
    match play(scenario, number, folder, options, None)? {
        End::Cut => Ok(()),
        End::Otherwise { status, stderr } => Err(RunError::Child { phase: number, status, stderr }),
    }
}

/// How a phase in a process of its own ended.
pub(super) enum End {
    /// By the power cut.
    Cut,
    /// In another way.
    Otherwise { status: ExitStatus, stderr: String },
}

/// Runs phase `number` in a process of its own, with `wish` in its environment.
pub(super) fn play(
    scenario: &Scenario,
    number: usize,
    folder: &Path,
    options: &RunOptions,
    wish: Option<(&str, &OsStr)>,
) -> Result<End, RunError> {
    let said = folder.join(format!("phase-{number}.txt"));
    let stderr = File::create(&said).map_err(RunError::file(&said))?;
    let status = Command::new(&options.executable)
        .envs(wish)
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
        return Ok(End::Cut);
    }
    let stderr = fs::read_to_string(&said).map_err(RunError::file(&said))?;
    Ok(End::Otherwise { status, stderr })
}

/// The other side: plays phase `number` of the scenario in `path` on `folder`. Does not come back
/// where the power is cut in it.
///
/// # Errors
/// Why its end was not reached.
pub fn run_phase(path: &Path, number: usize, folder: &Path, apps: &Path) -> Result<(), RunError> {
    let scenario = Scenario::read(path)?;
    phase(&scenario, number, folder, apps).map(|_| ())
}
