//! Keeps a fault of the decoder inside: no unwinding past it, nothing on the terminal's stderr.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use super::DecodeError;

thread_local! {
    /// Whether this thread is inside [`guarded`], where a panic is an ordinary error.
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` and turns a panic into an error. The hook of the process is wrapped once: it stays
/// silent for guarded threads and is unchanged for all others.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, DecodeError> {
    static QUIET_HOOK: Once = Once::new();
    QUIET_HOOK.call_once(|| {
        let earlier = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !GUARDED.get() {
                earlier(info);
            }
        }));
    });
    let outer = GUARDED.replace(true);
    // What `work` borrows is read-only pixels; what it owned is gone, so nothing half-done is seen.
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    result.map_err(|_| DecodeError::Crashed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_and_the_next_call_works() {
        assert_eq!(guarded(|| [1][std::hint::black_box(2)]), Err(DecodeError::Crashed));
        assert_eq!(guarded(|| 7), Ok(7));
    }
}
