//! `[token]`: the key token that holds this terminal's keys.

use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Where the token is. Without one, the keys are in a file, and are worth what a file is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenProfile {
    /// The maker's PKCS#11 library.
    pub module: PathBuf,
    /// The token's label.
    pub label: String,
    /// File with the user's PIN on its one line; only the terminal's own account may read it.
    pub pin: PathBuf,
}

impl TokenProfile {
    /// The same with the PIN's file looked for beside the profile.
    pub(super) fn at_home(self, home: &Path) -> Self {
        Self { pin: home.join(self.pin), ..self }
    }
}
