//! Keys that never leave: callers name a slot and get a result, never a key.
//!
//! Guarantees: no call returns a secret key, and none appears in a `Debug`, an error or a log. A
//! slot serves the one usage it was provisioned for; asking anything else of it is an error that
//! names slot, wanted and found usage. Data that was changed, moved to another slot or given
//! another context is refused whole. Secret keys are wiped from memory when their store is dropped.
//!
//! Two traits: [`KeyStore`] signs, verifies and seals; [`CardKeys`] also enciphers PINs and makes
//! message codes, with session keys (master/session) or with a key for each transaction (DUKPT).
//!
//! Two stores: [`SealedFile`] for emulator, tests and development, and with the feature `pkcs11` a
//! token (`Pkcs11`), which cannot do DUKPT.
//!
//! Deliberately not here: what is signed (a caller whose key signs several kinds of message must
//! make the kinds distinguishable), how often (DUKPT counts; nothing else does), `mlock` and
//! core-dump settings (they belong to the process), and any clock. A key store cannot tell a
//! restored older copy of its files from the newest one.

#[macro_use]
mod text;

mod aead;
mod card;
mod error;
mod new_slot;
mod passcode;
#[cfg(feature = "pkcs11")]
mod pkcs11;
mod points;
mod public;
mod sealed_file;
mod slot;

pub use card::{
    CHECK_VALUE_BYTES_MAX, CHECK_VALUE_BYTES_MIN, CardKeys, CardPinKey, CipherAlgorithm, CipherKey,
    InitialKey, Ksn, MAC_BYTES_MIN, MAC_MESSAGE_BYTES_MAX, Mac, MacAlgorithm, PAN_DIGITS_MAX,
    PAN_DIGITS_MIN, PIN_DIGITS_MAX, PIN_DIGITS_MIN, Pan, Pin, PinBlock, PinFormat,
    SESSION_KEYS_MAX, SessionKey, Transaction, WorkingKey,
};
pub use error::VaultError;
pub use new_slot::{NewSlot, SEED_BYTES, SigningSeed};
pub use passcode::{
    PASSCODE_DIGITS_MAX, PASSCODE_DIGITS_MIN, Passcode, PasscodeError, PasscodeHash,
};
#[cfg(feature = "pkcs11")]
pub use pkcs11::{Pkcs11, TokenPin};
pub use points::points;
pub use public::{PUBLIC_KEY_BYTES, PublicKey, SIGNATURE_BYTES, Signature, verify_detached};
pub use sealed_file::{KEK_BYTES, Kind, SEALED_FILE_BYTES_MAX, SLOTS_MAX, SealedFile};
pub use slot::{SLOT_CHARS_MAX, Slot, Usage};
pub use text::TextError;

use std::fmt;
use zeroize::Zeroizing;

/// Longest plain text that [`KeyStore::seal`] takes, in bytes. The largest user, a payment's
/// recovery data, has 4 KiB; the limit keeps one call from holding the store for long.
pub const PLAIN_BYTES_MAX: usize = 64 * 1024;

/// What [`KeyStore::seal`] adds to the plain text, in bytes: format, nonce and tag.
pub const SEAL_OVERHEAD_BYTES: usize = 1 + aead::NONCE_BYTES + aead::TAG_BYTES;

/// A place that holds keys and works with them. Calls may compute or ask a device, so an async
/// caller with a slow store wraps them in a blocking task; none waits for the network.
///
/// Every call fails with [`VaultError::UnknownSlot`] for a slot that the store does not hold, and
/// with [`VaultError::WrongUsage`] for a slot of another usage.
pub trait KeyStore: Send + Sync + fmt::Debug {
    /// What the keys are worth.
    fn kind(&self) -> Kind;

    /// Signs `message` with Ed25519 in a slot for [`Usage::Sign`]. The same message gives the same
    /// signature.
    ///
    /// # Errors
    /// Those of the trait.
    fn sign(&self, slot: &Slot, message: &[u8]) -> Result<Signature, VaultError>;

    /// Checks another party's signature with the public key in a slot for [`Usage::Verify`].
    ///
    /// # Errors
    /// [`VaultError::BadSignature`]; those of the trait.
    fn verify(&self, slot: &Slot, message: &[u8], signature: &Signature) -> Result<(), VaultError>;

    /// Encrypts `plain` in a slot for [`Usage::Seal`] and binds it to slot and `context`, which is
    /// authenticated but not stored: name there what the data belongs to. The result is
    /// [`SEAL_OVERHEAD_BYTES`] longer than `plain`, and another one each time. The nonce is random
    /// (96 bits): one slot is good for 2^32 calls.
    ///
    /// # Errors
    /// [`VaultError::PlainTooLarge`] above [`PLAIN_BYTES_MAX`]; [`VaultError::Random`]; those of
    /// the trait.
    fn seal(&self, slot: &Slot, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, VaultError>;

    /// Gives back what [`KeyStore::seal`] encrypted in the same slot with the same `context`.
    ///
    /// # Errors
    /// [`VaultError::SealRefused`] if a byte of `sealed`, the context, the slot or the key differs;
    /// those of the trait.
    fn open(
        &self,
        slot: &Slot,
        context: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError>;

    /// The public key of a slot for [`Usage::Sign`] or [`Usage::Verify`].
    ///
    /// # Errors
    /// Those of the trait.
    fn public_key(&self, slot: &Slot) -> Result<PublicKey, VaultError>;
}
