//! Setting up a terminal's folder once: journal, keys, and what the acquirer must be told.

use crate::key_store::{KeysError, make_keys};
use crate::profile::TokenProfile;
use caisson_host::MACHINE_CODE_SLOT;
use caisson_journal::{Journal, JournalError};
use caisson_vault::{CipherKey, InitialKey, NewSlot, PublicKey, TextError, VaultError};
use std::path::PathBuf;

/// The vault slot that signs requests.
const SIGNING_SLOT: &str = "terminal-signing";
/// The vault slot that seals recovery notes.
const RECOVERY_SLOT: &str = "recovery";

/// Where a terminal's folders shall be, and whose answers it believes.
#[derive(Debug, Clone)]
pub struct Provisioning {
    /// Folder of the journal.
    pub journal: PathBuf,
    /// The key store's file.
    pub vault: PathBuf,
    /// Its key-encryption key.
    pub kek: PathBuf,
    /// The token that shall hold the keys instead.
    pub token: Option<TokenProfile>,
    /// Verifying slots: name and the acquirer's public key, base64.
    pub acquirers: Vec<(String, String)>,
    /// Keys that banks know too: the slot that a bank's destination names, and its key.
    pub bank_keys: Vec<(String, BankKey)>,
}

/// A key that a bank knows too.
#[derive(Debug, Clone)]
pub enum BankKey {
    /// Under which the keys of a sign-on come.
    Master(CipherKey),
    /// From which the keys of each exchange follow, by DUKPT.
    Initial(InitialKey),
}

/// Why a terminal was not set up. Nothing that was there before is overwritten.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The key store.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Where the keys shall be.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// A slot's name or an acquirer's key.
    #[error("slot {name}: {cause}")]
    Slot {
        /// The slot.
        name: String,
        /// What is wrong.
        cause: TextError,
    },
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(String),
}

/// Creates journal and key store; returns the public key that signs this terminal's requests, for
/// the acquirer.
///
/// # Errors
/// [`ProvisionError`].
pub fn provision(wanted: &Provisioning) -> Result<PublicKey, ProvisionError> {
    let slot = |name: &str| {
        name.parse().map_err(|cause| ProvisionError::Slot { name: name.to_owned(), cause })
    };
    let mut slots = vec![
        NewSlot::sign(slot(SIGNING_SLOT)?),
        NewSlot::seal(slot(RECOVERY_SLOT)?),
        NewSlot::seal(slot(MACHINE_CODE_SLOT)?),
    ];
    for (name, key) in &wanted.acquirers {
        let key = key
            .parse::<PublicKey>()
            .map_err(|cause| ProvisionError::Slot { name: name.clone(), cause })?;
        slots.push(NewSlot::verify(slot(name)?, key));
    }
    for (name, key) in &wanted.bank_keys {
        let slot = slot(name)?;
        slots.push(match key {
            BankKey::Master(key) => NewSlot::key_encryption(slot, key.clone()),
            BankKey::Initial(key) => NewSlot::dukpt_initial(slot, key.clone()),
        });
    }
    let files = (wanted.vault.as_path(), wanted.kek.as_path());
    let keys = make_keys(wanted.token.as_ref(), files, &slots)?;
    let mut id = [0_u8; 8];
    getrandom::fill(&mut id).map_err(|error| ProvisionError::Random(error.to_string()))?;
    Journal::create(&wanted.journal, u64::from_be_bytes(id))?;
    Ok(keys.public_key(&slot(SIGNING_SLOT)?)?)
}
