//! The wall clock, which is data for people and never decides anything about money.

use caisson_journal::{Quality, WallTime};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// Tells what time it is, and how far that can be trusted.
pub trait WallClock: Send + Sync {
    /// Now.
    fn now(&self) -> WallTime;
}

/// The system's clock. Nobody has vouched for it.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl WallClock for SystemClock {
    fn now(&self) -> WallTime {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        WallTime {
            ms: u64::try_from(since.as_millis()).unwrap_or(u64::MAX),
            quality: Quality::Guessed,
        }
    }
}

/// A clock that starts where it is told and moves with tokio's, so that a scenario's hours pass
/// in no time and its receipts are the same each time.
#[derive(Debug, Clone)]
pub struct TokioClock {
    start_ms: u64,
    began: Instant,
    /// How far it was set forward or back since, in milliseconds; shared by all clones.
    jumped_ms: Arc<AtomicI64>,
}

impl TokioClock {
    /// A clock that shows `start_ms` since 1970 now. Must be made inside a tokio runtime.
    #[must_use]
    pub fn starting_at(start_ms: u64) -> Self {
        Self { start_ms, began: Instant::now(), jumped_ms: Arc::default() }
    }

    /// Sets it and all its clones forward, or back where `ms` is negative, as a wrong time server
    /// or a person does.
    pub fn jump(&self, ms: i64) {
        self.jumped_ms.fetch_add(ms, Ordering::Relaxed);
    }
}

impl WallClock for TokioClock {
    fn now(&self) -> WallTime {
        let passed = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let ms = self.start_ms.saturating_add(passed);
        let jumped_ms = self.jumped_ms.load(Ordering::Relaxed);
        WallTime { ms: ms.saturating_add_signed(jumped_ms), quality: Quality::User }
    }
}

/// The shop's local time as people read it: `2026-11-22 14:05:33`.
#[must_use]
pub fn local_text(at: WallTime, utc_offset_minutes: i32) -> String {
    local(at, utc_offset_minutes).map_or_else(
        || "----".to_owned(),
        |t| {
            let (date, time) = (t.date(), t.time());
            format!(
                "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
                date.year(),
                u8::from(date.month()),
                date.day(),
                time.hour(),
                time.minute(),
                time.second()
            )
        },
    )
}

/// The shop's local date and time as cards and banks write them: `261122` and `140533`. A clock
/// before 2000 or after 2099 gives the first day of 2000, which every card takes for a wrong clock.
pub(crate) fn local_digits(at: WallTime, utc_offset_minutes: i32) -> (String, String) {
    match local(at, utc_offset_minutes) {
        Some(t) if (2000..2100).contains(&t.year()) => (
            format!("{:02}{:02}{:02}", t.year() % 100, u8::from(t.month()), t.day()),
            format!("{:02}{:02}{:02}", t.hour(), t.minute(), t.second()),
        ),
        _ => ("000101".to_owned(), "000000".to_owned()),
    }
}

fn local(at: WallTime, utc_offset_minutes: i32) -> Option<time::OffsetDateTime> {
    let seconds = i64::try_from(at.ms / 1_000).unwrap_or(0)
        + i64::from(utc_offset_minutes).saturating_mul(60);
    time::OffsetDateTime::from_unix_timestamp(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_time_is_the_shops_own() {
        let at = WallTime { ms: 1_795_327_533_000, quality: Quality::User };
        assert_eq!(local_text(at, 480), "2026-11-22 14:05:33");
        assert_eq!(local_text(at, 0), "2026-11-22 06:05:33");
        let digits = ("261122".to_owned(), "140533".to_owned());
        assert_eq!(local_digits(at, 480), digits);
        let wrong = WallTime { ms: 0, quality: Quality::Guessed };
        assert_eq!(local_digits(wrong, 0), ("000101".to_owned(), "000000".to_owned()));
    }
}
