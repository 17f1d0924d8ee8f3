//! What the owner's rules count: earlier payments, and what hour it is.
//!
//! Guarantee: setting the clock gets nobody past a limit while the terminal runs. A payment of this
//! run has the age that passed since, whatever the clock says; only of payments before a restart is
//! the clock of then and now believed.

use crate::terminal::Inner;
use caisson_core::PaymentKey;
use caisson_core::risk::{Earlier, When};
use caisson_journal::{Journal, JournalError, PaymentRow, WallTime};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// One day.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// So many payments in a row that are too old to count, and reading back ends: more than one, for
/// payments of an hour when the clock was wrong stand between the others.
const OLD_ENOUGH: u32 = 100;

/// When the payments of this run began, by the clock that nobody sets.
#[derive(Debug, Default)]
pub(crate) struct Begun(Mutex<Arc<BTreeMap<PaymentKey, Instant>>>);

impl Begun {
    /// Notes that `key` begins now, and forgets what is older than a day.
    pub(crate) fn note(&self, key: PaymentKey) {
        let mut begun = self.lock();
        let begun = Arc::make_mut(&mut begun);
        begun.retain(|_, at| at.elapsed() < DAY);
        begun.insert(key, Instant::now());
    }

    fn lock(&self) -> MutexGuard<'_, Arc<BTreeMap<PaymentKey, Instant>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The clock and the run's own memory at one moment.
pub(crate) struct Past {
    now: WallTime,
    utc_offset_minutes: i32,
    begun: Arc<BTreeMap<PaymentKey, Instant>>,
    counts: bool,
}

impl Inner {
    /// What the rules can be told now.
    pub(crate) fn past(&self) -> Past {
        let counting = |when| matches!(when, When::DayAbove(_) | When::MoreThan { .. });
        Past {
            now: self.clock.now(),
            utc_offset_minutes: self.utc_offset_minutes,
            begun: Arc::clone(&self.begun.lock()),
            counts: self.limits.rules.iter().any(|rule| counting(rule.when)),
        }
    }
}

impl Past {
    /// The minute of the shop's day.
    pub(crate) fn minute(&self) -> u16 {
        u16::try_from(self.local(self.now).1 / 60).unwrap_or(0)
    }

    /// The payments that a rule may count; none where no rule counts.
    pub(crate) fn earlier(&self, journal: &Journal) -> Result<Vec<Earlier>, JournalError> {
        let (mut earlier, mut old) = (Vec::new(), 0);
        if self.counts {
            journal.newest_first(|row| {
                let past = self.of(row);
                let is_old = past.as_ref().is_none_or(|past| !past.is_today && past.age >= DAY);
                old = if is_old { old + 1 } else { 0 };
                earlier.extend(past.filter(|_| !is_old));
                old < OLD_ENOUGH
            })?;
        }
        Ok(earlier)
    }

    /// One payment; `None` where it took nothing.
    fn of(&self, row: PaymentRow) -> Option<Earlier> {
        let minor = row.moved_or_may_have()?.minor();
        let (today, second) = self.local(self.now);
        let since_midnight = Duration::from_secs(second);
        let (is_today, age) = match self.begun.get(&row.key).map(Instant::elapsed) {
            Some(age) => (age <= since_midnight, age),
            None => {
                let ago = self.now.ms.checked_sub(row.first_at.ms);
                let age = ago.map_or(Duration::MAX, Duration::from_millis);
                (self.local(row.first_at).0 == today, age)
            }
        };
        Some(Earlier { kind: row.kind, app: row.app, minor, is_today, age })
    }

    /// The shop's day, and the second in it.
    fn local(&self, at: WallTime) -> (i64, u64) {
        const DAY_S: i64 = 24 * 60 * 60;
        let seconds = i64::try_from(at.ms / 1_000).unwrap_or(i64::MAX);
        let local = seconds.saturating_add(i64::from(self.utc_offset_minutes) * 60);
        (local.div_euclid(DAY_S), u64::try_from(local.rem_euclid(DAY_S)).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use caisson_core::payment::{Kind, State};
    use caisson_core::{Currency, Money};
    use caisson_journal::Quality;

    /// 2026-11-22 14:00 in a shop at +08:00.
    const NOW_MS: u64 = 1_795_327_200_000;
    const HOUR_MS: u64 = 3_600_000;

    fn at(ms: u64) -> WallTime {
        WallTime { ms, quality: Quality::Guessed }
    }

    fn row(first_ms: u64, state: State) -> PaymentRow {
        let amount = Money::new(1_200, Currency::Cny).unwrap();
        let approved = state.has_moved_money().then(|| Money::new(700, Currency::Cny).unwrap());
        PaymentRow {
            key: "K1".parse().unwrap(),
            kind: Kind::Sale,
            app: "qr".to_owned(),
            service: "pay".to_owned(),
            state,
            amount,
            approved,
            original: None,
            merchant_order: None,
            reason: None,
            watched: false,
            first_seq: 1,
            first_at: at(first_ms),
            last_seq: 1,
            last_at: at(first_ms),
        }
    }

    fn past(now_ms: u64, begun: &[(&str, Instant)]) -> Past {
        let begun = begun.iter().map(|(key, at)| (key.parse().unwrap(), *at)).collect();
        Past { now: at(now_ms), utc_offset_minutes: 480, begun: Arc::new(begun), counts: true }
    }

    #[track_caller]
    fn check(past: &Past, first_ms: u64, is_today: bool, age: Duration) {
        let found = past.of(row(first_ms, State::Completed)).unwrap();
        assert_eq!((found.is_today, found.age), (is_today, age));
    }

    #[test]
    fn the_day_begins_at_the_shops_own_midnight() {
        let past = past(NOW_MS, &[]);
        assert_eq!(past.minute(), 14 * 60);
        let hours = |hours: u64| Duration::from_millis(hours * HOUR_MS);
        check(&past, NOW_MS - 14 * HOUR_MS, true, hours(14));
        check(&past, NOW_MS - 14 * HOUR_MS - 1, false, hours(14) + Duration::from_millis(1));
        // From before a restart, and dated ahead: of another day, and nobody knows how old.
        check(&past, NOW_MS + 10 * HOUR_MS, false, Duration::MAX);
    }

    #[tokio::test(start_paused = true)]
    async fn of_this_run_the_age_counts_and_not_the_clock() {
        let begun = Instant::now();
        tokio::time::sleep(Duration::from_secs(3_600)).await;
        let hour = Duration::from_secs(3_600);
        for dated in [0, NOW_MS - 1_000 * HOUR_MS, NOW_MS + 1_000 * HOUR_MS] {
            check(&past(NOW_MS, &[("K1", begun)]), dated, true, hour);
        }
        // Half an hour after midnight it is of yesterday.
        let midnight = NOW_MS - 14 * HOUR_MS;
        check(&past(midnight + HOUR_MS / 2, &[("K1", begun)]), 0, false, hour);
    }

    #[test]
    fn what_took_nothing_is_not_counted_and_what_is_unknown_is_counted_whole() {
        let past = past(NOW_MS, &[]);
        let counted = |state| past.of(row(NOW_MS, state)).map(|found| found.minor);
        assert_eq!(counted(State::Completed), Some(700));
        assert_eq!(counted(State::Unknown), Some(1_200));
        assert_eq!(counted(State::Parked), Some(1_200));
        assert_eq!(counted(State::Declined), None);
        assert_eq!(counted(State::Cancelled), None);
    }
}
