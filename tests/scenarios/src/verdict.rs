//! What a scenario came to: one line for a machine, a few for a person.

use serde::Serialize;
use std::fmt;

/// What a scenario came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Held {
    /// Everything that was checked.
    #[serde(rename = "holds")]
    Holds,
    /// Something did not hold, or a step could not be performed.
    #[serde(rename = "fails")]
    Fails,
    /// The file, the apps or the machine are not fit to run it.
    #[serde(rename = "cannot run")]
    CannotRun,
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Holds => "holds",
            Self::Fails => "FAILS",
            Self::CannotRun => "CANNOT RUN",
        })
    }
}

/// The verdict on one file; as JSON one line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// The file's name without its ending.
    pub name: String,
    /// Whether it holds.
    pub outcome: Held,
    /// Real seconds that it took.
    pub seconds: f64,
    /// What was checked and holds.
    pub checked: Vec<String>,
    /// What did not hold; the last lines of the transcript with it.
    pub failures: Vec<String>,
}

impl Verdict {
    /// True where everything holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.outcome == Held::Holds
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:10}  {}  ({:.1} s)", self.outcome, self.name, self.seconds)?;
        self.failures.iter().try_for_each(|failure| {
            let failure = failure.replace('\n', "\n    ");
            write!(f, "\n    {failure}")
        })
    }
}
