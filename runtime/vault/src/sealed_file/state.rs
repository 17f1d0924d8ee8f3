//! Card keys that change, in memory and as bytes: DUKPT counters and session keys.
//!
//! Guarantees: the same state has the same bytes, and bytes that are not exactly one state are
//! none. Buffers with keys in them are wiped.

use super::record::{cipher_key, code};
use crate::card::CipherKey;
use crate::{SLOTS_MAX, Slot, Usage};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// Most session keys in one state: some for each master key.
pub(super) const STATE_SESSIONS_MAX: usize = 64;
/// Largest state, in bytes; for each entry a name, and for a session key what it needs.
pub(super) const STATE_BYTES_MAX: usize = 16 * 1024;
const COUNTER_BYTES_MAX: usize = 1 + crate::SLOT_CHARS_MAX + 4;
const SESSION_BYTES_MAX: usize = 2 * (1 + crate::SLOT_CHARS_MAX) + 3 + 32;
const _: () = assert!(
    10 + SLOTS_MAX * COUNTER_BYTES_MAX + STATE_SESSIONS_MAX * SESSION_BYTES_MAX <= STATE_BYTES_MAX
);
const _: () = assert!(SLOTS_MAX <= 255 && STATE_SESSIONS_MAX <= 255);

/// A session key that a sign-on loaded.
#[derive(Clone)]
pub(super) struct Session {
    pub(super) usage: Usage,
    /// The slot of its master key.
    pub(super) master: Slot,
    pub(super) key: CipherKey,
}

/// All that changes.
#[derive(Clone, Default)]
pub(super) struct State {
    /// Goes up with each change, so that an older copy can be told from a newer one.
    pub(super) generation: u64,
    /// The last counter that was taken of each initial key; none before the first.
    pub(super) counters: BTreeMap<Slot, u32>,
    pub(super) sessions: BTreeMap<Slot, Session>,
}

impl State {
    /// The state as bytes; `None` if it is larger than a state can be.
    pub(super) fn to_bytes(&self) -> Option<Zeroizing<Vec<u8>>> {
        if self.sessions.len() > STATE_SESSIONS_MAX {
            return None;
        }
        // Room for all of it at once: a growing buffer would leave copies that nobody wipes.
        let mut out = Zeroizing::new(Vec::with_capacity(STATE_BYTES_MAX));
        out.extend_from_slice(&self.generation.to_be_bytes());
        out.push(u8::try_from(self.counters.len()).ok()?);
        for (slot, counter) in &self.counters {
            put(&mut out, slot.as_str().as_bytes())?;
            out.extend_from_slice(&counter.to_be_bytes());
        }
        out.push(u8::try_from(self.sessions.len()).ok()?);
        for (slot, session) in &self.sessions {
            put(&mut out, slot.as_str().as_bytes())?;
            put(&mut out, session.master.as_str().as_bytes())?;
            out.push(usage_code(session.usage)?);
            out.push(code(session.key.algorithm()));
            put(&mut out, session.key.as_bytes())?;
        }
        Some(out)
    }

    /// The state in `bytes`; `None` if they are not what [`State::to_bytes`] gave.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = Reader(bytes);
        let mut state = Self { generation: u64::from_be_bytes(rest.array()?), ..Self::default() };
        for _ in 0..rest.byte()? {
            let slot = rest.slot()?;
            state.counters.insert(slot, u32::from_be_bytes(rest.array()?));
        }
        for _ in 0..rest.byte()? {
            let (slot, master) = (rest.slot()?, rest.slot()?);
            let usage = usage_of(rest.byte()?)?;
            let cipher = rest.byte()?;
            let key = cipher_key(cipher, rest.counted()?)?;
            state.sessions.insert(slot, Session { usage, master, key });
        }
        rest.0.is_empty().then_some(state)
    }
}

fn usage_code(usage: Usage) -> Option<u8> {
    match usage {
        Usage::PinEncryption => Some(1),
        Usage::Mac => Some(2),
        _ => None,
    }
}

fn usage_of(code: u8) -> Option<Usage> {
    match code {
        1 => Some(Usage::PinEncryption),
        2 => Some(Usage::Mac),
        _ => None,
    }
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    out.push(u8::try_from(bytes.len()).ok()?);
    out.extend_from_slice(bytes);
    Some(())
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    fn counted(&mut self) -> Option<&'a [u8]> {
        let count = self.byte()?;
        self.take(count.into())
    }

    fn slot(&mut self) -> Option<Slot> {
        std::str::from_utf8(self.counted()?).ok()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn slots(range: std::ops::Range<usize>) -> impl Iterator<Item = Slot> {
        range.map(|n| format!("{n:040}").parse().unwrap())
    }

    fn full() -> State {
        let session = |slot: Slot| {
            let key = CipherKey::aes256(&[9; 32]);
            (slot.clone(), Session { usage: Usage::Mac, master: slot, key })
        };
        State {
            generation: u64::MAX,
            counters: slots(0..SLOTS_MAX).map(|slot| (slot, u32::MAX)).collect(),
            sessions: slots(0..STATE_SESSIONS_MAX).map(session).collect(),
        }
    }

    #[test]
    fn the_largest_state_fits_and_reads_back() {
        let bytes = full().to_bytes().unwrap();
        assert!(bytes.len() <= STATE_BYTES_MAX, "{}", bytes.len());
        let read = State::from_bytes(&bytes).unwrap();
        assert_eq!(*read.to_bytes().unwrap(), *bytes);
    }

    #[test]
    fn a_state_that_is_cut_or_has_more_is_none() {
        let bytes = full().to_bytes().unwrap();
        for length in 0..bytes.len() {
            assert!(State::from_bytes(&bytes[..length]).is_none(), "{length}");
        }
        assert!(State::from_bytes(&[&bytes, [0].as_slice()].concat()).is_none());
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_state_or_none(bytes: Vec<u8>) {
            if let Some(state) = State::from_bytes(&bytes) {
                prop_assert!(state.to_bytes().is_some_and(|again| again.len() <= bytes.len()));
            }
        }
    }
}
