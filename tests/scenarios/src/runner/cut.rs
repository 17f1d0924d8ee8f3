//! The power cut at every point that a scenario passes.
//!
//! The scenario is played whole once, in a process of its own, and the points that it passes are
//! written down. Then it is played again for each of them, on a fresh copy of the same terminal, and
//! killed there. The terminal starts again with the acquirer in reach, settles, and must pass
//! [`check::always`]: the books agree with the journal, nothing was captured twice, nothing is open.
//!
//! Deliberately not asked: what the scenario expects of screen and paper, which the cut changes.

use super::child::{self, End};
use super::{RunError, RunOptions, phase, verdict};
use crate::check::{self, Findings};
use crate::scenario::{Scenario, Sentence, name_of};
use crate::step::Step;
use crate::verdict::Verdict;
use caisson_points::{CUT_AT, TRACE};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// Deepest nesting of a terminal's folder.
const DEPTH_MAX: usize = 8;

/// The name of every point that the terminal has.
#[must_use]
pub fn points() -> Vec<String> {
    let rooms = [caisson_journal::points(), caisson_vault::points(), caisson_network::points()];
    rooms.into_iter().flatten().map(|point| point.to_string()).collect()
}

/// A scenario and the point at which its power is cut.
#[derive(Debug, Clone)]
pub struct Cut {
    scenario: Scenario,
    /// Which of the points that the scenario passes, from 1.
    number: usize,
    /// Its name.
    point: String,
    /// A terminal's folder from before the first step.
    start: Arc<TempDir>,
}

/// One cut for each point that the scenario in `path` passes.
///
/// # Errors
/// A verdict that says why it could not be played, or which point has no name in [`points`].
pub fn cuts(path: &Path, options: &RunOptions) -> Result<Vec<Cut>, Verdict> {
    trace(path, options).map_err(|error| verdict(name_of(path), |_| Err(error)))
}

fn trace(path: &Path, options: &RunOptions) -> Result<Vec<Cut>, RunError> {
    let scenario = Scenario::read(path)?;
    let start = Arc::new(temporary()?);
    // Provisions the terminal and compiles its app, once for all cuts.
    phase(&scenario.settling(), 1, start.path(), &options.apps)?;
    let played = temporary()?;
    copy(start.path(), played.path(), DEPTH_MAX)?;
    let file = played.path().join("points.txt");
    match child::play(&scenario, 0, played.path(), options, Some((TRACE, file.as_os_str())))? {
        End::Otherwise { status, .. } if status.success() => {}
        End::Otherwise { status, stderr } => {
            return Err(RunError::Child { phase: 0, status, stderr });
        }
        End::Cut => return Err(RunError::CutByItself { path: path.to_owned() }),
    }
    let passed = fs::read_to_string(&file).map_err(RunError::file(&file))?;
    let named: BTreeSet<String> = points().into_iter().collect();
    if let Some(point) = passed.lines().find(|point| !named.contains(*point)) {
        return Err(RunError::Unnamed { point: point.to_owned() });
    }
    let cut = |(number, point): (usize, &str)| Cut {
        scenario: scenario.clone(),
        number,
        point: point.to_owned(),
        start: Arc::clone(&start),
    };
    Ok((1..).zip(passed.lines()).map(cut).collect())
}

/// Plays the scenario up to the point, cuts the power there, starts the terminal again, lets it
/// settle and checks what must always hold.
#[must_use]
pub fn run_cut(cut: &Cut, options: &RunOptions) -> Verdict {
    let name = format!("{}, cut {}: {}", cut.scenario.name(), cut.number, cut.point);
    verdict(name, |findings| judge(cut, options, findings))
}

fn judge(cut: &Cut, options: &RunOptions, findings: &mut Findings) -> Result<(), RunError> {
    let folder = temporary()?;
    copy(cut.start.path(), folder.path(), DEPTH_MAX)?;
    let number = cut.number.to_string();
    let wish = Some((CUT_AT, OsStr::new(&number)));
    if let End::Otherwise { status, stderr } =
        child::play(&cut.scenario, 0, folder.path(), options, wish)?
    {
        return Err(RunError::NotReached { status, stderr });
    }
    let evidence = phase(&cut.scenario.settling(), 1, folder.path(), &options.apps)?;
    let scenario = Scenario { open_at_end: false, ..cut.scenario.clone() };
    check::always(&scenario, folder.path(), &evidence, findings);
    Ok(())
}

impl Scenario {
    /// The same terminal, which starts again and settles.
    fn settling(&self) -> Self {
        let steps = [("power cut", Step::PowerCut), ("terminal settles", Step::Settles)];
        let sentence = |(text, step): (&str, _)| Sentence { line: 1, text: text.to_owned(), step };
        let steps = steps.map(sentence).into();
        Self { steps, ..self.clone() }
    }
}

fn temporary() -> Result<TempDir, RunError> {
    tempfile::Builder::new()
        .prefix("caisson-cut-")
        .tempdir()
        .map_err(RunError::file(&std::env::temp_dir()))
}

fn copy(from: &Path, to: &Path, depth: usize) -> Result<(), RunError> {
    for entry in fs::read_dir(from).map_err(RunError::file(from))? {
        let entry = entry.map_err(RunError::file(from))?;
        let target: PathBuf = to.join(entry.file_name());
        let kind = entry.file_type().map_err(RunError::file(from))?;
        if kind.is_dir() && depth > 0 {
            fs::create_dir_all(&target).map_err(RunError::file(&target))?;
            copy(&entry.path(), &target, depth - 1)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), &target).map_err(RunError::file(&target))?;
        }
    }
    Ok(())
}
