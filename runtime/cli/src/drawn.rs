//! A terminal with a drawn screen and the cashier's desk on it.
//!
//! Guarantees: the window lives on the process's first thread and the terminal beside it; what is
//! drawn is always the newest, however slow the window is; closing the window ends the desk after
//! the payment that is under way, and then waits as the headless terminal does.

use crate::error::{CliError, Kind};
use crate::till;
use async_trait::async_trait;
use caisson_devices::screen::{Key, Screen, Showing, Status};
use caisson_terminal::{Desk, Profile, SystemClock};
use caisson_ui::{MESSAGES_WAITING_MAX, UiCommand, UiError, UiEvent, WindowKind};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, mpsc, watch};

/// Keys that wait to be taken; more are dropped, as on a keypad.
const KEYS_WAITING_MAX: usize = 16;

/// Opens the terminal of `profile` and serves its desk until the window is closed.
pub(crate) fn run(profile: Profile, settle: Duration) -> Result<(), CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime
        .map_err(|error| CliError::environment(format!("the system gives no threads: {error}")))?;
    let (commands, drawing) = mpsc::channel(MESSAGES_WAITING_MAX);
    let (pressing, events) = mpsc::channel(MESSAGES_WAITING_MAX);
    let terminal = runtime.spawn(async move {
        let closing = commands.clone();
        let served = serve(profile, settle, commands, events).await;
        // Where the window is gone already, there is nothing left to close.
        let _ = closing.send(UiCommand::Close).await;
        served
    });
    let drawn = caisson_ui::run(WindowKind::Device, drawing, pressing);
    let served = runtime.block_on(terminal);
    runtime.shutdown_background();
    drawn.map_err(no_screen)?;
    served.unwrap_or_else(|error| Err(CliError::new(Kind::Failed, error)))
}

fn no_screen(error: UiError) -> CliError {
    CliError::environment(error).hinted("write driver = \"headless\" in [screen] of the profile")
}

async fn serve(
    profile: Profile,
    settle: Duration,
    commands: mpsc::Sender<UiCommand>,
    events: mpsc::Receiver<UiEvent>,
) -> Result<(), CliError> {
    let (screen, closed) = DrawnScreen::start(commands, events);
    let say = |text: &str| tracing::info!("{text}");
    let opened = till::open(profile, Arc::new(SystemClock), Arc::new(screen), &say).await?;
    let terminal = opened.terminal;
    let desk = Desk::new(terminal.clone());
    let mut closed = closed;
    let mut served = std::pin::pin!(desk.run());
    tokio::select! {
        ended = &mut served => return Ok(ended?),
        // The sender is gone with the window's last event, which says the same.
        _ = closed.wait_for(|closed| *closed) => desk.stop(),
    }
    served.await?;
    till::settle(&terminal, settle, &say).await
}

/// The screen as the terminal sees it, over the window's two channels.
struct DrawnScreen {
    shown: watch::Sender<Option<Showing>>,
    bar: watch::Sender<Option<Status>>,
    pressed: Mutex<mpsc::Receiver<Key>>,
}

impl DrawnScreen {
    /// The screen, and what becomes true when the window is closed.
    fn start(
        commands: mpsc::Sender<UiCommand>,
        mut events: mpsc::Receiver<UiEvent>,
    ) -> (Self, watch::Receiver<bool>) {
        let (shown, bar) = (watch::Sender::new(None), watch::Sender::new(None));
        forward(shown.subscribe(), commands.clone(), UiCommand::Show);
        forward(bar.subscribe(), commands, UiCommand::Status);
        let (press, pressed) = mpsc::channel(KEYS_WAITING_MAX);
        let closed = watch::Sender::new(false);
        let is_closed = closed.subscribe();
        tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                match event {
                    // A full queue drops the key: nobody is looking at that many.
                    UiEvent::Key(key) => drop(press.try_send(key)),
                    // This window has no panel.
                    UiEvent::Command(_) => {}
                    UiEvent::Closed => break,
                }
            }
            closed.send_replace(true);
        });
        (Self { shown, bar, pressed: Mutex::new(pressed) }, is_closed)
    }
}

/// Sends the newest value, and leaves out what was overtaken while the window was busy.
fn forward<T: Clone + Send + Sync + 'static>(
    mut newest: watch::Receiver<Option<T>>,
    commands: mpsc::Sender<UiCommand>,
    command: fn(T) -> UiCommand,
) {
    tokio::spawn(async move {
        while newest.changed().await.is_ok() {
            let value = newest.borrow_and_update().clone();
            if let Some(value) = value
                && commands.send(command(value)).await.is_err()
            {
                return;
            }
        }
    });
}

#[async_trait]
impl Screen for DrawnScreen {
    fn show(&self, showing: Showing) {
        self.shown.send_replace(Some(showing));
    }

    fn status(&self, status: Status) {
        self.bar.send_replace(Some(status));
    }

    async fn next_key(&self) -> Key {
        match self.pressed.lock().await.recv().await {
            Some(key) => key,
            // The window is closed: nobody presses any more.
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use caisson_core::Language;
    use caisson_core::view::View;

    fn showing(view: View) -> Showing {
        let (app, amount, until) = (None, None, None);
        Showing { app, view, amount, language: Language::En, can_cancel: false, until }
    }

    #[tokio::test]
    async fn a_slow_window_gets_the_newest_view_and_its_keys_arrive_until_it_closes() {
        let (commands, mut drawing) = mpsc::channel(1);
        let (pressing, events) = mpsc::channel(8);
        let (screen, mut closed) = DrawnScreen::start(commands, events);
        for view in [View::Wait, View::Idle] {
            screen.show(showing(view));
        }
        let Some(UiCommand::Show(drawn)) = drawing.recv().await else { panic!("nothing drawn") };
        assert_eq!(drawn, showing(View::Idle));
        pressing.send(UiEvent::Key(Key::Ok)).await.unwrap();
        assert_eq!(screen.next_key().await, Key::Ok);
        pressing.send(UiEvent::Closed).await.unwrap();
        closed.wait_for(|closed| *closed).await.unwrap();
    }
}
