//! The points of a payment at which a test can cut the power: before and after each commit, each
//! send and each receive.
//!
//! Guarantees: without the feature `on` a point is nothing at all, not even an instruction. With
//! it, a point does what the environment says ([`CUT_AT`], [`TRACE`]), and nothing where it says
//! nothing.
//!
//! Deliberately not here: which commits and operations there are (the rooms that own them name
//! their points), and what is checked after the cut (`caisson scenario --at-each-point`).

#[cfg(feature = "on")]
mod cut;

#[cfg(feature = "on")]
pub use cut::cut_power;

/// Environment: where this process is killed, as [`Point`] writes itself (the first time that it is
/// passed) or as a number (that point of all that are passed, from 1).
pub const CUT_AT: &str = "CAISSON_CUT_AT";
/// Environment: a file to which the name of each point is appended when it is passed, a line each.
pub const TRACE: &str = "CAISSON_POINTS_TRACE";

/// True where the points do something.
pub const IS_ON: bool = cfg!(feature = "on");

/// Which side of a deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Nothing of it has happened.
    Before,
    /// All of it has happened, and nobody has acted on it.
    After,
}

/// What cannot be taken back, or not be known, when the power fails around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Rows become durable; named by the kind of the first.
    Commit,
    /// The log moves into the database.
    Checkpoint,
    /// A request goes to the acquirer; named by the kind of its operation.
    Send,
    /// An answer comes from the acquirer; named by the kind of its operation.
    Receive,
}

/// A point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point<'a> {
    /// Which side of the deed.
    pub side: Side,
    /// The deed.
    pub deed: Deed,
    /// Of what.
    pub of: &'a str,
}

impl std::fmt::Display for Point<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let side = match self.side {
            Side::Before => "before",
            Side::After => "after",
        };
        let deed = match self.deed {
            Deed::Commit => "commit",
            Deed::Checkpoint => "checkpoint",
            Deed::Send => "send",
            Deed::Receive => "receive",
        };
        write!(f, "{side} {deed} {}", self.of)
    }
}

/// The deed is about to happen.
#[inline]
pub fn before(deed: Deed, of: &str) {
    pass(Point { side: Side::Before, deed, of });
}

/// The deed has happened.
#[inline]
pub fn after(deed: Deed, of: &str) {
    pass(Point { side: Side::After, deed, of });
}

#[cfg(feature = "on")]
fn pass(point: Point<'_>) {
    cut::pass(point);
}

#[cfg(not(feature = "on"))]
#[inline]
const fn pass(_: Point<'_>) {}
