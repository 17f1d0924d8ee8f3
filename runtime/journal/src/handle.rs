//! The journal for async code: one caller at a time, on a thread that may block.

use crate::error::JournalError;
use crate::journal::Journal;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// A shared handle on the one open journal. The file is closed when the last clone is gone.
///
/// One who awaits each call before the next sees them done in order. Calls that are made beside
/// one another are done one by one, in no certain order. Dropping the future does not stop the
/// work: once begun, a commit ends as it ends.
#[derive(Clone)]
pub struct JournalHandle {
    journal: Arc<Mutex<Journal>>,
    file: PathBuf,
}

impl JournalHandle {
    /// A handle that owns `journal`.
    #[must_use]
    pub fn new(journal: Journal) -> Self {
        let file = journal.database.file.clone();
        Self { journal: Arc::new(Mutex::new(journal)), file }
    }

    /// Runs `work` with the journal and returns what it returns.
    ///
    /// # Errors
    /// [`JournalError::Stopped`] where `work` panicked, now or in an earlier call, or where the
    /// runtime is shutting down: what the journal remembers is then not to be trusted, its file is.
    pub async fn with<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Journal) -> R + Send + 'static,
    ) -> Result<R, JournalError> {
        let journal = Arc::clone(&self.journal);
        let done = tokio::task::spawn_blocking(move || match journal.lock() {
            Ok(mut journal) => Some(work(&mut journal)),
            // Never mended: the panic may have left it between two steps.
            Err(PoisonError { .. }) => None,
        })
        .await;
        match done {
            Ok(Some(result)) => Ok(result),
            Ok(None) | Err(_) => Err(JournalError::Stopped {
                file: self.file.clone(),
                cause: "work on it panicked, or the terminal is going down".to_owned(),
            }),
        }
    }
}
