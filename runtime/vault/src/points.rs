//! The vault's points: where a test cuts the power. What a token makes durable has none; it is in the
//! token's hands.

use caisson_points::{Deed, Point, Side};

/// The counter of a DUKPT key, before its key is used.
pub(crate) const COUNTER: &str = "key-counter";
/// The keys of a sign-on.
pub(crate) const SESSION_KEYS: &str = "session-keys";

/// Both sides of each change of what a sealed file keeps beside it.
#[must_use]
pub fn points() -> Vec<Point<'static>> {
    let sides = |of| [Side::Before, Side::After].map(|side| Point { side, deed: Deed::Commit, of });
    [COUNTER, SESSION_KEYS].into_iter().flat_map(sides).collect()
}
