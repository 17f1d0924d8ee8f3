//! What stands beside the screen of an emulated device: its surroundings, in words.
//!
//! Guarantees: a [`PanelState`] is complete in itself, as a `Showing` is, so that a panel can be
//! drawn anew at any time. A device has none.

/// Lines of the transcript that a panel holds.
pub const TRANSCRIPT_LINES_MAX: usize = 500;

/// Whether the emulated terminal runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Power {
    /// Its process is being started.
    Starting,
    /// It runs.
    On,
    /// It was cut off, or ended.
    #[default]
    Off,
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
    /// The device's links, the best first.
    pub links: Vec<LinkState>,
    /// The shop's time, `2026-11-22 10:00:00`.
    pub clock: String,
    /// True while the apps' storage takes no more.
    pub is_storage_full: bool,
    /// What the acquirer will do wrong, in the order in which it will; then the bank, which is
    /// named.
    pub acquirer: Vec<String>,
    /// The newest last, at most [`TRANSCRIPT_LINES_MAX`].
    pub transcript: Vec<TranscriptLine>,
    /// Only lines that hold this are shown; empty for all.
    pub filter: String,
}
