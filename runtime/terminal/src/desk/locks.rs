//! How many codes of an operator may still be wrong.
//!
//! Guarantee: after [`TRIES`] wrong codes in a row none of that operator's is taken for [`REST`].
//! The journal holds each of them, so a restart gives no new tries, and a lock that was under way
//! begins anew with it.

use super::lock;
use caisson_core::desk::DeskEvent;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::Instant;

/// Codes that may be wrong, one after the other.
pub(super) const TRIES: u32 = 3;
/// How long no code is taken after that: a guesser has 36 tries an hour at a million codes.
pub(super) const REST: Duration = Duration::from_secs(5 * 60);

/// The codes of one operator that were keyed lately.
#[derive(Debug, Clone, Copy, Default)]
struct Tries {
    /// Wrong ones since the last right one.
    wrong: u32,
    locked_until: Option<Instant>,
}

/// Every operator's, by name.
#[derive(Debug, Default)]
pub(super) struct Locks(Mutex<BTreeMap<String, Tries>>);

impl Locks {
    /// As the journal's last event about each operator's codes says.
    pub(super) fn after_restart(last: &[DeskEvent]) -> Self {
        let of = |event: &DeskEvent| {
            let tries = match event {
                DeskEvent::WrongCode { left, .. } => {
                    Tries { wrong: TRIES.saturating_sub(*left), locked_until: None }
                }
                DeskEvent::Locked { .. } => {
                    Tries { wrong: 0, locked_until: Some(Instant::now() + REST) }
                }
                _ => Tries::default(),
            };
            Some((event.operator()?.name.clone(), tries))
        };
        Self(Mutex::new(last.iter().filter_map(of).collect()))
    }

    /// How long no code of `name` is taken; `None` where one is.
    pub(super) fn rest(&self, name: &str) -> Option<Duration> {
        let until = lock(&self.0).get(name)?.locked_until?;
        Some(until.saturating_duration_since(Instant::now()))
    }

    /// How many codes of `name` may still be wrong, after one more was.
    pub(super) fn wrong(&self, name: &str) -> u32 {
        let mut all = lock(&self.0);
        let tries = all.entry(name.to_owned()).or_default();
        tries.wrong = tries.wrong.saturating_add(1);
        let left = TRIES.saturating_sub(tries.wrong);
        if left == 0 {
            *tries = Tries { wrong: 0, locked_until: Some(Instant::now() + REST) };
        }
        left
    }

    /// A code of `name` was right.
    pub(super) fn right(&self, name: &str) {
        lock(&self.0).remove(name);
    }

    /// Ends the locks whose time is over, and names them.
    pub(super) fn end(&self) -> Vec<String> {
        let now = Instant::now();
        let mut all = lock(&self.0);
        let is_over = |tries: &Tries| tries.locked_until.is_some_and(|until| until <= now);
        let over: Vec<String> =
            all.iter().filter(|(_, tries)| is_over(tries)).map(|(name, _)| name.clone()).collect();
        all.retain(|_, tries| !is_over(tries));
        over
    }
}
