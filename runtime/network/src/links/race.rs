//! A race with starts apart.
//!
//! Guarantees: at most one result leaves it; every other racer is dropped first, wherever it
//! stands. Where several are done at the same moment, the one that started first wins.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::timeout;

/// The first success. The first racer starts at once, each next one `apart` after the one before,
/// or at once when any fails.
///
/// # Errors
/// The last failure when all have failed; `None` when there was no racer.
pub(crate) async fn staggered<F, T, E>(racers: Vec<F>, apart: Duration) -> Result<T, Option<E>>
where
    F: Future<Output = Result<T, E>>,
{
    let mut waiting = racers.into_iter();
    let mut running: Vec<Pin<Box<F>>> = Vec::new();
    let mut last = None;
    loop {
        let next = waiting.next();
        let started = next.is_some();
        running.extend(next.map(Box::pin));
        if running.is_empty() {
            return Err(last);
        }
        let ended = poll_fn(|context| poll_each(&mut running, context));
        let ended = if started { timeout(apart, ended).await.ok() } else { Some(ended.await) };
        match ended {
            Some(Ok(won)) => return Ok(won),
            Some(Err(error)) => last = Some(error),
            None => {}
        }
    }
}

/// Polls each in its order; who has ended leaves.
fn poll_each<F: Future>(
    running: &mut Vec<Pin<Box<F>>>,
    context: &mut Context<'_>,
) -> Poll<F::Output> {
    for at in 0..running.len() {
        let Some(racer) = running.get_mut(at) else { break };
        if let Poll::Ready(ended) = racer.as_mut().poll(context) {
            drop(running.remove(at));
            return Poll::Ready(ended);
        }
    }
    Poll::Pending
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use tokio::time::{Instant, sleep};

    const APART: Duration = Duration::from_millis(250);

    /// Who did what, and at which millisecond.
    #[derive(Clone)]
    struct Notes(Instant, Arc<Mutex<Vec<String>>>);

    impl Notes {
        fn add(&self, what: &str) {
            self.1.lock().unwrap().push(format!("{what} {}", self.0.elapsed().as_millis()));
        }
    }

    /// Tells of a racer that was dropped before its end.
    struct Runs(Notes, &'static str, bool);

    impl Drop for Runs {
        fn drop(&mut self) {
            if !self.2 {
                self.0.add(&format!("{} dropped", self.1));
            }
        }
    }

    /// Racers as `name ends-after-ms ok|no`; what happened, and the result.
    async fn check(racers: &[(&'static str, u64, bool)], expected: &str) {
        let notes = Notes(Instant::now(), Arc::default());
        let raced = racers.iter().map(|(name, ms, ok)| {
            let notes = notes.clone();
            async move {
                notes.add(name);
                let mut runs = Runs(notes, name, false);
                sleep(Duration::from_millis(*ms)).await;
                runs.2 = true;
                if *ok { Ok(*name) } else { Err(*name) }
            }
        });
        let ended = staggered(raced.collect(), APART).await;
        notes.add(&format!("{ended:?}"));
        assert_eq!(notes.1.lock().unwrap().join(", "), expected);
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_starts_after_the_stagger_and_not_before() {
        check(&[("a", 249, true), ("b", 1, true)], "a 0, Ok(\"a\") 249").await;
        check(&[("a", 9_000, true), ("b", 3, true)], "a 0, b 250, a dropped 253, Ok(\"b\") 253")
            .await;
        check(
            &[("a", 9_000, true), ("b", 9_000, true), ("c", 4, true)],
            "a 0, b 250, c 500, a dropped 504, b dropped 504, Ok(\"c\") 504",
        )
        .await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_starts_the_next_at_once() {
        check(&[("a", 5, false), ("b", 1, true)], "a 0, b 5, Ok(\"b\") 6").await;
        check(
            &[("a", 300, false), ("b", 900, true), ("c", 1, true)],
            "a 0, b 250, c 300, b dropped 301, Ok(\"c\") 301",
        )
        .await;
    }

    #[tokio::test(start_paused = true)]
    async fn an_early_racer_may_still_win_late() {
        check(&[("a", 400, true), ("b", 9_000, true)], "a 0, b 250, b dropped 400, Ok(\"a\") 400")
            .await;
        check(&[("a", 400, true), ("b", 10, false)], "a 0, b 250, Ok(\"a\") 400").await;
    }

    #[tokio::test(start_paused = true)]
    async fn of_two_that_are_done_together_the_first_wins_and_the_second_is_dropped() {
        let racers = [("a", 300, true), ("b", 50, true)];
        check(&racers, "a 0, b 250, b dropped 300, Ok(\"a\") 300").await;
    }

    #[tokio::test(start_paused = true)]
    async fn when_all_fail_the_last_failure_is_told() {
        check(&[("a", 700, false), ("b", 10, false)], "a 0, b 250, Err(Some(\"a\")) 700").await;
        check(&[], "Err(None) 0").await;
    }
}
