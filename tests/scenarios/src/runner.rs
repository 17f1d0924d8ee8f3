//! Runs scenario files: a folder of its own for each, a clock that jumps to the next event, and a
//! process of its own for whatever a power cut ends.
//!
//! A scenario is cut into phases at each `power cut` and `terminal restarts`. A phase that ends
//! with a power cut runs in a child process, `EXECUTABLE scenario --phase N --folder F --apps A
//! FILE`, which kills itself with SIGKILL when it gets there ([`run_phase`]): whatever it had not
//! made durable is gone. The next phase goes on in the same folder. What lies outside of the
//! terminal (the acquirer's faults, the cable) is carried over.

mod carried;
mod child;
mod cut;

use crate::acquirer_folder::AcquirerFolder;
use crate::check::{self, Findings};
use crate::emulator::{Emulator, PerformError};
use crate::evidence::Evidence;
use crate::scenario::{SEED, Scenario, ScenarioError, name_of};
use crate::setup::{AcquirerAt, Extra, Setup};
use crate::step::Step;
use crate::transcript::{self, Transcript};
use crate::verdict::{Held, Verdict};
use crate::world::{ACQUIRER_FOLDER, World, WorldError};
use carried::Carried;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::Mutex;
use std::time::Instant;
use tempfile::TempDir;

pub use child::run_phase;
pub use cut::{Cut, cuts, points, run_cut};

/// Lines of the transcript that a failure shows.
const TAIL_LINES: usize = 12;
/// Name of the file that holds what the terminal logged.
const LOG_FILE: &str = "log.txt";

/// How scenarios are run.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Folder of built apps, one folder each.
    pub apps: PathBuf,
    /// Where each scenario's folder is kept, under its name; `None` keeps nothing.
    pub keep: Option<PathBuf>,
    /// The program that runs phases of `scenario`, mostly this one.
    pub executable: PathBuf,
}

/// Why a scenario did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The file.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// Folder, log or transcript.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// The folder is in use. Remove it, or keep elsewhere.
    #[error("{path}: is not empty; remove it, or keep the scenarios in another folder")]
    NotEmpty {
        /// Which.
        path: PathBuf,
    },
    /// The world.
    #[error(transparent)]
    World(#[from] WorldError),
    /// A step.
    #[error("{path}:{line}: \"{sentence}\": {error}")]
    Step {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: usize,
        /// The step as it was written.
        sentence: String,
        /// Why it could not be performed.
        error: Box<PerformError>,
    },
    /// The process that was to be killed by the power cut ended otherwise.
    #[error("phase {phase} was to end by a power cut and ended with {status}: {stderr}")]
    Child {
        /// Its number, from 0.
        phase: usize,
        /// How it ended.
        status: ExitStatus,
        /// What it said.
        stderr: String,
    },
    /// The first phase of a scenario that is to be cut must not end with a cut of its own.
    #[error("{path}: its power is cut already; choose a scenario without `power cut`")]
    CutByItself {
        /// The file.
        path: PathBuf,
    },
    /// A point was passed that has no name. Report this.
    #[error("\"{point}\" was passed and is not in the list of points")]
    Unnamed {
        /// As it calls itself.
        point: String,
    },
    /// The point was passed when the scenario ran whole, and not when it was to be cut there.
    #[error("the point was not reached; the process ended with {status}: {stderr}")]
    NotReached {
        /// How it ended.
        status: ExitStatus,
        /// What it said.
        stderr: String,
    },
}

impl RunError {
    fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }

    /// True where the terminal is at fault, not the file or the machine.
    const fn is_failure(&self) -> bool {
        matches!(self, Self::Step { .. } | Self::Child { .. } | Self::NotReached { .. })
    }
}

/// Runs the scenario in `path`. Whatever happens is in the verdict. Blocks until then, on a runtime
/// of its own: not to be called on one.
#[must_use]
pub fn run_file(path: &Path, options: &RunOptions) -> Verdict {
    verdict(name_of(path), |findings| judge(path, options, findings))
}

/// What came of `judge`, and how long it took.
fn verdict(name: String, judge: impl FnOnce(&mut Findings) -> Result<(), RunError>) -> Verdict {
    let began = Instant::now();
    let mut findings = Findings::default();
    let outcome = match judge(&mut findings) {
        Err(error) => {
            let outcome = if error.is_failure() { Held::Fails } else { Held::CannotRun };
            findings.failures.insert(0, error.to_string());
            outcome
        }
        Ok(()) if findings.failures.is_empty() => Held::Holds,
        Ok(()) => Held::Fails,
    };
    let Findings { checked, failures } = findings;
    Verdict { name, outcome, seconds: began.elapsed().as_secs_f64(), checked, failures }
}

fn judge(path: &Path, options: &RunOptions, findings: &mut Findings) -> Result<(), RunError> {
    let scenario = Scenario::read(path)?;
    let home = Home::new(&scenario, options)?;
    let folder = home.path();
    let played = play(&scenario, options, folder);
    let transcript = transcript::read(folder).map_err(RunError::file(folder))?;
    if let Ok(evidence) = &played {
        check::witnesses(&scenario, &transcript, evidence, findings);
        check::always(&scenario, folder, evidence, findings);
    }
    if played.is_err() || !findings.failures.is_empty() {
        let tail = transcript.len().saturating_sub(TAIL_LINES);
        let lines: Vec<_> = transcript.iter().skip(tail).map(ToString::to_string).collect();
        findings.failures.push(format!("transcript, last lines:\n{}", lines.join("\n")));
    }
    played.map(|_| ())
}

fn play(scenario: &Scenario, options: &RunOptions, folder: &Path) -> Result<Evidence, RunError> {
    let mut evidence = None;
    for (number, sentences) in scenario.phases().iter().enumerate() {
        let ends_with = sentences.last().map(|sentence| &sentence.step);
        if ends_with == Some(&Step::PowerCut) {
            child::run(scenario, number, folder, options)?;
        } else {
            evidence = Some(phase(scenario, number, folder, &options.apps)?);
        }
    }
    match evidence {
        Some(evidence) if scenario.steps.last().is_some_and(|s| !s.step.ends_phase()) => {
            Ok(evidence)
        }
        // The last start of the terminal is followed by no step: it comes up, and is asked.
        _ => phase(scenario, scenario.phases().len(), folder, &options.apps),
    }
}

/// Plays one phase up to its end on a runtime of its own, which is gone afterwards with whatever
/// the terminal was doing.
fn phase(
    scenario: &Scenario,
    number: usize,
    folder: &Path,
    apps: &Path,
) -> Result<Evidence, RunError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .map_err(RunError::file(folder))?;
    let path = folder.join(LOG_FILE);
    let log = File::options().create(true).append(true).open(&path);
    let log = tracing_subscriber::fmt()
        .with_ansi(false)
        .without_time()
        .with_writer(Mutex::new(log.map_err(RunError::file(&path))?))
        .finish();
    let _log = tracing::subscriber::set_default(log);
    runtime.block_on(perform(scenario, number, folder, apps))
}

async fn perform(
    scenario: &Scenario,
    number: usize,
    folder: &Path,
    apps: &Path,
) -> Result<Evidence, RunError> {
    let setup = Setup {
        folder: folder.to_owned(),
        apps: apps.to_owned(),
        app: scenario.app.clone(),
        language: scenario.language,
        settings: scenario.settings.clone(),
        risk: scenario.risk.clone(),
        acquirer: AcquirerAt::InProcess,
    };
    let acquirer = folder.join(ACQUIRER_FOLDER);
    if AcquirerFolder::open(&acquirer).is_err() {
        AcquirerFolder::create_with(&acquirer, scenario.bank_keys)?;
    }
    let transcript = Transcript::open(folder).map_err(RunError::file(folder))?;
    if number > 0 {
        transcript.add("terminal", "starts again");
    }
    // The desk of a scenario is the emulator's: what was saved there meets the same pages here.
    let has_desk = scenario.has_desk;
    let extra = Extra {
        has_operators: has_desk,
        has_cards: has_desk,
        pin: scenario.pin,
        ..Extra::default()
    };
    let world = World::open_with(&setup, extra).await?;
    Carried::take_up(folder, &world).map_err(RunError::file(folder))?;
    if let (0, Some(gateway)) = (number, &world.gateway) {
        scenario.acquirer.iter().for_each(|fault| gateway.faults().push(*fault));
    }
    let pictures = scenario.path.parent().map_or_else(PathBuf::new, Path::to_owned);
    let codes = scenario.codes_before(number);
    let opening = |error: PerformError| RunError::Step {
        path: scenario.path.clone(),
        line: 1,
        sentence: "the emulator starts".to_owned(),
        error: Box::new(error),
    };
    let mut emulator =
        Emulator::new(&world, transcript.clone(), pictures, SEED, codes).map_err(opening)?;
    if scenario.has_desk {
        emulator.go_to_the_desk();
    }
    for sentence in scenario.phases().get(number).copied().unwrap_or_default() {
        if sentence.step.ends_phase() {
            emulator.look();
            let (who, what) = sentence.text.split_once(' ').unwrap_or((&sentence.text, ""));
            transcript.add(who, what);
            Carried::leave(folder, &world).map_err(RunError::file(folder))?;
            match sentence.step {
                Step::PowerCut => caisson_points::cut_power(),
                Step::RestartIn { utc_offset_minutes } => {
                    world.set_time_zone(utc_offset_minutes)?
                }
                _ => {}
            }
            break;
        }
        emulator.perform(&sentence.step, &sentence.text).await.map_err(|error| RunError::Step {
            path: scenario.path.clone(),
            line: sentence.line,
            sentence: sentence.text.clone(),
            error: Box::new(error),
        })?;
    }
    Ok(Evidence::read(&world).await?)
}

/// A scenario's folder.
enum Home {
    Temporary(TempDir),
    Kept(PathBuf),
}

impl Home {
    fn new(scenario: &Scenario, options: &RunOptions) -> Result<Self, RunError> {
        let Some(keep) = &options.keep else {
            let folder = tempfile::Builder::new().prefix("caisson-scenario-").tempdir();
            return Ok(Self::Temporary(folder.map_err(RunError::file(&std::env::temp_dir()))?));
        };
        let path = keep.join(scenario.name());
        fs::create_dir_all(&path).map_err(RunError::file(&path))?;
        let is_empty = fs::read_dir(&path).map_err(RunError::file(&path))?.next().is_none();
        if is_empty { Ok(Self::Kept(path)) } else { Err(RunError::NotEmpty { path }) }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Temporary(folder) => folder.path(),
            Self::Kept(path) => path,
        }
    }
}
