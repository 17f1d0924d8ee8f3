//! Keys of the screen, handed to whoever waits: Cancel to the payment, the rest to the view.

use caisson_devices::screen::{Key, Screen};
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc, watch};

/// Keys that wait for a view; more are dropped, as on a keypad.
const KEYS_WAITING_MAX: usize = 16;

/// The keys of one payment at the counter.
#[derive(Debug)]
pub(crate) struct Keys {
    cancelled: watch::Receiver<bool>,
    others: Mutex<mpsc::Receiver<Key>>,
}

impl Keys {
    /// Listens to `screen` until the returned task is ended. A Cancel is remembered: it counts for
    /// every wait that follows.
    pub(crate) fn listen(screen: Arc<dyn Screen>) -> (Self, tokio::task::AbortHandle) {
        let (cancel, cancelled) = watch::channel(false);
        let (send, receive) = mpsc::channel(KEYS_WAITING_MAX);
        let task = tokio::spawn(async move {
            loop {
                match screen.next_key().await {
                    Key::Cancel => {
                        cancel.send_replace(true);
                    }
                    key => {
                        // A full queue drops the key: nobody is looking at that many.
                        let _ = send.try_send(key);
                    }
                }
            }
        });
        (Self { cancelled, others: Mutex::new(receive) }, task.abort_handle())
    }

    /// True once Cancel was pressed.
    pub(crate) fn is_cancelled(&self) -> bool {
        *self.cancelled.borrow()
    }

    /// Ends when Cancel is pressed, at once if it was.
    pub(crate) async fn cancelled(&self) {
        let mut cancelled = self.cancelled.clone();
        if cancelled.wait_for(|cancelled| *cancelled).await.is_err() {
            // The listener has ended: nobody can press Cancel any more.
            std::future::pending::<()>().await;
        }
    }

    /// The next key that is not Cancel.
    pub(crate) async fn next(&self) -> Key {
        match self.others.lock().await.recv().await {
            Some(key) => key,
            None => std::future::pending().await,
        }
    }

    /// Forgets keys that were pressed for an earlier view.
    pub(crate) async fn forget(&self) {
        let mut others = self.others.lock().await;
        while others.try_recv().is_ok() {}
    }
}
