//! The keys of a bank: which slots of the vault serve it, and the PIN that goes with a request.
//!
//! Guarantees: no key is here, only the names of slots. A PIN is here only enciphered, and has no
//! `Debug` beside its key serial number.

use caisson_vault::{
    CardKeys, KeyStore, PinBlock, SessionKey, Slot, Transaction, Usage, VaultError, WorkingKey,
};
use std::sync::Arc;

/// The acquirer's key scheme.
#[derive(Debug, Clone)]
pub(crate) enum Keys {
    /// A master key in the terminal; PIN and MAC key come enciphered under it at sign-on.
    MasterSession(SessionSlots),
    /// An initial key in the terminal; each request has keys of its own.
    Dukpt {
        slot: Slot,
        /// Where the key serial number stands.
        ksn_field: u8,
    },
}

/// The slots of a master/session scheme, and the form in which the keys come.
#[derive(Debug, Clone)]
pub(crate) struct SessionSlots {
    pub(crate) master: Slot,
    pub(crate) pin: Slot,
    pub(crate) mac: Slot,
    pub(crate) key_bytes: usize,
    pub(crate) check_value_bytes: usize,
}

/// A PIN that was entered for one request, enciphered. No text form, and nothing of it in `Debug`.
#[derive(Debug, Clone)]
pub struct EnteredPin {
    pub(crate) block: PinBlock,
    /// With which it was enciphered; the request's message code is made with it too.
    pub(crate) transaction: Option<Arc<Transaction>>,
}

impl EnteredPin {
    /// Enciphered with a session key.
    #[must_use]
    pub const fn session(block: PinBlock) -> Self {
        Self { block, transaction: None }
    }

    /// Enciphered with `transaction`, which is used for no other request.
    #[must_use]
    pub const fn dukpt(block: PinBlock, transaction: Arc<Transaction>) -> Self {
        Self { block, transaction: Some(transaction) }
    }
}

impl Keys {
    /// Whether what is provisioned, not downloaded, is in `store`.
    pub(crate) fn check(&self, store: &dyn CardKeys) -> Result<(), VaultError> {
        match self {
            Self::MasterSession(slots) => is_for(store, &slots.master, &[Usage::KeyEncryption]),
            Self::Dukpt { slot, .. } => is_for(store, slot, &[Usage::DukptInitial]),
        }
    }

    /// True where `pin` was enciphered under this scheme.
    pub(crate) fn fit(&self, pin: &EnteredPin) -> bool {
        match (self, &pin.transaction) {
            (Self::MasterSession(_), None) => pin.block.ksn().is_none(),
            (Self::Dukpt { slot, .. }, Some(transaction)) => {
                transaction.slot() == slot && pin.block.ksn() == Some(transaction.ksn())
            }
            _ => false,
        }
    }

    /// Where a key serial number stands, under a scheme that has one.
    pub(crate) const fn ksn_field(&self) -> Option<u8> {
        match self {
            Self::MasterSession(_) => None,
            Self::Dukpt { ksn_field, .. } => Some(*ksn_field),
        }
    }
}

/// Whether `slot` is there and for `wanted`. A store tells a slot's usage where it is asked to do
/// what the slot is not for, and opening nothing does nothing.
fn is_for(store: &dyn KeyStore, slot: &Slot, wanted: &'static [Usage]) -> Result<(), VaultError> {
    let found = match store.open(slot, b"", b"") {
        Err(VaultError::WrongUsage { found, .. }) => found,
        Ok(_) | Err(VaultError::SealRefused { .. }) => Usage::Seal,
        Err(error) => return Err(error),
    };
    if wanted.contains(&found) {
        return Ok(());
    }
    Err(VaultError::WrongUsage { slot: slot.clone(), wanted, found })
}

/// The key of one request, for its message code and for that of the answer.
#[derive(Debug, Clone)]
pub(crate) enum RequestKey {
    Session(Slot),
    Dukpt(Arc<Transaction>),
}

impl RequestKey {
    pub(crate) fn working(&self) -> WorkingKey<'_> {
        match self {
            Self::Session(slot) => WorkingKey::Session(slot),
            Self::Dukpt(transaction) => WorkingKey::Dukpt(transaction),
        }
    }
}

impl SessionSlots {
    /// Gives the keys in `field`, PIN key before MAC key and each before its check value, to the
    /// vault. All are in use then, or none.
    ///
    /// # Errors
    /// `None` where the field has another length; what the vault says.
    pub(crate) fn load(
        &self,
        store: &dyn CardKeys,
        field: &[u8],
    ) -> Result<(), Option<VaultError>> {
        let one = self.key_bytes + self.check_value_bytes;
        let (pin, mac) =
            field.split_at_checked(one).filter(|(_, rest)| rest.len() == one).ok_or(None)?;
        let (pin_key, pin_check) = pin.split_at_checked(self.key_bytes).ok_or(None)?;
        let (mac_key, mac_check) = mac.split_at_checked(self.key_bytes).ok_or(None)?;
        let keys = [
            SessionKey {
                slot: &self.pin,
                usage: Usage::PinEncryption,
                cryptogram: pin_key,
                check_value: pin_check,
            },
            SessionKey {
                slot: &self.mac,
                usage: Usage::Mac,
                cryptogram: mac_key,
                check_value: mac_check,
            },
        ];
        store.load_session_keys(&self.master, &keys).map_err(Some)
    }
}
