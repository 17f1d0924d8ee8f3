//! What goes to the screen and what comes from it: plain values, so that host code never holds a
//! handle of the toolkit, and an emulator can send them between processes.

use caisson_devices::screen::{Area, Key, PanelState, Picture, Showing, Status};
use tokio::sync::oneshot;

/// Messages that may wait in either direction. A full channel is a hung screen or a hung terminal.
pub const MESSAGES_WAITING_MAX: usize = 256;

/// To the screen.
#[derive(Debug)]
pub enum UiCommand {
    /// A view, in place of the one before.
    Show(Showing),
    /// The status bar.
    Status(Status),
    /// The emulator's panel, whole. Ignored by a window without one.
    Panel(Box<PanelState>),
    /// A sheet that came out of the printer: added to the roll of the panel.
    Paper(Picture),
    /// The roll is torn off.
    Tear,
    /// What can be seen now, as pixels.
    Snapshot(Area, oneshot::Sender<Picture>),
    /// A finger at this place of the device's screen, in its own dots.
    Tap {
        /// To the right.
        x: u32,
        /// Down.
        y: u32,
    },
    /// Close the window and return from [`run`](crate::run).
    Close,
}

/// From the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UiEvent {
    /// A person pressed something on the device's screen.
    Key(Key),
    /// A control of the panel: one sentence, the same that the control socket takes.
    Command(String),
    /// The window was closed.
    Closed,
}

/// Which window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowKind {
    /// The device's screen alone: full-screen on a device, a plain window on a desktop.
    Device,
    /// The device in its bezel beside the emulator's panel.
    Emulator(ScreenSize),
}

/// The emulated device's screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ScreenSize {
    /// 480 x 800 dots.
    #[default]
    Small,
    /// 720 x 1280 dots.
    Large,
}
