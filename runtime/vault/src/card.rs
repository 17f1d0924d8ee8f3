//! The card side of a key store: PIN blocks, message codes, session keys and DUKPT.
//!
//! Guarantees: a PIN leaves only enciphered, for the host ([`CardKeys::encipher_pin`]) or for the
//! card ([`Pin::card_block`]); a key serves the one usage that it was loaded for; the key of a DUKPT
//! transaction is used only after its counter is durable, for one PIN at most; session keys change
//! all together or not at all.
//!
//! Deliberately not here: the choice of a scheme (an acquirer's configuration makes it), the
//! layout of the message and of its key field, and when to sign on.

mod card_key;
mod check_value;
mod cipher;
mod dukpt;
pub(crate) mod hex;
mod mac;
mod pin;
mod pin_block;
mod session;
mod stack;

pub use card_key::CardPinKey;
pub use check_value::{CHECK_VALUE_BYTES_MAX, CHECK_VALUE_BYTES_MIN};
pub use cipher::{CipherAlgorithm, CipherKey};
pub use dukpt::{InitialKey, Ksn};
pub use mac::{MAC_BYTES_MIN, MAC_MESSAGE_BYTES_MAX, Mac, MacAlgorithm};
pub use pin::{PAN_DIGITS_MAX, PAN_DIGITS_MIN, PIN_DIGITS_MAX, PIN_DIGITS_MIN, Pan, Pin};
pub use pin_block::{PinBlock, PinFormat};
pub use session::{SESSION_KEYS_MAX, SessionKey};

pub(crate) use dukpt::Purpose;
pub(crate) use mac::mac;
#[cfg(feature = "pkcs11")]
pub(crate) use pin_block::encipher_with;
pub(crate) use pin_block::{Fill, encipher};
pub(crate) use session::{Deciphered, check_names, decipher, decrypt_with};

use crate::{KeyStore, Slot, VaultError};
use std::sync::atomic::{AtomicBool, Ordering};

/// One transaction under DUKPT: its counter is durable, and its keys are used through it.
///
/// It holds no key. It cannot be copied, so that no two messages share one by mistake; it ends with
/// the process, as an answer that comes after a restart is not waited for.
#[derive(Debug)]
pub struct Transaction {
    slot: Slot,
    counter: u32,
    ksn: Ksn,
    pin_done: AtomicBool,
}

impl Transaction {
    pub(crate) fn new(slot: Slot, counter: u32, ksn: Ksn) -> Self {
        Self { slot, counter, ksn, pin_done: AtomicBool::new(false) }
    }

    /// The slot of the initial key.
    #[must_use]
    pub fn slot(&self) -> &Slot {
        &self.slot
    }

    /// The key serial number, for the message.
    #[must_use]
    pub fn ksn(&self) -> &Ksn {
        &self.ksn
    }

    pub(crate) fn counter(&self) -> u32 {
        self.counter
    }

    /// Takes the transaction's one PIN; an error if it was taken before.
    pub(crate) fn take_pin(&self) -> Result<(), VaultError> {
        if self.pin_done.swap(true, Ordering::Relaxed) {
            return Err(VaultError::PinTwice {
                slot: self.slot.clone(),
                ksn: self.ksn.to_string(),
            });
        }
        Ok(())
    }
}

/// The key of one operation, under the acquirer's scheme.
#[derive(Debug, Clone, Copy)]
pub enum WorkingKey<'a> {
    /// Master/session: the slot of a session key that the last sign-on loaded.
    Session(&'a Slot),
    /// DUKPT: a transaction that [`CardKeys::begin_transaction`] began.
    Dukpt(&'a Transaction),
}

impl WorkingKey<'_> {
    /// The slot, for an error.
    pub(crate) fn slot(&self) -> &Slot {
        match self {
            Self::Session(slot) => slot,
            Self::Dukpt(transaction) => &transaction.slot,
        }
    }

    pub(crate) fn ksn(&self) -> Option<Ksn> {
        match self {
            Self::Session(_) => None,
            Self::Dukpt(transaction) => Some(transaction.ksn.clone()),
        }
    }
}

/// A key store that also holds the keys of card payments. Calls may wait for the disk or a
/// device, so an async caller wraps them in a blocking task.
///
/// Besides what [`KeyStore`] says of slots, every call with [`WorkingKey::Session`] fails with
/// [`VaultError::NoSessionKey`] before the slot's key is loaded, and every call with
/// [`WorkingKey::Dukpt`] with [`VaultError::ForeignTransaction`] for a transaction that another
/// store began.
pub trait CardKeys: KeyStore {
    /// Takes the next key of a slot for [`crate::Usage::DukptInitial`]. Its counter is durable when
    /// this returns; it is never taken again, also where the message is never sent. After an error
    /// it may be skipped.
    ///
    /// # Errors
    /// [`VaultError::DukptExhausted`] when every key has been used; [`VaultError::Io`],
    /// [`VaultError::StateChanged`], [`VaultError::StateInUse`]: nothing may be used;
    /// [`VaultError::Unsupported`] from a token.
    fn begin_transaction(&self, slot: &Slot) -> Result<Transaction, VaultError>;

    /// Enciphers `pin` for the host, in a session slot for [`crate::Usage::PinEncryption`] or with
    /// a transaction, which takes one PIN only.
    ///
    /// # Errors
    /// [`VaultError::Algorithm`] if the key's cipher does not go with `format`;
    /// [`VaultError::PinTwice`]; [`VaultError::Random`]; those of the trait.
    fn encipher_pin(
        &self,
        key: WorkingKey<'_>,
        format: PinFormat,
        pan: Pan<'_>,
        pin: &Pin,
    ) -> Result<PinBlock, VaultError>;

    /// The code of a message of ours, in a session slot for [`crate::Usage::Mac`] or with a
    /// transaction's request key.
    ///
    /// # Errors
    /// [`VaultError::Algorithm`] if the key's cipher does not go with `algorithm`;
    /// [`VaultError::MessageTooLarge`]; those of the trait.
    fn mac(
        &self,
        key: WorkingKey<'_>,
        algorithm: MacAlgorithm,
        message: &[u8],
    ) -> Result<Mac, VaultError>;

    /// Checks the code of a message of the host's, in constant time: in a session slot for
    /// [`crate::Usage::Mac`] or with a transaction's response key. `mac` may be cut on the right, to
    /// no less than [`MAC_BYTES_MIN`].
    ///
    /// # Errors
    /// [`VaultError::BadMac`]; what [`CardKeys::mac`] says.
    fn verify_mac(
        &self,
        key: WorkingKey<'_>,
        algorithm: MacAlgorithm,
        message: &[u8],
        mac: &[u8],
    ) -> Result<(), VaultError>;

    /// Deciphers `keys` with a slot for [`crate::Usage::KeyEncryption`], verifies every check value,
    /// and puts them in the place of all session keys that this master key had. They are durable
    /// when this returns. On an error the keys in use are those from before; after
    /// [`VaultError::Io`] the store may open again with either set, whole: sign on again.
    ///
    /// # Errors
    /// [`VaultError::CheckValue`] for a key that is not what the acquirer sent;
    /// [`VaultError::SessionKey`] for a length, name or usage that cannot be; [`VaultError::Io`],
    /// [`VaultError::StateChanged`], [`VaultError::StateInUse`], [`VaultError::Token`]; those of the
    /// trait.
    fn load_session_keys(&self, master: &Slot, keys: &[SessionKey<'_>]) -> Result<(), VaultError>;
}
