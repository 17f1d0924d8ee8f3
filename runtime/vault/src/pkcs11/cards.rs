//! PIN blocks, message codes and session keys with a token.
//!
//! Guarantees: the objects of a sign-on count only when all of them are there and a marker, the last
//! object that is made, names it; a sign-on that broke off leaves objects that never count and are
//! destroyed by the next one.

use super::objects::{Entry, Index, SessionEntry, marker, needs_left, session_id};
use super::provision::{Allowed, NO_DUKPT, make_cipher};
use super::{Live, Pkcs11, code, wrong_usage};
use crate::card::{
    self, CardKeys, CipherAlgorithm, CipherKey, Deciphered, Fill, MAC_MESSAGE_BYTES_MAX, Mac,
    MacAlgorithm, Pan, Pin, PinBlock, PinFormat, SessionKey, Transaction, WorkingKey,
};
use crate::{Slot, Usage, VaultError};
use cryptoki::object::ObjectHandle;
use zeroize::Zeroizing;

impl CardKeys for Pkcs11 {
    fn begin_transaction(&self, slot: &Slot) -> Result<Transaction, VaultError> {
        self.with(|live| {
            Err(match live.index.entry(slot) {
                Some(entry) => wrong_usage(slot, &[Usage::DukptInitial], entry),
                None => {
                    VaultError::Unsupported { store: live.token.name().to_owned(), what: NO_DUKPT }
                }
            })
        })
    }

    fn encipher_pin(
        &self,
        key: WorkingKey<'_>,
        format: PinFormat,
        pan: Pan<'_>,
        pin: &Pin,
    ) -> Result<PinBlock, VaultError> {
        self.with(|live| {
            let session = live.session(key, &[Usage::PinEncryption])?;
            let algorithm = session.algorithm;
            let encrypt = |block: &mut [u8]| {
                let mechanism = code::each_block(algorithm);
                let out = live.token.encrypt(&mechanism, session.key, block)?;
                block.iter_mut().zip(out.iter()).for_each(|(to, from)| *to = *from);
                Ok::<(), VaultError>(())
            };
            let fill = Fill::random()?;
            let block =
                card::encipher_with(algorithm.block_bytes(), encrypt, format, pan, pin, &fill)?
                    .ok_or_else(|| unfit(key, algorithm, &format))?;
            Ok(PinBlock::from_bytes(&block, None))
        })
    }

    fn mac(
        &self,
        key: WorkingKey<'_>,
        algorithm: MacAlgorithm,
        message: &[u8],
    ) -> Result<Mac, VaultError> {
        if message.len() > MAC_MESSAGE_BYTES_MAX {
            return Err(VaultError::MessageTooLarge { bytes: message.len() });
        }
        self.with(|live| {
            let session = live.session(key, &[Usage::Mac])?;
            code::code(&live.token, session, algorithm, message)?
                .ok_or_else(|| unfit(key, session.algorithm, &algorithm))
        })
    }

    fn verify_mac(
        &self,
        key: WorkingKey<'_>,
        algorithm: MacAlgorithm,
        message: &[u8],
        mac: &[u8],
    ) -> Result<(), VaultError> {
        let code = self.mac(key, algorithm, message)?;
        let bad = || VaultError::BadMac { slot: key.slot().clone() };
        code.is(mac).then_some(()).ok_or_else(bad)
    }

    fn load_session_keys(&self, master: &Slot, keys: &[SessionKey<'_>]) -> Result<(), VaultError> {
        card::check_names(keys)?;
        self.with(|live| {
            // Not what we remember: a sign-on that failed may have left objects behind.
            live.index = Index::read(&live.token)?;
            let (handle, algorithm) = live.master_key(master)?;
            live.check_free(master, keys)?;
            let decrypt = |cryptogram: &[u8]| {
                live.token.decrypt(&code::each_block(algorithm), handle, cryptogram)
            };
            let deciphered = card::decipher(algorithm, decrypt, keys)?;
            let loaded = live.load(master, &deciphered);
            // After an error too: only the token knows how far it came.
            live.index = Index::read(&live.token)?;
            loaded?;
            live.tidy();
            Ok(())
        })
    }
}

impl Live {
    fn session(
        &self,
        key: WorkingKey<'_>,
        wanted: &'static [Usage],
    ) -> Result<&SessionEntry, VaultError> {
        let slot = match key {
            WorkingKey::Session(slot) => slot,
            WorkingKey::Dukpt(transaction) => {
                let (slot, ksn) = (transaction.slot().clone(), transaction.ksn().to_string());
                return Err(VaultError::ForeignTransaction { slot, ksn });
            }
        };
        match self.index.entry(slot) {
            None => Err(VaultError::NoSessionKey { slot: slot.clone() }),
            Some(Entry::Session(session)) if wanted.contains(&session.usage) => Ok(session),
            Some(other) => Err(wrong_usage(slot, wanted, other)),
        }
    }

    fn master_key(&self, slot: &Slot) -> Result<(ObjectHandle, CipherAlgorithm), VaultError> {
        match self.entry(slot)? {
            Entry::KeyEncryption { key, algorithm } => Ok((*key, *algorithm)),
            other => Err(wrong_usage(slot, &[Usage::KeyEncryption], other)),
        }
    }

    fn check_free(&self, master: &Slot, keys: &[SessionKey<'_>]) -> Result<(), VaultError> {
        for SessionKey { slot, .. } in keys {
            let why = match self.index.entry(slot) {
                None => continue,
                Some(Entry::Session(session)) if session.master == *master => continue,
                Some(Entry::Session(_)) => "its slot holds a key of another master key",
                Some(_) => "its slot was provisioned with another key",
            };
            return Err(VaultError::SessionKey { slot: (*slot).clone(), why });
        }
        Ok(())
    }

    /// Makes the objects of the next sign-on, and then lets them count.
    fn load(&self, master: &Slot, keys: &[Deciphered]) -> Result<(), VaultError> {
        self.destroy_left_over()?;
        let sign_on = self.index.sign_on(master).checked_add(1).ok_or(VaultError::Cipher)?;
        for Deciphered { slot, usage, key } in keys {
            let id = |is_left| session_id(*usage, master, sign_on, is_left);
            make_cipher(&self.token, slot, id(false), Allowed::Encrypt, key)?;
            if let Some(left) = left_half(*usage, key) {
                make_cipher(&self.token, slot, id(true), Allowed::Encrypt, &left)?;
            }
        }
        self.token.create(marker(master, sign_on).into())
    }

    fn destroy_left_over(&self) -> Result<(), VaultError> {
        self.index.left_over().iter().try_for_each(|object| self.token.destroy(*object))
    }

    /// Destroys the keys of the sign-on before. They do not count any more; what cannot be destroyed
    /// now, the next sign-on destroys.
    fn tidy(&mut self) {
        if self.destroy_left_over().is_ok() {
            self.index.forget_left_over();
        }
    }
}

/// The key with which the token does single DES for the retail MAC.
fn left_half(usage: Usage, key: &CipherKey) -> Option<CipherKey> {
    if !needs_left(usage, key.algorithm()) {
        return None;
    }
    let left = key.as_bytes().get(..8)?;
    let twice = Zeroizing::new([left, left].concat());
    CipherKey::from_bytes(CipherAlgorithm::Tdes2, &twice)
}

fn unfit(key: WorkingKey<'_>, found: CipherAlgorithm, wanted: &impl ToString) -> VaultError {
    VaultError::Algorithm { slot: key.slot().clone(), found, wanted: wanted.to_string() }
}
