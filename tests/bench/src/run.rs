//! How much a bench does, and why one cannot.

/// Why a bench could not be run; its text is all that anybody needs.
pub(crate) type Failure = Box<dyn std::error::Error>;

/// How much a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// Enough to trust the figures.
    Full,
    /// Just enough to see that everything still runs; the figures say nothing.
    Smoke,
}

impl Scale {
    /// One of the two counts.
    pub(crate) const fn of(self, full: u32, smoke: u32) -> u32 {
        match self {
            Self::Full => full,
            Self::Smoke => smoke,
        }
    }
}
