//! Base keys in a PKCS#11 token.
//!
//! Guarantee: no key is asked for. A block goes to the token and comes back; what the token does not
//! allow its key to do is not done.
//!
//! A library is loaded once in a process and stays. Making keys in a token is its owner's part.

use super::base_key::{BaseKeyError, KeyModule};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, ObjectClass};
use cryptoki::session::{Session, UserType};
use std::fmt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Bytes of a block of TDES.
const SHORT_BLOCK_BYTES: usize = 8;

/// A token's secret keys, by their labels.
pub struct TokenModule(Mutex<Session>);

impl TokenModule {
    /// Logs in to the token with the label `token` behind the library `module`.
    ///
    /// # Errors
    /// [`BaseKeyError`] with the token's label: there is none, or it refuses the PIN.
    pub fn open(module: &Path, token: &str, pin: &str) -> Result<Self, BaseKeyError> {
        let refused = |error: Error| wrong(token, &error.to_string());
        let library = Pkcs11::new(module).map_err(refused)?;
        match library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(refused(error)),
        }
        let mut slots = library.get_slots_with_token().map_err(refused)?.into_iter();
        let is_named =
            |slot: &_| library.get_token_info(*slot).is_ok_and(|info| info.label() == token);
        let slot = slots.find(is_named);
        let slot = slot.ok_or_else(|| wrong(token, "no token has this label"))?;
        let session = library.open_ro_session(slot).map_err(refused)?;
        match session.login(UserType::User, Some(&pin.into())) {
            // A login is the token's, not the session's.
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
            Err(error) => return Err(refused(error)),
        }
        // Unloading it would end every other session of this process.
        std::mem::forget(library);
        Ok(Self(Mutex::new(session)))
    }
}

impl KeyModule for TokenModule {
    fn encrypt(&self, name: &str, block: &[u8]) -> Result<Vec<u8>, BaseKeyError> {
        let refused = |error: Error| wrong(name, &error.to_string());
        let session = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted =
            [Attribute::Class(ObjectClass::SECRET_KEY), Attribute::Label(name.as_bytes().to_vec())];
        let found = session.find_objects(&wanted).map_err(refused)?;
        let [key] = found.as_slice() else {
            return Err(wrong(name, &format!("the token has {} keys of this label", found.len())));
        };
        let mechanism = match block.len() {
            SHORT_BLOCK_BYTES => Mechanism::Des3Ecb,
            _ => Mechanism::AesEcb,
        };
        session.encrypt(&mechanism, *key, block).map_err(refused)
    }
}

impl fmt::Debug for TokenModule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("TokenModule(…)")
    }
}

fn wrong(name: &str, why: &str) -> BaseKeyError {
    BaseKeyError { name: name.to_owned(), why: why.to_owned() }
}

#[cfg(test)]
mod tests;
