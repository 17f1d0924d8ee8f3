//! Keys of the screen, handed to whoever waits: Cancel to the payment, the rest to the view.

use caisson_devices::screen::{Key, Screen};
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// Keys that wait for a view; more are dropped, as on a keypad.
const KEYS_WAITING_MAX: usize = 16;

/// What came of a question.
pub(crate) enum Answer<T> {
    /// Somebody answered.
    Given(T),
    /// Cancel was pressed.
    Cancelled,
    /// Nobody answered in time.
    Silence,
}

/// The keys of one payment at the counter.
#[derive(Debug)]
pub(crate) struct Keys {
    cancel: watch::Sender<bool>,
    others: Mutex<mpsc::Receiver<Key>>,
}

/// While it lives, keys go to a payment; what is pressed afterwards is the next one's who asks.
#[derive(Debug)]
#[must_use = "keys are heard only while it lives"]
pub(crate) struct Listening(AbortHandle);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Keys {
    /// Listens to `screen` until the second value is dropped. A Cancel is remembered: it counts for
    /// every wait that follows.
    pub(crate) fn listen(screen: Arc<dyn Screen>) -> (Self, Listening) {
        let cancel = watch::Sender::new(false);
        let pressed = cancel.clone();
        let (send, receive) = mpsc::channel(KEYS_WAITING_MAX);
        let task = tokio::spawn(async move {
            loop {
                match screen.next_key().await {
                    Key::Cancel => {
                        pressed.send_replace(true);
                    }
                    key => {
                        // A full queue drops the key: nobody is looking at that many.
                        let _ = send.try_send(key);
                    }
                }
            }
        });
        (Self { cancel, others: Mutex::new(receive) }, Listening(task.abort_handle()))
    }

    /// True once Cancel was pressed.
    pub(crate) fn is_cancelled(&self) -> bool {
        *self.cancel.borrow()
    }

    /// Ends when Cancel is pressed, at once if it was.
    pub(crate) async fn cancelled(&self) {
        let mut cancelled = self.cancel.subscribe();
        if cancelled.wait_for(|cancelled| *cancelled).await.is_err() {
            // Never: the sender is here.
            std::future::pending::<()>().await;
        }
    }

    /// The next key that is not Cancel.
    async fn next(&self) -> Key {
        match self.others.lock().await.recv().await {
            Some(key) => key,
            None => std::future::pending().await,
        }
    }

    /// Waits for the first key that `read` takes for an answer, until Cancel or `until`.
    pub(crate) async fn answer<T>(
        &self,
        until: Instant,
        mut read: impl FnMut(Key) -> Option<T>,
    ) -> Answer<T> {
        let answered = async {
            loop {
                if let Some(answer) = read(self.next().await) {
                    return answer;
                }
            }
        };
        tokio::select! {
            biased;
            () = self.cancelled() => Answer::Cancelled,
            answer = answered => Answer::Given(answer),
            () = tokio::time::sleep_until(until) => Answer::Silence,
        }
    }

    /// Forgets every key that was pressed so far, Cancel included.
    pub(crate) async fn begin_anew(&self) {
        self.cancel.send_replace(false);
        self.forget().await;
    }

    /// Forgets keys that were pressed for an earlier view.
    pub(crate) async fn forget(&self) {
        let mut others = self.others.lock().await;
        while others.try_recv().is_ok() {}
    }
}
