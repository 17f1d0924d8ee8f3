//! What one call of an app may use, and the meter that says no.

use std::time::Duration;
use wasmtime::ResourceLimiter;

/// Linear memory of one app, summed over all its memories, in bytes. A QR app uses about one
/// mebibyte; a language runtime with a collector some ten.
pub const MEMORY_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Table elements of one app, summed over all its tables: a table bomb stops here.
pub(crate) const TABLE_ELEMENTS_MAX: usize = 20_000;
/// Core instances of one app: a component has three of its own, a composed one some more.
pub(crate) const INSTANCES_MAX: u32 = 8;
/// Tables of one app: a component has two.
pub(crate) const TABLES_MAX: u32 = 4;
/// Memories of one app: a component has one, two components that are composed have two. Each
/// costs 4 GiB of addresses in every slot of the pool.
pub(crate) const MEMORIES_MAX: u32 = 2;
/// Resource handles that are alive at once.
pub(crate) const HANDLES_MAX: usize = 256;
/// Bytes that one host call may copy out of the app: the largest honest argument is a request of
/// 64 KiB.
pub(crate) const HOST_CALL_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of stdout and stderr of one call; what is over is dropped.
pub(crate) const LOG_BYTES_MAX: usize = 32 * 1024;
/// Requests to an acquirer in one second of a call, of every kind together: an app in a loop must
/// not flood it. The most eager honest app asks five times a second.
pub(crate) const REQUESTS_PER_SECOND_MAX: u32 = 10;
/// What an app is told that wants more.
pub(crate) const ASKED_TOO_OFTEN: &str =
    "more than 10 requests to the acquirer in a second; wait between them";
/// Length of one tick of the epoch: how soon a loop is noticed.
pub(crate) const TICK: Duration = Duration::from_millis(10);
/// Time that an app has after Cancel to return an outcome.
pub(crate) const CANCEL_GRACE: Duration = Duration::from_secs(20);

const _: () = assert!(HOST_CALL_BYTES_MAX < MEMORY_BYTES_MAX);

/// Time for one call: processor and wall clock apart, so that waiting for a customer costs nothing
/// and a loop is stopped soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Time in which the app itself was running, measured at each tick of 10 ms; what a host call
    /// waits is not counted. (A sleep of a language's own library counts as a tick and a half at
    /// most.)
    pub processor: Duration,
    /// Time in all.
    pub wall: Duration,
}

impl Budget {
    /// `services`: only data.
    pub const SERVICES: Self =
        Self { processor: Duration::from_millis(500), wall: Duration::from_secs(1) };
    /// `start`: people are involved.
    pub const START: Self =
        Self { processor: Duration::from_secs(5), wall: Duration::from_secs(600) };
    /// `serve`: as `start`.
    pub const SERVE: Self = Self::START;
    /// A kernel's transaction: half of it is arithmetic on keys of up to 1,984 bits. Its time in
    /// all is that of the call which it serves.
    pub const KERNEL: Self =
        Self { processor: Duration::from_secs(3), wall: Duration::from_secs(600) };
    /// `recover`: only the acquirer is involved.
    pub const RECOVER: Self =
        Self { processor: Duration::from_secs(2), wall: Duration::from_secs(120) };
}

/// Sums memory and tables over everything that the app has.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    memory_bytes: usize,
    table_elements: usize,
    /// What was refused, for the fault report.
    pub(crate) refused: Option<&'static str>,
}

impl ResourceLimiter for Meter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = self.memory_bytes.saturating_add(desired.saturating_sub(current));
        if total > MEMORY_BYTES_MAX {
            self.refused = Some("memory over 32 MiB");
            return Ok(false);
        }
        if is_over(desired, maximum) {
            return Ok(false);
        }
        self.memory_bytes = total;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = self.table_elements.saturating_add(desired.saturating_sub(current));
        if total > TABLE_ELEMENTS_MAX {
            self.refused = Some("tables over 20,000 elements");
            return Ok(false);
        }
        if is_over(desired, maximum) {
            return Ok(false);
        }
        self.table_elements = total;
        Ok(true)
    }

    fn instances(&self) -> usize {
        count(INSTANCES_MAX)
    }

    fn tables(&self) -> usize {
        count(TABLES_MAX)
    }

    fn memories(&self) -> usize {
        count(MEMORIES_MAX)
    }
}

/// What the app's own declared maximum refuses is not grown, so it must not be counted.
fn is_over(desired: usize, maximum: Option<usize>) -> bool {
    maximum.is_some_and(|maximum| desired > maximum)
}

fn count(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_summed_over_all_memories_of_an_app() {
        let mut meter = Meter::default();
        let half = MEMORY_BYTES_MAX / 2;
        assert!(meter.memory_growing(0, half, None).unwrap());
        assert!(meter.memory_growing(0, half, None).unwrap());
        assert!(!meter.memory_growing(0, 1, None).unwrap());
        assert_eq!(meter.refused, Some("memory over 32 MiB"));
    }

    #[test]
    fn growth_that_an_apps_own_maximum_refuses_is_not_counted() {
        let mut meter = Meter::default();
        assert!(!meter.memory_growing(0, MEMORY_BYTES_MAX, Some(65_536)).unwrap());
        assert!(!meter.table_growing(0, TABLE_ELEMENTS_MAX, Some(1)).unwrap());
        assert!(meter.memory_growing(0, MEMORY_BYTES_MAX, None).unwrap());
        assert!(meter.table_growing(0, TABLE_ELEMENTS_MAX, None).unwrap());
        assert_eq!(meter.refused, None);
    }
}
