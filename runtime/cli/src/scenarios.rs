//! Scenarios beside one another, told in the order in which they were named.

use crate::error::{CliError, Kind};
use crate::out;
use caisson_scenarios::{Cut, Held, RunOptions, Verdict, cuts, run_cut, run_file};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// How files are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// As they are written.
    AsWritten,
    /// With a power cut at each point that they pass.
    AtEachPoint,
}

/// Runs `files`, as many at a time as there are processors, and says how each went.
pub(crate) async fn run(
    files: Vec<PathBuf>,
    how: How,
    apps: PathBuf,
    keep: Option<PathBuf>,
    json: bool,
) -> Result<(), CliError> {
    let executable = std::env::current_exe().map_err(|error| {
        CliError::environment(format!("the path of this program is not known: {error}"))
    })?;
    let options = Arc::new(RunOptions { apps, keep, executable });
    let mut tally = Tally { json, held: 0, failed: 0, unfit: 0, wrong: Vec::new() };
    match how {
        How::AsWritten => {
            let run = |file: PathBuf, options: &RunOptions| run_file(&file, options);
            tally.take(beside(files, &options, run)).await?;
        }
        How::AtEachPoint => {
            let mut all = Vec::new();
            for traced in beside(files, &options, |file: PathBuf, options| cuts(&file, options)) {
                match traced.await.map_err(CliError::failed)? {
                    Ok(cuts) => all.extend(cuts),
                    Err(verdict) => tally.tell(&verdict)?,
                }
            }
            tally.take(beside(all, &options, |cut: Cut, options| run_cut(&cut, options))).await?;
        }
    }
    tally.end()
}

/// Starts `work` on each item, as many at a time as there are processors, in the items' order.
fn beside<T: Send + 'static, R: Send + 'static>(
    items: Vec<T>,
    options: &Arc<RunOptions>,
    work: impl Fn(T, &RunOptions) -> R + Copy + Send + 'static,
) -> Vec<JoinHandle<R>> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let slots = Arc::new(Semaphore::new(processors));
    let start = |item| {
        let (options, slots) = (Arc::clone(options), Arc::clone(&slots));
        tokio::spawn(async move {
            let _slot = slots.acquire_owned().await;
            let work = tokio::task::spawn_blocking(move || work(item, &options));
            match work.await {
                Ok(result) => result,
                Err(died) => std::panic::resume_unwind(died.into_panic()),
            }
        })
    };
    items.into_iter().map(start).collect()
}

/// How it went so far.
struct Tally {
    json: bool,
    held: usize,
    failed: usize,
    unfit: usize,
    /// What did not hold or could not run, as people read it.
    wrong: Vec<String>,
}

impl Tally {
    async fn take(&mut self, running: Vec<JoinHandle<Verdict>>) -> Result<(), CliError> {
        for verdict in running {
            self.tell(&verdict.await.map_err(CliError::failed)?)?;
        }
        Ok(())
    }

    fn tell(&mut self, verdict: &Verdict) -> Result<(), CliError> {
        match verdict.outcome {
            Held::Holds => self.held += 1,
            Held::Fails => self.failed += 1,
            Held::CannotRun => self.unfit += 1,
        }
        if verdict.outcome != Held::Holds {
            self.wrong.push(verdict.to_string());
        }
        let line = match self.json {
            true => serde_json::to_string(verdict).map_err(CliError::failed)?,
            false => verdict.to_string(),
        };
        out::line(&line)
    }

    fn end(&self) -> Result<(), CliError> {
        let Self { json, held, failed, unfit, wrong } = self;
        let sum = format!("{held} hold, {failed} fail, {unfit} cannot run");
        if !json {
            out::line(&sum)?;
        }
        match (wrong.is_empty() && *held > 0, json) {
            (true, _) => Ok(()),
            (false, false) => Err(CliError::said()),
            // The lines are a program's; whoever started it is told once more, at the end.
            (false, true) => {
                Err(CliError::new(Kind::Failed, format!("{}\n{sum}", wrong.join("\n"))))
            }
        }
    }
}
