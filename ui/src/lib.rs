//! The screen: the only crate that knows Slint.
//!
//! Guarantees: a window draws what it is told, complete, and says what a person pressed as plain
//! values; it decides nothing about money, formats nothing that `core` formats, and keeps nothing
//! that outlives a view but what a person is keying. One answer for each view: a key pressed twice
//! is sent once. No interpreter of screen files is linked.
//!
//! [`run`] is a program's way in. [`Face`] is a window with its adapters and without an event loop:
//! tests hold one and apply commands to it.

mod adapters;
mod entry;
mod face;
mod fonts;
mod message;
mod money;
mod picture;
mod run;

pub use adapters::PosWindow;
pub use face::Face;
pub use fonts::enter;
pub use generated::{DeviceWindow, EmulatorWindow};
pub use message::{MESSAGES_WAITING_MAX, ScreenSize, UiCommand, UiEvent, WindowKind};
pub use run::run;

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

#[allow(
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::todo,
    clippy::unimplemented,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::wildcard_imports,
    clippy::redundant_clone,
    clippy::needless_pass_by_value,
    reason = "made by the toolkit's compiler"
)]
mod generated {
    slint::include_modules!();
}
