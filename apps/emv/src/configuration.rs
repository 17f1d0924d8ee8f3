//! What an acquirer sets: three files of TOML, documented by their own comments in
//! `apps/emv/config`, each replaceable as a whole.
//!
//! Guarantee: a configuration that was read holds no value out of its range, and a file that is
//! refused names itself, the line and the remedy. Deliberately not here: where the files come from.

mod applications;
mod authorities;
pub(crate) mod fields;
mod terminal;

pub use applications::{Application, Contactless, RandomSelection};
pub use authorities::AuthorityKey;
pub(crate) use authorities::is_exponent;
pub use terminal::TerminalData;

use serde::de::DeserializeOwned;

/// Largest file, in bytes.
pub const FILE_BYTES_MAX: usize = 64 * 1024;

/// The files that the kernel brings; its authorities are the tests' and open no real card.
const TERMINAL: &[u8] = include_bytes!("../config/terminal.toml");
const APPLICATIONS: &[u8] = include_bytes!("../config/aids.toml");
const AUTHORITIES: &[u8] = include_bytes!("../config/capk.toml");

/// A file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {rule}")]
pub struct Wrong {
    /// `terminal.toml`, `aids.toml` or `capk.toml`.
    pub file: &'static str,
    /// From 1; 0 where it is the file as a whole.
    pub line: usize,
    /// What must be so.
    pub rule: String,
}

/// The three files, read and checked.
#[derive(Debug, Clone)]
pub struct Configuration {
    pub(crate) terminal: TerminalData,
    pub(crate) applications: Vec<Application>,
    pub(crate) authorities: Vec<AuthorityKey>,
}

impl Configuration {
    /// Reads the files; none stands for the one that the kernel brings.
    ///
    /// # Errors
    /// The first file that cannot be used.
    pub fn read(
        terminal: Option<&[u8]>,
        applications: Option<&[u8]>,
        authorities: Option<&[u8]>,
    ) -> Result<Self, Wrong> {
        Ok(Self {
            terminal: terminal::read(terminal.unwrap_or(TERMINAL))?,
            applications: applications::read(applications.unwrap_or(APPLICATIONS))?,
            authorities: authorities::read(authorities.unwrap_or(AUTHORITIES))?,
        })
    }

    /// What the terminal is.
    #[must_use]
    pub fn terminal(&self) -> &TerminalData {
        &self.terminal
    }

    /// The applications, in the file's order.
    #[must_use]
    pub fn applications(&self) -> &[Application] {
        &self.applications
    }

    /// The payment systems' keys.
    #[must_use]
    pub fn authorities(&self) -> &[AuthorityKey] {
        &self.authorities
    }
}

/// `bytes` as TOML of the shape `T`.
fn parse<T: DeserializeOwned>(file: &'static str, bytes: &[u8]) -> Result<T, Wrong> {
    let whole = |rule: String| Wrong { file, line: 0, rule };
    if bytes.len() > FILE_BYTES_MAX {
        return Err(whole(format!("at most {FILE_BYTES_MAX} bytes")));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| whole("text in UTF-8".to_owned()))?;
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(0, |before| before.matches('\n').count() + 1);
        Wrong { file, line, rule: error.message().trim_end().replace('\n', " ") }
    })
}
