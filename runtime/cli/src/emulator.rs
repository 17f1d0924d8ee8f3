//! The emulator's program: the window on the first thread, everything else beside it.
//!
//! Guarantees: whatever ends it, the terminal's process ends with it. Deliberately not here: what a
//! control does (`caisson_scenarios::Desktop`), and how anything looks (`caisson_ui`).

mod window;

use crate::error::CliError;
use caisson_core::Language;
use caisson_devices::speaker::{Silent, Speaker};
use caisson_devices::system::speaker::SystemSpeaker;
use caisson_scenarios::{ControlError, Desktop, DesktopError, DesktopOptions};
use caisson_ui::{MESSAGES_WAITING_MAX, ScreenSize, UiCommand, UiEvent, WindowKind};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, mpsc};
use window::UiWindow;

/// Controls of the panel that may be under way at a time; a person presses no more.
const CONTROLS_MAX: usize = 32;

/// What is to be opened.
pub(crate) struct Wanted {
    pub(crate) folder: PathBuf,
    pub(crate) apps: PathBuf,
    pub(crate) size: ScreenSize,
    pub(crate) language: Language,
    pub(crate) socket: Option<PathBuf>,
}

/// Opens the window and serves it until it is closed.
pub(crate) fn open(wanted: Wanted) -> Result<(), CliError> {
    caisson_ui::enter().map_err(CliError::environment)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime
        .map_err(|error| CliError::environment(format!("the system gives no threads: {error}")))?;
    let executable = std::env::current_exe().map_err(|error| {
        CliError::environment(format!("the path of this program is not known: {error}"))
    })?;
    let (commands, to_draw) = mpsc::channel(MESSAGES_WAITING_MAX);
    let (pressed, events) = mpsc::channel(MESSAGES_WAITING_MAX);
    let options = DesktopOptions {
        folder: wanted.folder,
        apps: wanted.apps,
        language: wanted.language,
        socket: wanted.socket,
        executable,
    };
    let beside = runtime.spawn(serve(options, commands, events));
    let drawn = caisson_ui::run(WindowKind::Emulator(wanted.size), to_draw, pressed);
    // The window is gone, whoever closed it: its channels are closed, and the rest ends.
    let served = runtime.block_on(beside);
    runtime.shutdown_background();
    drawn.map_err(|error| CliError::environment(error).hinted("`caisson scenario` needs none"))?;
    match served {
        Ok(served) => served,
        Err(error) => Err(CliError::failed(format!("the emulator stopped: {error}"))),
    }
}

/// Everything beside the window, until it is closed.
async fn serve(
    options: DesktopOptions,
    commands: mpsc::Sender<UiCommand>,
    mut events: mpsc::Receiver<UiEvent>,
) -> Result<(), CliError> {
    let window = Arc::new(UiWindow::new(commands.clone()));
    let opened = tokio::select! {
        opened = Desktop::open(options, window) => opened,
        () = closed(&mut events) => return Ok(()),
    };
    let desktop = match opened {
        Ok(desktop) => Arc::new(desktop),
        Err(error) => {
            // A window that is gone needs not be closed.
            let _ = commands.send(UiCommand::Close).await;
            return Err(error.into());
        }
    };
    let controls = Arc::new(Semaphore::new(CONTROLS_MAX));
    let mut end = std::pin::pin!(ended());
    loop {
        let event = tokio::select! {
            event = events.recv() => event,
            () = &mut end => None,
        };
        match event {
            Some(UiEvent::Key(key)) => desktop.key(key).await,
            Some(UiEvent::Command(sentence)) => {
                let Ok(slot) = Arc::clone(&controls).try_acquire_owned() else { continue };
                let desktop = Arc::clone(&desktop);
                tokio::spawn(async move {
                    // What came of it is in the transcript, which the panel shows.
                    let _ = desktop.command(&sentence).await;
                    drop(slot);
                });
            }
            Some(UiEvent::Closed) | None => break,
        }
    }
    let _ = commands.send(UiCommand::Close).await;
    desktop.close().await;
    Ok(())
}

/// Ends when the window is closed; keys before the terminal runs are nobody's.
async fn closed(events: &mut mpsc::Receiver<UiEvent>) {
    loop {
        if matches!(events.recv().await, Some(UiEvent::Closed) | None) {
            return;
        }
    }
}

/// Ends with the first SIGINT, SIGTERM or SIGHUP; never where the system lets nobody listen.
async fn ended() {
    let listen = |kind| signal(kind).ok();
    let (Some(mut interrupt), Some(mut terminate), Some(mut hangup)) = (
        listen(SignalKind::interrupt()),
        listen(SignalKind::terminate()),
        listen(SignalKind::hangup()),
    ) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
}

/// Where an emulator without a folder of its own is.
pub(crate) fn default_folder() -> Result<PathBuf, CliError> {
    let folder = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let data = folder("XDG_DATA_HOME").or_else(|| Some(folder("HOME")?.join(".local/share")));
    let data = data.ok_or_else(|| {
        CliError::environment("neither XDG_DATA_HOME nor HOME is set").hinted("name a --folder")
    })?;
    Ok(data.join("caisson").join("emulator"))
}

/// This machine's own; silence where it has none.
pub(crate) fn loudspeaker() -> Arc<dyn Speaker> {
    match SystemSpeaker::start() {
        Ok(speaker) => Arc::new(speaker),
        Err(error) => {
            tracing::warn!(%error, "nothing is heard");
            Arc::new(Silent)
        }
    }
}

/// The terminal's process says on standard error what happens in it; the emulator keeps that.
pub(crate) fn log_to_standard_error() {
    // With --verbose it is done already.
    let _ = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_max_level(tracing::Level::INFO)
        .try_init();
}

impl From<DesktopError> for CliError {
    fn from(error: DesktopError) -> Self {
        match error {
            DesktopError::World(error) => error.into(),
            DesktopError::Control(error) => error.into(),
            other @ (DesktopError::File { .. }
            | DesktopError::Phone(_)
            | DesktopError::NoAcquirer) => Self::environment(other),
        }
    }
}

impl From<ControlError> for CliError {
    fn from(error: ControlError) -> Self {
        match error {
            ControlError::NotDone(why) => Self::failed(why),
            error @ (ControlError::Ended | ControlError::Answer | ControlError::Sentence) => {
                Self::failed(error)
            }
            error @ (ControlError::Taken { .. }
            | ControlError::Listen { .. }
            | ControlError::Nobody { .. }) => Self::environment(error),
        }
    }
}
