//! Scenarios beside one another, told in the order in which they were named.

use crate::error::CliError;
use crate::out;
use caisson_scenarios::{Held, RunOptions, run_file};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Runs `files`, as many at a time as there are processors, and says how each went.
pub(crate) async fn run(
    files: Vec<PathBuf>,
    apps: PathBuf,
    keep: Option<PathBuf>,
    json: bool,
) -> Result<(), CliError> {
    let executable = std::env::current_exe().map_err(|error| {
        CliError::environment(format!("the path of this program is not known: {error}"))
    })?;
    let options = Arc::new(RunOptions { apps, keep, executable });
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let slots = Arc::new(Semaphore::new(processors));
    let mut running = Vec::with_capacity(files.len());
    for file in files {
        let (options, slots) = (Arc::clone(&options), Arc::clone(&slots));
        running.push(tokio::spawn(async move {
            let _slot = slots.acquire_owned().await;
            run_file(&file, &options).await
        }));
    }
    let (mut held, mut failed, mut unfit) = (0, 0, 0);
    for scenario in running {
        let verdict = scenario.await.map_err(CliError::failed)?;
        match verdict.outcome {
            Held::Holds => held += 1,
            Held::Fails => failed += 1,
            Held::CannotRun => unfit += 1,
        }
        let line = match json {
            true => serde_json::to_string(&verdict).map_err(CliError::failed)?,
            false => verdict.to_string(),
        };
        out::line(&line)?;
    }
    if !json {
        out::line(&format!("{held} hold, {failed} fail, {unfit} cannot run"))?;
    }
    match (failed, unfit) {
        (0, 0) => Ok(()),
        _ => Err(CliError::said()),
    }
}
