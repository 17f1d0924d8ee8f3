//! The screen: the only crate that knows Slint.
//!
//! Guarantees: a window draws what it is told, complete, and says what a person pressed as plain
//! values; it decides nothing about money, formats nothing that `core` formats, and keeps nothing
//! that outlives a view but what a person is keying. No interpreter of screen files is linked.

mod message;

pub use message::{
    Area, LinkState, MESSAGES_WAITING_MAX, PanelState, Picture, Power, ScreenSize,
    TRANSCRIPT_LINES_MAX, TranscriptLine, UiCommand, UiEvent, WindowKind,
};

use tokio::sync::mpsc;

/// Why the screen cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum UiError {
    /// The machine has no display that the build can draw on. On a desktop: run where there is
    /// one, or headless; on a device: look at `/dev/dri`.
    #[error("no display can be drawn on: {0}; run where there is one, or headless")]
    NoDisplay(String),
    /// The bundled fonts cannot be laid down. Make room in the temporary folder.
    #[error("the screen's fonts cannot be laid down: {0}")]
    Fonts(std::io::Error),
}

/// Shows a window and serves it until [`UiCommand::Close`], until the window is closed, or until
/// all senders of `commands` are gone. Must be called on the process's first thread, where the
/// toolkit lives; whatever else runs, runs beside it.
///
/// # Errors
/// [`UiError`].
pub fn run(
    kind: WindowKind,
    commands: mpsc::Receiver<UiCommand>,
    events: mpsc::Sender<UiEvent>,
) -> Result<(), UiError> {
    let _ = (kind, commands, events);
    Err(UiError::NoDisplay("nothing is drawn yet".to_owned()))
}

#[allow(missing_docs, unreachable_pub, unused_qualifications, clippy::all, clippy::pedantic)]
mod generated {
    slint::include_modules!();
}
