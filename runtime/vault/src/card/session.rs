//! Session keys as a sign-on brings them: enciphered under the terminal's master key.
//!
//! Guarantees: no key is given on whose check value does not hold. A key is enciphered block by
//! block (ECB), as field 62 of a sign-on's answer carries it. Deliberately not here: key blocks
//! (TR-31), and single-length DES keys in any disguise that can be seen.

use super::check_value::{CHECK_VALUE_BYTES_MAX, CHECK_VALUE_BYTES_MIN, check_value_holds};
use super::cipher::{CipherAlgorithm, CipherKey};
use crate::{Slot, Usage, VaultError};
use std::collections::BTreeSet;
use zeroize::Zeroizing;

/// Most session keys of one master key: PIN, MAC and data for a few acquirers behind one.
pub const SESSION_KEYS_MAX: usize = 16;

/// One key of a sign-on's answer. All of it may be shown; the key is enciphered.
#[derive(Debug, Clone, Copy)]
pub struct SessionKey<'a> {
    /// The name that the key gets. It may not be one that was provisioned.
    pub slot: &'a Slot,
    /// [`Usage::PinEncryption`] or [`Usage::Mac`].
    pub usage: Usage,
    /// The key under the master key: 16 or 24 bytes of TDES, 16 or 32 of AES.
    pub cryptogram: &'a [u8],
    /// 3 to 8 leftmost bytes of the key's check value.
    pub check_value: &'a [u8],
}

/// A session key in memory.
pub(crate) struct Deciphered {
    pub(crate) slot: Slot,
    pub(crate) usage: Usage,
    pub(crate) key: CipherKey,
}

/// Checks what can be checked of `keys` without a key.
pub(crate) fn check_names(keys: &[SessionKey<'_>]) -> Result<(), VaultError> {
    let mut names = BTreeSet::new();
    for SessionKey { slot, usage, check_value, .. } in keys {
        let refuse = |why| Err(VaultError::SessionKey { slot: (*slot).clone(), why });
        if !matches!(usage, Usage::PinEncryption | Usage::Mac) {
            return refuse("its usage is none of pin-encryption and mac");
        }
        if !names.insert(*slot) {
            return refuse("its slot stands twice in the download");
        }
        if names.len() > SESSION_KEYS_MAX {
            return refuse("it is one more than a master key may have");
        }
        if !(CHECK_VALUE_BYTES_MIN..=CHECK_VALUE_BYTES_MAX).contains(&check_value.len()) {
            return refuse("its check value has not 3 to 8 bytes");
        }
    }
    Ok(())
}

/// Deciphers all of `keys`, of which [`check_names`] holds, or none. `decrypt` takes whole blocks
/// through the master key, which is of `algorithm`.
pub(crate) fn decipher(
    algorithm: CipherAlgorithm,
    mut decrypt: impl FnMut(&[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError>,
    keys: &[SessionKey<'_>],
) -> Result<Vec<Deciphered>, VaultError> {
    keys.iter().map(|key| decipher_one(algorithm, &mut decrypt, key)).collect()
}

fn decipher_one(
    master: CipherAlgorithm,
    mut decrypt: impl FnMut(&[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError>,
    given: &SessionKey<'_>,
) -> Result<Deciphered, VaultError> {
    let (slot, usage) = (given.slot.clone(), given.usage);
    let Some(algorithm) = master.sibling(given.cryptogram.len()) else {
        let why = "its cryptogram is of no length that its cipher's keys have";
        return Err(VaultError::SessionKey { slot, why });
    };
    let clear = decrypt(given.cryptogram)?;
    let key = CipherKey::from_bytes(algorithm, &clear).ok_or(VaultError::Cipher)?;
    if !check_value_holds(&key, given.check_value) {
        return Err(VaultError::CheckValue { slot });
    }
    Ok(Deciphered { slot, usage, key })
}

/// [`decipher`]'s `decrypt` with a master key in memory.
pub(crate) fn decrypt_with(
    master: &CipherKey,
) -> impl FnMut(&[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    |cryptogram| {
        let mut bytes = Zeroizing::new(cryptogram.to_vec());
        master.decrypt(&mut bytes);
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::hex::unhex;

    #[test]
    fn a_session_key_is_deciphered_as_published() {
        // dspread QPOS SDK, demo: master key, enciphered key, check value, and the key that they
        // give.
        let clear = unhex("0123456789ABCDEF FEDCBA9876543210");
        let master = CipherKey::tdes2(&clear.clone().try_into().unwrap());
        let given = SessionKey {
            slot: &"pin".parse().unwrap(),
            usage: Usage::PinEncryption,
            cryptogram: &unhex("1A4D672DCA6CB3351FD1B02B237AF9AE"),
            check_value: &unhex("08D7B4FB629D0885"),
        };
        let keys = decipher(master.algorithm(), decrypt_with(&master), &[given]).ok().unwrap();
        let [deciphered] = keys.try_into().ok().unwrap();
        assert_eq!(deciphered.key.as_bytes(), clear);
    }
}
