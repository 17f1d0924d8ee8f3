//! What went wrong, for the person at the command line: kind, text, and what to do.

use std::fmt::Display;
use std::io::Write as _;

/// What kind of error it is; sets the exit status. A wrong command line, status 2, is told by the
/// parser of arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What was asked for did not succeed.
    Failed,
    /// Something around the command is missing or wrong.
    Environment,
    /// Nobody reads standard output any more; there is nobody to tell.
    Closed,
}

impl Kind {
    /// The exit status.
    pub(crate) const fn status(self) -> u8 {
        match self {
            Self::Failed | Self::Closed => 1,
            Self::Environment => 3,
        }
    }
}

/// An error as it is told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CliError {
    pub(crate) kind: Kind,
    text: String,
    hint: Option<String>,
}

impl CliError {
    pub(crate) fn new(kind: Kind, text: impl Display) -> Self {
        Self { kind, text: text.to_string().trim_end().to_owned(), hint: None }
    }

    pub(crate) fn failed(text: impl Display) -> Self {
        Self::new(Kind::Failed, text)
    }

    pub(crate) fn environment(text: impl Display) -> Self {
        Self::new(Kind::Environment, text)
    }

    /// Adds what to do.
    pub(crate) fn hinted(mut self, hint: impl Display) -> Self {
        self.hint = Some(hint.to_string());
        self
    }

    /// Ends the command with status 1 after everything has been said.
    pub(crate) const fn said() -> Self {
        Self { kind: Kind::Failed, text: String::new(), hint: None }
    }

    /// Writes it to standard error.
    pub(crate) fn tell(&self) {
        if self.kind == Kind::Closed || self.text.is_empty() {
            return;
        }
        let mut to = std::io::stderr().lock();
        // Where standard error is gone too, the exit status is all that is left.
        let _ = writeln!(to, "error: {}", self.text);
        if let Some(hint) = &self.hint {
            let _ = writeln!(to, "hint: {hint}");
        }
    }
}
