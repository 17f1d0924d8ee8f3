//! The card side of the sealed file: which key of which scheme, and its changing state.
//!
//! Guarantees: a counter is durable before its key is derived and only goes up, also across a
//! crash and a failed write; of a sign-on's keys all are in use or none; one process at a time
//! changes the state, from its first card operation until its store is dropped.

use super::SealedFile;
use super::record::Held;
use super::state::{STATE_SESSIONS_MAX, Session, State};
use super::state_file::StateFile;
use crate::card::{
    self, CardKeys, CipherKey, Deciphered, Fill, InitialKey, MAC_MESSAGE_BYTES_MAX, Mac,
    MacAlgorithm, Pan, Pin, PinBlock, PinFormat, Purpose, SessionKey, Transaction, WorkingKey,
};
use crate::{Slot, Usage, VaultError, points};
use caisson_points::Deed;
use std::fs::File;
use std::sync::{Mutex, PoisonError};

/// The state of a store with card keys.
pub(super) struct Cards {
    file: StateFile,
    /// Nothing before the first card operation.
    live: Mutex<Option<Live>>,
}

struct Live {
    state: State,
    /// What the file may hold: the bytes that we read or wrote, and after a failed write those
    /// that may have come through.
    known: Vec<Vec<u8>>,
    _lock: File,
}

impl Cards {
    /// Checks that the file can be read; it is read again when it is first used.
    pub(super) fn open(file: StateFile) -> Result<Self, VaultError> {
        file.open(&file.bytes()?)?;
        Ok(Self { file, live: Mutex::new(None) })
    }

    #[cfg(test)]
    pub(super) fn file_mut(&mut self) -> &mut StateFile {
        &mut self.file
    }

    /// Asks the state something.
    fn look<T>(&self, ask: impl FnOnce(&State) -> Result<T, VaultError>) -> Result<T, VaultError> {
        self.with(|_, live| ask(&live.state))
    }

    /// Changes the state durably; after an error it is as before.
    fn change<T>(
        &self,
        of: &str,
        change: impl FnOnce(&mut State) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        self.with(|file, live| {
            let mut next = live.state.clone();
            let result = change(&mut next)?;
            next.generation = next.generation.checked_add(1).ok_or(VaultError::Cipher)?;
            if !live.known.contains(&file.bytes()?) {
                return Err(file.changed());
            }
            let bytes = file.sealed(&next)?;
            live.known.push(bytes.clone());
            caisson_points::before(Deed::Commit, of);
            file.replace(&bytes)?;
            caisson_points::after(Deed::Commit, of);
            live.known = vec![bytes];
            live.state = next;
            Ok(result)
        })
    }

    fn with<T>(
        &self,
        work: impl FnOnce(&StateFile, &mut Live) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        // Nothing is left half done by a panic: a change is one assignment.
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        if live.is_none() {
            let lock = self.file.lock()?;
            let bytes = self.file.bytes()?;
            let state = self.file.open(&bytes)?;
            *live = Some(Live { state, known: vec![bytes], _lock: lock });
        }
        match live.as_mut() {
            Some(live) => work(&self.file, live),
            None => Err(VaultError::Cipher),
        }
    }
}

impl SealedFile {
    /// The key for one operation; `usage` and `purpose` say the same for the two schemes.
    fn working_key(
        &self,
        key: WorkingKey<'_>,
        usage: &'static [Usage],
        purpose: Purpose,
    ) -> Result<CipherKey, VaultError> {
        match key {
            WorkingKey::Session(slot) => self.session_key(slot, usage),
            WorkingKey::Dukpt(transaction) => self.transaction_key(transaction, purpose),
        }
    }

    fn session_key(&self, slot: &Slot, usage: &'static [Usage]) -> Result<CipherKey, VaultError> {
        if let Some(held) = self.slots.get(slot) {
            return Err(super::wrong_usage(slot, usage, held));
        }
        let missing = || VaultError::NoSessionKey { slot: slot.clone() };
        let cards = self.cards.as_ref().ok_or_else(missing)?;
        cards.look(|state| match state.sessions.get(slot) {
            None => Err(missing()),
            Some(session) if usage.contains(&session.usage) => Ok(session.key.clone()),
            Some(Session { usage: found, .. }) => {
                Err(VaultError::WrongUsage { slot: slot.clone(), wanted: usage, found: *found })
            }
        })
    }

    fn transaction_key(
        &self,
        transaction: &Transaction,
        purpose: Purpose,
    ) -> Result<CipherKey, VaultError> {
        let (slot, counter) = (transaction.slot(), transaction.counter());
        let (initial, cards) = self.initial_key(slot)?;
        let taken = cards.look(|state| Ok(state.counters.get(slot).copied().unwrap_or(0)))?;
        if counter > taken || initial.ksn(counter) != *transaction.ksn() {
            let ksn = transaction.ksn().to_string();
            return Err(VaultError::ForeignTransaction { slot: slot.clone(), ksn });
        }
        Ok(initial.working_key(counter, purpose))
    }

    fn initial_key(&self, slot: &Slot) -> Result<(&InitialKey, &Cards), VaultError> {
        match (self.held(slot)?, &self.cards) {
            (Held::DukptInitial(initial), Some(cards)) => Ok((initial, cards)),
            (other, _) => Err(super::wrong_usage(slot, &[Usage::DukptInitial], other)),
        }
    }

    fn master_key(&self, slot: &Slot) -> Result<(&CipherKey, &Cards), VaultError> {
        match (self.held(slot)?, &self.cards) {
            (Held::KeyEncryption(key), Some(cards)) => Ok((key, cards)),
            (other, _) => Err(super::wrong_usage(slot, &[Usage::KeyEncryption], other)),
        }
    }

    fn code(
        &self,
        key: WorkingKey<'_>,
        purpose: Purpose,
        algorithm: MacAlgorithm,
        message: &[u8],
    ) -> Result<Mac, VaultError> {
        if message.len() > MAC_MESSAGE_BYTES_MAX {
            return Err(VaultError::MessageTooLarge { bytes: message.len() });
        }
        let cipher = self.working_key(key, &[Usage::Mac], purpose)?;
        card::mac(&cipher, algorithm, message).ok_or_else(|| unfit(key, &cipher, &algorithm))
    }
}

impl CardKeys for SealedFile {
    fn begin_transaction(&self, slot: &Slot) -> Result<Transaction, VaultError> {
        let (initial, cards) = self.initial_key(slot)?;
        let counter = cards.change(points::COUNTER, |state| {
            let taken = state.counters.get(slot).copied().unwrap_or(0);
            let next = initial.next_counter(taken);
            let next = next.ok_or_else(|| VaultError::DukptExhausted { slot: slot.clone() })?;
            state.counters.insert(slot.clone(), next);
            Ok(next)
        })?;
        Ok(Transaction::new(slot.clone(), counter, initial.ksn(counter)))
    }

    fn encipher_pin(
        &self,
        key: WorkingKey<'_>,
        format: PinFormat,
        pan: Pan<'_>,
        pin: &Pin,
    ) -> Result<PinBlock, VaultError> {
        let cipher = self.working_key(key, &[Usage::PinEncryption], Purpose::Pin)?;
        let fill = Fill::random()?;
        let block = card::encipher(&cipher, format, pan, pin, &fill)
            .ok_or_else(|| unfit(key, &cipher, &format))?;
        if let WorkingKey::Dukpt(transaction) = key {
            transaction.take_pin()?;
        }
        Ok(PinBlock::from_bytes(&block, key.ksn()))
    }

    fn mac(
        &self,
        key: WorkingKey<'_>,
        algorithm: MacAlgorithm,
        message: &[u8],
    ) -> Result<Mac, VaultError> {
        self.code(key, Purpose::RequestMac, algorithm, message)
    }

    fn verify_mac(
        &self,
        key: WorkingKey<'_>,
        algorithm: MacAlgorithm,
        message: &[u8],
        mac: &[u8],
    ) -> Result<(), VaultError> {
        let code = self.code(key, Purpose::ResponseMac, algorithm, message)?;
        let bad = || VaultError::BadMac { slot: key.slot().clone() };
        code.is(mac).then_some(()).ok_or_else(bad)
    }

    fn load_session_keys(&self, master: &Slot, keys: &[SessionKey<'_>]) -> Result<(), VaultError> {
        let (master_key, cards) = self.master_key(master)?;
        card::check_names(keys)?;
        let refuse = |slot: &Slot, why| VaultError::SessionKey { slot: slot.clone(), why };
        if let Some(SessionKey { slot, .. }) =
            keys.iter().find(|key| self.slots.contains_key(key.slot))
        {
            return Err(refuse(slot, "its slot was provisioned with another key"));
        }
        let deciphered =
            card::decipher(master_key.algorithm(), card::decrypt_with(master_key), keys)?;
        cards.change(points::SESSION_KEYS, |state| {
            state.sessions.retain(|_, session| session.master != *master);
            for Deciphered { slot, usage, key } in deciphered {
                if state.sessions.contains_key(&slot) {
                    return Err(refuse(&slot, "its slot holds a key of another master key"));
                }
                if state.sessions.len() == STATE_SESSIONS_MAX {
                    return Err(refuse(&slot, "it is one more than a key store holds"));
                }
                state.sessions.insert(slot, Session { usage, master: master.clone(), key });
            }
            Ok(())
        })
    }
}

fn unfit(key: WorkingKey<'_>, cipher: &CipherKey, wanted: &impl ToString) -> VaultError {
    let (slot, wanted) = (key.slot().clone(), wanted.to_string());
    VaultError::Algorithm { slot, found: cipher.algorithm(), wanted }
}

#[cfg(test)]
mod tests;
