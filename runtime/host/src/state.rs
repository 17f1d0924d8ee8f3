//! What a store holds for one call of one app.

use crate::kill::Kill;
use crate::limits::{HANDLES_MAX, LOG_BYTES_MAX, Meter};
use crate::session::Session;
use caisson_core::permission::{Denied, Grants, Permit, Use};
use caisson_core::view::CHANGES_PER_SECOND_MAX;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

/// Grants are shared by all calls of an app, so that the audit counts them together.
pub(crate) type SharedGrants = Arc<Mutex<Grants>>;

/// One call's state.
pub(crate) struct CallState {
    pub(crate) table: ResourceTable,
    wasi: WasiCtx,
    pub(crate) meter: Meter,
    pub(crate) session: Arc<dyn Session>,
    grants: SharedGrants,
    pub(crate) kill: Kill,
    pub(crate) log: MemoryOutputPipe,
    pub(crate) ticks_left: u64,
    views: Rate,
    sheets: Rate,
}

impl CallState {
    pub(crate) fn new(
        session: Arc<dyn Session>,
        grants: SharedGrants,
        kill: Kill,
        ticks: u64,
    ) -> Self {
        let log = MemoryOutputPipe::new(LOG_BYTES_MAX);
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
            grants,
            kill,
            log,
            ticks_left: ticks,
            views: Rate::new(CHANGES_PER_SECOND_MAX, Duration::from_secs(1)),
            sheets: Rate::new(crate::printer::SHEETS_PER_MINUTE_MAX, Duration::from_secs(60)),
        }
    }

    /// A permit for one use, or the refusal that the app gets; counted either way.
    pub(crate) fn permit<U: Use>(&self) -> Result<Permit<U>, Denied> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner).permit()
    }

    /// False when the app changes views too often.
    pub(crate) fn may_change_view(&mut self) -> bool {
        self.views.take()
    }

    /// False when the app prints too often.
    pub(crate) fn may_print(&mut self) -> bool {
        self.sheets.take()
    }
}

impl WasiView for CallState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// At most so many in a window of time.
#[derive(Debug)]
struct Rate {
    max: u32,
    window: Duration,
    began: Option<Instant>,
    taken: u32,
}

impl Rate {
    const fn new(max: u32, window: Duration) -> Self {
        Self { max, window, began: None, taken: 0 }
    }

    fn take(&mut self) -> bool {
        let now = Instant::now();
        match self.began {
            Some(began) if now.duration_since(began) < self.window => {}
            _ => {
                self.began = Some(now);
                self.taken = 0;
            }
        }
        self.taken = self.taken.saturating_add(1);
        self.taken <= self.max
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_eleventh_view_in_a_second_is_refused_and_the_next_second_begins_anew() {
        let mut rate = Rate::new(10, Duration::from_secs(1));
        assert!((0..10).all(|_| rate.take()));
        assert!(!rate.take());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(rate.take());
    }
}
