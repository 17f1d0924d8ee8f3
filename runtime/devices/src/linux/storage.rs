//! Values on the terminal's own disk.

use std::path::Path;

use async_trait::async_trait;
use caisson_core::permission::{self, Permit};

use crate::storage::directory::Directory;
use crate::storage::{Storage, StorageError, StorageKey};

/// Values as files under a folder of the data partition.
#[derive(Clone)]
pub struct LinuxStorage(Directory);

impl LinuxStorage {
    /// The values under `folder`, which is made where it is missing.
    ///
    /// # Errors
    /// [`StorageError::Full`], [`StorageError::Failed`].
    pub fn open(folder: &Path) -> Result<Self, StorageError> {
        Directory::open(folder).map(Self)
    }
}

#[async_trait]
impl Storage for LinuxStorage {
    async fn get(
        &self,
        permit: &Permit<permission::Storage>,
        key: &StorageKey,
    ) -> Result<Option<Vec<u8>>, StorageError> {
        self.0.get(permit.holder(), key).await
    }

    async fn set(
        &self,
        permit: &Permit<permission::Storage>,
        key: &StorageKey,
        value: &[u8],
    ) -> Result<(), StorageError> {
        self.0.set(permit.holder(), key, value).await
    }

    async fn delete(
        &self,
        permit: &Permit<permission::Storage>,
        key: &StorageKey,
    ) -> Result<bool, StorageError> {
        self.0.delete(permit.holder(), key).await
    }

    async fn keys(
        &self,
        permit: &Permit<permission::Storage>,
    ) -> Result<Vec<StorageKey>, StorageError> {
        self.0.keys(permit.holder()).await
    }
}
