//! Which journal a command means: a terminal's folder, the journal's own, or that of a profile.

use crate::error::CliError;
use caisson_core::Language;
use caisson_journal::JOURNAL_FILE;
use caisson_terminal::Profile;
use clap::Args;
use std::path::PathBuf;

/// A journal to look into.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Which {
    /// The terminal's folder, or the journal's own.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// The terminal's profile.
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
}

/// A journal, and how its terminal tells times and reasons.
pub(crate) struct Found {
    pub(crate) folder: PathBuf,
    /// Its terminal's profile, where there is one.
    pub(crate) profile: Option<PathBuf>,
    pub(crate) language: Language,
    pub(crate) utc_offset_minutes: i32,
}

impl Which {
    /// Finds it. A folder without a profile tells times in UTC, in English.
    pub(crate) fn find(&self) -> Result<Found, CliError> {
        let beside = self.folder.as_ref().map(|folder| folder.join("profile.toml"));
        let profile = self.profile.clone().or_else(|| beside.filter(|path| path.is_file()));
        if let Some(path) = profile {
            let profile = Profile::read(&path)?;
            return Ok(Found {
                folder: profile.journal,
                profile: Some(path),
                language: profile.language,
                utc_offset_minutes: profile.utc_offset_minutes,
            });
        }
        let folder = self.folder.clone().unwrap_or_default();
        let inner = folder.join("journal");
        let folder = if inner.join(JOURNAL_FILE).is_file() { inner } else { folder };
        Ok(Found { folder, profile: None, language: Language::En, utc_offset_minutes: 0 })
    }
}
