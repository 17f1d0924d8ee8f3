//! Where a terminal's keys are: in a token, or in a file.
//!
//! Guarantee: keys of a file are test keys, because whoever reads the file has them. They open only
//! where the caller takes test keys, or the profile says that this terminal has some.

use crate::profile::{Profile, TokenProfile};
use caisson_vault::{CardKeys, Kind, NewSlot, SealedFile, VaultError};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// Why a terminal has no keys. Whoever set it up must mend it; no payment is possible before.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The store.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A file has them, and this terminal may take real money.
    #[error("{}: test keys, which a terminal that takes real money refuses", vault.display())]
    TestKeys {
        /// The file.
        vault: PathBuf,
    },
    /// The PIN's file.
    #[error("{}: {source}", path.display())]
    Pin {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// This build knows no tokens.
    #[error("the profile has a [token], which this build leaves out")]
    NoTokens,
}

/// Opens the keys of `profile`. With `takes_test_keys` those of a file as well; else only where the
/// profile has `test-keys = true`. May block for as long as a token takes.
///
/// # Errors
/// [`KeysError`].
pub fn open_keys(profile: &Profile, takes_test_keys: bool) -> Result<Arc<dyn CardKeys>, KeysError> {
    if let Some(token) = &profile.token {
        return token::open(token);
    }
    let keys = SealedFile::open(&profile.vault, &profile.kek)?;
    if keys.kind() == Kind::Development && !takes_test_keys && !profile.test_keys {
        return Err(KeysError::TestKeys { vault: profile.vault.clone() });
    }
    Ok(Arc::new(keys))
}

/// Makes `slots` where the keys shall be: in `token`, else in the file `vault` under `kek`.
pub(crate) fn make_keys(
    token: Option<&TokenProfile>,
    (vault, kek): (&std::path::Path, &std::path::Path),
    slots: &[NewSlot],
) -> Result<Arc<dyn CardKeys>, KeysError> {
    match token {
        Some(token) => token::provision(token, slots),
        None => Ok(Arc::new(SealedFile::provision(vault, kek, slots)?)),
    }
}

#[cfg(feature = "pkcs11")]
mod token {
    use super::{Arc, CardKeys, KeysError, NewSlot, TokenProfile};
    use caisson_vault::{Pkcs11, TokenPin};
    use std::io::Read as _;
    use zeroize::Zeroizing;

    /// Longest file of a PIN, in bytes.
    const PIN_FILE_BYTES_MAX: u64 = 256;

    pub(super) fn open(token: &TokenProfile) -> Result<Arc<dyn CardKeys>, KeysError> {
        Ok(Arc::new(Pkcs11::open(&token.module, &token.label, &pin(token)?)?))
    }

    pub(super) fn provision(
        token: &TokenProfile,
        slots: &[NewSlot],
    ) -> Result<Arc<dyn CardKeys>, KeysError> {
        Ok(Arc::new(Pkcs11::provision(&token.module, &token.label, &pin(token)?, slots)?))
    }

    fn pin(token: &TokenProfile) -> Result<TokenPin, KeysError> {
        let failed = |source| KeysError::Pin { path: token.pin.clone(), source };
        let file = std::fs::File::open(&token.pin).map_err(failed)?;
        // Read at once: a buffer that grows would leave pieces behind.
        let mut text = Zeroizing::new(String::with_capacity(512));
        file.take(PIN_FILE_BYTES_MAX).read_to_string(&mut text).map_err(failed)?;
        Ok(TokenPin::new(text.trim_end_matches(['\r', '\n'])))
    }
}

#[cfg(not(feature = "pkcs11"))]
mod token {
    use super::{Arc, CardKeys, KeysError, NewSlot, TokenProfile};

    pub(super) fn open(_token: &TokenProfile) -> Result<Arc<dyn CardKeys>, KeysError> {
        Err(KeysError::NoTokens)
    }

    pub(super) fn provision(
        _token: &TokenProfile,
        _slots: &[NewSlot],
    ) -> Result<Arc<dyn CardKeys>, KeysError> {
        Err(KeysError::NoTokens)
    }
}
