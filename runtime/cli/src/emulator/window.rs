//! The emulator's window as `caisson_scenarios` speaks to it: one message each, no logic.

use async_trait::async_trait;
use caisson_devices::screen::{Showing, Status};
use caisson_scenarios::{Area, Panel, PanelLine, PanelLink, Picture, Power, Window};
use caisson_ui::UiCommand;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

/// How long the window has for a picture of itself: a frame takes milliseconds.
const SNAPSHOT_WITHIN: Duration = Duration::from_secs(10);

/// The window, by the channel to whoever draws it.
pub(super) struct UiWindow(mpsc::Sender<UiCommand>);

impl UiWindow {
    pub(super) const fn new(commands: mpsc::Sender<UiCommand>) -> Self {
        Self(commands)
    }

    async fn tell(&self, command: UiCommand) {
        // Where the window is gone, the emulator is ending.
        let _ = self.0.send(command).await;
    }
}

#[async_trait]
impl Window for UiWindow {
    async fn show(&self, showing: Showing) {
        self.tell(UiCommand::Show(showing)).await;
    }

    async fn status(&self, status: Status) {
        self.tell(UiCommand::Status(status)).await;
    }

    async fn panel(&self, panel: Panel) {
        self.tell(UiCommand::Panel(Box::new(drawn(panel)))).await;
    }

    async fn paper(&self, sheet: Picture) {
        let Picture { width, height, rgba } = sheet;
        self.tell(UiCommand::Paper(caisson_ui::Picture { width, height, rgba })).await;
    }

    async fn tear(&self) {
        self.tell(UiCommand::Tear).await;
    }

    async fn snapshot(&self, area: Area) -> Option<Picture> {
        let area = match area {
            Area::Screen => caisson_ui::Area::Screen,
            Area::Window => caisson_ui::Area::Window,
        };
        let (take, taken) = oneshot::channel();
        self.tell(UiCommand::Snapshot(area, take)).await;
        let caisson_ui::Picture { width, height, rgba } =
            timeout(SNAPSHOT_WITHIN, taken).await.ok()?.ok()?;
        Some(Picture { width, height, rgba })
    }

    async fn tap(&self, x: u32, y: u32) {
        self.tell(UiCommand::Tap { x, y }).await;
    }
}

/// The panel as it is drawn.
fn drawn(panel: Panel) -> caisson_ui::PanelState {
    let link = |PanelLink { name, state }| caisson_ui::LinkState { name, state };
    let line = |PanelLine { at, who, what }| caisson_ui::TranscriptLine { at, who, what };
    caisson_ui::PanelState {
        power: match panel.power {
            Power::Starting => caisson_ui::Power::Starting,
            Power::On => caisson_ui::Power::On,
            Power::Off => caisson_ui::Power::Off,
        },
        camera: panel.camera,
        phone: panel.phone,
        cards: panel.cards,
        printer: panel.printer,
        links: panel.links.into_iter().map(link).collect(),
        clock: panel.clock,
        is_storage_full: panel.is_storage_full,
        acquirer: panel.acquirer,
        transcript: panel.transcript.into_iter().map(line).collect(),
        filter: panel.filter,
    }
}
