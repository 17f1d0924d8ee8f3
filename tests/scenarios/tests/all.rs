//! Runs every scenario; one that does not hold fails with its verdict's whole text.
//!
//! A program of its own instead of a test harness, because a scenario's power cut runs a phase of
//! it in another process: `all scenario --phase N --folder F --apps A FILE`. Other arguments are
//! parts of names, of which a scenario must hold one to be run.
#![cfg(test)] // tells clippy that the helpers, too, are tests

use caisson_scenarios::{RunOptions, Verdict, run_file, run_phase};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use tokio::sync::Semaphore;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [verb, _, phase, _, folder, _, apps, file] = arguments.as_slice()
        && verb == "scenario"
    {
        let phase = phase.parse().unwrap();
        let ended = run_phase(file.as_ref(), phase, folder.as_ref(), apps.as_ref());
        eprintln!("{}", ended.unwrap_err());
        return ExitCode::FAILURE;
    }
    let wanted: Vec<_> = arguments.into_iter().filter(|word| !word.starts_with('-')).collect();
    let executable = std::env::current_exe().unwrap();
    let options = RunOptions { apps: apps(&executable), keep: keep(), executable };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let verdicts = runtime.block_on(run_all(&files(&wanted), &options));
    let failed = verdicts.iter().filter(|verdict| !verdict.holds()).count();
    println!("\n{} scenarios, {failed} do not hold", verdicts.len());
    if failed == 0 && !verdicts.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// As many at a time as there are processors; told in the order of their names.
async fn run_all(files: &[PathBuf], options: &RunOptions) -> Vec<Verdict> {
    let slots = std::thread::available_parallelism().map_or(1, usize::from);
    let slots = Arc::new(Semaphore::new(slots));
    let mut running = Vec::new();
    for file in files {
        let (file, options, slots) = (file.clone(), options.clone(), Arc::clone(&slots));
        running.push(tokio::spawn(async move {
            let _slot = slots.acquire().await.unwrap();
            run_file(&file, &options).await
        }));
    }
    let mut verdicts = Vec::new();
    for run in running {
        let verdict = run.await.unwrap();
        println!("{verdict}");
        verdicts.push(verdict);
    }
    verdicts
}

fn files(wanted: &[String]) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("qr");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "toml"));
    files.retain(|file| {
        let name = file.file_stem().unwrap().to_string_lossy();
        wanted.is_empty() || wanted.iter().any(|word| name.contains(word))
    });
    files.sort();
    files
}

/// The built apps: `CAISSON_APPS`, else `apps` in the folder that cargo builds into.
fn apps(executable: &Path) -> PathBuf {
    let built = || executable.ancestors().nth(3).unwrap().join("apps");
    std::env::var_os("CAISSON_APPS").map_or_else(built, PathBuf::from)
}

/// Where the scenarios' folders are kept, to look at them: `CAISSON_KEEP`.
fn keep() -> Option<PathBuf> {
    std::env::var_os("CAISSON_KEEP").map(PathBuf::from)
}
