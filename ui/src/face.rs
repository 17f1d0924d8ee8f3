//! A window with its adapters.

use crate::adapters::{DeskAdapter, Outbox, PanelAdapter, PosWindow, StatusAdapter, ViewAdapter};
use crate::message::{UiCommand, UiEvent, WindowKind};
use crate::{UiError, picture};
use caisson_core::view::View;
use caisson_devices::screen::{Area, Picture, Showing, Status};
use slint::LogicalPosition;
use slint::platform::{PointerEventButton, WindowEvent};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// A window that shows what it is told. It needs no event loop; [`run`](crate::run) gives it one.
pub struct Face<W: PosWindow> {
    window: W,
    view: ViewAdapter<W>,
    status: StatusAdapter<W>,
    desk: DeskAdapter<W>,
    panel: PanelAdapter<W>,
}

impl<W: PosWindow> std::fmt::Debug for Face<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Face").finish_non_exhaustive()
    }
}

impl<W: PosWindow> Face<W> {
    /// Opens a window of this kind, not yet shown. `clock` is what the countdown goes by.
    ///
    /// # Errors
    /// [`UiError::NoDisplay`].
    pub fn open(
        kind: WindowKind,
        events: mpsc::Sender<UiEvent>,
        clock: fn() -> Instant,
    ) -> Result<Self, UiError> {
        let window = W::open().map_err(|error| UiError::NoDisplay(error.to_string()))?;
        window.prepare(kind);
        let out = Outbox::new(events);
        Ok(Self {
            view: ViewAdapter::new(&window, out.clone(), clock),
            status: StatusAdapter::new(&window),
            desk: DeskAdapter::new(&window, out.clone()),
            panel: PanelAdapter::new(&window, out),
            window,
        })
    }

    /// The window.
    pub const fn window(&self) -> &W {
        &self.window
    }

    /// Does what the command says. False for [`UiCommand::Close`].
    pub fn apply(&self, command: UiCommand) -> bool {
        match command {
            UiCommand::Show(showing) => self.show(&showing),
            UiCommand::Status(status) => self.status(&status),
            UiCommand::Panel(state) => self.panel.show(&state),
            UiCommand::Paper(sheet) => self.panel.paper(&sheet),
            UiCommand::Tear => self.panel.tear(),
            UiCommand::Snapshot(area, to) => {
                // Who asked may have gone; then nobody needs the picture.
                let _ = to.send(self.snapshot(area));
            }
            UiCommand::Tap { x, y } => self.tap(x, y),
            UiCommand::Close => return false,
        }
        true
    }

    /// Shows a view in place of the one before.
    pub fn show(&self, showing: &Showing) {
        if let View::Page(page) = &showing.view {
            self.desk.show(page, showing);
        } else {
            self.desk.leave();
        }
        self.view.show(showing);
    }

    /// Shows the status bar.
    pub fn status(&self, status: &Status) {
        self.status.show(status);
        self.desk.settings(status.settings);
    }

    /// What can be seen now. Without dots where the window has none to give.
    #[must_use]
    pub fn snapshot(&self, area: Area) -> Picture {
        let Ok(whole) = self.window.window().take_snapshot() else {
            return Picture { width: 0, height: 0, rgba: Vec::new() };
        };
        let part = match area {
            Area::Window => None,
            Area::Screen => {
                let (position, size) = self.window.screen();
                let scale = self.window.window().scale_factor();
                let (position, size) = (position.to_physical(scale), size.to_physical(scale));
                let dots = |value: i32| u32::try_from(value).unwrap_or(0);
                Some((dots(position.x), dots(position.y), size.width, size.height))
            }
        };
        picture::cut(&whole, part)
    }

    /// A finger touches the device's screen at this place and is lifted.
    fn tap(&self, x: u32, y: u32) {
        let (from, size) = self.window.screen();
        let within = |value: u32, length: f32| {
            let value = f32::from(u16::try_from(value).unwrap_or(u16::MAX));
            (value < length).then_some(value)
        };
        let (Some(x), Some(y)) = (within(x, size.width), within(y, size.height)) else { return };
        let position = LogicalPosition::new(from.x + x, from.y + y);
        let button = PointerEventButton::Left;
        for event in [
            WindowEvent::PointerMoved { position },
            WindowEvent::PointerPressed { position, button },
            WindowEvent::PointerReleased { position, button },
            WindowEvent::PointerExited,
        ] {
            // A window that is gone takes no finger, and its loop is ending.
            let _ = self.window.window().dispatch_event_with_result(event);
        }
    }
}
