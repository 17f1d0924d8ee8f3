//! Guests that do not come back, and one that only seems so.

use caisson_sdk::{Outcome, Stop, reason, ui};
use std::hint::black_box;
use std::time::Duration;

/// Counts for ever.
pub(crate) fn spin() -> ! {
    let mut count = 0_u64;
    loop {
        count = black_box(count.wrapping_add(1));
    }
}

/// Honest: looks again each second for almost ten minutes, and does nothing in between.
pub(crate) fn poll() -> Result<Outcome, Stop> {
    for _ in 0..590 {
        ui::wait(Duration::from_secs(1))?;
    }
    Ok(Outcome::cancelled(reason::NOBODY_ACTED))
}

/// Sleeps by its language's own library, where the terminal's Cancel does not reach.
pub(crate) fn sleep() -> ! {
    loop {
        std::thread::sleep(Duration::from_secs(3_600));
    }
}

/// Waits again whatever it is told.
pub(crate) fn ignore_cancel() -> ! {
    loop {
        let _ = ui::wait(Duration::from_secs(300));
    }
}
