//! Values on the desktop: files as on a terminal, and a switch that makes the disk full or broken.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use caisson_core::permission::{self, Permit};

use crate::storage::directory::Directory;
use crate::storage::{Storage, StorageError, StorageKey};

/// What can go wrong with the emulated disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No space: reading and deleting work, keeping does not.
    Full,
    /// Nothing works.
    Failing,
}

/// Values as files under a folder; clones share folder and fault.
#[derive(Clone)]
pub struct EmulatedStorage {
    directory: Directory,
    fault: Arc<Mutex<Option<Fault>>>,
}

impl EmulatedStorage {
    /// The values under `folder`, which is made where it is missing.
    ///
    /// # Errors
    /// [`StorageError::Full`], [`StorageError::Failed`].
    pub fn open(folder: &Path) -> Result<Self, StorageError> {
        let directory = Directory::open(folder)?;
        Ok(Self { directory, fault: Arc::new(Mutex::new(None)) })
    }

    /// Begins a fault, or ends it with `None`.
    pub fn set_fault(&self, fault: Option<Fault>) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// The present fault.
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The error of the present fault, for work that needs space or does not.
    fn check(&self, needs_space: bool) -> Result<(), StorageError> {
        let folder = self.directory.folder().to_owned();
        match *self.fault.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(Fault::Full) if needs_space => Err(StorageError::Full { folder }),
            Some(Fault::Failing) => {
                Err(StorageError::Failed { folder, cause: "the emulated disk fails".to_owned() })
            }
            Some(Fault::Full) | None => Ok(()),
        }
    }
}

#[async_trait]
impl Storage for EmulatedStorage {
    async fn get(
        &self,
        permit: &Permit<permission::Storage>,
        key: &StorageKey,
    ) -> Result<Option<Vec<u8>>, StorageError> {
        self.check(false)?;
        self.directory.get(permit.holder(), key).await
    }

    async fn set(
        &self,
        permit: &Permit<permission::Storage>,
        key: &StorageKey,
        value: &[u8],
    ) -> Result<(), StorageError> {
        self.check(true)?;
        self.directory.set(permit.holder(), key, value).await
    }

    async fn delete(
        &self,
        permit: &Permit<permission::Storage>,
        key: &StorageKey,
    ) -> Result<bool, StorageError> {
        self.check(false)?;
        self.directory.delete(permit.holder(), key).await
    }

    async fn keys(
        &self,
        permit: &Permit<permission::Storage>,
    ) -> Result<Vec<StorageKey>, StorageError> {
        self.check(false)?;
        self.directory.keys(permit.holder()).await
    }
}
