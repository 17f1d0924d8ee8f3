//! A key store in a PKCS#11 token.
//!
//! Guarantees: keys are sensitive and cannot be extracted; each object serves the slot and usage
//! that stand in its id, and what it is not for, it is not allowed to do, as far as PKCS#11 can say
//! so. Session keys change all together: new objects are made beside the old ones, and the last one
//! says that they count.
//!
//! Must be known: PKCS#11 cannot unwrap a key that is enciphered block by block, as a sign-on sends
//! it. The token deciphers it, it passes through this process's memory for its check value, and is
//! wiped. The retail MAC and CMAC are composed from the token's encryption, so that a MAC key is
//! allowed to encrypt; the retail MAC has a second object with the key's left half. A change is as
//! durable as the token makes it.
//!
//! Deliberately not here: DUKPT (no mechanism derives its keys inside), initialising a token, and
//! unloading its library, which stays until the process ends. One process uses a token at a time:
//! another one's changes are not seen.

mod cards;
mod code;
mod keys;
mod objects;
mod provision;
mod token;

pub use token::TokenPin;

use crate::{NewSlot, Slot, Usage, VaultError};
use objects::{Entry, Index};
use std::fmt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use token::Token;

/// A [`crate::KeyStore`] and [`crate::CardKeys`] in a PKCS#11 token.
pub struct Pkcs11 {
    name: String,
    live: Mutex<Live>,
}

struct Live {
    token: Token,
    index: Index,
}

impl Pkcs11 {
    /// Opens the token with the label `token` behind the library `module`, and reads what it holds.
    ///
    /// # Errors
    /// [`VaultError::TokenModule`], [`VaultError::TokenMissing`]; [`VaultError::Token`] for a wrong
    /// PIN too; [`VaultError::TokenObject`].
    pub fn open(module: &Path, token: &str, pin: &TokenPin) -> Result<Self, VaultError> {
        let token = Token::open(module, token, pin)?;
        let index = Index::read(&token)?;
        Ok(Self { name: token.name().to_owned(), live: Mutex::new(Live { token, index }) })
    }

    /// Makes `slots` in the token with the label `token`, and opens it. What other slots it has
    /// stay.
    ///
    /// # Errors
    /// [`VaultError::SlotTwice`] for a slot that is there, with nothing made;
    /// [`VaultError::Unsupported`] for a usage that a token cannot serve; what [`Pkcs11::open`]
    /// says. After [`VaultError::Token`] some of the slots may be there.
    pub fn provision(
        module: &Path,
        token: &str,
        pin: &TokenPin,
        slots: &[NewSlot],
    ) -> Result<Self, VaultError> {
        let store = Self::open(module, token, pin)?;
        store.with(|live| provision::provision(live, module, slots))?;
        Ok(store)
    }

    /// The slots and what each is for, by name; those of session keys too.
    #[must_use]
    pub fn slots(&self) -> Vec<(Slot, Usage)> {
        self.with(|live| live.index.usages().collect())
    }

    fn with<T>(&self, work: impl FnOnce(&mut Live) -> T) -> T {
        // Nothing is left half done by a panic: the index is read anew and replaced whole.
        work(&mut self.live.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Live {
    fn entry(&self, slot: &Slot) -> Result<&Entry, VaultError> {
        self.index.entry(slot).ok_or_else(|| VaultError::UnknownSlot {
            slot: slot.clone(),
            store: self.token.name().to_owned(),
        })
    }
}

fn wrong_usage(slot: &Slot, wanted: &'static [Usage], entry: &Entry) -> VaultError {
    VaultError::WrongUsage { slot: slot.clone(), wanted, found: entry.usage() }
}

impl fmt::Debug for Pkcs11 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slots: Vec<String> =
            self.slots().iter().map(|(slot, usage)| format!("{slot} ({usage})")).collect();
        f.debug_struct("Pkcs11")
            .field("token", &self.name)
            .field("slots", &slots)
            .finish_non_exhaustive()
    }
}
