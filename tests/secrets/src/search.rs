//! The search itself: all forms of all planted values in one pass.

use crate::form::{Needle, Planted};
use aho_corasick::{AhoCorasick, BuildError};
use std::collections::BTreeSet;
use std::fmt;

/// Signs of what stands around a find that are told, on either side.
const AROUND_BYTES: usize = 24;

/// A search for planted values.
pub struct Search {
    needles: Vec<Needle>,
    automaton: AhoCorasick,
}

/// A planted value that stands where it must not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Which value, and in which form.
    pub what: String,
    /// Where it begins, in bytes.
    pub at: usize,
    /// What stands around it, signs that cannot be printed as dots.
    pub around: String,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {}", self.what, self.at, self.around)
    }
}

impl fmt::Debug for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Search").field("forms", &self.needles.len()).finish_non_exhaustive()
    }
}

impl Search {
    /// A search for `planted`.
    ///
    /// # Errors
    /// More forms than the automaton can hold; a few thousand values.
    pub fn new(planted: impl IntoIterator<Item = Planted>) -> Result<Self, BuildError> {
        let mut seen = BTreeSet::new();
        let needles: Vec<Needle> = planted
            .into_iter()
            .flat_map(|planted| planted.needles())
            .filter(|needle| seen.insert((needle.bytes.clone(), needle.before, needle.after)))
            .collect();
        let automaton = AhoCorasick::new(needles.iter().map(|needle| &needle.bytes))?;
        Ok(Self { needles, automaton })
    }

    /// Every find in `bytes`, from the first on.
    #[must_use]
    pub fn find(&self, bytes: &[u8]) -> Vec<Found> {
        let hits = self.automaton.find_overlapping_iter(bytes).filter_map(|hit| {
            let needle = self.needles.get(hit.pattern().as_usize())?;
            let before = hit.start().checked_sub(1).and_then(|at| bytes.get(at));
            let fits = needle.before.is_none_or(|low| before.is_some_and(|b| b & 0x0F == low))
                && needle
                    .after
                    .is_none_or(|high| bytes.get(hit.end()).is_some_and(|b| b >> 4 == high));
            fits.then(|| Found {
                what: needle.name.clone(),
                at: hit.start(),
                around: around(bytes, hit.start(), hit.end()),
            })
        });
        hits.collect()
    }
}

fn around(bytes: &[u8], start: usize, end: usize) -> String {
    let from = start.saturating_sub(AROUND_BYTES);
    let to = end.saturating_add(AROUND_BYTES).min(bytes.len());
    let signs = bytes.get(from..to).unwrap_or_default().iter();
    signs.map(|byte| if byte.is_ascii_graphic() { char::from(*byte) } else { '.' }).collect()
}
