//! The verbs: one file each. The doc of a verb's arguments is its help.

#[cfg(feature = "desktop")]
mod acquirer;
mod app;
#[cfg(feature = "desktop")]
mod card;
#[cfg(feature = "desktop")]
mod demo;
#[cfg(all(feature = "desktop", feature = "window"))]
mod emulator;
mod find;
mod iso8583;
mod journal;
mod operator;
mod owner_code;
#[cfg(feature = "desktop")]
mod provision;
#[cfg(not(feature = "desktop"))]
#[path = "verbs/provision_device.rs"]
mod provision;
mod run;
mod scan;
#[cfg(feature = "desktop")]
mod scenario;
mod tlv;

use crate::error::CliError;
use clap::{Parser, Subcommand};
use std::future::Future;

/// A payment terminal whose payment methods are sandboxed WebAssembly apps.
///
/// Exit status: 0 done, 1 what was asked for did not succeed, 2 the command line is wrong, 3 a
/// file, device or address is missing or wrong. Every error says what to do about it.
#[derive(Debug, Parser)]
#[command(name = "caisson", version, term_width = 0, verbatim_doc_comment, after_help = FIRST_TOUR)]
pub(crate) struct Cli {
    /// Write the log to standard error.
    #[arg(long, global = true, display_order = 900)]
    pub(crate) verbose: bool,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[cfg(feature = "desktop")]
const FIRST_TOUR: &str = "\
A first tour, everything below ./try:
  caisson acquirer --init --folder try/acquirer
  caisson provision --folder try/till --acquirer try/acquirer
  caisson acquirer --folder try/acquirer &
  caisson run --profile try/till/profile.toml
    hold-code 134567890123456789
    pay 12.00
    quit";
#[cfg(not(feature = "desktop"))]
const FIRST_TOUR: &str = "\
Example:
  caisson run --profile /data/terminal/profile.toml";

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Run(run::Run),
    Provision(provision::Provision),
    #[cfg(all(feature = "desktop", feature = "window"))]
    Emulator(emulator::Emulator),
    #[cfg(feature = "desktop")]
    Scenario(scenario::Scenario),
    Scan(scan::Scan),
    #[cfg(feature = "desktop")]
    Acquirer(acquirer::Acquirer),
    Journal(journal::Journal),
    Find(find::Find),
    OwnerCode(owner_code::OwnerCode),
    Operator(operator::Operator),
    App(app::App),
    #[cfg(feature = "desktop")]
    Card(card::Card),
    Tlv(tlv::Tlv),
    Iso8583(iso8583::Iso8583),
    #[cfg(feature = "desktop")]
    Demo(demo::Demo),
}

impl Verb {
    pub(crate) fn run(self) -> Result<(), CliError> {
        match self {
            Self::Run(verb) => verb.run(),
            Self::Provision(verb) => verb.run(),
            #[cfg(all(feature = "desktop", feature = "window"))]
            Self::Emulator(verb) => verb.run(),
            #[cfg(feature = "desktop")]
            Self::Scenario(verb) => verb.run(),
            Self::Scan(verb) => verb.run(),
            #[cfg(feature = "desktop")]
            Self::Acquirer(verb) => verb.run(),
            Self::Journal(verb) => verb.run(),
            Self::Find(verb) => verb.run(),
            Self::OwnerCode(verb) => verb.run(),
            Self::Operator(verb) => verb.run(),
            Self::App(verb) => verb.run(),
            #[cfg(feature = "desktop")]
            Self::Card(verb) => verb.run(),
            Self::Tlv(verb) => verb.run(),
            Self::Iso8583(verb) => verb.run(),
            #[cfg(feature = "desktop")]
            Self::Demo(verb) => verb.run(),
        }
    }
}

/// Runs async work on as many threads as there are processors.
fn block_on<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime
        .map_err(|error| CliError::environment(format!("the system gives no threads: {error}")))?;
    let result = runtime.block_on(work);
    // A device that never answers must not keep the process: what counts is durable by now.
    runtime.shutdown_background();
    result
}
