//! One session with one token, in words of this crate.
//!
//! Guarantees: a library is loaded and initialised once in a process and stays; the token's PIN is
//! wiped and never shown; keys for the token and plain text from it are wiped.

use crate::VaultError;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11 as Module};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, ObjectHandle};
use cryptoki::session::{Session, UserType};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use zeroize::{Zeroize as _, Zeroizing};

/// The PIN of a token's user.
pub struct TokenPin(Zeroizing<String>);

impl TokenPin {
    /// Copies the PIN; wiping `pin` is the caller's part.
    #[must_use]
    pub fn new(pin: &str) -> Self {
        Self(Zeroizing::new(pin.to_owned()))
    }
}

impl fmt::Debug for TokenPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenPin(hidden)")
    }
}

/// A token that is logged in to.
pub(super) struct Token {
    session: Session,
    name: String,
}

impl Token {
    pub(super) fn open(module: &Path, label: &str, pin: &TokenPin) -> Result<Self, VaultError> {
        let name = format!("token `{label}`");
        let refused = |error: Error| refused(&name, &error);
        let library = loaded(module)?;
        let mut slots = library.get_slots_with_token().map_err(refused)?.into_iter();
        let slot = slots
            .find(|slot| library.get_token_info(*slot).is_ok_and(|info| info.label() == label));
        let slot = slot.ok_or_else(|| VaultError::TokenMissing {
            module: module.into(),
            token: label.to_owned(),
        })?;
        let session = library.open_rw_session(slot).map_err(refused)?;
        match session.login(UserType::User, Some(&(*pin.0).clone().into())) {
            // Another store of this process is logged in; a login is the token's, not the session's.
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
            Err(error) => return Err(refused(error)),
        }
        Ok(Self { session, name })
    }

    /// The token, for an error.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn encrypt(
        &self,
        mechanism: &Mechanism<'_>,
        key: ObjectHandle,
        plain: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        self.asked(self.session.encrypt(mechanism, key, plain)).map(Zeroizing::new)
    }

    pub(super) fn decrypt(
        &self,
        mechanism: &Mechanism<'_>,
        key: ObjectHandle,
        data: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        self.asked(self.session.decrypt(mechanism, key, data)).map(Zeroizing::new)
    }

    /// The plain text, or nothing if the token refuses the data.
    pub(super) fn decrypt_checked(
        &self,
        mechanism: &Mechanism<'_>,
        key: ObjectHandle,
        data: &[u8],
    ) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        match self.session.decrypt(mechanism, key, data) {
            Err(Error::Pkcs11(
                RvError::EncryptedDataInvalid
                | RvError::EncryptedDataLenRange
                // What SoftHSM says.
                | RvError::GeneralError,
                _,
            )) => Ok(None),
            other => self.asked(other).map(|plain| Some(Zeroizing::new(plain))),
        }
    }

    pub(super) fn sign(
        &self,
        mechanism: &Mechanism<'_>,
        key: ObjectHandle,
        message: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        self.asked(self.session.sign(mechanism, key, message))
    }

    /// Makes an object, and wipes the value that it was given.
    pub(super) fn create(&self, mut template: Vec<Attribute>) -> Result<(), VaultError> {
        let made = self.asked(self.session.create_object(&template)).map(drop);
        for attribute in &mut template {
            if let Attribute::Value(value) = attribute {
                value.zeroize();
            }
        }
        made
    }

    pub(super) fn generate(
        &self,
        mechanism: &Mechanism<'_>,
        template: &[Attribute],
    ) -> Result<(), VaultError> {
        self.asked(self.session.generate_key(mechanism, template)).map(drop)
    }

    pub(super) fn generate_pair(
        &self,
        mechanism: &Mechanism<'_>,
        public: &[Attribute],
        private: &[Attribute],
    ) -> Result<(), VaultError> {
        self.asked(self.session.generate_key_pair(mechanism, public, private)).map(drop)
    }

    pub(super) fn destroy(&self, object: ObjectHandle) -> Result<(), VaultError> {
        self.asked(self.session.destroy_object(object))
    }

    pub(super) fn find(&self, template: &[Attribute]) -> Result<Vec<ObjectHandle>, VaultError> {
        self.asked(self.session.find_objects(template))
    }

    pub(super) fn attributes(
        &self,
        object: ObjectHandle,
        wanted: &[AttributeType],
    ) -> Result<Vec<Attribute>, VaultError> {
        self.asked(self.session.get_attributes(object, wanted))
    }

    fn asked<T>(&self, answer: Result<T, Error>) -> Result<T, VaultError> {
        answer.map_err(|error| refused(&self.name, &error))
    }
}

fn refused(name: &str, error: &Error) -> VaultError {
    match error {
        Error::Pkcs11(RvError::MechanismInvalid | RvError::FunctionNotSupported, _)
        | Error::NullFunctionPointer => {
            VaultError::Unsupported { store: name.to_owned(), what: "do what this slot is for" }
        }
        _ => VaultError::Token { token: name.to_owned(), reason: error.to_string() },
    }
}

/// The library at `path`, initialised. Two contexts of one library would end each other.
fn loaded(path: &Path) -> Result<Module, VaultError> {
    static LOADED: Mutex<BTreeMap<PathBuf, Module>> = Mutex::new(BTreeMap::new());
    let failed =
        |error: &Error| VaultError::TokenModule { module: path.into(), reason: error.to_string() };
    let mut modules = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(module) = modules.get(path) {
        return Ok(module.clone());
    }
    let module = Module::new(path).map_err(|error| failed(&error))?;
    match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
        Err(error) => return Err(failed(&error)),
    }
    modules.insert(path.into(), module.clone());
    Ok(module)
}
