//! What the environment wants to happen at a point.

use crate::{CUT_AT, Point, TRACE};
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

/// What this process was started for.
struct Wish {
    cut_at: Option<CutAt>,
    trace: Option<Mutex<File>>,
    passed: AtomicUsize,
}

enum CutAt {
    /// The n-th of all points that are passed, from 1.
    Number(usize),
    /// The first with this name.
    Name(String),
}

static WISH: LazyLock<Wish> = LazyLock::new(|| Wish {
    cut_at: std::env::var(CUT_AT).ok().map(|text| match text.parse() {
        Ok(number) => CutAt::Number(number),
        Err(_) => CutAt::Name(text),
    }),
    trace: std::env::var_os(TRACE)
        .and_then(|path| OpenOptions::new().create(true).append(true).open(path).ok())
        .map(Mutex::new),
    passed: AtomicUsize::new(0),
});

pub(crate) fn pass(point: Point<'_>) {
    let wish = &*WISH;
    if let Some(trace) = &wish.trace {
        let mut file = trace.lock().unwrap_or_else(PoisonError::into_inner);
        // A trace that cannot be written is missed by whoever asked for it.
        let _ = writeln!(file, "{point}");
    }
    let number = wish.passed.fetch_add(1, Ordering::SeqCst) + 1;
    let is_here = match &wish.cut_at {
        None => false,
        Some(CutAt::Number(wanted)) => number == *wanted,
        Some(CutAt::Name(wanted)) => point.to_string() == *wanted,
    };
    if is_here {
        cut_power();
    }
}

/// Kills this process. Nothing is flushed, closed or told.
pub fn cut_power() {
    let own = rustix::process::getpid();
    // A process can always signal itself; if not, the parent sees an ending of another kind.
    let _ = rustix::process::kill_process(own, rustix::process::Signal::KILL);
    // The signal is pending before the call returns; nothing more may be written meanwhile.
    loop {
        std::thread::park();
    }
}
