//! What anybody at the terminal can set, live and over restarts.
//!
//! Guarantee: nothing about money waits for it. A file that cannot be read gives the profile's
//! language and the defaults, one that cannot be written leaves the change until the next start;
//! both are logged. Deliberately not here: who may set what, and how it looks.

use caisson_core::Language;
use caisson_core::desk::Settings;
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The file's name, beside the journal's folder.
const FILE: &str = "settings.json";
/// Largest such file, in bytes: three words.
const BYTES_MAX: u64 = 1024;

/// Why settings are not as somebody set them. Owner: set them again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    /// The file cannot be read or written.
    #[error("{path}: {source}; check the medium and the rights of the folder")]
    File {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// Too large to be settings.
    #[error("{path}: {bytes} bytes, limit {BYTES_MAX}; set language, look and volume again")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// Not settings.
    #[error("{path}: {error}; set language, look and volume again")]
    Form {
        /// The file.
        path: PathBuf,
        /// The parser's words.
        error: serde_json::Error,
    },
}

/// The settings, and where they are kept.
#[derive(Debug)]
pub(crate) struct SettingsBook {
    file: PathBuf,
    now: Mutex<Settings>,
}

impl SettingsBook {
    /// What was set last; where nothing was, or it cannot be read, the profile's `language` and the
    /// defaults.
    pub(crate) fn open(journal: &Path, language: Language) -> Self {
        let file = journal.with_file_name(FILE);
        let found = read(&file).unwrap_or_else(|error| {
            tracing::error!(%error, "the terminal starts with its first settings");
            None
        });
        let now = found.unwrap_or(Settings { language, ..Settings::default() });
        Self { file, now: Mutex::new(now) }
    }

    /// The settings now.
    pub(crate) fn now(&self) -> Settings {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts at once, and after a restart where the file could be written.
    pub(crate) async fn set(&self, settings: Settings) -> Result<(), SettingsError> {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = settings;
        let file = self.file.clone();
        let written = tokio::task::spawn_blocking(move || write(&file, settings)).await;
        written.unwrap_or_else(|error| {
            let source = std::io::Error::other(error);
            Err(SettingsError::File { path: self.file.clone(), source })
        })
    }
}

fn read(path: &Path) -> Result<Option<Settings>, SettingsError> {
    let wrong = |source| SettingsError::File { path: path.to_owned(), source };
    let bytes = match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        found => found.map_err(wrong)?.len(),
    };
    if bytes > BYTES_MAX {
        return Err(SettingsError::TooLarge { path: path.to_owned(), bytes });
    }
    let text = fs::read(path).map_err(wrong)?;
    let settings = serde_json::from_slice(&text);
    settings.map(Some).map_err(|error| SettingsError::Form { path: path.to_owned(), error })
}

/// Under a working name first: a power cut leaves the old settings or the new ones.
fn write(path: &Path, settings: Settings) -> Result<(), SettingsError> {
    let wrong = |source| SettingsError::File { path: path.to_owned(), source };
    let text = serde_json::to_vec(&settings)
        .map_err(|error| SettingsError::Form { path: path.to_owned(), error })?;
    let new = path.with_extension("json.new");
    let mut file = File::create(&new).map_err(wrong)?;
    file.write_all(&text).and_then(|()| file.sync_all()).map_err(wrong)?;
    fs::rename(&new, path).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use caisson_core::desk::{Theme, Volume};

    const SET: Settings =
        Settings { language: Language::Zh, theme: Theme::Dark, volume: Volume::Low };

    #[tokio::test]
    async fn what_was_set_is_there_after_a_restart_and_damage_gives_the_defaults() {
        let home = tempfile::TempDir::new().unwrap();
        let journal = home.path().join("journal");
        let open = || SettingsBook::open(&journal, Language::En);
        assert_eq!(open().now(), Settings::default());
        open().set(SET).await.unwrap();
        assert_eq!(open().now(), SET);
        let file = home.path().join(FILE);
        for damage in ["{\"language\":\"fr\"}".to_owned(), "x".repeat(2_000), String::new()] {
            fs::write(&file, damage).unwrap();
            assert_eq!(open().now(), Settings::default());
        }
    }

    #[tokio::test]
    async fn what_cannot_be_kept_counts_until_the_next_start() {
        let home = tempfile::TempDir::new().unwrap();
        let book = SettingsBook::open(&home.path().join("gone/journal"), Language::En);
        let error = book.set(SET).await.unwrap_err().to_string();
        assert!(error.ends_with("check the medium and the rights of the folder"), "{error}");
        assert_eq!(book.now(), SET);
    }
}
