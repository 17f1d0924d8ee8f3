//! Ending a call from outside: processor loops by the epoch, waits by a signal.

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// Why a call was ended from outside. App developer: the text says what to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KillCause {
    /// Its processor time is used up.
    Processor,
    /// Its time in all is used up.
    Wall,
    /// It did not return within 20 seconds after Cancel.
    Cancel,
}

impl fmt::Display for KillCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Processor => {
                "used up its processor time; wait in a call of the terminal, not in a loop"
            }
            Self::Wall => "did not return in time; give its waits an end",
            Self::Cancel => {
                "did not return within 20 seconds after Cancel; return when a wait ends with \
                 cancelled"
            }
        })
    }
}

impl std::error::Error for KillCause {}

#[derive(Debug, Default)]
struct Shared {
    cause: AtomicU8,
    waited_ns: AtomicU64,
    signal: Notify,
}

/// Shared between the caller's watch and the running call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kill(Arc<Shared>);

impl Kill {
    /// Ends the call; the first cause stands.
    pub(crate) fn fire(&self, cause: KillCause) {
        let number = match cause {
            KillCause::Processor => 1,
            KillCause::Wall => 2,
            KillCause::Cancel => 3,
        };
        if self.0.cause.compare_exchange(0, number, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            self.0.signal.notify_waiters();
        }
    }

    /// The cause, once fired.
    pub(crate) fn cause(&self) -> Option<KillCause> {
        match self.0.cause.load(Ordering::Acquire) {
            0 => None,
            1 => Some(KillCause::Processor),
            2 => Some(KillCause::Wall),
            _ => Some(KillCause::Cancel),
        }
    }

    /// Ends when the call is ended from outside.
    pub(crate) async fn fired(&self) -> KillCause {
        match self.unless_fired(std::future::pending::<()>()).await {
            Err(cause) => cause,
            Ok(()) => KillCause::Wall, // what is pending never ends
        }
    }

    /// Real time that the call has spent in [`unless_fired`](Self::unless_fired) since this was
    /// asked last: the host's time, not the app's.
    pub(crate) fn take_waited(&self) -> Duration {
        Duration::from_nanos(self.0.waited_ns.swap(0, Ordering::Relaxed))
    }

    /// Runs `work` unless the call is ended first; then `work` is dropped where it stands.
    pub(crate) async fn unless_fired<R>(
        &self,
        work: impl Future<Output = R>,
    ) -> Result<R, KillCause> {
        if let Some(cause) = self.cause() {
            return Err(cause);
        }
        let mut work = pin!(work);
        // Most calls are answered at once. They need neither signal nor clock: what takes long
        // gives way, because whatever blocks does so on a thread of its own.
        if let Poll::Ready(done) = poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await
        {
            return Ok(done);
        }
        let mut signal = pin!(self.0.signal.notified());
        signal.as_mut().enable();
        if let Some(cause) = self.cause() {
            return Err(cause);
        }
        // Real time, not tokio's: what is kept apart here is processor time, which no test pauses.
        let began = Instant::now();
        let ended = tokio::select! {
            biased;
            () = signal => Err(self.cause().unwrap_or(KillCause::Wall)),
            done = work => Ok(done),
        };
        let waited = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.0.waited_ns.fetch_add(waited, Ordering::Relaxed);
        ended
    }
}
