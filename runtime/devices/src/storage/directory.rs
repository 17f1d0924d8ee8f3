//! Values as files: a folder for each app, a file for each value.
//!
//! A value is written to a file of another name, flushed, renamed over the old one, and the folder
//! flushed: at every moment the disk holds the old value or the new one. File names begin with `v.`
//! for a value and `t.` for one in the making, so that no key can name anything else.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::{
    APP_BYTES_MAX, KEY_CHARS_MAX, KEYS_MAX, StorageError, StorageKey, VALUE_BYTES_MAX, is_key_byte,
};

const VALUE_PREFIX: &str = "v.";
const MAKING: &str = "t.value";

/// The values of all apps under one folder.
#[derive(Clone)]
pub struct Directory {
    folder: PathBuf,
    /// One change at a time: the quota is checked and kept within it.
    change: Arc<Mutex<()>>,
}

impl Directory {
    /// The values under `folder`, which is made where it is missing.
    ///
    /// # Errors
    /// [`StorageError::Full`], [`StorageError::Failed`].
    pub fn open(folder: &Path) -> Result<Self, StorageError> {
        fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
        Ok(Self { folder: folder.to_owned(), change: Arc::new(Mutex::new(())) })
    }

    /// Where the values are.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// See [`Storage::get`](super::Storage::get).
    ///
    /// # Errors
    /// [`StorageError::BadHolder`], [`StorageError::Failed`].
    pub async fn get(
        &self,
        holder: &str,
        key: &StorageKey,
    ) -> Result<Option<Vec<u8>>, StorageError> {
        let path = self.app(holder)?.join(file_name(key));
        self.work(move || {
            let file = match File::open(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                file => file?,
            };
            let most = u64::try_from(VALUE_BYTES_MAX).unwrap_or(u64::MAX);
            let mut value = Vec::new();
            file.take(most.saturating_add(1)).read_to_end(&mut value)?;
            if value.len() > VALUE_BYTES_MAX {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a value is too large"));
            }
            Ok(Some(value))
        })
        .await
    }

    /// See [`Storage::set`](super::Storage::set).
    ///
    /// # Errors
    /// Every [`StorageError`].
    pub async fn set(
        &self,
        holder: &str,
        key: &StorageKey,
        value: &[u8],
    ) -> Result<(), StorageError> {
        if value.len() > VALUE_BYTES_MAX {
            return Err(StorageError::TooLarge { bytes: value.len() });
        }
        let (app, key, value) = (self.app(holder)?, key.clone(), value.to_vec());
        let (change, folder) = (Arc::clone(&self.change), self.folder.clone());
        self.work(move || {
            let _one_at_a_time = change.lock().unwrap_or_else(PoisonError::into_inner);
            let mut sizes = sizes(&app)?;
            sizes.insert(key.clone(), value.len());
            if sizes.len() > KEYS_MAX {
                return Ok(Err(StorageError::TooManyKeys));
            }
            let bytes = sizes.values().copied().fold(0, usize::saturating_add);
            if bytes > APP_BYTES_MAX {
                return Ok(Err(StorageError::OverQuota { bytes }));
            }
            replace(&folder, &app, &file_name(&key), &value).map(Ok)
        })
        .await?
    }

    /// See [`Storage::delete`](super::Storage::delete).
    ///
    /// # Errors
    /// [`StorageError::BadHolder`], [`StorageError::Full`], [`StorageError::Failed`].
    pub async fn delete(&self, holder: &str, key: &StorageKey) -> Result<bool, StorageError> {
        let (app, name) = (self.app(holder)?, file_name(key));
        let change = Arc::clone(&self.change);
        self.work(move || {
            let _one_at_a_time = change.lock().unwrap_or_else(PoisonError::into_inner);
            match fs::remove_file(app.join(name)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
                removed => removed.and_then(|()| flush_folder(&app)).map(|()| true),
            }
        })
        .await
    }

    /// See [`Storage::keys`](super::Storage::keys).
    ///
    /// # Errors
    /// [`StorageError::BadHolder`], [`StorageError::Failed`].
    pub async fn keys(&self, holder: &str) -> Result<Vec<StorageKey>, StorageError> {
        let app = self.app(holder)?;
        self.work(move || Ok(sizes(&app)?.into_keys().collect())).await
    }

    /// The app's folder; the prefix keeps ids such as `..` harmless.
    fn app(&self, holder: &str) -> Result<PathBuf, StorageError> {
        let plain = holder.bytes().all(is_key_byte);
        if holder.is_empty() || holder.len() > KEY_CHARS_MAX || !plain {
            return Err(StorageError::BadHolder { holder: holder.to_owned() });
        }
        Ok(self.folder.join(format!("app.{holder}")))
    }

    /// Runs blocking work where it holds up nobody.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> Result<T, StorageError> {
        let done = tokio::task::spawn_blocking(work).await;
        let done = done.unwrap_or_else(|stopped| Err(io::Error::other(stopped)));
        done.map_err(|error| failed(&self.folder, &error))
    }
}

/// What the system said, in this room's words.
pub(crate) fn failed(folder: &Path, error: &io::Error) -> StorageError {
    let folder = folder.to_owned();
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StorageError::Full { folder },
        _ => StorageError::Failed { folder, cause: error.to_string() },
    }
}

fn file_name(key: &StorageKey) -> String {
    format!("{VALUE_PREFIX}{key}")
}

/// Keys and value sizes of an app; none where it has no folder yet. Files that no key names, such
/// as one in the making when the power went, are passed over.
fn sizes(app: &Path) -> io::Result<BTreeMap<StorageKey, usize>> {
    let entries = match fs::read_dir(app) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        entries => entries?,
    };
    let mut sizes = BTreeMap::new();
    for entry in entries {
        let entry = entry?;
        if let Some(key) = key_of(&entry.file_name()) {
            sizes.insert(key, usize::try_from(entry.metadata()?.len()).unwrap_or(usize::MAX));
        }
    }
    Ok(sizes)
}

fn key_of(name: &OsStr) -> Option<StorageKey> {
    name.to_str()?.strip_prefix(VALUE_PREFIX)?.parse().ok()
}

fn replace(folder: &Path, app: &Path, name: &str, value: &[u8]) -> io::Result<()> {
    if !app.is_dir() {
        fs::create_dir(app)?;
        flush_folder(folder)?;
    }
    let making = app.join(MAKING);
    let written = File::create(&making).and_then(|mut file| {
        file.write_all(value)?;
        file.sync_all()
    });
    if let Err(error) = written {
        // Best effort: what is left over is passed over and written again by the next change.
        let _ = fs::remove_file(&making);
        return Err(error);
    }
    fs::rename(&making, app.join(name))?;
    flush_folder(app)
}

/// Makes a folder's entries durable. Other systems than Unix flush them with the file.
fn flush_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
