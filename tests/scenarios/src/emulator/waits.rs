//! The steps that wait. Each has an end in the clock's time, which a scenario's paused clock
//! reaches at once.

use super::{Emulator, PerformError, Told};
use crate::transcript::SCREEN;
use caisson_acquirer::Operation;
use caisson_core::view::View;
use caisson_devices::emulated::camera::Scene;
use serde_json::Value;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// Longest time that a step can let pass, in hours.
pub(crate) const HOURS_MAX: u64 = 48;
/// How long a text, a code or a request is waited for.
const SHOWN_WITHIN: Duration = Duration::from_secs(600);
/// A start has ten minutes and a little; the rest is for the paper.
pub(crate) const ENDS_WITHIN: Duration = Duration::from_secs(900);
/// Recovery gives up after an hour, and a closed code is watched for minutes.
const SETTLES_WITHIN: Duration = Duration::from_secs(6 * 3_600);
/// Between two looks at what tells nobody that it has changed.
const LOOK_EVERY: Duration = Duration::from_millis(20);

impl Emulator<'_> {
    pub(super) async fn wait_for_text(&mut self, text: &str) -> Result<(), PerformError> {
        let mut lines = self.transcript.lines();
        let mut matched = self.matched;
        let found = timeout(SHOWN_WITHIN, async {
            loop {
                let entries = self.transcript.entries();
                let is_it = |who: &str, what: &str| who == SCREEN && what.contains(text);
                let at = entries.iter().skip(matched).position(|e| is_it(&e.who, &e.what));
                if let Some(at) = at {
                    return matched + at + 1;
                }
                matched = entries.len();
                // The transcript lives as long as this emulator.
                let _ = lines.changed().await;
            }
        });
        match found.await {
            Ok(next) => {
                self.matched = next;
                Ok(())
            }
            Err(_) => Err(PerformError::NotShown {
                text: text.to_owned(),
                waited: SHOWN_WITHIN,
                shown: self.world.screen.current().map_or_else(String::new, |s| s.line()),
            }),
        }
    }

    /// The content of the code on the screen, as soon as there is one.
    pub(super) async fn wait_for_code(&self) -> Result<String, PerformError> {
        let mut changes = self.world.screen.changes();
        let shown = timeout(SHOWN_WITHIN, async {
            loop {
                if let Some(View::Qr { text, .. }) =
                    self.world.screen.current().map(|showing| showing.view)
                {
                    return text;
                }
                // The screen lives as long as the world.
                let _ = changes.changed().await;
            }
        });
        shown.await.map_err(|_| PerformError::NoCodeShown { waited: SHOWN_WITHIN })
    }

    pub(super) async fn wait_for_end(&mut self) -> Result<(), PerformError> {
        let mut payment = self.at_counter.take().ok_or(PerformError::Idle)?;
        let Ok(ended) = timeout(ENDS_WITHIN, &mut payment).await else {
            self.at_counter = Some(payment);
            let what = "the payment at the counter";
            return Err(PerformError::NotEnded { what, waited: ENDS_WITHIN });
        };
        let told = ended.map_err(|_| PerformError::Panicked)??;
        self.look();
        self.transcript.add("cashier", &in_words(&told));
        // The customer takes the phone away.
        self.world.lens.hold(Scene::nothing());
        Ok(())
    }

    pub(super) async fn wait_until_settled(&self) -> Result<(), PerformError> {
        let what = "recovering, watching and giving back";
        timeout(SETTLES_WITHIN, self.world.terminal.settled())
            .await
            .map_err(|_| PerformError::NotEnded { what, waited: SETTLES_WITHIN })
    }

    /// Waits until the acquirer's books have one more such request than at the last such wait.
    pub(super) async fn wait_for_request(
        &mut self,
        operation: Operation,
    ) -> Result<(), PerformError> {
        let known = self.heard.get(operation.name()).copied().unwrap_or(0);
        let until = Instant::now() + SHOWN_WITHIN;
        loop {
            let exchanges = self.world.books()?.exchanges()?;
            let count =
                exchanges.iter().filter(|entry| entry.operation == operation.name()).count();
            if count > known {
                self.heard.insert(operation.name(), known + 1);
                return Ok(());
            }
            if Instant::now() >= until {
                let what = "the wait for that request";
                return Err(PerformError::NotEnded { what, waited: SHOWN_WITHIN });
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// Answers the wallet's question; waits until it asks.
    pub(super) async fn wait_for_question(&self, body: &Value) -> Result<String, PerformError> {
        let until = Instant::now() + SHOWN_WITHIN;
        loop {
            let told = self.phone.tell("confirm", body).await?;
            if told != "NOT_FOUND" || Instant::now() >= until {
                return Ok(told);
            }
            sleep(LOOK_EVERY).await;
        }
    }
}

fn in_words(told: &Told) -> String {
    match told {
        Told::Payment(report) => {
            let state = report.state.map_or("no state", |state| state.name());
            let reason = report.reason.map_or_else(String::new, |reason| format!(", {reason}"));
            let paper = report.print_failed.map_or_else(String::new, |why| format!("; {why}"));
            format!("was told how the payment ended: {state}{reason}{paper}")
        }
        Told::Served(true) => "has the service done".to_owned(),
        Told::Served(false) => "has no such service, or it failed".to_owned(),
    }
}
