//! `caisson emulator`.

use crate::emulator::{self, Wanted};
use crate::error::CliError;
use crate::{apps_folder, out};
use caisson_core::Language;
use caisson_scenarios::{TerminalOptions, command, control_socket, run_terminal, steps_help};
use caisson_ui::ScreenSize;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Open the emulator: a terminal in its bezel, with all that surrounds it beside it.
///
/// Camera, customer's phone, paper, links, clock, faults, power, the acquirer and a transcript are
/// controls of the panel; each of them is a sentence that `caisson emulator ctl` takes as well. The
/// terminal is a process of its own, so that its power can be cut. Who signs in: Wang (supervisor,
/// code 220022), Li (cashier, 110011), Zhang (owner, 330033).
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLE, args_conflicts_with_subcommands = true)]
pub(crate) struct Emulator {
    #[command(subcommand)]
    act: Option<Act>,
    #[command(flatten)]
    open: Open,
}

#[derive(Debug, Subcommand)]
enum Act {
    Ctl(Ctl),
    Terminal(Terminal),
}

#[derive(Debug, Args)]
struct Open {
    /// Everything of it: terminal, acquirer, transcript, pictures; the next start goes on with it.
    /// [default: caisson/emulator in the user's data folder]
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Folder of built apps; without it $CAISSON_APPS, else ../apps beside the executable.
    #[arg(long, value_name = "FOLDER")]
    apps: Option<PathBuf>,
    /// The screen: small is 480 x 800 dots, large is 720 x 1280.
    #[arg(long, value_enum, default_value = "small")]
    size: Size,
    /// Language of screen and paper, until somebody sets another: zh or en.
    #[arg(long, default_value = "en")]
    language: Language,
    /// The control socket. [default: control.sock in the folder]
    #[arg(long, value_name = "SOCKET")]
    control: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Size {
    Small,
    Large,
}

/// Say one sentence to a running emulator, and print its answer as JSON.
///
/// The status is 0 where it was done, and 1 where it was not. Sentences that wait (`screen shows`,
/// `payment ends`, `everything settles`) answer when it has happened.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = sentences())]
struct Ctl {
    /// The emulator's control socket. [default: that of an emulator without --folder]
    #[arg(long, value_name = "SOCKET")]
    socket: Option<PathBuf>,
    /// The sentence; its words may stand without quotes.
    #[arg(required = true, value_name = "SENTENCE", trailing_var_arg = true)]
    sentence: Vec<String>,
}

/// The terminal's process, which the emulator starts.
#[derive(Debug, Args)]
#[command(hide = true)]
struct Terminal {
    #[arg(long)]
    folder: PathBuf,
    #[arg(long)]
    acquirer: PathBuf,
    #[arg(long)]
    apps: PathBuf,
    #[arg(long)]
    language: Language,
    #[arg(long)]
    hangs: bool,
}

const EXAMPLE: &str = "\
Example:
  caisson emulator &
  caisson emulator ctl cashier keys 12.00, picks pay
  caisson emulator ctl customer shows wechat code
  caisson emulator ctl screenshot paid

`caisson emulator ctl --help` lists every sentence.";

fn sentences() -> String {
    format!(
        "Example:\n  caisson emulator ctl cashier keys 12.00, picks pay\n\nSentences:\n{}",
        steps_help()
    )
}

impl Emulator {
    pub(super) fn run(self) -> Result<(), CliError> {
        match self.act {
            None => self.open.run(),
            Some(Act::Ctl(ctl)) => ctl.run(),
            Some(Act::Terminal(terminal)) => terminal.run(),
        }
    }
}

impl Open {
    fn run(self) -> Result<(), CliError> {
        emulator::open(Wanted {
            folder: self.folder.map_or_else(emulator::default_folder, Ok)?,
            apps: apps_folder::find(self.apps.as_deref())?,
            size: match self.size {
                Size::Small => ScreenSize::Small,
                Size::Large => ScreenSize::Large,
            },
            language: self.language,
            socket: self.control,
        })
    }
}

impl Ctl {
    fn run(self) -> Result<(), CliError> {
        let socket = match self.socket {
            Some(socket) => socket,
            None => control_socket(&emulator::default_folder()?),
        };
        let sentence = self.sentence.join(" ");
        let said = async { Ok(command(&socket, &sentence).await?) };
        out::line(&super::block_on(said)?.to_string())
    }
}

impl Terminal {
    fn run(self) -> Result<(), CliError> {
        let options = TerminalOptions {
            folder: self.folder,
            acquirer: self.acquirer,
            apps: self.apps,
            language: self.language,
            has_hanging_app: self.hangs,
        };
        emulator::log_to_standard_error();
        super::block_on(async {
            let (stdin, stdout) = (tokio::io::stdin(), tokio::io::stdout());
            let run = run_terminal(&options, emulator::loudspeaker(), stdin, stdout).await;
            run.map_err(CliError::failed)
        })
    }
}
