//! A window with its event loop, on the process's first thread.

use crate::generated::{DeviceWindow, EmulatorWindow};
use crate::{Face, PosWindow, UiCommand, UiError, UiEvent, WindowKind};
use slint::{BackendSelector, CloseRequestResponse, PlatformError};
use std::rc::Rc;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Shows a window and serves it until [`UiCommand::Close`], until the window is closed, or until
/// all senders of `commands` are gone. Must be called on the process's first thread, where the
/// toolkit lives; whatever else runs, runs beside it. Before anything else, the program calls
/// [`enter`](crate::enter).
///
/// # Errors
/// [`UiError`].
pub fn run(
    kind: WindowKind,
    commands: mpsc::Receiver<UiCommand>,
    events: mpsc::Sender<UiEvent>,
) -> Result<(), UiError> {
    choose_backend()?;
    match kind {
        WindowKind::Device => serve::<DeviceWindow>(kind, commands, events),
        WindowKind::Emulator(_) => serve::<EmulatorWindow>(kind, commands, events),
    }
}

fn serve<W: PosWindow>(
    kind: WindowKind,
    mut commands: mpsc::Receiver<UiCommand>,
    events: mpsc::Sender<UiEvent>,
) -> Result<(), UiError> {
    let no_display = |error: PlatformError| UiError::NoDisplay(error.to_string());
    let face = Rc::new(Face::<W>::open(kind, events.clone(), Instant::now)?);
    face.window().window().on_close_requested(move || {
        // Where nobody listens, nobody needs to know.
        let _ = events.try_send(UiEvent::Closed);
        let _ = slint::quit_event_loop();
        CloseRequestResponse::HideWindow
    });
    face.window().show().map_err(no_display)?;
    let served = Rc::clone(&face);
    // The channel needs no runtime: it wakes this loop as it would wake any other.
    let task = slint::spawn_local(async move {
        while let Some(command) = commands.recv().await {
            if !served.apply(command) {
                break;
            }
        }
        // It fails only where no loop runs, and then there is none to end.
        let _ = slint::quit_event_loop();
    })
    .map_err(|error| UiError::NoDisplay(error.to_string()))?;
    let end = slint::run_event_loop_until_quit().map_err(no_display);
    task.abort();
    face.window().hide().map_err(no_display)?;
    end
}

/// Which of the built-in ways to a display there is: a window system where one is named, else the
/// display itself. The software renderer everywhere: the same dots on every machine.
fn choose_backend() -> Result<(), UiError> {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let has_windows =
        cfg!(not(target_os = "linux")) || is_set("WAYLAND_DISPLAY") || is_set("DISPLAY");
    let backend = match (cfg!(feature = "window"), cfg!(feature = "kms")) {
        (true, _) if has_windows => "winit",
        (_, true) => "linuxkms",
        (true, false) => {
            let missing = "neither DISPLAY nor WAYLAND_DISPLAY is set";
            return Err(UiError::NoDisplay(missing.to_owned()));
        }
        (false, false) => {
            let missing = "this build draws on no display (features `window` and `kms`)";
            return Err(UiError::NoDisplay(missing.to_owned()));
        }
    };
    BackendSelector::new()
        .backend_name(backend.to_owned())
        .renderer_name("software".to_owned())
        .select()
        .map_err(|error| UiError::NoDisplay(error.to_string()))
}
