//! `caisson`, the one binary: verbs only.
//!
//! Exit status: 0 done, 1 what was asked for did not succeed, 2 the command line is wrong, 3
//! something around the command is missing or wrong (a file, a device, an address). Every error is
//! `error: …` and, where somebody can act, `hint: …` on standard error; standard output carries
//! only what was asked for. `--verbose` adds the log, on standard error.
//!
//! Two builds: `desktop` (emulator, compiler of apps, simulated acquirer, test keys) and `device`
//! (none of these).

#[cfg(all(feature = "desktop", feature = "device"))]
compile_error!(
    "a device build carries no emulator, no compiler and no test keys: choose one of the features \
     desktop and device"
);
#[cfg(not(any(feature = "desktop", feature = "device")))]
compile_error!("choose one of the features desktop and device");

#[cfg(feature = "device")]
const _: () = {
    assert!(!caisson_points::IS_ON, "a device build has no points to cut its power at");
    assert!(!caisson_host::HAS_COMPILER, "a device build has no compiler");
    assert!(!caisson_devices::HAS_TWINS, "a device build has no emulated devices");
};

mod apps;
#[cfg(feature = "desktop")]
mod apps_folder;
mod bytes;
mod card_reader;
mod chronicle;
mod command;
#[cfg(feature = "screen")]
mod drawn;
#[cfg(all(feature = "desktop", feature = "window"))]
mod emulator;
mod equipment;
mod error;
mod headless;
mod held;
mod hints;
mod inspect;
mod journal_folder;
mod keys;
mod nobody;
mod out;
mod passcode;
#[cfg(feature = "desktop")]
mod scenarios;
#[cfg(feature = "desktop")]
mod simulated_acquirer;
#[cfg(feature = "desktop")]
mod terminal_folder;
mod till;
mod verbs;
mod words;

use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = verbs::Cli::parse();
    if cli.verbose {
        // Only the first call in a process can fail, and this is it.
        let _ = tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).try_init();
    }
    match cli.verb.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error.tell();
            ExitCode::from(error.kind.status())
        }
    }
}
