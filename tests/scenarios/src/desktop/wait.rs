//! The sentences that wait, each with an end in real time.

use super::shared::Shared;
use crate::transcript::SCREEN;
use caisson_acquirer::{Books, Operation};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// How long a text or a request is waited for.
const SHOWN_WITHIN: Duration = Duration::from_secs(180);
/// A payment has ten minutes and a little; the rest is for the paper.
const ENDS_WITHIN: Duration = Duration::from_secs(15 * 60);
/// Between two looks at what tells nobody that it has changed.
const LOOK_EVERY: Duration = Duration::from_millis(50);

impl Shared {
    /// Waits for a line of the screen with `text`, after the line of the match before.
    pub(super) async fn wait_for_text(&self, text: &str) -> Result<Value, String> {
        let transcript = &self.around.transcript;
        let mut lines = transcript.lines();
        let found = timeout(SHOWN_WITHIN, async {
            loop {
                let from = self.state().matched;
                let entries = transcript.since(from);
                let is_it = |who: &str, what: &str| who == SCREEN && what.contains(text);
                if let Some(at) = entries.iter().position(|e| is_it(&e.who, &e.what)) {
                    self.state().matched = from + at + 1;
                    return entries.into_iter().nth(at).map(|entry| entry.what);
                }
                // The transcript lives as long as this.
                let _ = lines.changed().await;
            }
        });
        found.await.map(|line| json!({ "screen": line })).map_err(|_| {
            let seconds = SHOWN_WITHIN.as_secs();
            let shown = self.screen().ok().and_then(|screen| screen.current());
            let shown = shown.map_or_else(|| "nothing".to_owned(), |showing| showing.line());
            format!("the screen did not show \"{text}\" within {seconds} s; it shows: {shown}")
        })
    }

    /// Waits until what the cashier began last has ended: its outcome was shown, and the question
    /// for the receipt, where there is one, is over.
    pub(super) async fn wait_for_end(&self) -> Result<Value, String> {
        let running = self.running()?;
        let begun = self.state().begun;
        let ended = timeout(ENDS_WITHIN, crate::hand::ended(&running.screen, begun));
        tokio::select! {
            ended = ended => match ended {
                Ok(line) => Ok(json!({ "screen": line })),
                Err(_) => Err(format!("no payment ended within {} s", ENDS_WITHIN.as_secs())),
            },
            () = running.gone() => Err("the power went before the payment ended".to_owned()),
        }
    }

    /// Waits until the acquirer's books have one more such request than at the last such wait.
    pub(super) async fn wait_for_request(&self, operation: Operation) -> Result<Value, String> {
        let told = |error: caisson_acquirer::AcquirerError| error.to_string();
        let until = Instant::now() + SHOWN_WITHIN;
        let known = self.state().heard.get(operation.name()).copied().unwrap_or(0);
        loop {
            let books = Books::open(&self.around.acquirer.books()).map_err(told)?;
            let exchanges = books.exchanges().map_err(told)?;
            let count =
                exchanges.iter().filter(|entry| entry.operation == operation.name()).count();
            if count > known {
                self.state().heard.insert(operation.name(), known + 1);
                return Ok(json!({ "requests": count }));
            }
            if Instant::now() >= until {
                let seconds = SHOWN_WITHIN.as_secs();
                return Err(format!("no more such request came within {seconds} s"));
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// Answers the wallet's question; waits until it asks.
    pub(super) async fn wait_for_question(&self, body: &Value) -> Result<String, String> {
        let until = Instant::now() + SHOWN_WITHIN;
        loop {
            let told = self.around.phone.tell("confirm", body).await;
            let told = told.map_err(|error| error.to_string())?;
            if told != "NOT_FOUND" || Instant::now() >= until {
                return Ok(told);
            }
            sleep(LOOK_EVERY).await;
        }
    }
}
