//! Why a verb ended early: who is guilty, where, and what to do.

use std::{fmt, io};

/// Why a verb ended early.
#[derive(Debug)]
pub(crate) enum Error {
    /// The command line is wrong. Whoever typed it: see `cargo xtask --help`.
    Usage(String),
    /// Something must be installed first. Whoever owns the machine: run the line.
    Missing(String),
    /// A command that was started ended with an error, and has said why itself.
    Command {
        /// The command as one would type it.
        line: String,
        /// Its exit status; `None` where a signal ended it.
        status: Option<i32>,
        /// Its last words, where they were kept.
        quote: String,
    },
    /// A command could not be started, or a file could not be used.
    Io {
        /// What was being done.
        doing: String,
        /// What the system said.
        source: io::Error,
    },
    /// Something is not as it must be; the text says what, and what to do.
    Wrong(String),
    /// So many steps failed; the table above says which.
    Steps(usize),
}

impl Error {
    /// For `map_err`: the system's word about what was being done.
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Io { doing, source }
    }

    /// The exit status: 2 for a wrong command line, that of a command that failed, else 1.
    pub(crate) fn status(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Command { status: Some(status), .. } => u8::try_from(*status).unwrap_or(1),
            _ => 1,
        }
    }

    /// The last words of a command that failed, where they were kept.
    pub(crate) fn quote(&self) -> Option<&str> {
        match self {
            Self::Command { quote, .. } if !quote.is_empty() => Some(quote),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) => write!(f, "{text}\nSee `cargo xtask --help`."),
            Self::Missing(text) | Self::Wrong(text) => f.write_str(text),
            Self::Command { line, status: Some(status), .. } => {
                write!(f, "`{line}` failed with exit status {status}; its own words stand above")
            }
            Self::Command { line, status: None, .. } => write!(f, "`{line}` was ended by a signal"),
            Self::Io { doing, source } => write!(f, "{doing}: {source}"),
            Self::Steps(failed) => write!(f, "{failed} steps failed; the table says which"),
        }
    }
}

impl std::error::Error for Error {}
