//! Ending a call from outside: processor loops by the epoch, waits by a signal.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use tokio::sync::Notify;

/// Why a call was ended from outside.
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
            Self::Processor => "used up its processor time",
            Self::Wall => "did not return in time",
            Self::Cancel => "did not return within 20 seconds after Cancel",
        })
    }
}

impl std::error::Error for KillCause {}

#[derive(Debug, Default)]
struct Shared {
    cause: AtomicU8,
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

    /// Runs `work` unless the call is ended first.
    pub(crate) async fn unless_fired<R>(
        &self,
        work: impl Future<Output = R>,
    ) -> Result<R, KillCause> {
        let signal = self.0.signal.notified();
        tokio::pin!(signal);
        signal.as_mut().enable();
        if let Some(cause) = self.cause() {
            return Err(cause);
        }
        tokio::select! {
            biased;
            () = signal => Err(self.cause().unwrap_or(KillCause::Wall)),
            done = work => Ok(done),
        }
    }
}
