//! The emulator as a program on a desk: the window's process with all that surrounds a terminal,
//! and the terminal as a process of its own, whose power can be cut.
//!
//! The window's process ([`Desktop`]) holds the simulated acquirer with its books, the customer's
//! phone, the paper roll, the control socket and the transcript; the terminal's ([`run_terminal`])
//! holds the terminal, its desk and its devices. Every control is one sentence of the step language
//! ([`steps_help`](crate::steps_help)), whoever says it: a button of the panel, a person at the
//! socket, or a scenario.
//!
//! Guarantees: the phone pays what it read in the window's own pixels; a power cut is a killed
//! process, and the books, which are another's, survive it; no code of a person is in transcript,
//! log or answer; every sentence gets an answer in bounded time.
//! Deliberately not here: drawing ([`Window`] is whoever draws).

mod control;
mod panel;
mod paper;
mod perform;
mod pixels;
mod power;
mod process;
mod record;
pub(crate) mod save;
mod shared;
mod terminal;
mod wait;
mod wire;

use crate::acquirer_folder::AcquirerFolder;
use crate::phone::{Phone, PhoneError};
use crate::transcript::Transcript;
use crate::world::WorldError;
use async_trait::async_trait;
use caisson_core::Language;
use caisson_devices::screen::{Area, Key, PanelState, Picture, Showing, Status};
use serde_json::Value;
use shared::{Shared, Surroundings};
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::oneshot;

pub use control::{ControlError, command, control_socket};
pub(crate) use terminal::offered;
pub use terminal::{TerminalOptions, run_terminal};

/// Name of the terminal's folder in the emulator's.
const TERMINAL_FOLDER: &str = "terminal";
/// Name of the acquirer's folder in the emulator's.
const ACQUIRER_FOLDER: &str = "acquirer";
/// Name of the terminal's log in the emulator's folder.
pub(crate) const LOG_FILE: &str = "terminal.log";

/// Whoever draws: the device's screen and the panel beside it.
#[async_trait]
pub trait Window: Send + Sync {
    /// Shows a view on the device's screen, in place of the one before.
    async fn show(&self, showing: Showing);
    /// Puts this into the device's status bar.
    async fn status(&self, status: Status);
    /// Shows the panel, whole.
    async fn panel(&self, panel: PanelState);
    /// Adds a sheet to the panel's roll.
    async fn paper(&self, sheet: Picture);
    /// Takes every sheet away.
    async fn tear(&self);
    /// What can be seen now; `None` where nothing is drawn.
    async fn snapshot(&self, area: Area) -> Option<Picture>;
    /// A finger at this place of the device's screen, in its dots.
    async fn tap(&self, x: u32, y: u32);
}

/// What an emulator is made of.
#[derive(Debug, Clone)]
pub struct DesktopOptions {
    /// Everything of it: terminal, acquirer, transcript, pictures. Lives on from one start to the
    /// next.
    pub folder: PathBuf,
    /// Folder of built apps, one folder each.
    pub apps: PathBuf,
    /// Language of screen and paper, until somebody sets another.
    pub language: Language,
    /// The control socket; `None` for the one in the folder.
    pub socket: Option<PathBuf>,
    /// The program whose `emulator terminal` is the terminal's process, mostly this one.
    pub executable: PathBuf,
}

/// Why an emulator cannot start. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum DesktopError {
    /// A file or folder.
    #[error("{path}: {source}; choose another --folder")]
    File {
        /// Which.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// Terminal or acquirer cannot be set up.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The phone knows no acquirer.
    #[error(transparent)]
    Phone(#[from] PhoneError),
    /// The control socket.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// The acquirer ended before it listened. Report this.
    #[error("the simulated acquirer ended before it listened")]
    NoAcquirer,
}

/// A running emulator. Dropping it ends the terminal's process, as a power cut does.
pub struct Desktop {
    shared: Arc<Shared>,
    tasks: Vec<tokio::task::AbortHandle>,
    socket: PathBuf,
}

impl std::fmt::Debug for Desktop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desktop").field("socket", &self.socket).finish_non_exhaustive()
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        let running = self.shared.state().running.take();
        if let Some(running) = running {
            running.kill();
        }
        self.hang_up();
    }
}

impl Desktop {
    /// Sets up what is not there, starts the acquirer and the terminal, and listens at the socket.
    ///
    /// # Errors
    /// [`DesktopError`].
    pub async fn open(
        options: DesktopOptions,
        window: Arc<dyn Window>,
    ) -> Result<Self, DesktopError> {
        private_folder(&options.folder)?;
        let socket = options.socket.clone().unwrap_or_else(|| control_socket(&options.folder));
        let listener = control::listen(&socket).await?;
        let terminal = TerminalOptions {
            folder: options.folder.join(TERMINAL_FOLDER),
            acquirer: options.folder.join(ACQUIRER_FOLDER),
            apps: options.apps.clone(),
            language: options.language,
            has_hanging_app: false,
        };
        let acquirer = terminal.prepare()?;
        let gateway = acquirer.gateway(None)?;
        let bank = acquirer.bank(None)?;
        let serving = serve(&acquirer, (gateway.clone(), bank.clone())).await?;
        let at = |source| DesktopError::File { path: options.folder.clone(), source };
        let transcript = Transcript::open(&options.folder).map_err(at)?;
        if transcript.len() > 0 {
            transcript.add("terminal", "restarts");
        }
        let phone = Phone::at(&acquirer)?;
        let surroundings = Surroundings { acquirer, gateway, bank, phone, transcript, window };
        let shared = Shared::new(options, terminal, surroundings);
        let tasks = vec![
            serving,
            tokio::spawn(control::serve(listener, Arc::clone(&shared))).abort_handle(),
            tokio::spawn(panel::keep(Arc::clone(&shared))).abort_handle(),
        ];
        let desktop = Self { shared, tasks, socket };
        desktop.shared.power_on().await.unwrap_or_else(|why| desktop.shared.note("power", &why));
        Ok(desktop)
    }

    /// Does what a sentence says, and answers.
    ///
    /// # Errors
    /// Why it was not done, in one text.
    pub async fn command(&self, sentence: &str) -> Result<Value, String> {
        self.shared.command(sentence).await
    }

    /// A person pressed something on the device's screen.
    pub async fn key(&self, key: Key) {
        self.shared.key_of_a_person(key).await;
    }

    /// Where it can be controlled.
    #[must_use]
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Ends the terminal by itself, and with it the emulator: nobody is at the socket any more.
    pub async fn close(&self) {
        self.shared.end().await;
        self.hang_up();
    }

    fn hang_up(&self) {
        self.tasks.iter().for_each(tokio::task::AbortHandle::abort);
        // A socket that stands for nobody would keep nobody out, but would mislead.
        let _ = fs::remove_file(&self.socket);
    }
}

/// The folder, which only its owner reads: keys and books are in it.
fn private_folder(folder: &Path) -> Result<(), DesktopError> {
    let at = |source| DesktopError::File { path: folder.to_owned(), source };
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(at)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(at)
}

/// Starts the acquirer; ready when this returns.
async fn serve(
    acquirer: &AcquirerFolder,
    acquirers: (caisson_acquirer::Gateway, caisson_acquirer::bank::Bank),
) -> Result<tokio::task::AbortHandle, DesktopError> {
    let (tell, listening) = oneshot::channel();
    let acquirer = acquirer.clone();
    let serving = tokio::spawn(async move {
        let told = |address: SocketAddr| {
            let _ = tell.send(address);
        };
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let served = acquirer.serve_both(acquirers, any, told, std::future::pending()).await;
        if let Err(error) = served {
            tracing::error!(%error, "the simulated acquirer has ended");
        }
    });
    let handle = serving.abort_handle();
    match listening.await {
        Ok(_) => Ok(handle),
        Err(_) => Err(DesktopError::NoAcquirer),
    }
}
