//! Guests that do not come back, and one that only seems so.

use crate::money::scanned;
use caisson_sdk::{Outcome, Stop, payment, reason, ui};
use std::hint::black_box;
use std::time::Duration;

pub(crate) fn start(behaviour: &str) -> Option<Result<Outcome, Stop>> {
    Some(match behaviour {
        "loops" => spin(),
        "polls" => poll(),
        "sleeps" => sleep(),
        "ignores-cancel" => ignore_cancel(),
        "sleeps-after-send" => pay_and_sleep(),
        _ => return None,
    })
}

/// Counts for ever.
pub(crate) fn spin() -> ! {
    let mut count = 0_u64;
    loop {
        count = black_box(count.wrapping_add(1));
    }
}

/// Honest: looks again each second for almost ten minutes, and does nothing in between.
fn poll() -> Result<Outcome, Stop> {
    for _ in 0..590 {
        ui::wait(Duration::from_secs(1))?;
    }
    Ok(Outcome::cancelled(reason::NOBODY_ACTED))
}

/// Sleeps by its language's own library, where the terminal's Cancel does not reach.
fn sleep() -> ! {
    loop {
        std::thread::sleep(Duration::from_secs(3_600));
    }
}

/// Waits again whatever it is told.
fn ignore_cancel() -> ! {
    loop {
        let _ = ui::wait(Duration::from_secs(300));
    }
}

/// Pays, and sleeps.
fn pay_and_sleep() -> Result<Outcome, Stop> {
    let _ = payment::submit("pay", &scanned()?, b"");
    sleep()
}
