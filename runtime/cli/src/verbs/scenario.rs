//! `caisson scenario`.

use crate::error::CliError;
use crate::scenarios::How;
use crate::{apps_folder, out, scenarios};
use caisson_scenarios::{points, run_phase, scenario_help, steps_help};
use clap::Args;
use std::path::PathBuf;

/// Run sales that are written down as data, on an emulated terminal.
///
/// Each file says what happens and what screen, paper, journal and the acquirer's books must say.
/// Hours pass in no time; a power cut is a killed process. The status is 0 only if all hold.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLE, after_long_help = format!("{}\n\n{EXAMPLE}", scenario_help()))]
pub(crate) struct Scenario {
    /// The scenarios.
    #[arg(required_unless_present_any = ["steps", "points"], value_name = "FILE")]
    files: Vec<PathBuf>,
    /// One line of JSON for each: name, outcome, seconds, checked, failures.
    #[arg(long)]
    json: bool,
    /// Folder of built apps; without it $CAISSON_APPS, else ../apps beside the executable.
    #[arg(long, value_name = "FOLDER")]
    apps: Option<PathBuf>,
    /// Keep each scenario's folder (journal, receipts, transcript, log) in this one.
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
    /// Print every form of a step, and run nothing.
    #[arg(long)]
    steps: bool,
    /// Play each file once for every point that it passes (before and after each commit, send and
    /// receive), cut the power there, start again, settle, and check that no money was lost or
    /// doubled. Expectations about screen and paper are not asked.
    #[arg(long)]
    at_each_point: bool,
    /// Print the name of every point, and run nothing.
    #[arg(long)]
    points: bool,
    /// Play this phase, which a power cut ends, in this process.
    #[arg(long, hide = true, requires = "folder")]
    phase: Option<usize>,
    /// The folder of the phase.
    #[arg(long, hide = true, requires = "phase")]
    folder: Option<PathBuf>,
}

const EXAMPLE: &str = "\
Example:
  caisson scenario tests/scenarios/qr/*.toml --json
  caisson scenario tests/scenarios/qr/paid-wechat.toml --at-each-point";

impl Scenario {
    pub(super) fn run(self) -> Result<(), CliError> {
        if self.steps {
            return out::line(steps_help().trim_end());
        }
        if self.points {
            return out::line(&points().join("\n"));
        }
        let apps = apps_folder::find(self.apps.as_deref())?;
        if let (Some(phase), Some(folder), [file]) = (self.phase, &self.folder, &*self.files) {
            return run_phase(file, phase, folder, &apps).map_err(CliError::failed);
        }
        let how = if self.at_each_point { How::AtEachPoint } else { How::AsWritten };
        super::block_on(scenarios::run(self.files, how, apps, self.keep, self.json))
    }
}
