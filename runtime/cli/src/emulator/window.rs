//! The emulator's window as `caisson_scenarios` speaks to it: one message each, no logic.

use async_trait::async_trait;
use caisson_devices::screen::{Area, PanelState, Picture, Showing, Status};
use caisson_scenarios::Window;
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

    async fn panel(&self, panel: PanelState) {
        self.tell(UiCommand::Panel(Box::new(panel))).await;
    }

    async fn paper(&self, sheet: Picture) {
        self.tell(UiCommand::Paper(sheet)).await;
    }

    async fn tear(&self) {
        self.tell(UiCommand::Tear).await;
    }

    async fn snapshot(&self, area: Area) -> Option<Picture> {
        let (take, taken) = oneshot::channel();
        self.tell(UiCommand::Snapshot(area, take)).await;
        timeout(SNAPSHOT_WITHIN, taken).await.ok()?.ok()
    }

    async fn tap(&self, x: u32, y: u32) {
        self.tell(UiCommand::Tap { x, y }).await;
    }
}
