//! The benches: ours and its limit side by side, in one process and one minute.
//!
//! Each bench is a file, its budget in the first line, its constants on top. Guarantees: only a
//! ratio (or a count) decides the exit status, because a time says as much about the machine as
//! about the code. All are one program, because linking the engine takes longer than running them.
//!
//! Deliberately not here: comparing runs of different days. `docs/performance.md` has figures.

mod apdu;
mod built;
mod durable_commit;
mod emv_sale;
mod figures;
mod frame_to_text;
mod frames;
mod host_call;
mod instantiate;
mod loop_ended;
mod memory;
mod policy_check;
mod quiet;
mod replay;
mod run;
mod sale;
mod start_up;

use run::{Failure, Scale};
use std::process::ExitCode;

/// A bench; false where a ratio was above its gate.
type Bench = fn(Scale) -> Result<bool, Failure>;

/// Every bench, by its name on the command line.
const BENCHES: [(&str, Bench); 12] = [
    ("durable-commit", durable_commit::bench),
    ("instantiate", instantiate::bench),
    ("host-call", host_call::bench),
    ("sale", sale::bench),
    ("frame-to-text", frame_to_text::bench),
    ("start-up", start_up::bench),
    ("start-up-year", start_up::year),
    ("policy-check", policy_check::bench),
    ("loop-ended", loop_ended::bench),
    ("memory", memory::bench),
    ("emv-sale", emv_sale::bench),
    ("apdu", apdu::bench),
];

/// Exit status 0 within all gates, 1 above one, 2 where a bench could not run.
fn main() -> ExitCode {
    let mut arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [first, folder] = arguments.as_slice()
        && first == start_up::CHILD
    {
        return status(start_up::become_ready(folder.as_ref()).map(|()| true));
    }
    if let [first, which, count, folder] = arguments.as_slice()
        && first == memory::CHILD
    {
        return status(memory::hold(which, count, folder.as_ref()).map(|()| true));
    }
    let scale = if arguments.last().is_some_and(|last| last == "--smoke") {
        arguments.pop();
        Scale::Smoke
    } else {
        Scale::Full
    };
    let wanted = |name: &str| arguments.is_empty() || arguments.iter().any(|one| one == name);
    if let Some(unknown) = arguments.iter().find(|one| !BENCHES.iter().any(|(name, _)| name == one))
    {
        let names: Vec<_> = BENCHES.iter().map(|(name, _)| *name).collect();
        return status(Err(format!("no bench {unknown}; there are {}", names.join(", ")).into()));
    }
    if cfg!(debug_assertions) && scale == Scale::Full {
        let what = "a debug build says nothing: run it with --release, or with --smoke at the end";
        return status(Err(what.into()));
    }
    let chosen = BENCHES.iter().filter(|(name, _)| wanted(name));
    status(chosen.map(|(_, bench)| bench(scale)).try_fold(true, |all, one| Ok(all & one?)))
}

fn status(ended: Result<bool, Failure>) -> ExitCode {
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(2)
        }
    }
}
