//! One adapter for each global of the screen's files: plain values in, properties out; callbacks
//! in, [`UiEvent`]s out. The same adapters serve every window.

mod desk;
mod panel;
mod status;
mod view;
mod words;

pub(crate) use desk::DeskAdapter;
pub(crate) use panel::PanelAdapter;
pub(crate) use status::StatusAdapter;
pub(crate) use view::ViewAdapter;

use crate::generated::{Desk, DeviceWindow, EmulatorWindow, Panel, Status, Theme, View};
use crate::message::{ScreenSize, UiEvent, WindowKind};
use caisson_core::Language;
use caisson_devices::screen::Key;
use slint::{ComponentHandle, Global as _, LogicalPosition, LogicalSize, PlatformError};
use std::cell::Cell;
use std::rc::Rc;
use tokio::sync::mpsc;

/// A window that holds the device's screen.
pub trait PosWindow: ComponentHandle + Sized + 'static {
    /// Makes one.
    ///
    /// # Errors
    /// Where the platform has no window to give.
    fn open() -> Result<Self, PlatformError>;
    /// Takes on the size that `kind` asks for.
    fn prepare(&self, kind: WindowKind);
    /// Where the device's screen is in the window.
    fn screen(&self) -> (LogicalPosition, LogicalSize);
    /// The global of what is shown.
    fn view(&self) -> View<'_>;
    /// The global of the status bar.
    fn status(&self) -> Status<'_>;
    /// The global of colours.
    fn theme(&self) -> Theme<'_>;
    /// The global of the desk's pages.
    fn desk(&self) -> Desk<'_>;
    /// The global of the emulator's panel, where the window has one.
    fn panel(&self) -> Option<Panel<'_>>;
}

/// Dots of bezel, roll and panel beside the emulated screen, and of the bezel above and below it.
const BESIDE_DEVICE: f32 = 924.0;
const AROUND_DEVICE: f32 = 76.0;

impl PosWindow for DeviceWindow {
    fn open() -> Result<Self, PlatformError> {
        Self::new()
    }

    fn prepare(&self, kind: WindowKind) {
        let _ = kind;
    }

    fn screen(&self) -> (LogicalPosition, LogicalSize) {
        let size = self.window().size().to_logical(self.window().scale_factor());
        (LogicalPosition::default(), size)
    }

    fn view(&self) -> View<'_> {
        View::get(self)
    }

    fn status(&self) -> Status<'_> {
        Status::get(self)
    }

    fn theme(&self) -> Theme<'_> {
        Theme::get(self)
    }

    fn desk(&self) -> Desk<'_> {
        Desk::get(self)
    }

    fn panel(&self) -> Option<Panel<'_>> {
        None
    }
}

impl PosWindow for EmulatorWindow {
    fn open() -> Result<Self, PlatformError> {
        Self::new()
    }

    fn prepare(&self, kind: WindowKind) {
        let (width, height) = match kind {
            WindowKind::Device | WindowKind::Emulator(ScreenSize::Small) => (480.0, 800.0),
            WindowKind::Emulator(ScreenSize::Large) => (720.0, 1_280.0),
        };
        self.set_device_width(width);
        self.set_device_height(height);
        // The whole device in its bezel, the roll and the panel: a code that is half outside the
        // window cannot be scanned.
        self.window().set_size(LogicalSize::new(width + BESIDE_DEVICE, height + AROUND_DEVICE));
    }

    fn screen(&self) -> (LogicalPosition, LogicalSize) {
        (
            LogicalPosition::new(self.get_screen_x(), self.get_screen_y()),
            LogicalSize::new(self.get_screen_width(), self.get_screen_height()),
        )
    }

    fn view(&self) -> View<'_> {
        View::get(self)
    }

    fn status(&self) -> Status<'_> {
        Status::get(self)
    }

    fn theme(&self) -> Theme<'_> {
        Theme::get(self)
    }

    fn desk(&self) -> Desk<'_> {
        Desk::get(self)
    }

    fn panel(&self) -> Option<Panel<'_>> {
        Some(Panel::get(self))
    }
}

/// Where keys go. One answer for each showing: after it, only Cancel is taken until the next one,
/// so that a second press never answers a view that its presser has not seen.
#[derive(Clone)]
pub(crate) struct Outbox {
    events: mpsc::Sender<UiEvent>,
    is_answered: Rc<Cell<bool>>,
}

impl Outbox {
    /// Into this channel.
    pub(crate) fn new(events: mpsc::Sender<UiEvent>) -> Self {
        Self { events, is_answered: Rc::default() }
    }

    /// Sends a key. A channel that is full is a terminal that hangs: the key is lost, and can be
    /// pressed again.
    pub(crate) fn key(&self, key: Key) {
        // Settings are whole each time: a second one takes nothing away from the first.
        let is_answer = !matches!(key, Key::Cancel | Key::Set(_));
        if is_answer && self.is_answered.get() {
            return;
        }
        let is_sent = self.events.try_send(UiEvent::Key(key)).is_ok();
        if is_answer && is_sent {
            self.is_answered.set(true);
        }
    }

    /// Sends what is no key.
    pub(crate) fn event(&self, event: UiEvent) {
        // As with keys: where the channel is full, it can be pressed again.
        let _ = self.events.try_send(event);
    }

    /// Something new is shown: it can be answered.
    pub(crate) fn open(&self) {
        self.is_answered.set(false);
    }
}

/// Turns the window's own words into `language`.
pub(crate) fn speak(language: Language) {
    let name = match language {
        Language::Zh => "zh",
        Language::En => "en",
    };
    // It fails only where the program was built without the texts, which a test would see.
    let _ = slint::select_bundled_translation(name);
}
