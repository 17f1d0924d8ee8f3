//! Glue for `caisson:storage`: WIT in, [`Session::load`](crate::Session::load) and its siblings
//! out. Limits and quota are the device's.

use crate::bindings::caisson::storage::storage as wit;
use crate::fault::{self, Code};
use crate::state::CallState;
use caisson_core::permission::Storage;
use caisson_devices::storage::{BadKey, StorageError, StorageKey};

pub(crate) type StorageFault = fault::Fault<wit::Code>;

impl Code for wit::Code {
    const DENIED: Self = Self::Denied;
}

impl wit::Host for CallState {
    async fn get(&mut self, key: String) -> Result<Option<Vec<u8>>, StorageFault> {
        let permit = self.permit::<Storage>()?;
        Ok(self.kill.unless_fired(self.session.load(permit, key.parse::<StorageKey>()?)).await??)
    }

    async fn set(&mut self, key: String, value: Vec<u8>) -> Result<(), StorageFault> {
        let permit = self.permit::<Storage>()?;
        Ok(self.kill.unless_fired(self.session.store(permit, key.parse()?, Some(value))).await??)
    }

    async fn delete(&mut self, key: String) -> Result<(), StorageFault> {
        let permit = self.permit::<Storage>()?;
        Ok(self.kill.unless_fired(self.session.store(permit, key.parse()?, None)).await??)
    }

    async fn keys(&mut self) -> Result<Vec<String>, StorageFault> {
        let permit = self.permit::<Storage>()?;
        let keys = self.kill.unless_fired(self.session.keys(permit)).await??;
        Ok(keys.iter().map(|key| key.as_str().to_owned()).collect())
    }

    fn convert_error(&mut self, fault: StorageFault) -> wasmtime::Result<wit::Error> {
        let (code, detail) = fault.into_parts()?;
        Ok(wit::Error { code, detail })
    }
}

impl From<BadKey> for StorageFault {
    fn from(error: BadKey) -> Self {
        Self::code(wit::Code::BadKey, error)
    }
}

impl From<StorageError> for StorageFault {
    fn from(error: StorageError) -> Self {
        let code = match &error {
            StorageError::TooLarge { .. } | StorageError::TooManyKeys => wit::Code::TooLarge,
            StorageError::OverQuota { .. } | StorageError::Full { .. } => wit::Code::Full,
            StorageError::Failed { .. } | StorageError::BadHolder { .. } => wit::Code::Other,
        };
        Self::code(code, error)
    }
}
