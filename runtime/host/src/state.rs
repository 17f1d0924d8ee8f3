//! What a store holds for one call of one app.

use crate::emv::Kernel;
use crate::kill::Kill;
use crate::limits::{HANDLES_MAX, Meter, REQUESTS_PER_SECOND_MAX, TICK};
use crate::log::Log;
use crate::printer::SHEETS_PER_MINUTE_MAX;
use crate::session::Session;
use caisson_core::permission::{Denied, Grants, Permit, Use};
use caisson_core::view::CHANGES_PER_SECOND_MAX;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

/// What all calls of an app share: the audit and the paper are counted for the app, not for a call.
#[derive(Debug)]
pub(crate) struct Shared {
    grants: Mutex<Grants>,
    sheets: Mutex<Rate>,
}

impl Shared {
    pub(crate) fn new(grants: Grants) -> Self {
        let sheets = Rate::new(SHEETS_PER_MINUTE_MAX, Duration::from_secs(60));
        Self { grants: Mutex::new(grants), sheets: Mutex::new(sheets) }
    }

    pub(crate) fn grants(&self) -> MutexGuard<'_, Grants> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One call's state.
pub(crate) struct CallState {
    pub(crate) table: ResourceTable,
    wasi: WasiCtx,
    pub(crate) meter: Meter,
    pub(crate) session: Arc<dyn Session>,
    shared: Arc<Shared>,
    pub(crate) kill: Kill,
    pub(crate) log: Log,
    /// What the app's `caisson:emv` is joined with.
    pub(crate) kernel: Option<Arc<Kernel>>,
    /// True while the app has a transaction of it.
    pub(crate) kernel_is_open: bool,
    processor: Processor,
    views: Rate,
    requests: Rate,
}

impl CallState {
    pub(crate) fn new(
        session: Arc<dyn Session>,
        shared: Arc<Shared>,
        kill: Kill,
        processor: Duration,
    ) -> Self {
        let log = Log::default();
        let wasi = WasiCtx::builder()
            .stdout(log.clone())
            .stderr(log.clone())
            .max_random_size(4_096)
            .build();
        let mut table = ResourceTable::new();
        table.set_max_capacity(HANDLES_MAX);
        Self {
            table,
            wasi,
            meter: Meter::default(),
            session,
            shared,
            kill,
            log,
            kernel: None,
            kernel_is_open: false,
            processor: Processor { left: processor, seen: std::time::Instant::now() },
            views: Rate::new(CHANGES_PER_SECOND_MAX, Duration::from_secs(1)),
            requests: Rate::new(REQUESTS_PER_SECOND_MAX, Duration::from_secs(1)),
        }
    }

    /// A permit for one use, or the refusal that the app gets; counted either way.
    pub(crate) fn permit<U: Use>(&self) -> Result<Permit<U>, Denied> {
        self.shared.grants().permit()
    }

    /// Counts the time in which the app ran; false when it has had all of it.
    pub(crate) fn may_run_on(&mut self) -> bool {
        self.processor.charge(self.kill.take_waited())
    }

    /// False when the app changes views too often.
    pub(crate) fn may_change_view(&mut self) -> bool {
        self.views.take()
    }

    /// False when the app asks the acquirer too often.
    pub(crate) fn may_ask_acquirer(&mut self) -> bool {
        self.requests.take()
    }

    /// False when the app prints too often.
    pub(crate) fn may_print(&mut self) -> bool {
        self.shared.sheets.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl WasiView for CallState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// Most that one tick costs: half a tick more than one, for no tick comes on the dot, and what the
/// late ones lost would make a loop's end late.
const CHARGE_MAX: Duration = TICK.saturating_add(Duration::from_millis(5));
const _: () = assert!(CHARGE_MAX.as_millis() * 2 == TICK.as_millis() * 3);

/// The processor time that a call has left. Real time, whatever a test does to the clock: it counts
/// work, not waiting.
#[derive(Debug)]
struct Processor {
    left: Duration,
    seen: std::time::Instant,
}

impl Processor {
    /// Called at each tick that finds the app running: takes what it ran since the last one, but
    /// never more than [`CHARGE_MAX`], since whoever ran longer was asked earlier, and the rest went
    /// to the host, to a sleep or to other processes.
    fn charge(&mut self, waited: Duration) -> bool {
        let now = std::time::Instant::now();
        let ran = now.duration_since(self.seen).saturating_sub(waited).min(CHARGE_MAX);
        self.seen = now;
        self.left = self.left.saturating_sub(ran);
        !self.left.is_zero()
    }
}

/// At most so many in any stretch of time of that length.
#[derive(Debug)]
struct Rate {
    max: u32,
    window: Duration,
    taken: VecDeque<Instant>,
}

impl Rate {
    const fn new(max: u32, window: Duration) -> Self {
        Self { max, window, taken: VecDeque::new() }
    }

    fn take(&mut self) -> bool {
        let now = Instant::now();
        while self.taken.front().is_some_and(|at| now.duration_since(*at) >= self.window) {
            self.taken.pop_front();
        }
        let may = u32::try_from(self.taken.len()).is_ok_and(|taken| taken < self.max);
        if may {
            self.taken.push_back(now);
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_second_has_more_than_ten_views_wherever_it_begins() {
        let mut rate = Rate::new(10, Duration::from_secs(1));
        assert!((0..4).all(|_| rate.take()));
        tokio::time::advance(Duration::from_millis(900)).await;
        assert!((0..6).all(|_| rate.take()));
        assert!(!rate.take());
        tokio::time::advance(Duration::from_millis(100)).await;
        assert!((0..4).all(|_| rate.take()));
        assert!(!rate.take());
    }

    /// Each tick finds the app running: what a loop does. It ends in the tick that its budget ends
    /// in, so within 10 ms of its deadline.
    #[test]
    fn a_loop_is_ended_by_the_very_tick_that_uses_up_its_budget() {
        let ticks = 50;
        let mut processor = Processor { left: TICK * ticks, seen: std::time::Instant::now() };
        for tick in 1..=ticks {
            let Some(seen) = std::time::Instant::now().checked_sub(TICK) else { return };
            processor.seen = seen;
            assert_eq!(processor.charge(Duration::ZERO), tick < ticks, "tick {tick}");
        }
    }

    #[test]
    fn what_the_host_waits_costs_an_app_nothing_and_a_pause_of_its_own_a_tick_and_a_half() {
        let hour = Duration::from_secs(3_600);
        let Some(seen) = std::time::Instant::now().checked_sub(hour) else { return };
        let mut processor = Processor { left: TICK * 2, seen };
        assert!(processor.charge(hour * 2));
        assert_eq!(processor.left, TICK * 2);
        processor.seen = seen;
        assert!(processor.charge(Duration::ZERO));
        assert_eq!(processor.left, TICK / 2);
        processor.seen = seen;
        assert!(!processor.charge(Duration::ZERO));
    }
}
