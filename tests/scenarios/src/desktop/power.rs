//! Starting and ending the terminal's process, and what it says while it runs.

use super::paper::RollSheet;
use super::process::{Running, Said};
use super::shared::Shared;
use super::wire::{Held, Order, Up};
use super::{LOG_FILE, paper};
use crate::transcript::SCREEN;
use caisson_core::view::View;
use caisson_devices::screen::{Power, Screen as _, Showing};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

/// How long the terminal has to verify its journal and bring its apps up; a first start compiles
/// them.
const STARTS_WITHIN: Duration = Duration::from_secs(120);

impl Shared {
    /// Starts the terminal with the storage that it had; ready when this returns.
    pub(super) async fn power_on(self: &Arc<Self>) -> Result<(), String> {
        let _power = self.power.lock().await;
        if self.state().running.is_some() {
            return Err("the power is on already".to_owned());
        }
        let options = self.state().terminal.clone();
        let log = self.options.folder.join(LOG_FILE);
        let (running, hear) = Running::start(&self.options.executable, &options, &log)
            .map_err(|error| format!("{}: {error}", self.options.executable.display()))?;
        {
            let mut state = self.state();
            state.power = Power::Starting;
            state.running = Some(Arc::clone(&running));
        }
        self.news.notify_one();
        let (tell, ready) = oneshot::channel();
        tokio::spawn(listen(Arc::clone(self), Arc::clone(&running), hear, tell));
        match timeout(STARTS_WITHIN, ready).await {
            Ok(Ok(())) => self.put_surroundings(&running).await,
            Ok(Err(_)) => Err(self.why_off()),
            Err(_) => {
                running.cut().await;
                Err(format!("the terminal did not start within {} s", STARTS_WITHIN.as_secs()))
            }
        }
    }

    /// Kills the terminal where it stands.
    pub(super) async fn power_cut(&self) -> Result<(), String> {
        let _power = self.power.lock().await;
        let running = self.running()?;
        running.cut().await;
        self.off();
        Ok(())
    }

    /// Lets the terminal end by itself, and starts it anew.
    pub(super) async fn restart(self: &Arc<Self>) -> Result<(), String> {
        self.end().await;
        self.power_on().await
    }

    /// Lets the terminal end by itself.
    pub(super) async fn end(&self) {
        let _power = self.power.lock().await;
        let running = self.state().running.clone();
        if let Some(running) = running {
            running.end().await;
        }
        self.off();
    }

    fn off(&self) {
        let mut state = self.state();
        state.running = None;
        state.power = Power::Off;
        drop(state);
        self.news.notify_one();
    }

    fn why_off(&self) -> String {
        let entries = self.around.transcript.since(self.around.transcript.len().saturating_sub(8));
        let died = entries.iter().rev().find(|entry| entry.who == "power");
        died.map_or_else(|| "the terminal did not start".to_owned(), |entry| entry.what.clone())
    }

    /// What lies outside of the terminal is as it was before its start.
    async fn put_surroundings(&self, running: &Running) -> Result<(), String> {
        let (lasting, (_, held)) = {
            let state = self.state();
            (state.lasting.values().cloned().collect::<Vec<_>>(), state.camera.clone())
        };
        for sentence in lasting {
            running.order(Order::Set(sentence)).await?;
        }
        // The paper of a receipt was in the printer's memory, which is empty.
        if !matches!(held, Held::Receipt(_) | Held::Nothing) {
            running.order(Order::Hold(held)).await?;
        }
        Ok(())
    }
}

/// Hears a terminal until it is gone.
async fn listen(
    shared: Arc<Shared>,
    running: Arc<Running>,
    mut hear: mpsc::Receiver<Said>,
    ready: oneshot::Sender<()>,
) {
    let mut ready = Some(ready);
    while let Some(said) = hear.recv().await {
        match said {
            Said::Up(Up::Ready { start, .. }) => {
                shared.state().power = Power::On;
                shared.note("terminal", &format!("runs, start {start} of its journal"));
                if let Some(ready) = ready.take() {
                    // Whoever started it may have given up.
                    let _ = ready.send(());
                }
            }
            Said::Up(Up::Showing(showing)) => shared.shown(&running, showing.showing()).await,
            Said::Up(Up::Status(status)) => {
                let status = status.status();
                running.screen.status(status.clone());
                shared.around.window.status(status).await;
            }
            Said::Up(Up::Sheet { sheet, dots }) => match dots.raster() {
                Ok(raster) => {
                    let text = sheet.text.clone();
                    shared.around.transcript.add_sheet(sheet);
                    let picture = paper::picture(&raster);
                    shared.state().roll.push(RollSheet { raster, text });
                    shared.around.window.paper(picture).await;
                    shared.news.notify_one();
                }
                Err(error) => shared.note("paper", &error.to_string()),
            },
            Said::Up(Up::Sound(line)) => shared.note("sound", &line),
            Said::Up(Up::Devices(devices)) => {
                shared.state().devices = devices;
                shared.news.notify_one();
            }
            // In its place among the rest: what was done is answered after what came of it.
            Said::Up(Up::Done { id, answer }) => running.done(id, answer),
            Said::Up(Up::Stopped(_)) => {}
            Said::Ended { wanted, why } => {
                shared.ended(&running, wanted, &why);
                running.let_go();
            }
        }
    }
}

impl Shared {
    async fn shown(&self, running: &Arc<Running>, showing: Showing) {
        let is_end = matches!(showing.view, View::Outcome { .. });
        // The window first: whoever acts on what is shown may take a picture of it at once.
        self.around.window.show(showing.clone()).await;
        self.around.transcript.add(SCREEN, &showing.line());
        running.screen.show(showing);
        self.news.notify_one();
        if is_end && matches!(self.state().camera.1, Held::Code(_) | Held::Damaged(_)) {
            // The customer takes the phone away.
            self.state().camera = (String::new(), Held::Nothing);
            let running = Arc::clone(running);
            // Its answer comes by the pipe that is being heard here.
            tokio::spawn(async move { running.order(Order::Hold(Held::Nothing)).await });
        }
    }

    fn ended(&self, running: &Arc<Running>, wanted: bool, why: &str) {
        // Told before it shows: whoever sees that the power is off finds why.
        if !wanted {
            self.note("power", &format!("is off: the terminal ended by itself: {why}"));
        }
        let mut state = self.state();
        let is_it = state.running.as_ref().is_some_and(|now| Arc::ptr_eq(now, running));
        if is_it {
            state.running = None;
            state.power = Power::Off;
        }
        drop(state);
        self.news.notify_one();
    }
}
