//! What goes to the screen and what comes from it: plain values, so that host code never holds a
//! handle of the toolkit, and an emulator can send them between processes.

use caisson_devices::screen::{Key, Showing, Status};
use tokio::sync::oneshot;

/// Messages that may wait in either direction. A full channel is a hung screen or a hung terminal.
pub const MESSAGES_WAITING_MAX: usize = 256;
/// Lines of the transcript that the emulator's panel holds.
pub const TRANSCRIPT_LINES_MAX: usize = 500;

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

/// Which pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// The device's screen alone.
    Screen,
    /// The whole window.
    Window,
}

/// Pixels, 4 bytes each: red, green, blue, opacity.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `width` times `height` times 4 bytes, row by row from the top.
    pub rgba: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} x {})", self.width, self.height)
    }
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

/// A link of the emulated device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkState {
    /// `wired`, `wifi` or `cellular`.
    pub name: String,
    /// `up`, `down`, `slow` or `lossy`.
    pub state: String,
}

/// A line of the transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranscriptLine {
    /// Since the start, `00:00:01.250`.
    pub at: String,
    /// Who: cashier, customer, screen, paper, acquirer …
    pub who: String,
    /// What.
    pub what: String,
}

/// Whether the emulated terminal runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Power {
    /// The terminal's process is being started.
    #[default]
    Starting,
    /// It runs.
    On,
    /// It was cut off.
    Off,
}

/// Everything that the panel shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PanelState {
    /// Whether the terminal runs.
    pub power: Power,
    /// What is before the camera, in words; empty for nothing.
    pub camera: String,
    /// What the customer's phone said last.
    pub phone: String,
    /// Cards that can be presented, by the names of their files.
    pub cards: Vec<String>,
    /// `ready`, or what is wrong.
    pub printer: String,
    /// The device's links.
    pub links: Vec<LinkState>,
    /// The device's clock, `2026-11-22 10:00:00`.
    pub clock: String,
    /// True while its storage takes no more.
    pub is_storage_full: bool,
    /// What the acquirer will do wrong, in the order in which it will.
    pub acquirer: Vec<String>,
    /// The newest last, at most [`TRANSCRIPT_LINES_MAX`].
    pub transcript: Vec<TranscriptLine>,
    /// Only lines that hold this are shown; empty for all.
    pub filter: String,
}
